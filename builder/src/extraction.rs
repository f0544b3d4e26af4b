//! Extraction of slots to a directory of the user's: verified content only, each slot there whole or not at all.
//!
//! A slot is written into a new directory that nobody else may enter, beside its final name; links come last, when no file is
//! written through a path any more; then one rename, which replaces nothing. Must never write outside that directory.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use psp_format::Verified;
use psp_format::frame::Table;
use psp_format::index::{Index, Node};
use psp_format::verify::Sink;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags};
use rustix::io::Errno;
use tempfile::TempDir;

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::escaped;
use crate::interrupt::Interrupt;
use crate::package_file::{PackageError, PackageFile};

const DIRECTORY_MODE: u32 = 0o755;
const PROGRAM_MODE: u32 = 0o755;
const FILE_MODE: u32 = 0o644;
/// While a slot is written, nobody else gets in.
const UNFINISHED_MODE: u32 = 0o700;

/// Why a slot could not be extracted. Nothing is left of it then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum ExtractError {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error("{} exists already", escaped::path(path))]
    Exists { path: PathBuf },
    #[error("{} cannot be written", escaped::path(path))]
    Write { path: PathBuf, source: io::Error },
    #[error("no space is left to write {}", escaped::path(path))]
    DiskFull { path: PathBuf, source: io::Error },
    #[error("interrupted")]
    Interrupted,
}

impl ExtractError {
    fn of(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path, source },
            io::ErrorKind::AlreadyExists => Self::Exists { path },
            _ => Self::Write { path, source },
        }
    }
}

impl Diagnostic for ExtractError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Package(error) => error.code(),
            Self::Exists { .. } => &codes::EXTRACT_EXISTS,
            Self::Write { .. } => &codes::EXTRACT_WRITE,
            Self::DiskFull { .. } => &codes::DISK_FULL,
            Self::Interrupted => &codes::INTERRUPTED,
        }
    }
}

/// A slot that was extracted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// The slot's id.
    pub id: String,
    /// Its directory.
    pub path: PathBuf,
    /// Entries that were written.
    pub entries: usize,
    /// Bytes of their content.
    pub size: u64,
}

/// Extracts the slot of this id to `directory`/ID.
pub fn extract(
    file: &PackageFile,
    package: &Verified<'_>,
    id: &str,
    directory: &Path,
    interrupt: &Interrupt,
) -> Result<Extracted, ExtractError> {
    let number = file.slot_number(package, id)?;
    let slot = &package.manifest.slots[number];
    let path = directory.join(slot.id);
    if fs::symlink_metadata(&path).is_ok() {
        return Err(ExtractError::Exists { path });
    }
    let failed = |source| ExtractError::of(&path, source);
    DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(directory).map_err(failed)?;
    let unfinished = unfinished(directory, slot.id).map_err(failed)?;
    let root = open_directory(unfinished.path()).map_err(failed)?;
    let mut tree = Tree { root, path: &path, interrupt, plan: Plan::default(), open: None, failure: None };
    let verified = file.verify_slot(package, number, &mut tree);
    match (tree.failure.take(), verified) {
        (Some(failure), _) => return Err(failure),
        (None, verified) => verified?,
    }
    let entries = tree.finish()?;
    publish(unfinished.path(), &path).map_err(failed)?;
    // It has its final name now; there is nothing left to remove.
    let _ = unfinished.keep();
    Ok(Extracted { id: slot.id.to_owned(), path: path.clone(), entries, size: slot.content.data_size })
}

/// Gives a directory its name, which must be free.
fn publish(unfinished: &Path, path: &Path) -> io::Result<()> {
    match rustix::fs::renameat_with(CWD, unfinished, CWD, path, RenameFlags::NOREPLACE) {
        // A file system that cannot say so: what has the name meanwhile is replaced only if it is an empty directory.
        Err(Errno::INVAL | Errno::NOSYS) if fs::symlink_metadata(path).is_err() => {
            fs::rename(unfinished, path)
        }
        renamed => Ok(renamed?),
    }
}

fn unfinished(directory: &Path, id: &str) -> io::Result<TempDir> {
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(UNFINISHED_MODE);
    tempfile::Builder::new()
        .prefix(&format!(".{id}."))
        .suffix(".new")
        .permissions(permissions)
        .tempdir_in(directory)
}

