//! A directory that others may have filled: its files are read and written below it and over no link.
//!
//! Whoever claims it holds its lock and is the only psp that writes there. All paths are relative to the directory and made of
//! plain names; they are looked up from its descriptor, so that neither a link nor a directory that somebody exchanges leads
//! out of it, and a named pipe makes nobody wait. A file is written beside its place ([`Unfinished`]) and gets its name when it
//! is whole. What a claim has made and did not [`Directory::keep`] is removed again, as far as it is empty. Start with
//! [`Directory::claim`].

use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use foundation::files::remove_tree_at;
use rustix::fs::{AtFlags, Dir, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use sha2::{Digest, Sha256};

use crate::interrupt::Interrupt;
use crate::output::OutputError;
use crate::terraform::archive::hex;

mod unfinished;

use unfinished::is_left_over;
pub(crate) use unfinished::{Unfinished, sync, temporary_name};

/// How much is read at once.
const BLOCK_BYTES: usize = 1 << 20;
/// How long somebody who waits for a lock does not look at it.
const PAUSE_MAX: Duration = Duration::from_millis(50);

/// A directory and the lock on it.
#[derive(Debug)]
pub(crate) struct Directory {
    handle: File,
    path: PathBuf,
    /// Directories that were made and are not to stay if the work fails, outer ones first.
    made: RefCell<Vec<PathBuf>>,
}

/// Why a directory cannot be written to.
#[derive(Debug)]
pub(crate) enum ClaimError {
    /// The system refuses.
    Output(OutputError),
    /// Somebody wanted the end while another process was writing there.
    Interrupted,
}

impl From<OutputError> for ClaimError {
    fn from(error: OutputError) -> Self {
        Self::Output(error)
    }
}

/// Why what is there cannot be read.
#[derive(Debug)]
pub(crate) enum FindError {
    /// It is no regular file, or there is a link or something else on the way to it.
    Irregular,
    /// The system refuses.
    Io(io::Error),
}

impl Directory {
    /// Makes the directory if there is none, and waits until nobody else writes there.
    pub(crate) fn claim(path: &Path, interrupt: &Interrupt) -> Result<Self, ClaimError> {
        let failed = |source: io::Error| OutputError::of_directory(path, source);
        if path.as_os_str().is_empty() {
            return Err(failed(io::ErrorKind::NotFound.into()).into());
        }
        loop {
            let made = make(path).map_err(failed)?;
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let handle = match rustix::fs::open(path, flags, Mode::empty()) {
                // Whoever made it has failed, and removed it.
                Err(Errno::NOENT) => continue,
                opened => File::from(opened.map_err(|errno| failed(errno.into()))?),
            };
            let directory = Self { handle, path: path.to_owned(), made: RefCell::default() };
            directory.lock(interrupt)?;
            if directory.is_still_there().map_err(failed)? {
                // Only now are they this writer's to remove: another one could have found the directory and be writing in it.
                directory.made.replace(made);
                return Ok(directory);
            }
        }
    }

    fn lock(&self, interrupt: &Interrupt) -> Result<(), ClaimError> {
        let mut pause = Duration::from_millis(1);
        loop {
            match self.handle.try_lock() {
                Ok(()) => return Ok(()),
                // A lock that is waited for in the kernel would not see that somebody wants the end.
                Err(TryLockError::WouldBlock) => {
                    interrupt.check().map_err(|_| ClaimError::Interrupted)?;
                    std::thread::sleep(pause);
                }
                Err(TryLockError::Error(source)) => {
                    return Err(OutputError::of_directory(&self.path, source).into());
                }
            }
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Whether its path still leads to it: another one may have removed it while we waited.
    fn is_still_there(&self) -> io::Result<bool> {
        let ours = self.handle.metadata()?;
        match fs::metadata(&self.path) {
            Ok(found) => Ok((found.dev(), found.ino()) == (ours.dev(), ours.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Where something in it is, for people.
    pub(crate) fn shown(&self, relative: &Path) -> PathBuf {
        self.path.join(relative)
    }

    /// The directories that were made stay.
    pub(crate) fn keep(&self) {
        self.made.borrow_mut().clear();
    }

    /// A regular file, if there is one.
    pub(crate) fn open(&self, relative: &Path) -> Result<Option<File>, FindError> {
        match open_below(&self.handle, relative) {
            Ok(file) => Ok(Some(file)),
            Err(FindError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What a file holds, if there is one; at most one byte more than `max_bytes`.
    pub(crate) fn read(&self, relative: &Path, max_bytes: u64) -> Result<Option<Vec<u8>>, FindError> {
        let Some(file) = self.open(relative)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(max_bytes + 1).read_to_end(&mut bytes).map_err(FindError::Io)?;
        Ok(Some(bytes))
    }

    /// Whether a file has this size and this SHA-256 in hexadecimal digits, if there is one. One of another size is not read.
    pub(crate) fn is_same(
        &self,
        relative: &Path,
        size: u64,
        sha256: &str,
    ) -> Result<Option<bool>, FindError> {
        let Some(mut file) = self.open(relative)? else { return Ok(None) };
        let mut left = file.metadata().map_err(FindError::Io)?.len();
        if left != size {
            return Ok(Some(false));
        }
        let mut buffer = vec![0; BLOCK_BYTES.min(left as usize)];
        let mut found = Sha256::new();
        while left > 0 {
            let block = &mut buffer[..BLOCK_BYTES.min(left as usize)];
            match file.read_exact(block) {
                // It has become shorter.
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Some(false)),
                read => read.map_err(FindError::Io)?,
            }
            found.update(&*block);
            left -= block.len() as u64;
        }
        Ok(Some(hex(&found.finalize()) == sha256))
    }

    /// A directory below it, if there is one.
    pub(crate) fn find_directory(&self, relative: &Path) -> Result<Option<File>, FindError> {
        match self.descend(relative, |_, _, _| Err(Errno::NOENT)) {
            Ok(found) => Ok(Some(found)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(FindError::of(errno)),
        }
    }

    /// A directory below it, which is made if there is none.
    pub(crate) fn make_directory(&self, relative: &Path) -> Result<File, OutputError> {
        let made = self.descend(relative, |parent, name, path| {
            match rustix::fs::mkdirat(parent, name, Mode::from_raw_mode(0o777)) {
                Ok(()) => self.made.borrow_mut().push(self.shown(path)),
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno),
            }
            Ok(())
        });
        made.map_err(|errno| OutputError::of_directory(&self.shown(relative), errno.into()))
    }

    /// Opens one directory after the other; what is missing is a matter for `miss`.
    fn descend(
        &self,
        relative: &Path,
        mut miss: impl FnMut(&File, &OsStr, &Path) -> Result<(), Errno>,
    ) -> Result<File, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = |parent: &File, name: &OsStr| rustix::fs::openat(parent, name, flags, Mode::empty());
        let mut here = File::from(rustix::fs::openat(&self.handle, ".", flags, Mode::empty())?);
        let mut path = PathBuf::new();
        for component in relative.components() {
            let Component::Normal(name) = component else { return Err(Errno::INVAL) };
            path.push(name);
            let found = match open(&here, name) {
                Err(Errno::NOENT) => {
                    miss(&here, name, &path)?;
                    open(&here, name)
                }
                found => found,
            };
            here = File::from(found?);
        }
        Ok(here)
    }

    /// The names in a directory below it; none where there is none, or where it cannot be read.
    pub(crate) fn names(&self, relative: &Path) -> Vec<String> {
        let directory = self.find_directory(relative).ok().flatten();
        let entries = directory.and_then(|directory| Dir::read_from(&directory).ok()).into_iter().flatten();
        let name = |entry: rustix::fs::DirEntry| entry.file_name().to_str().ok().map(str::to_owned);
        entries.flatten().filter_map(name).filter(|name| name != "." && name != "..").collect()
    }

    /// Removes a file. What cannot be removed stays.
    pub(crate) fn remove_file(&self, relative: &Path) {
        let (directory, name) = split(relative);
        if let Ok(Some(directory)) = self.find_directory(directory) {
            let _ = rustix::fs::unlinkat(&directory, name, AtFlags::empty());
        }
    }

    /// Removes what writers that were killed have left in a directory: the lock says that nobody is writing it.
    pub(crate) fn remove_left_overs(&self, relative: &Path) {
        let left_overs: Vec<String> =
            self.names(relative).into_iter().filter(|name| is_left_over(name)).collect();
        if let (false, Ok(Some(directory))) = (left_overs.is_empty(), self.find_directory(relative)) {
            for name in left_overs {
                // What stays is no harm, and the next writer tries again.
                let _ = remove_tree_at(&directory, name);
            }
        }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        for path in self.made.borrow_mut().drain(..).rev() {
            // One in which there is something stays.
            let _ = fs::remove_dir(path);
        }
    }
}

impl FindError {
    fn of(errno: Errno) -> Self {
        match errno {
            // A link, or a file where a directory must be. A socket cannot be opened at all.
            Errno::LOOP | Errno::NOTDIR | Errno::NXIO | Errno::XDEV => Self::Irregular,
            errno => Self::Io(errno.into()),
        }
    }
}

/// Opens a regular file below a directory, over no link.
pub(crate) fn open_below(directory: impl AsFd, relative: &Path) -> Result<File, FindError> {
    // A named pipe must not make us wait.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let file = rustix::fs::openat2(directory, relative, flags, Mode::empty(), resolve);
    let file = File::from(file.map_err(FindError::of)?);
    match file.metadata() {
        Ok(metadata) if metadata.is_file() => Ok(file),
        Ok(_) => Err(FindError::Irregular),
        Err(error) => Err(FindError::Io(error)),
    }
}

/// Makes a directory and those above it; comes back with those that were missing, outer ones first.
fn make(path: &Path) -> io::Result<Vec<PathBuf>> {
    let is_missing = |path: &&Path| {
        !path.as_os_str().is_empty()
            && path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    };
    let mut missing: Vec<PathBuf> = path.ancestors().take_while(is_missing).map(Path::to_owned).collect();
    missing.reverse();
    fs::create_dir_all(path)?;
    Ok(missing)
}

/// The directory of a file, and its name there.
fn split(relative: &Path) -> (&Path, &OsStr) {
    (relative.parent().unwrap_or(Path::new("")), relative.file_name().unwrap_or_default())
}

#[cfg(test)]
mod tests;
