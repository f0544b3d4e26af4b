//! Builds, signs and reads `.psp` packages: the library behind the command `psp`.
//!
//! [`manifest`] says what is wanted.
#![forbid(unsafe_code)]

pub mod chunk;
pub mod codes;
pub mod diagnostic;
pub mod manifest;
pub mod source;
pub mod target;
