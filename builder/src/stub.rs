//! The stub: the native executable that every package begins with.

use std::io;
use std::path::{Path, PathBuf};

use psp_format::limits;

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::target::Target;

/// Why there is no stub.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StubError {
    /// The file cannot be read.
    #[error("the stub {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is empty or too large.
    #[error("the stub {} has {size_bytes} bytes; it must have from 1 to 67108864", path.display())]
    Size {
        /// The file.
        path: PathBuf,
        /// Its size.
        size_bytes: u64,
    },
    /// This program carries none for the target.
    #[error("this psp carries no stub for {target}")]
    NoneFor {
        /// The target.
        target: String,
    },
}

impl Diagnostic for StubError {
    fn code(&self) -> &'static Code {
        &codes::STUB_INVALID
    }
}

/// The stub in this file, else the one that this program carries for the target.
pub fn load(file: Option<&Path>, target: &Target) -> Result<Vec<u8>, StubError> {
    let Some(path) = file else { return Err(StubError::NoneFor { target: target.to_string() }) };
    let stub =
        std::fs::read(path).map_err(|source| StubError::Unreadable { path: path.to_owned(), source })?;
    let size_bytes = stub.len() as u64;
    if size_bytes == 0 || size_bytes > limits::STUB_BYTES {
        return Err(StubError::Size { path: path.to_owned(), size_bytes });
    }
    Ok(stub)
}
