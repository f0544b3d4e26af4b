//! The `.psp` package format: what its bytes mean, and whether they are what was signed.
//!
//! `SPEC.md` beside this crate is the authority; each check here cites its section. The crate is pure: bytes in, values or an
//! [`Error`] out. It must never do input or output, never sign, never panic on any input, and never allocate more than a
//! small constant times what it was given.
//!
//! Start with [`Package::parse`] and [`Package::verify`]; a [`Verified`] package is the only one that may be extracted or run.
//! The content of slots is read through [`frame::Table`] and [`index::Index`].
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod cache;
pub mod codes;
pub mod command;
pub mod digest;
pub mod document;
pub mod error;
pub mod escape;
pub mod frame;
pub mod glob;
pub mod index;
pub mod limits;
pub mod manifest;
pub mod name;
pub mod package;
pub mod path;
pub mod receipt;
pub mod semver;
pub mod signature;
pub mod slot;
pub mod trailer;
pub mod trust;
pub mod verify;
pub mod wire;

pub use digest::{Digest, Key};
pub use error::{Error, ErrorKind, Region};
pub use manifest::Manifest;
pub use package::{Package, Verified};
pub use signature::Signature;
pub use slot::Content;
pub use trailer::Trailer;
