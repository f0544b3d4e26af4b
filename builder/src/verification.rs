//! Verification of a package: whether it is whole, who signed it, and whether this machine would start it.

use std::path::PathBuf;

use psp_format::{ErrorKind, Key};

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::escaped;
use crate::package_file::{PackageError, PackageFile};
use crate::signers::{self, DetachedError, Signer};
use crate::stub;
use crate::trust::{MachineTrust, TrustError};

/// What a package must be beside whole and valid.
#[derive(Debug, Clone, Default)]
pub struct Demands {
    /// Keys each of which must have signed.
    pub keys: Vec<Key>,
    /// Whether a trusted key must have signed and the machine's policy must allow the package.
    pub trusted: Trusted,
    /// Files of detached signatures, each of which must be valid for the package.
    pub signatures: Vec<PathBuf>,
}

/// Whether trust is demanded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Trusted {
    /// Trust is told, not demanded.
    #[default]
    Told,
    /// A trusted key must have signed, and the policy must be satisfied.
    Demanded,
}

/// What is known of a package that is whole and valid, and satisfies the demands.
#[derive(Debug, Clone)]
pub struct Verification {
    /// `NAME VERSION`.
    pub title: String,
    /// The package's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its target.
    pub target: String,
    /// Its size in bytes.
    pub size: u64,
    /// The digest that is signed, in hexadecimal digits.
    pub root: String,
    /// Its signers, the embedded ones first.
    pub signers: Vec<Signer>,
    /// Whether the stub is one that this `psp` carries.
    pub is_stub_known: bool,
    /// The rule of this machine's policy that it breaks, if it does.
    pub refused: Option<ErrorKind>,
}

/// Why the answer is no.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum VerificationError {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error(transparent)]
    Detached(#[from] DetachedError),
    #[error("{} is not signed by {}", escaped::path(path), key.hex())]
    KeyNotSigned { path: PathBuf, key: Key },
    #[error("{}: {}", escaped::path(path), kind.message())]
    Refused { path: PathBuf, kind: ErrorKind },
}

impl Diagnostic for VerificationError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Package(error) => error.code(),
            Self::Trust(error) => error.code(),
            Self::Detached(error) => error.code(),
            Self::KeyNotSigned { .. } => &codes::KEY_NOT_SIGNED,
            Self::Refused { kind, .. } => psp_format::codes::of(*kind),
        }
    }
}

/// Verifies every byte of a package and holds it against the demands.
pub fn verify(
    file: &PackageFile,
    trust: &MachineTrust,
    demands: &Demands,
) -> Result<Verification, VerificationError> {
    let package = file.verified()?;
    file.verify_contents(&package, &mut ())?;
    let policy = trust.policy()?;
    let identity = &package.manifest.identity;
    let mut signers = signers::embedded(&package, &policy);
    let embedded: Vec<Key> = signers.iter().map(|signer| signer.key).collect();
    let refused = policy.check(identity, &embedded).err();
    for path in &demands.signatures {
        signers.push(signers::detached(path, &package.root, &identity.primary, &policy)?);
    }
    let path = || file.path().to_owned();
    let has_signed = |key: &&Key| signers.iter().any(|signer| signer.key == **key);
    if let Some(key) = demands.keys.iter().find(|key| !has_signed(key)) {
        return Err(VerificationError::KeyNotSigned { path: path(), key: *key });
    }
    if demands.trusted == Trusted::Demanded {
        // A detached signature says what an embedded one says.
        let keys: Vec<Key> = signers.iter().map(|signer| signer.key).collect();
        let refused = |kind| VerificationError::Refused { path: path(), kind };
        policy.check(identity, &keys).map_err(refused)?;
        if !signers.iter().any(|signer| signer.standing.is_trusted()) {
            return Err(refused(ErrorKind::Untrusted));
        }
    }
    Ok(Verification {
        title: format!("{} {}", identity.name, identity.version),
        name: identity.name.to_owned(),
        version: identity.version.to_owned(),
        target: identity.target.to_owned(),
        size: file.size(),
        root: package.root.hex().to_string(),
        is_stub_known: stub::is_carried(&package.manifest),
        signers,
        refused,
    })
}
