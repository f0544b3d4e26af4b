//! A file that is written beside its place in a [`Directory`] and gets its name when it is whole.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::{Directory, split};
use crate::output::OutputError;

/// What begins and ends the names of files and directories that are not whole yet.
const BEGIN: &str = ".psp-";
const END: &str = ".new";
/// Digits between them.
const DIGITS: usize = 16;

/// A file that is being written: removed with this value, unless it was published.
#[derive(Debug)]
pub(crate) struct Unfinished<'d> {
    directory: &'d Directory,
    relative: PathBuf,
    temporary: PathBuf,
    is_published: bool,
}

impl<'d> Unfinished<'d> {
    /// Writes a whole file and brings it to the disk. It has no name that anybody looks for, and is its writer's alone.
    pub(crate) fn write<E: From<OutputError>>(
        directory: &'d Directory,
        relative: &Path,
        fill: impl FnOnce(&File) -> Result<(), E>,
    ) -> Result<Self, E> {
        let failed = |source| OutputError::of(&directory.shown(relative), source);
        let (above, _) = split(relative);
        let parent = directory.make_directory(above)?;
        let name = temporary_name().map_err(failed)?;
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&parent, &name, flags, Mode::RUSR | Mode::WUSR);
        let file = File::from(file.map_err(|errno| failed(errno.into()))?);
        let temporary = above.join(name);
        let unfinished = Self { directory, relative: relative.to_owned(), temporary, is_published: false };
        fill(&file)?;
        file.set_permissions(Permissions::from_mode(0o644)).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        Ok(unfinished)
    }

    /// Writes a small file.
    pub(crate) fn of<E: From<OutputError>>(
        directory: &'d Directory,
        relative: &Path,
        bytes: &[u8],
    ) -> Result<Self, E> {
        let failed = |source| OutputError::of(&directory.shown(relative), source).into();
        Self::write(directory, relative, |mut file| file.write_all(bytes).map_err(failed))
    }

    /// Gives it its name, in place of what has that name.
    pub(crate) fn publish(mut self) -> Result<(), OutputError> {
        let failed = |source: io::Error| OutputError::of(&self.directory.shown(&self.relative), source);
        let (above, name) = split(&self.relative);
        let parent = self.directory.make_directory(above)?;
        let (_, temporary) = split(&self.temporary);
        rustix::fs::renameat(&parent, temporary, &parent, name).map_err(|errno| failed(errno.into()))?;
        let synced = sync(&parent).map_err(failed);
        self.is_published = true;
        synced
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.is_published {
            self.directory.remove_file(&self.temporary);
        }
    }
}

/// Brings the names in a directory to the disk.
pub(crate) fn sync(directory: &File) -> io::Result<()> {
    match directory.sync_all() {
        // Some file systems cannot do it; the name is there all the same.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            Ok(())
        }
        done => done,
    }
}

/// A name for what is not whole yet.
pub(crate) fn temporary_name() -> io::Result<OsString> {
    let mut random = [0; DIGITS / 2];
    getrandom::fill(&mut random).map_err(|_| io::Error::other("the system gives no random bytes"))?;
    Ok(format!("{BEGIN}{:0DIGITS$x}{END}", u64::from_ne_bytes(random)).into())
}

/// Whether a name is one of [`temporary_name`]'s. Nobody else's file is taken for one.
pub(crate) fn is_left_over(name: &str) -> bool {
    let digits = name.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    digits.is_some_and(|digits| {
        digits.len() == DIGITS && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}
