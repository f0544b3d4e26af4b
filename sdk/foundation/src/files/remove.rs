//! Removing a directory tree, and nothing outside of it.

use crate::failure::Coded;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Directories open at once. What is deeper is first moved up to the top of the tree, so that neither
/// descriptors nor stack grow with a hostile tree's depth.
const DEPTH_MAX: usize = 32;

/// A tree that was not, or not wholly, removed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoveError {
    /// The path is one that is never meant: the root, empty, or ending in `..` or `.`.
    #[error("refused to remove {}", path.display())]
    Refused {
        /// The path as given.
        path: PathBuf,
    },
    /// Another file system is mounted there.
    #[error("refused to remove {}: another file system is mounted there", path.display())]
    MountPoint {
        /// The mount point.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot remove {}", path.display())]
    Io {
        /// The entry it was about.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl Coded for RemoveError {
    fn code(&self) -> &'static str {
        "file-remove"
    }
}

/// Removes the file or the whole tree at `path`; whether there was one.
///
/// A symbolic link, at the top or below, is removed and never followed: every directory is opened from its
/// parent's descriptor without following, so renaming things underneath changes nothing. Read-only directories
/// are made writable. Mount points are refused. What appears while it runs is removed too.
pub fn remove_tree(path: impl AsRef<Path>) -> Result<bool, RemoveError> {
    let path = path.as_ref();
    let refused = || RemoveError::Refused { path: path.into() };
    let name = path.file_name().ok_or_else(refused)?;
    if path.as_os_str().as_bytes().ends_with(b"/.") {
        return Err(refused());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |errno: Errno| RemoveError::Io { path: path.into(), source: errno.into() };
    let parent = match rustix::fs::open(parent, FOLDER & !OFlags::NOFOLLOW, Mode::empty()) {
        Err(Errno::NOENT) => return Ok(false),
        opened => opened.map_err(failed)?,
    };
    let name = CString::new(name.as_bytes()).map_err(|_| refused())?;
    remove_named(parent.as_fd(), &name, path)
}

/// The same for the entry `name` of an open directory: nothing above it is looked up again, so it does not matter
/// who renames what there meanwhile.
pub fn remove_tree_at(parent: impl AsFd, name: impl AsRef<Path>) -> Result<bool, RemoveError> {
    let path = name.as_ref();
    let refused = || RemoveError::Refused { path: path.into() };
    if path.file_name().map(OsStrExt::as_bytes) != Some(path.as_os_str().as_bytes()) {
        return Err(refused());
    }
    let name = CString::new(path.as_os_str().as_bytes()).map_err(|_| refused())?;
    remove_named(parent.as_fd(), &name, path)
}

fn remove_named(parent: BorrowedFd<'_>, name: &CStr, path: &Path) -> Result<bool, RemoveError> {
    let failed = |errno: Errno| RemoveError::Io { path: path.into(), source: errno.into() };
    match rustix::fs::unlinkat(parent, name, AtFlags::empty()) {
        Ok(()) => return Ok(true),
        Err(Errno::NOENT) => return Ok(false),
        // Linux says EISDIR for a directory, others EPERM.
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(errno) => return Err(failed(errno)),
    }
    let top = Level::open(parent, name, path)?;
    Remover { device: top.device, path: path.into(), stack: vec![top], moved: 0 }.empty()?;
    rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR).map_err(failed)?;
    Ok(true)
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A directory being emptied, and its name in its parent.
struct Level {
    folder: OwnedFd,
    name: CString,
    device: u64,
    /// Subdirectories found and not yet removed.
    below: Vec<CString>,
}

impl Level {
    fn open(parent: BorrowedFd<'_>, name: &CStr, shown: &Path) -> Result<Level, RemoveError> {
        let failed = |errno: Errno| RemoveError::Io { path: shown.into(), source: errno.into() };
        let folder = match rustix::fs::openat(parent, name, FOLDER, Mode::empty()) {
            Err(Errno::ACCESS) => {
                rustix::fs::chmodat(parent, name, Mode::RWXU, AtFlags::empty()).map_err(failed)?;
                rustix::fs::openat(parent, name, FOLDER, Mode::empty()).map_err(failed)?
            }
            opened => opened.map_err(failed)?,
        };
        let stat = rustix::fs::fstat(&folder).map_err(failed)?;
        if stat.st_mode & 0o700 != 0o700 {
            rustix::fs::fchmod(&folder, Mode::RWXU).map_err(failed)?;
        }
        Ok(Level { folder, name: name.to_owned(), device: device(&stat), below: Vec::new() })
    }

    /// Unlinks every entry that is no directory, notes those that are; whether anything was there.
    fn sweep(&mut self, shown: &Path) -> Result<bool, RemoveError> {
        let failed = |errno: Errno| RemoveError::Io { path: shown.into(), source: errno.into() };
        let mut found = false;
        for entry in Dir::read_from(&self.folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            found = true;
            if entry.file_type() == FileType::Directory {
                self.below.push(name.to_owned());
                continue;
            }
            match rustix::fs::unlinkat(&self.folder, name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(Errno::ISDIR | Errno::PERM) if is_folder(&self.folder, name) => {
                    self.below.push(name.to_owned())
                }
                Err(errno) => {
                    return Err(RemoveError::Io { path: shown.join(shown_name(name)), source: errno.into() });
                }
            }
        }
        Ok(found)
    }
}

struct Remover {
    device: u64,
    path: PathBuf,
    stack: Vec<Level>,
    moved: u64,
}

impl Remover {
    /// Empties the top level of the stack, depth first.
    fn empty(&mut self) -> Result<(), RemoveError> {
        while let Some(depth) = self.stack.len().checked_sub(1) {
            let shown = self.shown();
            let next = match self.stack[depth].below.pop() {
                Some(name) => Some(name),
                None if self.stack[depth].sweep(&shown)? => self.stack[depth].below.pop(),
                None => {
                    self.leave(depth, &shown)?;
                    continue;
                }
            };
            if let Some(name) = next {
                self.enter(depth, &name, &shown)?;
            }
        }
        Ok(())
    }

    fn enter(&mut self, depth: usize, name: &CStr, shown: &Path) -> Result<(), RemoveError> {
        let shown = shown.join(shown_name(name));
        if depth + 1 >= DEPTH_MAX && self.lift(depth, name) {
            return Ok(());
        }
        match Level::open(self.stack[depth].folder.as_fd(), name, &shown) {
            Ok(level) if level.device != self.device => Err(RemoveError::MountPoint { path: shown }),
            Ok(level) => {
                self.stack.push(level);
                Ok(())
            }
            // Gone, or replaced by something that is no directory: the next sweep sees what is there now.
            Err(RemoveError::Io { source, .. }) if is_race(&source) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Moves a deep directory to the top of the tree, under a name not in use there.
    fn lift(&mut self, depth: usize, name: &CStr) -> bool {
        for _ in 0..16 {
            self.moved += 1;
            let Ok(lifted) = CString::new(format!(".lifted-{}-{}", std::process::id(), self.moved)) else {
                return false;
            };
            let (from, top) = (&self.stack[depth].folder, &self.stack[0].folder);
            match rustix::fs::renameat(from, name, top, &lifted) {
                Ok(()) => {
                    self.stack[0].below.push(lifted);
                    return true;
                }
                Err(Errno::EXIST | Errno::NOTEMPTY) => {}
                Err(_) => return false,
            }
        }
        false
    }

    /// Closes an empty level and removes it from its parent; the top one stays for the caller.
    fn leave(&mut self, depth: usize, shown: &Path) -> Result<(), RemoveError> {
        let Some(level) = self.stack.pop() else { return Ok(()) };
        let Some(parent) = depth.checked_sub(1).and_then(|parent| self.stack.get(parent)) else {
            return Ok(());
        };
        match rustix::fs::unlinkat(&parent.folder, &level.name, AtFlags::REMOVEDIR) {
            // Replaced or refilled meanwhile: the parent's next sweep finds it again.
            Ok(()) | Err(Errno::NOENT | Errno::NOTDIR | Errno::NOTEMPTY | Errno::EXIST) => Ok(()),
            Err(errno) => Err(RemoveError::Io { path: shown.into(), source: errno.into() }),
        }
    }

    fn shown(&self) -> PathBuf {
        let names = self.stack.iter().skip(1).map(|level| shown_name(&level.name));
        names.fold(self.path.clone(), |path, name| path.join(name))
    }
}

fn is_race(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP))
}

fn is_folder(parent: &OwnedFd, name: &CStr) -> bool {
    rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode as _) == FileType::Directory)
}

