//! The `.psp` package format.
