//! tf-sdk.