#[expect(clippy::unnecessary_cast, reason = "the width of st_dev differs between systems")]
fn device(stat: &rustix::fs::Stat) -> u64 {
    stat.st_dev as u64
}

fn shown_name(name: &CStr) -> &std::ffi::OsStr {
    std::ffi::OsStr::from_bytes(name.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn links_are_removed_and_never_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (outside, tree) = (folder.path().join("outside"), folder.path().join("tree"));
        fs::create_dir_all(outside.join("deep")).unwrap();
        fs::write(outside.join("deep/keep"), "x").unwrap();
        fs::create_dir_all(tree.join("a/b")).unwrap();
        for link in ["link", "a/link", "a/b/link"] {
            symlink(&outside, tree.join(link)).unwrap();
            symlink("..", tree.join(link.to_owned() + "-up")).unwrap();
        }
        symlink(&tree, folder.path().join("top")).unwrap();
        assert!(remove_tree(folder.path().join("top")).unwrap());
        assert!(tree.join("a/b").exists(), "only the link itself went");
        assert!(remove_tree(&tree).unwrap());
        assert!(!tree.exists() && outside.join("deep/keep").exists());
        assert!(!remove_tree(&tree).unwrap() && !remove_tree(tree.join("x/y")).unwrap());
    }

    #[test]
    fn files_and_read_only_directories_go() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        fs::create_dir_all(tree.join("locked/inner")).unwrap();
        fs::write(tree.join("locked/inner/file"), "x").unwrap();
        for (path, mode) in [("locked/inner", 0o000), ("locked", 0o500), ("", 0o555)] {
            fs::set_permissions(tree.join(path), fs::Permissions::from_mode(mode)).unwrap();
        }
        assert!(remove_tree(&tree).unwrap());
        fs::write(&tree, "a file").unwrap();
        assert!(remove_tree(&tree).unwrap() && !tree.exists());
    }

    #[test]
    fn depth_and_breadth_have_no_limit() {
        let folder = tempfile::tempdir().unwrap();
        let tree = folder.path().join("tree");
        fs::create_dir(&tree).unwrap();
        let mut here = rustix::fs::open(&tree, FOLDER, Mode::empty()).unwrap();
        for _ in 0..1200 {
            rustix::fs::mkdirat(&here, "d", Mode::RWXU).unwrap();
            rustix::fs::mkdirat(&here, ".lifted-1-1", Mode::RWXU).unwrap();
            here = rustix::fs::openat(&here, "d", FOLDER, Mode::empty()).unwrap();
        }
        for number in 0..2000 {
            fs::write(tree.join(number.to_string()), "").unwrap();
        }
        assert!(remove_tree(&tree).unwrap());
        assert!(!tree.exists());
    }

    #[test]
    fn an_entry_of_an_open_directory_goes_and_only_an_entry() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("tree/a/b")).unwrap();
        fs::create_dir(folder.path().join("kept")).unwrap();
        let parent = rustix::fs::open(folder.path(), FOLDER, Mode::empty()).unwrap();
        for name in ["", ".", "..", "/", "tree/a", "tree/", "./tree", "/tmp", "a\0b"] {
            let error = remove_tree_at(&parent, name).unwrap_err();
            assert!(matches!(error, RemoveError::Refused { .. }), "{name:?} {error}");
        }
        assert!(remove_tree_at(&parent, "tree").unwrap());
        assert!(!remove_tree_at(&parent, "tree").unwrap());
        assert!(folder.path().join("kept").exists() && !folder.path().join("tree").exists());
    }

    #[test]
    fn never_meant_paths_are_refused() {
        for path in ["", "/", "//", "..", "a/..", ".", "a/.", "a\0b"] {
            let error = remove_tree(path).unwrap_err();
            assert!(matches!(error, RemoveError::Refused { .. }), "{path:?} {error}");
        }
    }

    #[test]
    fn what_cannot_be_removed_is_named() {
        let error = remove_tree("/proc/self/status").unwrap_err();
        assert!(error.to_string().contains("/proc/self/status"), "{error}");
        assert_eq!(error.code(), "file-remove");
    }
}
