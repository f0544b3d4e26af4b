//! Signing packages that exist: into the file, or beside it.
//!
//! A package is verified whole before it is signed: a signature says that its key's owner vouches for it. Adding one leaves
//! the others as they are.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use psp_format::package::encode_tail;
use psp_format::signature::{Purpose, Signature, encode_detached};
use psp_format::verify::{self, Failure, Source};
use psp_format::{Digest, Package, limits};

use crate::codec::ZstdDecoder;
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::keys::SecretKey;
use crate::output::{OutputError, PendingFile};

/// Why a package could not be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The system refuses.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The package.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Nobody should vouch for it.
    #[error("{} is not a whole, valid package and will not be signed", path.display())]
    Invalid {
        /// The package.
        path: PathBuf,
        /// The rule that it breaks.
        source: psp_format::Error,
    },
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
            Self::Unreadable { .. } => &codes::PACKAGE_READ,
            Self::Invalid { .. } => &codes::PACKAGE_INVALID,
            Self::Full { .. } => &codes::KEY_COUNT,
            Self::Output(error) => error.code(),
        }
    }
}

/// A package's file, for the format's verifier.
#[derive(Debug)]
pub struct PackageFile {
    file: File,
    path: PathBuf,
}

impl PackageFile {
    /// Opens a package.
    pub fn open(path: &Path) -> Result<Self, SignError> {
        let file =
            File::open(path).map_err(|source| SignError::Unreadable { path: path.to_owned(), source })?;
        Ok(Self { file, path: path.to_owned() })
    }

    fn error(&self, failure: Failure<io::Error>) -> SignError {
        let path = self.path.clone();
        match failure {
            Failure::Package(source) => SignError::Invalid { path, source },
            Failure::Source(source) => SignError::Unreadable { path, source },
        }
    }

    /// The last bytes of a package all of which is right, and where they begin.
    fn verified_tail(&self) -> Result<(Vec<u8>, u64), SignError> {
        let size = self.size().map_err(|error| self.error(Failure::Source(error)))?;
        verify::verify(self, &mut ZstdDecoder::default()).map_err(|failure| self.error(failure))?;
        let tail = verify::read_tail(self, size).map_err(|failure| self.error(failure))?;
        let start = size - tail.len() as u64;
        Ok((tail, start))
    }
}

impl Source for PackageFile {
    type Error = io::Error;

    fn size(&self) -> Result<u64, io::Error> {
        self.file.metadata().map(|metadata| metadata.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), io::Error> {
        self.file.read_exact_at(buffer, offset)
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

/// Adds a signature to a package; one by the same key is replaced. The file is replaced at once or stays as it was.
pub fn embed(path: &Path, key: &SecretKey, purpose: Purpose) -> Result<Signed, SignError> {
    let mut package = PackageFile::open(path)?;
    let (tail, start) = package.verified_tail()?;
    let parsed = parse(&tail, start, path)?;
    let signature = key.sign(&parsed.root, purpose);
    let mut signatures: Vec<Signature> =
        parsed.signatures.iter().filter(|other| other.key != signature.key).copied().collect();
    if signatures.len() >= limits::SIGNATURES as usize {
        return Err(SignError::Full { path: path.to_owned(), count: signatures.len() });
    }
    signatures.push(signature);
    signatures.sort_by_key(|signature| signature.key);
    let manifest = &tail[..parsed.trailer.manifest_size as usize];
    let tail = encode_tail(manifest, parsed.trailer.minor, &signatures, start);
    parse(&tail, start, path)?;
    replace(&mut package, start, &tail)?;
    Ok(Signed { path: path.to_owned(), root: parsed.root, signature_count: signatures.len() })
}

/// Writes a signature beside a package, which is not touched: `PACKAGE.sig`, or `output`.
pub fn detach(
    path: &Path,
    key: &SecretKey,
    purpose: Purpose,
    output: Option<&Path>,
) -> Result<Signed, SignError> {
    let package = PackageFile::open(path)?;
    let (tail, start) = package.verified_tail()?;
    let parsed = parse(&tail, start, path)?;
    let bytes = encode_detached(&parsed.root, &key.sign(&parsed.root, purpose));
    let output = output.map_or_else(|| beside(path), Path::to_owned);
    let pending = PendingFile::create(&output)?;
    pending.file().write_all(&bytes).map_err(|source| pending.error(source))?;
    pending.publish(0o644)?;
    Ok(Signed { path: output, root: parsed.root, signature_count: parsed.signatures.len() })
}

fn beside(path: &Path) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".sig");
    PathBuf::from(beside)
}

fn parse<'t>(tail: &'t [u8], start: u64, path: &Path) -> Result<Package<'t>, SignError> {
    let verified = Package::parse(tail, start + tail.len() as u64).and_then(|package| {
        package.clone().verify()?;
        Ok(package)
    });
    verified.map_err(|source| SignError::Invalid { path: path.to_owned(), source })
}

/// The same file with another end.
fn replace(package: &mut PackageFile, start: u64, tail: &[u8]) -> Result<(), SignError> {
    let unreadable = |path: &Path, source| SignError::Unreadable { path: path.to_owned(), source };
    // Through a link, the file is replaced and not the link.
    let target = package.path.canonicalize().map_err(|source| unreadable(&package.path, source))?;
    let mode = package.file.metadata().map_err(|source| unreadable(&package.path, source))?.mode() & 0o777;
    let pending = PendingFile::create(&target)?;
    package.file.seek(SeekFrom::Start(0)).map_err(|source| unreadable(&package.path, source))?;
    let head = io::copy(&mut io::Read::take(&package.file, start), &mut pending.file());
    let written = head.and_then(|_| pending.file().write_all(tail));
    written.map_err(|source| pending.error(source))?;
    Ok(pending.publish(mode)?)
}
