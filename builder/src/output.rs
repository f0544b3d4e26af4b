//! Files that are there whole or not at all: written beside their final name, renamed when they are right.
//!
//! A [`PendingFile`] can be read back before it gets its name, as packages are; dropping it removes what was written. What is
//! written in one go, such as keys, goes through [`write()`]. What a writer that was killed has left, the next one of the same
//! file removes.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use foundation::files::{AtomicWrite, WriteError};
use tempfile::{Builder, NamedTempFile, TempDir};

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;

mod left_over;

/// A file that is being written.
#[derive(Debug)]
pub struct PendingFile {
    file: NamedTempFile,
    path: PathBuf,
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// A directory is where the file shall be.
    #[error("{} is a directory", path.display())]
    IsDirectory {
        /// The output.
        path: PathBuf,
    },
    /// Something that is no regular file is where the file shall be.
    #[error("{} exists and is not a regular file", path.display())]
    NotRegular {
        /// The output.
        path: PathBuf,
    },
    /// The path does not end in a name.
    #[error("{} does not name a file", path.display())]
    NoName {
        /// The output.
        path: PathBuf,
    },
    /// The directory that it shall be in is missing.
    #[error("the directory {} does not exist", path.display())]
    NoDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// Something else is where a directory shall be.
    #[error("{} is not a directory", path.display())]
    NotDirectory {
        /// What is there.
        path: PathBuf,
    },
    /// There is already a file that must not be replaced.
    #[error("{} exists already", path.display())]
    Exists {
        /// The output.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("no space is left to write {}", path.display())]
    DiskFull {
        /// The output.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The system refuses.
    #[error("{} cannot be written", path.display())]
    Write {
        /// The output.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl PendingFile {
    /// Begins a file that shall have this path; readable and writable by its owner alone until it is published.
    pub fn create(path: &Path) -> Result<Self, OutputError> {
        let file = beside(path, |builder, directory| {
            let file = builder.tempfile_in(directory)?;
            Ok(left_over::hold(file.as_file(), file.path()).then_some(file))
        })?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// The file, for reading and writing.
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Gives the file its mode and its name, replacing what has that name.
    pub fn publish(self, mode: u32) -> Result<(), OutputError> {
        let Self { file, path } = self;
        let done = file.as_file().set_permissions(Permissions::from_mode(mode));
        let done = done.and_then(|()| file.persist(&path).map_err(|error| error.error));
        done.map(|_| ()).map_err(|source| OutputError::of(&path, source))
    }

    /// What went wrong while it was written.
    pub fn error(&self, source: io::Error) -> OutputError {
        OutputError::of(&self.path, source)
    }
}

/// A directory beside the place of a file, to make the file in; removed when it is dropped.
#[derive(Debug)]
pub(crate) struct PendingDirectory {
    /// Its path.
    pub(crate) directory: TempDir,
    /// Says that it is somebody's.
    _handle: File,
}

impl PendingDirectory {
    /// Makes one for a file that shall have this path.
    pub(crate) fn create(path: &Path) -> Result<Self, OutputError> {
        beside(path, |builder, directory| {
            let directory = builder.tempdir_in(directory)?;
            let handle = match File::open(directory.path()) {
                // It was taken for what somebody has left.
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                opened => opened?,
            };
            Ok(left_over::hold(&handle, directory.path()).then_some(Self { directory, _handle: handle }))
        })
    }
}

/// Makes something with a temporary name beside a file's place, until it is not taken for a left over by another one.
fn beside<T>(
    path: &Path,
    make: impl Fn(&Builder<'_, '_>, &Path) -> io::Result<Option<T>>,
) -> Result<T, OutputError> {
    let name = check_place(path)?;
    let directory = directory_of(path);
    left_over::remove(directory, name);
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(".new");
    loop {
        let made = make(&builder, directory).map_err(|source| OutputError::of(path, source))?;
        if let Some(made) = made {
            return Ok(made);
        }
    }
}

/// Writes a small file in one go and onto the disk; one that is there is replaced.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), OutputError> {
    put(path, bytes, AtomicWrite::new(path).mode(mode))
}

/// The same, but fails if something has that name.
pub fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), OutputError> {
    put(path, bytes, AtomicWrite::new(path).mode(mode).create_new())
}

fn put(path: &Path, bytes: &[u8], write: AtomicWrite) -> Result<(), OutputError> {
    check_place(path)?;
    write.write(bytes).map_err(|WriteError { source, .. }| OutputError::of(path, source))
}

/// Whether a file can have this path: it is free or a regular file's, in a directory that is there. Gives its name.
pub fn check_place(path: &Path) -> Result<&std::ffi::OsStr, OutputError> {
    let owned = || path.to_owned();
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(OutputError::IsDirectory { path: owned() }),
        Ok(metadata) if !metadata.is_file() => return Err(OutputError::NotRegular { path: owned() }),
        _ => {}
    }
    let directory = directory_of(path);
    if !directory.is_dir() {
        return Err(OutputError::NoDirectory { path: directory.to_owned() });
    }
    path.file_name().ok_or_else(|| OutputError::NoName { path: owned() })
}

pub(crate) fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl OutputError {
    /// There is no room for temporary files.
    pub fn temporary(source: io::Error) -> Self {
        Self::of(&std::env::temp_dir(), source)
    }

    /// Why files cannot be put into a directory.
    pub(crate) fn of_directory(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            // Something else is there, or further up.
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                Self::NotDirectory { path: path.to_owned() }
            }
            _ => Self::of(path, source),
        }
    }

    pub(crate) fn of(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path, source },
            io::ErrorKind::AlreadyExists => Self::Exists { path },
            _ => Self::Write { path, source },
        }
    }
}

