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
pub mod keys;
pub mod manifest;
pub mod native;
pub mod output;
pub mod pack;
pub mod plan;
pub mod progress;
pub mod python;
pub mod sign;
pub mod source;
pub mod stub;
pub mod target;
