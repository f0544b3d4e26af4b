//! Where the files of a provider are in a mirror: paths below its directory.

use std::path::{Path, PathBuf};

use semver::Version;

use super::MirrorError;
use crate::directory::{Directory, FindError};
use crate::terraform::provider::archive_name;
use crate::terraform::{Platform, ProviderAddress};

/// The directory of a host's registry: no namespace, as those hold no underscore.
pub const REGISTRY: &str = "_registry";

/// What the name of every list of checksums begins with.
pub(super) const SUMS: &str = "SHA256SUMS.";
/// How many hexadecimal digits follow.
pub(super) const SUMS_DIGITS: usize = 16;

/// No document of a mirror is larger.
const DOCUMENT_BYTES: u64 = 16 << 20;

/// A provider's places in a mirror.
pub(super) struct Place<'a> {
    /// The provider.
    pub(super) address: &'a ProviderAddress,
}

impl<'a> Place<'a> {
    pub(super) fn new(address: &'a ProviderAddress) -> Self {
        Self { address }
    }

    fn host(&self) -> PathBuf {
        PathBuf::from(self.address.host())
    }

    /// Archives and the network mirror's documents.
    pub(super) fn directory(&self) -> PathBuf {
        self.host().join(self.address.namespace()).join(self.address.kind())
    }

    /// The registry's documents.
    pub(super) fn registry(&self) -> PathBuf {
        self.host().join(REGISTRY).join(self.address.namespace()).join(self.address.kind())
    }

    /// Where Terraform looks for a host's services.
    pub(super) fn discovery(&self) -> PathBuf {
        self.host().join(".well-known/terraform.json")
    }

    /// The network mirror's list of versions.
    pub(super) fn index(&self) -> PathBuf {
        self.directory().join("index.json")
    }

    /// The network mirror's list of a version's archives.
    pub(super) fn archives(&self, version: &Version) -> PathBuf {
        self.directory().join(format!("{version}.json"))
    }

    pub(super) fn archive(&self, version: &Version, platform: &Platform) -> PathBuf {
        self.directory().join(archive_name(self.address, version, platform))
    }

    /// The registry's list of versions.
    pub(super) fn versions(&self) -> PathBuf {
        self.registry().join("versions")
    }

    /// The registry's documents of a version.
    pub(super) fn release(&self, version: &Version) -> PathBuf {
        self.registry().join(version.to_string())
    }

    /// Where the registry says how to get an archive.
    pub(super) fn download(&self, version: &Version, platform: &Platform) -> PathBuf {
        self.release(version).join("download").join(&platform.os).join(&platform.arch)
    }
}

/// Whether it is the name of a list of checksums, or of the signature of one. Other names that begin alike are not ours.
pub(super) fn is_sums(name: &str) -> bool {
    let digits = name.strip_prefix(SUMS).map(|rest| rest.strip_suffix(".sig").unwrap_or(rest));
    digits.is_some_and(|digits| {
        digits.len() == SUMS_DIGITS && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// A document, if there is one.
pub(super) fn read(directory: &Directory, path: &Path) -> Result<Option<Vec<u8>>, MirrorError> {
    match directory.read(path, DOCUMENT_BYTES) {
        Ok(Some(bytes)) if bytes.len() as u64 > DOCUMENT_BYTES => {
            Err(MirrorError::Foreign { path: directory.shown(path) })
        }
        read => read.map_err(|error| unreadable(directory, path, error)),
    }
}

/// What it means that a file cannot be read. What is no file, or behind a link, psp has not written.
pub(super) fn unreadable(directory: &Directory, path: &Path, error: FindError) -> MirrorError {
    let path = directory.shown(path);
    match error {
        FindError::Irregular => MirrorError::Foreign { path },
        FindError::Io(source) => MirrorError::Unreadable { path, source },
    }
}
