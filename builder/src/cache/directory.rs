//! Directories, held by descriptors: opened without following a link, listed, walked.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};

/// Opens a directory below an open one. `path` has no `..`; no component may be a link.
pub(super) fn open(top: BorrowedFd<'_>, path: &[u8]) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut directory = rustix::fs::openat(top, ".", flags, Mode::empty())?;
    for component in path.split(|byte| *byte == b'/').filter(|component| !component.is_empty()) {
        directory = rustix::fs::openat(&directory, component, flags, Mode::empty())?;
    }
    Ok(directory)
}

/// The names in a directory.
pub(super) fn names(directory: impl AsFd) -> io::Result<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            names.push(name.to_vec());
        }
    }
    Ok(names)
}

/// Whether something is a directory of root's or the user's that nobody else could write.
pub(super) fn is_safe(stat: &Stat) -> bool {
    let owned = stat.st_uid == 0 || stat.st_uid == rustix::process::geteuid().as_raw();
    is_directory(stat) && owned && stat.st_mode & 0o022 == 0
}

/// Whether something is a directory.
pub(super) fn is_directory(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::Directory
}

/// What something looks like; a link is itself.
pub(super) fn stat(directory: impl AsFd, name: &[u8]) -> io::Result<Stat> {
    Ok(rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?)
}

/// Visits everything below a directory, in no order. What vanishes meanwhile is passed over.
pub(super) fn walk(top: BorrowedFd<'_>, mut visit: impl FnMut(&[u8], &Stat)) -> io::Result<()> {
    let mut pending = vec![Vec::new()];
    while let Some(place) = pending.pop() {
        let directory = match open(top, &place) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            opened => opened?,
        };
        for name in names(&directory)? {
            let stat = match stat(&directory, &name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                stat => stat?,
            };
            let path = if place.is_empty() { name } else { [&place[..], b"/", &name].concat() };
            visit(&path, &stat);
            if is_directory(&stat) {
                pending.push(path);
            }
        }
    }
    Ok(())
}

/// How much is below a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Measure {
    /// Files and links.
    pub(super) files: u64,
    /// Bytes that would be free without it.
    pub(super) size: u64,
    /// Device and inode of everything in it.
    pub(super) inodes: BTreeSet<(u64, u64)>,
}

/// Measures a directory.
pub(super) fn measure(top: BorrowedFd<'_>) -> io::Result<Measure> {
    let mut measure = Measure::default();
    walk(top, |_, stat| {
        measure.files += u64::from(!is_directory(stat));
        if measure.inodes.insert((stat.st_dev, stat.st_ino)) {
            measure.size += u64::try_from(stat.st_blocks).unwrap_or(0) * 512;
        }
    })?;
    Ok(measure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn trees_are_measured_and_links_not_opened() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        fs::create_dir_all(at("work/old/a/b")).unwrap();
        fs::create_dir_all(at("kept")).unwrap();
        fs::write(at("work/old/a/b/file"), "x").unwrap();
        std::os::unix::fs::symlink(at("kept"), at("work/old/a/link")).unwrap();
        std::os::unix::fs::symlink(at("kept"), at("work/link")).unwrap();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let work = rustix::fs::open(at("work"), flags, Mode::empty()).unwrap();
        let measured = measure(open(work.as_fd(), b"old/a").unwrap().as_fd()).unwrap();
        assert_eq!((measured.files, measured.inodes.len()), (2, 3));
        assert!(open(work.as_fd(), b"missing").is_err());
        assert!(open(work.as_fd(), b"link").is_err());
    }
}
