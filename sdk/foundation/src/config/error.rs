//! What can be wrong with a configuration.

use super::origin::Origin;
use crate::codes::did_you_mean;
use crate::exit::Exit;
use crate::failure::{Coded, Place};
use std::io;
use std::path::PathBuf;

/// A configuration that cannot be used. No variant holds a secret's value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A file exists and cannot be read.
    #[error("cannot read {}", path.display())]
    NotReadable {
        /// The file.
        path: PathBuf,
        /// The system's error; also for a directory.
        source: io::Error,
    },
    /// A file is larger than 1 MiB.
    #[error("{} has {size_bytes} bytes, more than the {limit_bytes} a configuration may have", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        size_bytes: u64,
        /// The limit.
        limit_bytes: u64,
    },
    /// A file is not UTF-8.
    #[error("{}:{line}:{column} is not UTF-8", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// The line of the first wrong byte, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
    },
    /// A file, or a variable that holds a list or table, is not TOML.
    #[error("{origin}: {message}")]
    Syntax {
        /// Where.
        origin: Origin,
        /// What the parser says.
        message: String,
    },
    /// A key this program does not have.
    #[error("{origin}: unknown key {key:?}{}", did_you_mean(.nearest.as_deref()))]
    UnknownKey {
        /// Where it is set.
        origin: Origin,
        /// The whole key.
        key: String,
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// A value of the wrong type or out of range.
    #[error("{origin}: {key:?} is {found}, expected {expected}")]
    WrongType {
        /// Where it is set.
        origin: Origin,
        /// The whole key.
        key: String,
        /// What it is; for a secret only its kind.
        found: String,
        /// What it should be.
        expected: String,
        /// Whether its type or name says that it is a secret: then its line is not shown.
        secret: bool,
    },
    /// A value its type refuses for a reason of its own.
    #[error("{origin}: {key:?}: {message}")]
    Refused {
        /// Where it is set.
        origin: Origin,
        /// The whole key.
        key: String,
        /// The type's reason.
        message: String,
        /// Whether its type or name says that it is a secret: then its line is not shown.
        secret: bool,
    },
    /// A key without a default is nowhere set.
    #[error("{key:?} is set nowhere")]
    MissingKey {
        /// The whole key.
        key: String,
    },
    /// A reference to a secret leads nowhere.
    #[error("{origin}: {key:?} refers to {reference}, which {reason}")]
    SecretUnresolved {
        /// Where the reference is set.
        origin: Origin,
        /// The whole key.
        key: String,
        /// The reference as written.
        reference: String,
        /// What is wrong with it.
        reason: &'static str,
        /// The system's error, if there was one.
        source: Option<io::Error>,
    },
}

impl Coded for ConfigError {
    fn code(&self) -> &'static str {
        match self {
            ConfigError::NotReadable { .. } | ConfigError::TooLarge { .. } | ConfigError::NotUtf8 { .. } => {
                "config-not-readable"
            }
            ConfigError::Syntax { .. } => "config-syntax",
            ConfigError::UnknownKey { .. } => "config-unknown-key",
            ConfigError::WrongType { .. } | ConfigError::Refused { .. } => "config-wrong-type",
            ConfigError::MissingKey { .. } => "config-missing-key",
            ConfigError::SecretUnresolved { .. } => "config-secret-unresolved",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            // Where the syntax is broken nobody can tell what is a secret.
            ConfigError::Syntax { origin, .. } => origin.place("here", true),
            ConfigError::UnknownKey { origin, key, .. } => {
                origin.place("no such key", super::value::is_secret_path(key))
            }
            ConfigError::WrongType { origin, expected, secret, .. } => {
                origin.place(&format!("expected {expected}"), *secret)
            }
            ConfigError::Refused { origin, secret, .. } => origin.place("refused", *secret),
            ConfigError::SecretUnresolved { origin, .. } => origin.place("leads nowhere", false),
            _ => None,
        }
    }

    fn exit(&self) -> Exit {
        Exit::Usage
    }
}
