//! Derive.

