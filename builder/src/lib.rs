//! Builds, signs and reads `.psp` packages: the library behind the command `psp`.
//!
//! [`manifest`] says what is wanted.
#![forbid(unsafe_code)]

pub mod buildcache;
pub mod cache;
pub mod catalog;
pub mod chunk;
pub mod codec;
pub mod codes;
pub mod content;
pub mod diagnostic;
pub mod diff;
mod directory;
pub mod escaped;
pub mod extraction;
pub mod inspection;
pub mod interrupt;
pub mod keys;
pub mod launch;
pub mod manifest;
pub mod named_key;
pub mod native;
pub mod output;
pub mod pack;
pub mod package_file;
pub mod plan;
pub mod progress;
pub mod python;
#[cfg(feature = "serve")]
pub mod serve;
pub mod sign;
pub mod signers;
pub mod source;
pub mod stub;
pub mod target;
pub mod terraform;
pub mod trust;
pub mod verification;
