//! tf-testkit.
