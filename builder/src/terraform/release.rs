//! A release as people publish it: the files of one version in one directory, for a registry to fetch.
//!
//! `terraform-provider-TYPE_VERSION_OS_ARCH.zip` for each platform, `…_manifest.json`, `…_SHA256SUMS` of all of these, and its
//! binary OpenPGP signature `…_SHA256SUMS.sig`, written last. A file that is there must be the same, byte by byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::archive::{Archive, ArchiveError, hex, sha256_of};
use super::openpgp::OpenPgpKey;
use super::provider::{ProviderPackage, release_name};
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::escaped;
use crate::interrupt::Interrupt;
use crate::keys::SecretKey;
use crate::output::{self, OutputError};

/// Why a release could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum ReleaseError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(
        "{} is not of the same version as {}: {found} is not {expected}",
        escaped::path(path),
        escaped::path(first)
    )]
    Mixed { path: PathBuf, found: String, first: PathBuf, expected: String },
    #[error("{} is for the same platform as another package", escaped::path(path))]
    Twice { path: PathBuf },
    #[error("{} is there already with other content", escaped::path(path))]
    Exists { path: PathBuf },
    #[error("interrupted")]
    Interrupted,
}

impl Diagnostic for ReleaseError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Archive(error) => error.code(),
            Self::Output(error) => error.code(),
            Self::Mixed { .. } | Self::Twice { .. } => &codes::TERRAFORM_RELEASE,
            Self::Exists { .. } => &codes::TERRAFORM_VERSION_EXISTS,
            Self::Interrupted => &codes::INTERRUPTED,
        }
    }
}

/// Writes the release of these packages, which are of one version, into a directory, which is made if there is none. Comes back
/// with the files, in the order of their writing.
pub fn release(
    directory: &Path,
    packages: &[ProviderPackage],
    key: &SecretKey,
    interrupt: &Interrupt,
) -> Result<Vec<PathBuf>, ReleaseError> {
    let mut archives = BTreeMap::new();
    let Some(first) = packages.first() else { return Ok(Vec::new()) };
    for package in packages {
        check_same(first, package)?;
        let archive = Archive::new(&package.file, package.provider.file_name())?;
        if archives.insert(package.provider.archive_name(), archive).is_some() {
            return Err(ReleaseError::Twice { path: package.file.path().to_owned() });
        }
    }
    let name = release_name(&first.provider.address, &first.provider.version);
    let manifest_name = format!("{name}_manifest.json");
    let manifest = manifest(first);
    let mut sums: BTreeMap<&str, String> =
        archives.iter().map(|(name, archive)| (name.as_str(), archive.hashes().sha256.clone())).collect();
    sums.insert(&manifest_name, hex(&Sha256::digest(&manifest)));
    let sums: String = sums.iter().map(|(name, sha256)| format!("{sha256}  {name}\n")).collect();
    let signature = OpenPgpKey::of(key).detached(sums.as_bytes());
    let documents = [
        (directory.join(&manifest_name), manifest),
        (directory.join(format!("{name}_SHA256SUMS")), sums.into_bytes()),
        (directory.join(format!("{name}_SHA256SUMS.sig")), signature),
    ];
    for (path, bytes) in &documents {
        check_absent(path, &hex(&Sha256::digest(bytes)))?;
    }
    for (name, archive) in &archives {
        check_absent(&directory.join(name), &archive.hashes().sha256)?;
    }
    fs::create_dir_all(directory).map_err(|source| OutputError::of(directory, source))?;
    let mut written = Vec::new();
    for (name, archive) in &archives {
        interrupt.check().map_err(|_| ReleaseError::Interrupted)?;
        let path = directory.join(name);
        archive.save(&path)?;
        written.push(path);
    }
    for (path, bytes) in documents {
        interrupt.check().map_err(|_| ReleaseError::Interrupted)?;
        output::write(&path, &bytes, 0o644)?;
        written.push(path);
    }
    Ok(written)
}

/// What registries read of a release beside its archives.
fn manifest(package: &ProviderPackage) -> Vec<u8> {
    let versions: Vec<String> = package.provider.protocols.iter().map(ToString::to_string).collect();
    let document = json!({ "version": 1, "metadata": { "protocol_versions": versions } });
    format!("{document:#}\n").into_bytes()
}

fn check_same(first: &ProviderPackage, package: &ProviderPackage) -> Result<(), ReleaseError> {
    let title = |package: &ProviderPackage| {
        let provider = &package.provider;
        let protocols: Vec<String> = provider.protocols.iter().map(ToString::to_string).collect();
        format!("{} {} ({})", provider.address, provider.version, protocols.join(", "))
    };
    let (expected, found) = (title(first), title(package));
    if expected == found {
        return Ok(());
    }
    let [path, first] = [package, first].map(|package| package.file.path().to_owned());
    Err(ReleaseError::Mixed { path, found, first, expected })
}

fn check_absent(path: &Path, sha256: &str) -> Result<(), ReleaseError> {
    match sha256_of(path) {
        Ok(None) => Ok(()),
        Ok(Some(found)) if found == sha256 => Ok(()),
        Ok(Some(_)) => Err(ReleaseError::Exists { path: path.to_owned() }),
        Err(source) => Err(OutputError::of(path, source).into()),
    }
}
