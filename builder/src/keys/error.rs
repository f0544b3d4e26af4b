//! What can be wrong with a key.

use std::io;
use std::path::PathBuf;

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::output::OutputError;

/// Why a key cannot be used. None of this holds any part of a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum KeyError {
    #[error("there is no key {}", path.display())]
    Missing { path: PathBuf },
    #[error("the key {origin} cannot be read")]
    Unreadable { origin: String, source: io::Error },
    #[error("{origin} is not a {wanted} key of psp's")]
    NotAKey { origin: String, wanted: &'static str },
    #[error("{origin} is a public key; signing needs the secret one")]
    PublicInstead { origin: String },
    #[error("{origin} is a PEM file; psp has a form of its own")]
    Pem { origin: String },
    #[error("the key {origin} is damaged")]
    Damaged { origin: String },
    #[error("the secret key {origin} does not belong to {stated}")]
    Mismatch { origin: String, stated: String },
    #[error("{} exists already", path.display())]
    Exists { path: PathBuf },
    #[error("the key {key} is named twice")]
    Twice { key: String },
    #[error("the system gives no random numbers")]
    NoRandomness,
    #[error("there is no directory for the development key: neither XDG_CONFIG_HOME nor HOME is set")]
    NoHome,
    #[error("the directory {} cannot be made", path.display())]
    Directory { path: PathBuf, source: io::Error },
    #[error("the key cannot be written")]
    Write(#[from] OutputError),
}

impl Diagnostic for KeyError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Missing { .. } | Self::Unreadable { .. } => &codes::KEY_READ,
            Self::NotAKey { .. } | Self::PublicInstead { .. } | Self::Pem { .. } | Self::Damaged { .. } => {
                &codes::KEY_INVALID
            }
            Self::Mismatch { .. } => &codes::KEY_MISMATCH,
            Self::Exists { .. } => &codes::KEY_EXISTS,
            Self::Twice { .. } => &codes::KEY_TWICE,
            Self::NoRandomness | Self::NoHome | Self::Directory { .. } => &codes::KEY_MAKE,
            Self::Write(error) => error.code(),
        }
    }
}
