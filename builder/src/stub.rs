//! The stub: the native executable that every package begins with.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use psp_format::{Digest, Manifest, limits};

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

/// The stub that this program carries, for [`Target::native`].
const CARRIED: &[u8] = include_bytes!(env!("PSP_STUB"));

/// The stub in this file, else the one that this program carries for the target.
pub fn load(file: Option<&Path>, target: &Target) -> Result<Cow<'static, [u8]>, StubError> {
    let Some(path) = file else {
        let fits = Target::native().includes(target);
        return if fits {
            Ok(Cow::Borrowed(CARRIED))
        } else {
            Err(StubError::NoneFor { target: target.to_string() })
        };
    };
    let stub =
        std::fs::read(path).map_err(|source| StubError::Unreadable { path: path.to_owned(), source })?;
    let size_bytes = stub.len() as u64;
    if size_bytes == 0 || size_bytes > limits::STUB_BYTES {
        return Err(StubError::Size { path: path.to_owned(), size_bytes });
    }
    Ok(Cow::Owned(stub))
}

/// Whether the stub of a package is the one that this program carries.
pub fn is_carried(manifest: &Manifest<'_>) -> bool {
    manifest.stub.digest == Digest::of(CARRIED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_its_own_and_takes_others() {
        let check = |file: Option<&Path>, target: &str| {
            load(file, &Target::parse(target).unwrap())
                .map(|stub| stub.len())
                .map_err(|error| error.to_string())
        };
        assert!(check(None, "x86_64-linux").is_ok_and(|size| size > 10_000));
        assert!(check(None, "x86_64-linux-musl").is_ok());
        assert_eq!(
            check(None, "aarch64-macos"),
            Err("this psp carries no stub for aarch64-macos".to_owned())
        );
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("stub");
        assert!(check(Some(&path), "aarch64-macos").is_err_and(|error| error.ends_with("cannot be read")));
        std::fs::write(&path, "").unwrap();
        assert!(check(Some(&path), "aarch64-macos").is_err_and(|error| error.contains("has 0 bytes")));
        std::fs::write(&path, "stub").unwrap();
        assert_eq!(check(Some(&path), "aarch64-macos"), Ok(4));
    }
}
