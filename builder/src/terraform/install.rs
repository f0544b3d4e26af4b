//! Installing a provider where Terraform finds it by itself: `DIR/HOST/NAMESPACE/TYPE/VERSION/OS_ARCH/`, unpacked.
//!
//! That directory holds the one file and nothing else, as Terraform's checksum is of all files in it. It appears whole, by one
//! rename; a file of the same version with other content is replaced only on demand. Two that install take turns.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use psp_format::verify::Source;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::provider::ProviderPackage;
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::directory::{ClaimError, Directory, FindError, sync, temporary_name};
use crate::escaped;
use crate::interrupt::Interrupt;
use crate::output::OutputError;
use crate::package_file::{Copy, PackageError, PackageFile};

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
    #[error("interrupted")]
    Interrupted,
}

impl From<ClaimError> for InstallError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Interrupted => Self::Interrupted,
            ClaimError::Output(error) => Self::Output(error),
        }
    }
}

impl Diagnostic for InstallError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Package(error) => error.code(),
            Self::Output(error) => error.code(),
            Self::Other { .. } => &codes::TERRAFORM_VERSION_EXISTS,
            Self::Foreign { .. } | Self::Unreadable { .. } => &codes::TERRAFORM_INSTALL_FOREIGN,
            Self::Interrupted => &codes::INTERRUPTED,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Other { .. } => {
                "give the new one a version of its own; or --replace, which breaks lock files of this version"
                    .to_owned()
            }
            Self::Output(error) => error.help(),
            _ => self.code().advice(),
        }
    }
}

/// Installs a provider below `directory`, which is made if there is none.
pub fn install(
    package: &ProviderPackage,
    directory: &Path,
    replace: Replace,
    interrupt: &Interrupt,
) -> Result<Installed, InstallError> {
    let ProviderPackage { file, provider } = package;
    let address = &provider.address;
    let version = Path::new(address.host()).join(address.namespace()).join(address.kind());
    let version = version.join(provider.version.to_string());
    let directory = Directory::claim(directory, interrupt)?;
    let target = Target {
        file,
        place: version.join(provider.platform.to_string()),
        name: provider.file_name(),
        directory: &directory,
        interrupt,
    };
    let path = directory.shown(&target.path());
    let fate = target.compare(replace)?;
    if fate != Fate::Known {
        let failed = |source| OutputError::of(&path, source);
        directory.remove_left_overs(&version);
        let version = directory.make_directory(&version)?;
        let unfinished = Unfinished::new(&version).map_err(failed)?;
        target.copy(&unfinished)?;
        // It takes a while to reach the disk.
        interrupt.check().map_err(|_| InstallError::Interrupted)?;
        unfinished.publish(&provider.platform.to_string(), &target.name).map_err(failed)?;
    }
    directory.keep();
    Ok(Installed { path, fate })
}

/// A package, and where it shall be.
struct Target<'a> {
    file: &'a PackageFile,
    directory: &'a Directory,
    /// The directory that Terraform finds it in.
    place: PathBuf,
    name: String,
    interrupt: &'a Interrupt,
}