fn open_directory(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

/// What is left to do when all files are written.
#[derive(Debug, Default)]
struct Plan {
    entries: usize,
    directories: Vec<Vec<u8>>,
    files: Vec<Option<(Vec<u8>, u32)>>,
    symlinks: Vec<(Vec<u8>, Vec<u8>)>,
    hardlinks: Vec<(Vec<u8>, Vec<u8>)>,
}

/// A slot's tree while it is written.
struct Tree<'a> {
    root: OwnedFd,
    path: &'a Path,
    interrupt: &'a Interrupt,
    plan: Plan,
    /// The file that is being written, with the number of its entry.
    open: Option<(u32, File)>,
    /// Why the work was stopped.
    failure: Option<ExtractError>,
}

impl Tree<'_> {
    /// Stops the verification; the reason is kept here.
    fn stop(&mut self, failure: ExtractError) -> io::Error {
        self.failure = Some(failure);
        io::Error::other("stopped")
    }

    fn begin(&mut self, index: &Index<'_>) -> io::Result<()> {
        for entry in &index.entries {
            let path = entry.path.to_vec();
            let file = match entry.node {
                Node::Directory => {
                    rustix::fs::mkdirat(&self.root, &*path, Mode::from_raw_mode(UNFINISHED_MODE))?;
                    self.plan.directories.push(path);
                    None
                }
                Node::File { executable, size, .. } => {
                    let mode = if executable { PROGRAM_MODE } else { FILE_MODE };
                    if size == 0 {
                        create(&self.root, &path, mode)?;
                    }
                    Some((path, mode))
                }
                Node::Symlink { target } => {
                    self.plan.symlinks.push((path, target.to_vec()));
                    None
                }
                Node::Hardlink { entry } => {
                    let earlier = index.entries.get(entry as usize).map(|entry| entry.path.to_vec());
                    self.plan.hardlinks.push((path, earlier.unwrap_or_default()));
                    None
                }
            };
            self.plan.files.push(file);
        }
        self.plan.entries = index.entries.len();
        Ok(())
    }

    fn write(&mut self, entry: u32, bytes: &[u8]) -> io::Result<()> {
        let mut file = match self.open.take() {
            Some((number, file)) if number == entry => file,
            _ => {
                let planned = self.plan.files.get(entry as usize).and_then(Option::as_ref);
                let (path, mode) = planned.ok_or(io::ErrorKind::InvalidInput)?;
                create(&self.root, path, *mode)?
            }
        };
        file.write_all(bytes)?;
        self.open = Some((entry, file));
        Ok(())
    }

    /// Makes the links, and gives the directories their modes. Comes back with the number of entries.
    fn finish(mut self) -> Result<usize, ExtractError> {
        drop(self.open.take());
        self.link().map_err(|source| ExtractError::of(self.path, source))?;
        Ok(self.plan.entries)
    }

    fn link(&self) -> io::Result<()> {
        let root = self.root.as_fd();
        for (path, earlier) in &self.plan.hardlinks {
            rustix::fs::linkat(root, &**earlier, root, &**path, AtFlags::empty())?;
        }
        for (path, target) in &self.plan.symlinks {
            rustix::fs::symlinkat(&**target, root, &**path)?;
        }
        let mode = Mode::from_raw_mode(DIRECTORY_MODE);
        for path in self.plan.directories.iter().rev() {
            rustix::fs::chmodat(root, &**path, mode, AtFlags::empty())?;
        }
        Ok(rustix::fs::fchmod(root, mode)?)
    }
}

/// A new file of this mode, whatever the umask.
fn create(root: &OwnedFd, path: &[u8], mode: u32) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::openat(root, path, flags, Mode::from_raw_mode(0o600))?;
    rustix::fs::fchmod(&file, Mode::from_raw_mode(mode))?;
    Ok(File::from(file))
}

impl Sink<io::Error> for Tree<'_> {
    fn slot(&mut self, _slot: u16, _table: &Table, index: &Index<'_>) -> Result<(), io::Error> {
        let path = self.path;
        self.begin(index).map_err(|source| self.stop(ExtractError::of(path, source)))
    }

    fn data(&mut self, _slot: u16, entry: u32, bytes: &[u8]) -> Result<(), io::Error> {
        if self.interrupt.check().is_err() {
            return Err(self.stop(ExtractError::Interrupted));
        }
        let path = self.path;
        self.write(entry, bytes).map_err(|source| self.stop(ExtractError::of(path, source)))
    }
}