impl Diagnostic for OutputError {
    fn code(&self) -> &'static Code {
        match self {
            Self::DiskFull { .. } => &codes::DISK_FULL,
            Self::Write { .. } => &codes::OUTPUT_WRITE,
            _ => &codes::OUTPUT_INVALID,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::NotDirectory { .. } => "name a directory, or a place where one can be made".to_owned(),
            _ => self.code().advice(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn whole_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        let pending = PendingFile::create(&path).unwrap();
        pending.file().write_all(b"half").unwrap();
        drop(pending);
        assert!(names(directory.path()).is_empty());
        for content in ["one", "two"] {
            let pending = PendingFile::create(&path).unwrap();
            pending.file().write_all(content.as_bytes()).unwrap();
            pending.publish(0o755).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o755);
        assert_eq!(names(directory.path()), ["out"]);
    }

    #[test]
    fn what_was_left_goes_and_what_is_held_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out");
        let held = [PendingFile::create(&path).unwrap(), PendingFile::create(&path).unwrap()];
        let made = PendingDirectory::create(&path).unwrap();
        fs::write(directory.path().join(".out.aB3dE6.new"), "half").unwrap();
        fs::create_dir_all(directory.path().join(".out.aB3dE7.new/deep")).unwrap();
        let kept = [".other.aB3dE6.new", ".out.aB3dE.new", ".out.new", "out.aB3dE6.new"];
        for name in kept {
            fs::write(directory.path().join(name), "mine").unwrap();
        }
        drop(PendingFile::create(&path).unwrap());
        assert_eq!(names(directory.path()).len(), kept.len() + 3);
        assert!(held.iter().all(|held| held.file.path().exists()) && made.directory.path().exists());
        drop((held, made));
        assert_eq!(names(directory.path()), kept);
    }

    #[test]
    fn small_files_in_one_go() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        write_new(&path, b"secret", 0o600).unwrap();
        assert!(matches!(write_new(&path, b"other", 0o600), Err(OutputError::Exists { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "secret");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        write(&path, b"other", 0o644).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "other");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o644);
        assert!(matches!(write(directory.path(), b"", 0o644), Err(OutputError::IsDirectory { .. })));
        assert_eq!(names(directory.path()), ["key"]);
    }

    #[test]
    fn places_that_cannot_be_written() {
        let directory = tempfile::tempdir().unwrap();
        let check = |path: &Path, expected: &str| match PendingFile::create(path) {
            Ok(_) => panic!("{} was accepted", path.display()),
            Err(error) => assert_eq!(error.to_string(), expected),
        };
        let shown = directory.path().display();
        check(directory.path(), &format!("{shown} is a directory"));
        check(&directory.path().join("no/out"), &format!("the directory {shown}/no does not exist"));
        check(Path::new("/dev/null"), "/dev/null exists and is not a regular file");
        check(Path::new(""), " does not name a file");
        assert!(names(directory.path()).is_empty());
    }
}
