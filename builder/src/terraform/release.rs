//! A release as people publish it: the files of one version in one directory, for a registry to fetch.
//!
//! `terraform-provider-TYPE_VERSION_OS_ARCH.zip` for each platform, `…_manifest.json`, `…_SHA256SUMS` of all of these, and its
//! binary OpenPGP signature `…_SHA256SUMS.sig`. All are written without their names first, and then named, the signature last. A
//! file that is there must be the same, byte by byte.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::archive::{Archive, ArchiveError, hex};
use super::openpgp::OpenPgpKey;
use super::provider::{ProviderPackage, release_name};
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::directory::{ClaimError, Directory, FindError, Unfinished};
use crate::escaped;
use crate::interrupt::Interrupt;
use crate::keys::SecretKey;
use crate::output::OutputError;

/// Why a release could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum ReleaseError {
    #[error(transparent)]
    Archive(ArchiveError),
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

impl From<ArchiveError> for ReleaseError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Interrupted => Self::Interrupted,
            error => Self::Archive(error),
        }
    }
}

impl From<ClaimError> for ReleaseError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Interrupted => Self::Interrupted,
            ClaimError::Output(error) => Self::Output(error),
        }
    }
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

    fn help(&self) -> String {
        match self {
            Self::Output(error) => error.help(),
            _ => self.code().advice(),
        }
    }
}

/// Writes the release of these packages, which are of one version, into a directory, which is made if there is none. Comes back
/// with the files, in the order of their naming. Nothing has changed if it cannot be written.
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
        let archive = Archive::new(package, interrupt)?;
        if archives.insert(package.provider.archive_name(), archive).is_some() {
            return Err(ReleaseError::Twice { path: package.file.path().to_owned() });
        }
    }
    let documents = documents(first, &archives, key);
    let directory = Directory::claim(directory, interrupt)?;
    for (name, archive) in &archives {
        check(&directory, name, archive.is_there(&directory, Path::new(name)))?;
    }
    for (name, bytes) in &documents {
        let sha256 = hex(&Sha256::digest(bytes));
        check(&directory, name, directory.is_same(Path::new(name), bytes.len() as u64, &sha256))?;
    }
    directory.remove_left_overs(Path::new(""));
    let mut written = Vec::new();
    for (name, archive) in &archives {
        written.push((name, archive.save(&directory, Path::new(name), interrupt)?));
    }
    for (name, bytes) in &documents {
        interrupt.check().map_err(|_| ReleaseError::Interrupted)?;
        written.push((name, Unfinished::of::<ReleaseError>(&directory, Path::new(name), bytes)?));
    }
    interrupt.check().map_err(|_| ReleaseError::Interrupted)?;
    let mut paths = Vec::new();
    for (name, unfinished) in written {
        unfinished.publish()?;
        paths.push(directory.shown(Path::new(name)));
    }
    directory.keep();
    Ok(paths)
}

/// Manifest, checksums and signature, by their names.
fn documents(
    first: &ProviderPackage,
    archives: &BTreeMap<String, Archive<'_>>,
    key: &SecretKey,
) -> [(String, Vec<u8>); 3] {
    let name = release_name(&first.provider.address, &first.provider.version);
    let manifest_name = format!("{name}_manifest.json");
    let manifest = manifest(first);
    let mut sums: BTreeMap<&str, String> =
        archives.iter().map(|(name, archive)| (name.as_str(), archive.hashes().sha256.clone())).collect();
    sums.insert(&manifest_name, hex(&Sha256::digest(&manifest)));
    let sums: String = sums.iter().map(|(name, sha256)| format!("{sha256}  {name}\n")).collect();
    let signature = OpenPgpKey::of(key).detached(sums.as_bytes());
    [
        (manifest_name, manifest),
        (format!("{name}_SHA256SUMS"), sums.into_bytes()),
        (format!("{name}_SHA256SUMS.sig"), signature),
    ]
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

/// What is there already must be the same.
fn check(
    directory: &Directory,
    name: &str,
    is_same: Result<Option<bool>, FindError>,
) -> Result<(), ReleaseError> {
    let path = directory.shown(Path::new(name));
    match is_same {
        Ok(None | Some(true)) => Ok(()),
        Ok(Some(false)) => Err(ReleaseError::Exists { path }),
        Err(FindError::Irregular) => Err(OutputError::NotRegular { path }.into()),
        Err(FindError::Io(source)) => Err(OutputError::of(&path, source).into()),
    }
}
