//! Where the files of a provider are in a mirror.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use semver::Version;

use super::MirrorError;
use crate::terraform::provider::archive_name;
use crate::terraform::{Platform, ProviderAddress};

/// The directory of a host's registry: no namespace, as those hold no underscore.
pub const REGISTRY: &str = "_registry";

/// What the name of every list of checksums begins with.
pub(super) const SUMS: &str = "SHA256SUMS.";

/// No document of a mirror is larger.
const DOCUMENT_BYTES: u64 = 16 << 20;

/// A provider's places in a mirror.
pub(super) struct Place<'a> {
    root: &'a Path,
    /// The provider.
    pub(super) address: &'a ProviderAddress,
}

impl<'a> Place<'a> {
    pub(super) fn new(root: &'a Path, address: &'a ProviderAddress) -> Self {
        Self { root, address }
    }

    fn host(&self) -> PathBuf {
        self.root.join(self.address.host())
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

/// Whether it is a list of checksums, or the signature of one.
pub(super) fn is_sums(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(SUMS))
}

/// Whether it is a file that was never finished. Whoever holds the mirror's lock is the only one who writes.
pub(super) fn is_left_over(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with('.') && name.ends_with(".new")) && path.is_file()
}

/// A document, if there is one.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, MirrorError> {
    let unreadable = |source| MirrorError::Unreadable { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut bytes = Vec::new();
    file.take(DOCUMENT_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > DOCUMENT_BYTES {
        return Err(MirrorError::Foreign { path: path.to_owned() });
    }
    Ok(Some(bytes))
}
