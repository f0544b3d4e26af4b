//! Installing a provider where Terraform finds it by itself: `DIR/HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/`, unpacked.
//!
//! That directory holds the one file and nothing else, as Terraform's checksum is of all files in it. It appears whole, by one
//! rename; a file of the same version with other content is replaced only on demand.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use psp_format::verify::Source;
use rustix::fs::{CWD, RenameFlags};
use tempfile::TempDir;

use super::provider::ProviderPackage;
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::escaped;
use crate::output::OutputError;
use crate::package_file::{PackageError, PackageFile};

/// How much is copied at once.
const BLOCK_BYTES: u64 = 1 << 20;

/// What becomes of an installed file of the same version with other content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Replace {
    /// It stays, and installing fails.
    #[default]
    Never,
    /// It is replaced.
    Other,
}

/// What became of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The executable.
    pub path: PathBuf,
    /// How it came to be there.
    pub fate: Fate,
}

/// How an installed file came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    New,
    /// It was there already, byte by byte.
    Known,
    /// It has taken the place of another one.
    Replaced,
}

/// Why a provider could not be installed. What was installed before is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum InstallError {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error("{} is another file of the same version", escaped::path(path))]
    Other { path: PathBuf },
    #[error("{} does not belong beside a provider", escaped::path(path))]
    Foreign { path: PathBuf },
    #[error("{} cannot be read", escaped::path(path))]
    Unreadable { path: PathBuf, source: io::Error },
}

impl Diagnostic for InstallError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Package(error) => error.code(),
            Self::Output(error) => error.code(),
            Self::Other { .. } => &codes::TERRAFORM_VERSION_EXISTS,
            Self::Foreign { .. } | Self::Unreadable { .. } => &codes::TERRAFORM_INSTALL_FOREIGN,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Other { .. } => {
                "give the new one a version of its own; or --replace, which breaks lock files of this version"
                    .to_owned()
            }
            _ => self.code().advice(),
        }
    }
}

/// Installs a provider below `directory`, which is made if there is none.
pub fn install(
    package: &ProviderPackage,
    directory: &Path,
    replace: Replace,
) -> Result<Installed, InstallError> {
    let ProviderPackage { file, provider } = package;
    let address = &provider.address;
    let versions = directory.join(address.host()).join(address.namespace()).join(address.kind());
    let version = versions.join(provider.version.to_string());
    let place = version.join(provider.platform.to_string());
    let path = place.join(provider.file_name());
    if place.symlink_metadata().is_ok() {
        let fate = compare(file, &place, &path, replace)?;
        if fate == Fate::Known {
            return Ok(Installed { path, fate });
        }
    }
    let failed = |source| OutputError::of(&path, source);
    fs::create_dir_all(&version).map_err(|source| OutputError::of(&version, source))?;
    // Terraform takes no notice of a directory whose name is no platform.
    let unfinished =
        tempfile::Builder::new().prefix(".").suffix(".new").tempdir_in(&version).map_err(failed)?;
    let written = copy(file, unfinished.path(), &provider.file_name(), &path)?;
    file.check_unchanged()?;
    let fate = publish(unfinished, &written, &place, &path).map_err(failed)?;
    Ok(Installed { path, fate })
}

/// What is to become of what is there; an error if it may not become anything else.
fn compare(file: &PackageFile, place: &Path, path: &Path, replace: Replace) -> Result<Fate, InstallError> {
    let unreadable = |source| InstallError::Unreadable { path: place.to_owned(), source };
    for entry in fs::read_dir(place).map_err(unreadable)? {
        let found = entry.map_err(unreadable)?;
        let is_file = found.file_type().is_ok_and(|kind| kind.is_file());
        if found.path() != path || !is_file {
            return Err(InstallError::Foreign { path: found.path() });
        }
    }
    let other = match is_same(file, path)? {
        None => return Ok(Fate::New),
        Some(true) => return Ok(Fate::Known),
        Some(false) => InstallError::Other { path: path.to_owned() },
    };
    if replace == Replace::Other { Ok(Fate::Replaced) } else { Err(other) }
}

/// Whether the installed file is the package and can be run; None if there is none.
fn is_same(file: &PackageFile, path: &Path) -> Result<Option<bool>, InstallError> {
    let unreadable = |source| InstallError::Unreadable { path: path.to_owned(), source };
    let mut installed = match File::open(path) {
        Ok(installed) => installed,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let metadata = installed.metadata().map_err(unreadable)?;
    if metadata.len() != file.size() || metadata.mode() & 0o777 != 0o755 {
        return Ok(Some(false));
    }
    let mut theirs = vec![0; BLOCK_BYTES as usize];
    let mut is_same = true;
    each_block(file, |block| {
        let theirs = &mut theirs[..block.len()];
        installed.read_exact(theirs).map_err(unreadable)?;
        is_same &= theirs == block;
        Ok(())
    })?;
    Ok(Some(is_same))
}

fn copy(file: &PackageFile, directory: &Path, name: &str, path: &Path) -> Result<PathBuf, InstallError> {
    let written = directory.join(name);
    let failed = |source| InstallError::Output(OutputError::of(path, source));
    let mut output = File::create_new(&written).map_err(failed)?;
    each_block(file, |block| output.write_all(block).map_err(failed))?;
    output.set_permissions(Permissions::from_mode(0o755)).map_err(failed)?;
    output.sync_all().map_err(failed)?;
    Ok(written)
}

fn each_block(
    file: &PackageFile,
    mut take: impl FnMut(&[u8]) -> Result<(), InstallError>,
) -> Result<(), InstallError> {
    let mut buffer = vec![0; BLOCK_BYTES.min(file.size()) as usize];
    let mut offset = 0;
    while offset < file.size() {
        let block = &mut buffer[..BLOCK_BYTES.min(file.size() - offset) as usize];
        let unreadable = |source| PackageError::Unreadable { path: file.path().to_owned(), source };
        file.read_at(offset, block).map_err(unreadable)?;
        take(block)?;
        offset += block.len() as u64;
    }
    Ok(())
}

/// Gives the directory its name; where there is one already, the file takes its place in it.
fn publish(unfinished: TempDir, written: &Path, place: &Path, path: &Path) -> io::Result<Fate> {
    fs::set_permissions(unfinished.path(), Permissions::from_mode(0o755))?;
    match rustix::fs::renameat_with(CWD, unfinished.path(), CWD, place, RenameFlags::NOREPLACE) {
        Ok(()) => {
            // It has its final name now; there is nothing left to remove.
            let _ = unfinished.keep();
            Ok(Fate::New)
        }
        Err(rustix::io::Errno::EXIST) => {
            let fate = if path.exists() { Fate::Replaced } else { Fate::New };
            fs::rename(written, path)?;
            Ok(fate)
        }
        Err(errno) => Err(errno.into()),
    }
}
