//! tf-sdk-macros.
