//! Signing packages that exist: into the file, or beside it.
//!
//! A package is verified whole before it is signed: a signature says that its key's owner vouches for it. Adding one leaves
//! the others as they are. The file is replaced at once or stays as it was.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use psp_format::package::encode_tail;
use psp_format::signature::{Purpose, Signature, encode_detached};
use psp_format::verify::Source;
use psp_format::{Digest, limits};

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::keys::SecretKey;
use crate::output::{self, OutputError, PendingFile};
use crate::package_file::{PackageError, PackageFile};

/// Why a package could not be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// It cannot be read, or nobody should vouch for it.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// There is no room for one more.
    #[error("{} has {count} signatures already, which is the limit", path.display())]
    Full {
        /// The package.
        path: PathBuf,
        /// How many it has.
        count: usize,
    },
    /// The result cannot be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}

impl Diagnostic for SignError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Package(error) => error.code(),
            Self::Full { .. } => &codes::KEY_COUNT,
            Self::Output(error) => error.code(),
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Package(error) => error.help(),
            _ => self.code().advice(),
        }
    }
}

/// What was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The file that holds the signature now.
    pub path: PathBuf,
    /// The root that was signed.
    pub root: Digest,
    /// How many signatures the package itself has.
    pub signature_count: usize,
}

/// Adds a signature to a package; one by the same key is replaced.
pub fn embed(path: &Path, key: &SecretKey, purpose: Purpose) -> Result<Signed, SignError> {
    let file = PackageFile::open(path)?;
    let package = file.verified()?;
    file.verify_contents(&package, &mut ())?;
    let signature = key.sign(&package.root, purpose);
    let others = package.signatures.iter().filter(|other| other.key != signature.key);
    let mut signatures: Vec<Signature> = others.copied().collect();
    if signatures.len() >= limits::SIGNATURES as usize {
        return Err(SignError::Full { path: path.to_owned(), count: signatures.len() });
    }
    signatures.push(signature);
    signatures.sort_by_key(|signature| signature.key);
    let manifest = &file.tail()[..package.trailer.manifest_size as usize];
    let head_size = file.size() - file.tail().len() as u64;
    let tail = encode_tail(manifest, package.trailer.minor, &signatures, head_size);
    replace(&file, head_size, &tail)?;
    Ok(Signed { path: path.to_owned(), root: package.root, signature_count: signatures.len() })
}

/// Writes a signature beside a package, which is not touched: `PACKAGE.sig`, or `output`.
pub fn detach(
    path: &Path,
    key: &SecretKey,
    purpose: Purpose,
    output: Option<&Path>,
) -> Result<Signed, SignError> {
    let file = PackageFile::open(path)?;
    let package = file.verified()?;
    file.verify_contents(&package, &mut ())?;
    let bytes = encode_detached(&package.root, &key.sign(&package.root, purpose));
    let output = output.map_or_else(|| beside(path), Path::to_owned);
    output::write(&output, &bytes, 0o644)?;
    Ok(Signed { path: output, root: package.root, signature_count: package.signatures.len() })
}

fn beside(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".sig");
    PathBuf::from(beside)
}

/// How much of the head is copied at once.
const COPY_BYTES: u64 = 1 << 20;

/// The same file with another end.
fn replace(file: &PackageFile, head_size: u64, tail: &[u8]) -> Result<(), SignError> {
    let unreadable = |source| PackageError::Unreadable { path: file.path().to_owned(), source };
    // Through a link, the file is replaced and not the link.
    let target = file.path().canonicalize().map_err(unreadable)?;
    let mode = fs::metadata(&target).map_err(unreadable)?.permissions().mode() & 0o777;
    let pending = PendingFile::create(&target)?;
    let written = copy_head(file, head_size, &pending).map_err(unreadable)?;
    // The package that it replaces may be the only one: it is on the disk before it has the name.
    let written = written.and_then(|()| pending.file().write_all(tail));
    written.and_then(|()| pending.file().sync_all()).map_err(|source| pending.error(source))?;
    Ok(pending.publish(mode)?)
}

/// The outer error is of reading, the inner one of writing.
fn copy_head(file: &PackageFile, head_size: u64, pending: &PendingFile) -> io::Result<io::Result<()>> {
    let mut buffer = vec![0; COPY_BYTES.min(head_size) as usize];
    let mut offset = 0;
    while offset < head_size {
        let part = &mut buffer[..COPY_BYTES.min(head_size - offset) as usize];
        file.read_at(offset, part)?;
        if let Err(error) = pending.file().write_all(part) {
            return Ok(Err(error));
        }
        offset += part.len() as u64;
    }
    Ok(Ok(()))
}
