//! Why a directory cannot be served.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::escaped;

/// Why a directory cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum ServeError {
    #[error("{} cannot be served", escaped::path(path))]
    Directory { path: PathBuf, source: io::Error },
    #[error("{address} cannot be listened on")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("the system refuses what a server needs")]
    Runtime(#[source] io::Error),
    #[error("{} cannot be read", escaped::path(path))]
    TlsUnreadable { path: PathBuf, source: io::Error },
    #[error("{} holds no {what} in PEM", escaped::path(path))]
    TlsFile { path: PathBuf, what: &'static str },
    #[error(
        "the key {} does not go with the certificate {}",
        escaped::path(key),
        escaped::path(certificates)
    )]
    TlsPair { certificates: PathBuf, key: PathBuf, source: rustls::Error },
}

impl Diagnostic for ServeError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Directory { .. } => &codes::SERVE_DIRECTORY,
            Self::Listen { .. } | Self::Runtime(_) => &codes::SERVE_LISTEN,
            Self::TlsUnreadable { .. } | Self::TlsFile { .. } | Self::TlsPair { .. } => &codes::SERVE_TLS,
        }
    }
}
