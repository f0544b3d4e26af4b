//! Builds, signs and reads `.psp` packages: the library behind the command `psp`.
//!
//! [`manifest`] says what is wanted.
#![forbid(unsafe_code)]

pub mod buildcache;
pub mod chunk;
pub mod codec;
pub mod codes;
pub mod content;
pub mod diagnostic;
pub mod interrupt;
pub mod manifest;
pub mod source;
pub mod target;
