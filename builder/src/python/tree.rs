//! Copying and listing directory trees, in a fixed order and with plain modes.

use std::fs;
use std::path::{Path, PathBuf};

use super::PythonError;

/// What becomes of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Keep,
    Leave,
}

/// How symbolic links are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    /// As the files they lead to.
    Follow,
    /// As links.
    Keep,
}

/// Copies a tree. `choose` sees each path relative to the tree, directories before what is in them.
pub(super) fn copy(
    source: &Path,
    target: &Path,
    links: Links,
    choose: &dyn Fn(&Path) -> Fate,
) -> Result<(), PythonError> {
    copy_directory(source, target, Path::new(""), links, choose)
}

fn copy_directory(
    source: &Path,
    target: &Path,
    inside: &Path,
    links: Links,
    choose: &dyn Fn(&Path) -> Fate,
) -> Result<(), PythonError> {
    fs::create_dir_all(target.join(inside)).map_err(PythonError::io("create", &target.join(inside)))?;
    for entry in entries(&source.join(inside))? {
        let path = inside.join(&entry);
        if choose(&path) == Fate::Leave {
            continue;
        }
        let from = source.join(&path);
        let kind = fs::symlink_metadata(&from).map_err(PythonError::io("read", &from))?.file_type();
        if kind.is_dir() {
            copy_directory(source, target, &path, links, choose)?;
        } else if kind.is_symlink() && links == Links::Keep {
            copy_link(&from, &target.join(&path))?;
        } else if from.is_file() {
            copy_file(&from, &target.join(&path))?;
        } else if kind.is_symlink() {
            let leads_to = fs::read_link(&from).map_err(PythonError::io("read", &from))?;
            return Err(PythonError::Link { path: from, target: leads_to });
        }
    }
    Ok(())
}

#[cfg(unix)]
fn copy_link(from: &Path, to: &Path) -> Result<(), PythonError> {
    let target = fs::read_link(from).map_err(PythonError::io("read", from))?;
    std::os::unix::fs::symlink(target, to).map_err(PythonError::io("link", to))
}

#[cfg(not(unix))]
fn copy_link(from: &Path, to: &Path) -> Result<(), PythonError> {
    if from.is_file() { copy_file(from, to) } else { Ok(()) }
}

/// Copies a file with mode 0755 if it may be executed, else 0644: an installation's own modes (read-only, group-writable) are
/// not the package's.
pub(super) fn copy_file(from: &Path, to: &Path) -> Result<(), PythonError> {
    fs::copy(from, to).map_err(PythonError::io("copy", from))?;
    set_plain_mode(to)
}

#[cfg(unix)]
fn set_plain_mode(path: &Path) -> Result<(), PythonError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(PythonError::io("read", path))?.permissions().mode();
    let plain = if mode & 0o100 != 0 { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(plain))
        .map_err(PythonError::io("change the mode of", path))
}

#[cfg(not(unix))]
fn set_plain_mode(_: &Path) -> Result<(), PythonError> {
    Ok(())
}

/// The names in a directory, sorted.
pub(super) fn entries(directory: &Path) -> Result<Vec<std::ffi::OsString>, PythonError> {
    let read = fs::read_dir(directory).map_err(PythonError::io("read", directory))?;
    let names: Result<Vec<_>, _> = read.map(|entry| entry.map(|entry| entry.file_name())).collect();
    let mut names = names.map_err(PythonError::io("read", directory))?;
    names.sort();
    Ok(names)
}

/// All regular files below a directory, relative to it, sorted; links are not followed.
pub(super) fn files(root: &Path) -> Result<Vec<PathBuf>, PythonError> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(inside) = pending.pop() {
        for name in entries(&root.join(&inside))? {
            let path = inside.join(name);
            let full = root.join(&path);
            let kind = fs::symlink_metadata(&full).map_err(PythonError::io("read", &full))?.file_type();
            if kind.is_dir() {
                pending.push(path);
            } else if kind.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Removes a file or a directory; what is not there is fine.
pub(super) fn remove(path: &Path) -> Result<(), PythonError> {
    let removed = foundation::files::remove_tree(path).map(|_| ());
    removed.map_err(|error| PythonError::io("remove", path)(std::io::Error::other(error)))
}

/// Writes a text.
pub(super) fn write(path: &Path, text: &str) -> Result<(), PythonError> {
    fs::write(path, text).map_err(PythonError::io("write", path))
}