impl Target<'_> {
    fn path(&self) -> PathBuf {
        self.place.join(&self.name)
    }

    /// What is to become of what is there; an error if it may not become anything else.
    fn compare(&self, replace: Replace) -> Result<Fate, InstallError> {
        let shown = |path: &Path| self.directory.shown(path);
        if self
            .directory
            .find_directory(&self.place)
            .map_err(|error| fault(shown(&self.place), error))?
            .is_none()
        {
            return Ok(Fate::New);
        }
        if let Some(name) = self.directory.names(&self.place).into_iter().find(|name| *name != self.name) {
            return Err(InstallError::Foreign { path: shown(&self.place.join(name)) });
        }
        let installed =
            self.directory.open(&self.path()).map_err(|error| fault(shown(&self.path()), error))?;
        match installed.map(|installed| self.is_same(installed)).transpose()? {
            None => Ok(Fate::New),
            Some(true) => Ok(Fate::Known),
            Some(false) if replace == Replace::Other => Ok(Fate::Replaced),
            Some(false) => Err(InstallError::Other { path: shown(&self.path()) }),
        }
    }

    /// Whether the installed file is the package and can be run.
    fn is_same(&self, mut installed: File) -> Result<bool, InstallError> {
        let unreadable =
            |source| InstallError::Unreadable { path: self.directory.shown(&self.path()), source };
        let metadata = installed.metadata().map_err(unreadable)?;
        if metadata.len() != self.file.size() || metadata.mode() & 0o777 != 0o755 {
            return Ok(false);
        }
        let mut theirs = vec![0; BLOCK_BYTES as usize];
        let mut is_same = true;
        self.each_block(|block| {
            let theirs = &mut theirs[..block.len()];
            installed.read_exact(theirs).map_err(unreadable)?;
            is_same &= theirs == block;
            Ok(())
        })?;
        Ok(is_same)
    }

    /// Copies the package. What was written is verified as the package was: it could have changed since.
    fn copy(&self, unfinished: &Unfinished<'_>) -> Result<(), InstallError> {
        let failed =
            |source| InstallError::Output(OutputError::of(&self.directory.shown(&self.path()), source));
        let mut output = unfinished.create(&self.name).map_err(failed)?;
        self.each_block(|block| output.write_all(block).map_err(failed))?;
        let copy = Copy { file: &output, start: 0, size: self.file.size() };
        self.file.verify_copy(&self.file.verified()?, &copy)?;
        output.set_permissions(Permissions::from_mode(0o755)).map_err(failed)?;
        output.sync_all().map_err(failed)
    }

    fn each_block(
        &self,
        mut take: impl FnMut(&[u8]) -> Result<(), InstallError>,
    ) -> Result<(), InstallError> {
        let file = self.file;
        let mut buffer = vec![0; BLOCK_BYTES.min(file.size()) as usize];
        let mut offset = 0;
        while offset < file.size() {
            self.interrupt.check().map_err(|_| InstallError::Interrupted)?;
            let block = &mut buffer[..BLOCK_BYTES.min(file.size() - offset) as usize];
            let unreadable = |source| PackageError::Unreadable { path: file.path().to_owned(), source };
            file.read_at(offset, block).map_err(unreadable)?;
            take(block)?;
            offset += block.len() as u64;
        }
        Ok(())
    }
}

fn fault(path: PathBuf, error: FindError) -> InstallError {
    match error {
        FindError::Irregular => InstallError::Foreign { path },
        FindError::Io(source) => InstallError::Unreadable { path, source },
    }
}

/// A directory with the file, before it has its name: removed with this value. Terraform takes no notice of it, as its name is
/// no platform.
struct Unfinished<'v> {
    version: &'v File,
    name: OsString,
    handle: File,
}

impl<'v> Unfinished<'v> {
    fn new(version: &'v File) -> io::Result<Self> {
        let name = temporary_name()?;
        rustix::fs::mkdirat(version, &name, Mode::RWXU)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = File::from(rustix::fs::openat(version, &name, flags, Mode::empty())?);
        Ok(Self { version, name, handle })
    }

    fn create(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(File::from(rustix::fs::openat(&self.handle, name, flags, Mode::RUSR | Mode::WUSR)?))
    }

    /// Gives the directory its name; where there is one already, the file takes its place in it.
    fn publish(&self, platform: &str, name: &str) -> io::Result<()> {
        self.handle.set_permissions(Permissions::from_mode(0o755))?;
        sync(&self.handle)?;
        // Not every file system can rename without replacing; replaced is an empty directory at most.
        match rustix::fs::renameat(self.version, &self.name, self.version, platform) {
            Err(Errno::EXIST | Errno::NOTEMPTY) => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                let place = rustix::fs::openat(self.version, platform, flags, Mode::empty())?;
                rustix::fs::renameat(&self.handle, name, &place, name)?;
                sync(&File::from(place))?;
            }
            renamed => renamed?,
        }
        sync(self.version)
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        // It has another name by now, or the file in it does, or the work has failed.
        let _ = foundation::files::remove_tree_at(self.version, &self.name);
    }
}
