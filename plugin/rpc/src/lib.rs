//! tf-plugin.
