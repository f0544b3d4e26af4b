//! Who signed a package, and what this machine thinks of them.

use std::io;
use std::path::{Path, PathBuf};

use psp_format::signature::{DETACHED_BYTES, parse_detached};
use psp_format::trust::Policy;
use psp_format::{Digest, Error, Key, Package};

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::escaped;
use crate::trust::Standing;

/// One signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The key.
    pub key: Key,
    /// What the signature is for; empty if it does not say.
    pub purpose: String,
    /// Whether it is the key that stands for the publisher.
    pub is_primary: bool,
    /// Whether the signature verifies.
    pub is_valid: bool,
    /// The file of a detached signature.
    pub detached: Option<PathBuf>,
    /// What this machine thinks of the key.
    pub standing: Standing,
}

/// Why a detached signature says nothing of a package.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum DetachedError {
    #[error("the signature {} cannot be read", escaped::path(path))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is not a detached signature: {}", escaped::path(path), error.kind.message())]
    NotASignature { path: PathBuf, error: Error },
    #[error("{} is a signature of another package: of root {}", escaped::path(path), &root[..16])]
    Foreign { path: PathBuf, root: String },
    #[error("{}: {}", escaped::path(path), error.kind.message())]
    Invalid { path: PathBuf, error: Error },
}

impl Diagnostic for DetachedError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Unreadable { .. } | Self::NotASignature { .. } => &codes::SIGNATURE_FILE,
            Self::Foreign { .. } => &codes::SIGNATURE_FOREIGN,
            Self::Invalid { error, .. } => psp_format::codes::of(error.kind),
        }
    }
}

/// The embedded signers of a package, in their order; each is said to be valid or not.
pub fn embedded(package: &Package<'_>, policy: &Policy<'_>) -> Vec<Signer> {
    let signer = |(number, signature): (usize, &psp_format::Signature)| Signer {
        key: signature.key,
        purpose: signature.purpose.as_str().to_owned(),
        is_primary: signature.key == package.manifest.identity.primary,
        is_valid: signature.verify(&package.root, number).is_ok(),
        detached: None,
        standing: Standing::of(policy, &signature.key),
    };
    package.signatures.iter().enumerate().map(signer).collect()
}

/// The signer of a detached signature, which is valid for a package of this root or an error.
pub fn detached(
    path: &Path,
    root: &Digest,
    primary: &Key,
    policy: &Policy<'_>,
) -> Result<Signer, DetachedError> {
    let own = || path.to_owned();
    let unreadable = |source| DetachedError::Unreadable { path: own(), source };
    let bytes = read(path).map_err(unreadable)?;
    let (of, signature) =
        parse_detached(&bytes).map_err(|error| DetachedError::NotASignature { path: own(), error })?;
    if of != *root {
        return Err(DetachedError::Foreign { path: own(), root: of.hex().to_string() });
    }
    signature.verify(root, 0).map_err(|error| DetachedError::Invalid { path: own(), error })?;
    Ok(Signer {
        key: signature.key,
        purpose: signature.purpose.as_str().to_owned(),
        is_primary: signature.key == *primary,
        is_valid: true,
        detached: Some(own()),
        standing: Standing::of(policy, &signature.key),
    })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(DETACHED_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
