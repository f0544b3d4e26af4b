//! Directories, held by descriptors: opened without following a link, listed, walked.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

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

/// Removes a file or directory of `work` with everything in it. Follows no link, and needs one descriptor however deep the tree
/// is: subdirectories are first moved up beside it. What vanishes meanwhile is passed over.
pub(super) fn remove(work: BorrowedFd<'_>, name: &[u8]) -> io::Result<()> {
    match rustix::fs::unlinkat(work, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        // Linux says EISDIR for a directory, POSIX EPERM.
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(errno) => return Err(errno.into()),
    }
    let mut moved = 0u64;
    let mut queue = vec![name.to_vec()];
    while let Some(current) = queue.pop() {
        let directory = match open(work, &current) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            opened => opened?,
        };
        for inner in names(&directory)? {
            match rustix::fs::unlinkat(&directory, &*inner, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => continue,
                Err(Errno::ISDIR | Errno::PERM) => {}
                Err(errno) => return Err(errno.into()),
            }
            moved += 1;
            let aside = [name, format!("-{moved}").as_bytes()].concat();
            match rustix::fs::renameat_with(
                &directory,
                &*inner,
                work,
                &*aside,
                rustix::fs::RenameFlags::NOREPLACE,
            ) {
                Ok(()) => queue.push(aside),
                Err(Errno::NOENT) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        match rustix::fs::unlinkat(work, &*current, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn trees_go_and_what_they_point_to_stays() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        fs::create_dir_all(at("work/old/a/b")).unwrap();
        fs::create_dir_all(at("kept")).unwrap();
        fs::write(at("kept/file"), "kept").unwrap();
        fs::write(at("work/old/a/b/file"), "x").unwrap();
        std::os::unix::fs::symlink(at("kept"), at("work/old/a/link")).unwrap();
        std::os::unix::fs::symlink(at("kept"), at("work/link")).unwrap();
        // Deeper than a process may have descriptors, and longer than a path may be.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let work = rustix::fs::open(at("work"), flags, Mode::empty()).unwrap();
        let mut deep = open(work.as_fd(), b"old").unwrap();
        for _ in 0..3000 {
            rustix::fs::mkdirat(&deep, "deep", Mode::from_raw_mode(0o755)).unwrap();
            deep = open(deep.as_fd(), b"deep").unwrap();
        }
        let measured = measure(open(work.as_fd(), b"old/a").unwrap().as_fd()).unwrap();
        assert_eq!((measured.files, measured.inodes.len()), (2, 3));
        for name in [&b"old"[..], b"link", b"missing"] {
            remove(work.as_fd(), name).unwrap();
        }
        assert!(names(&work).unwrap().is_empty());
        assert_eq!(fs::read_to_string(at("kept/file")).unwrap(), "kept");
        assert!(open(work.as_fd(), b"missing").is_err());
        std::os::unix::fs::symlink(at("kept"), at("work/link")).unwrap();
        assert!(open(work.as_fd(), b"link").is_err());
    }
}
