//! Names in the filesystem: making, renaming, linking, removing, dating; and the process's place in it. Every path is
//! relative to a directory handle or to [`CWD`](super::CWD).
//!
//! Must never follow a symbolic link in the last component. Start at [`rename`].

use alloc::vec::Vec;
use core::ffi::CStr;

use super::call::{call1, call2, call3, call6, nr, uninterrupted};
use super::{Errno, Handle, PATH_MAX, PathBuf, Timestamp};

const AT_SYMLINK_NOFOLLOW: usize = 0x100;
const AT_REMOVEDIR: usize = 0x200;

/// Makes a directory; `mode` is cut by the umask.
pub fn make_dir(dir: &Handle, path: &CStr, mode: u32) -> Result<(), Errno> {
    // SAFETY: the path is NUL-terminated and live.
    unsafe { call3(nr::MKDIRAT, dir.raw(), path.as_ptr() as usize, mode as usize) }.map(drop)
}

/// Removes a name that is not a directory's.
pub fn remove_file(dir: &Handle, path: &CStr) -> Result<(), Errno> {
    // SAFETY: the path is NUL-terminated and live.
    unsafe { call3(nr::UNLINKAT, dir.raw(), path.as_ptr() as usize, 0) }.map(drop)
}

/// Removes an empty directory.
pub fn remove_dir(dir: &Handle, path: &CStr) -> Result<(), Errno> {
    // SAFETY: the path is NUL-terminated and live.
    unsafe { call3(nr::UNLINKAT, dir.raw(), path.as_ptr() as usize, AT_REMOVEDIR) }.map(drop)
}

/// What [`rename`] does when the new name is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rename {
    /// Takes its place.
    Replace,
    /// Fails with [`Errno::EXIST`]. Some filesystems say [`Errno::INVAL`] to this and to [`Rename::Exchange`].
    NoReplace,
    /// The two swap names; both must be there.
    Exchange,
}

/// Renames in one step that others see whole or not at all.
pub fn rename(from_dir: &Handle, from: &CStr, to_dir: &Handle, to: &CStr, how: Rename) -> Result<(), Errno> {
    let flags = match how {
        Rename::Replace => 0,
        Rename::NoReplace => 1,
        Rename::Exchange => 2,
    };
    let arguments = [from_dir.raw(), from.as_ptr() as usize, to_dir.raw(), to.as_ptr() as usize, flags, 0];
    // SAFETY: both paths are NUL-terminated and live.
    match unsafe { call6(nr::RENAMEAT2, arguments) } {
        // A kernel or a container's filter without the newer call.
        // SAFETY: as above; the older call takes the first four.
        Err(Errno::NOSYS) if flags == 0 => unsafe { call6(nr::RENAMEAT, arguments) }.map(drop),
        other => other.map(drop),
    }
}

/// Sets the permission bits of a file or directory; a link as the last component is followed, so only for names of our own.
pub fn set_mode(dir: &Handle, path: &CStr, mode: u32) -> Result<(), Errno> {
    // SAFETY: the path is NUL-terminated and live.
    unsafe { call3(nr::FCHMODAT, dir.raw(), path.as_ptr() as usize, mode as usize) }.map(drop)
}

/// Gives a file a second name.
pub fn hard_link(from_dir: &Handle, from: &CStr, to_dir: &Handle, to: &CStr) -> Result<(), Errno> {
    let arguments = [from_dir.raw(), from.as_ptr() as usize, to_dir.raw(), to.as_ptr() as usize, 0, 0];
    // SAFETY: both paths are NUL-terminated and live.
    unsafe { call6(nr::LINKAT, arguments) }.map(drop)
}

/// Makes a symbolic link at `path` that says `target`.
pub fn symlink(target: &CStr, dir: &Handle, path: &CStr) -> Result<(), Errno> {
    // SAFETY: both paths are NUL-terminated and live.
    unsafe { call3(nr::SYMLINKAT, target.as_ptr() as usize, dir.raw(), path.as_ptr() as usize) }.map(drop)
}

/// What a symbolic link says.
///
/// # Errors
/// [`Errno::INVAL`] if it isn't one, [`Errno::NAMETOOLONG`] if it says more than a path can hold.
pub fn read_link(dir: &Handle, path: &CStr) -> Result<Vec<u8>, Errno> {
    let mut target = [0u8; PATH_MAX];
    let arguments = [dir.raw(), path.as_ptr() as usize, target.as_mut_ptr() as usize, target.len(), 0, 0];
    // SAFETY: the path is live and the kernel writes at most target.len() bytes.
    let len = unsafe { call6(nr::READLINKAT, arguments) }?;
    target.get(..len).filter(|_| len < PATH_MAX).map(<[u8]>::to_vec).ok_or(Errno::NAMETOOLONG)
}

/// Sets the time of last use and of last change to now, of `path` itself should it be a link.
pub fn touch(dir: &Handle, path: &CStr) -> Result<(), Errno> {
    let arguments = [dir.raw(), path.as_ptr() as usize, 0, AT_SYMLINK_NOFOLLOW, 0, 0];
    // SAFETY: the path is live, and no times mean now.
    unsafe { call6(nr::UTIMENSAT, arguments) }.map(drop)
}

/// Sets both times to `time`, of `path` itself should it be a link.
pub fn set_times(dir: &Handle, path: &CStr, time: Timestamp) -> Result<(), Errno> {
    let times = [time; 2];
    let arguments = [dir.raw(), path.as_ptr() as usize, &raw const times as usize, AT_SYMLINK_NOFOLLOW, 0, 0];
    // SAFETY: path and times are live; the kernel reads two of its time structures.
    unsafe { call6(nr::UTIMENSAT, arguments) }.map(drop)
}

/// Sets both times of an open file.
pub fn set_times_fd(fd: &Handle, time: Timestamp) -> Result<(), Errno> {
    let times = [time; 2];
    // SAFETY: no path means the descriptor itself; the kernel reads two of its time structures.
    unsafe { call6(nr::UTIMENSAT, [fd.raw(), 0, &raw const times as usize, 0, 0, 0]) }.map(drop)
}

/// Sets the process's mask of permission bits that new files don't get; the one before.
pub fn set_umask(mask: u32) -> u32 {
    // SAFETY: umask takes no pointer and can't fail.
    unsafe { call1(nr::UMASK, mask as usize) }.map_or(0, |old| old as u32)
}

/// Waits until everything written to this filesystem is on its device.
pub fn sync_filesystem(fd: &Handle) -> Result<(), Errno> {
    // SAFETY: syncfs takes no pointer.
    uninterrupted(|| unsafe { call1(nr::SYNCFS, fd.raw()) }).map(drop)
}

/// Moves the process's working directory.
pub fn change_dir(path: &CStr) -> Result<(), Errno> {
    // SAFETY: the path is NUL-terminated and live.
    unsafe { call1(nr::CHDIR, path.as_ptr() as usize) }.map(drop)
}

/// Moves the process's working directory to an open one.
pub fn change_dir_to(dir: &Handle) -> Result<(), Errno> {
    // SAFETY: fchdir takes no pointer.
    unsafe { call1(nr::FCHDIR, dir.raw()) }.map(drop)
}

/// The process's working directory.
///
/// # Errors
/// [`Errno::NOENT`] if it was deleted or lies outside the process's root.
pub fn current_dir() -> Result<PathBuf, Errno> {
    let mut buffer = [0u8; PATH_MAX];
    // SAFETY: the kernel writes at most buffer.len() bytes, NUL included.
    let len = unsafe { call2(nr::GETCWD, buffer.as_mut_ptr() as usize, buffer.len()) }?;
    let path = buffer.get(..len.saturating_sub(1)).ok_or(Errno::RANGE)?;
    if path.first() != Some(&b'/') {
        return Err(Errno::NOENT); // "(unreachable)/…"
    }
    PathBuf::from_bytes(path).map_err(|_| Errno::INVAL)
}
#[cfg(test)]
mod tests {
    use std::format;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::sys::testing::TempDir;
    use crate::sys::{Access, CWD, Exit, Fork, exit, fork, open, stat, wait};

    #[test]
    fn renaming_replaces_refuses_or_exchanges() {
        let temp = TempDir::new();
        let (dir, read) = (temp.dir(), |name: &str| std::fs::read(temp.path().join(name)).unwrap());
        std::fs::write(temp.path().join("a"), "A").unwrap();
        std::fs::write(temp.path().join("b"), "B").unwrap();
        assert_eq!(rename(dir, c"a", dir, c"b", Rename::NoReplace), Err(Errno::EXIST));
        rename(dir, c"a", dir, c"b", Rename::Exchange).unwrap();
        assert_eq!((read("a"), read("b")), (b"B".to_vec(), b"A".to_vec()));
        rename(dir, c"a", dir, c"b", Rename::Replace).unwrap();
        assert_eq!(read("b"), b"B");
        assert_eq!(rename(dir, c"a", dir, c"b", Rename::Replace), Err(Errno::NOENT));
        assert_eq!(rename(dir, c"b", dir, c"c", Rename::Exchange), Err(Errno::NOENT));
        rename(dir, c"b", dir, c"c", Rename::NoReplace).unwrap();
        assert_eq!(read("c"), b"B");
    }

    #[test]
    fn removing_wants_the_right_kind() {
        let temp = TempDir::new();
        let dir = temp.dir();
        make_dir(dir, c"d", 0o755).unwrap();
        assert_eq!(make_dir(dir, c"d", 0o755), Err(Errno::EXIST));
        std::fs::write(temp.path().join("d/f"), "").unwrap();
        assert_eq!(remove_file(dir, c"d"), Err(Errno::ISDIR));
        assert_eq!(remove_dir(dir, c"d/f"), Err(Errno::NOTDIR));
        assert_eq!(remove_dir(dir, c"d"), Err(Errno::NOTEMPTY));
        remove_file(dir, c"d/f").unwrap();
        remove_dir(dir, c"d").unwrap();
        assert_eq!(remove_dir(dir, c"d"), Err(Errno::NOENT));
    }

    #[test]
    fn links_say_what_they_were_told_up_to_the_longest_path() {
        let temp = TempDir::new();
        let dir = temp.dir();
        for target in [b"../\xff name".to_vec(), std::vec![b'x'; PATH_MAX - 1]] {
            symlink(&PathBuf::from_bytes(&target).unwrap(), dir, c"link").unwrap();
            assert_eq!(read_link(dir, c"link").unwrap(), target);
            assert_eq!(symlink(c"y", dir, c"link"), Err(Errno::EXIST));
            remove_file(dir, c"link").unwrap();
        }
        let too_long = PathBuf::from_bytes(&std::vec![b'x'; PATH_MAX]).unwrap();
        assert_eq!(symlink(&too_long, dir, c"link"), Err(Errno::NAMETOOLONG));
        std::fs::write(temp.path().join("file"), "").unwrap();
        assert_eq!(read_link(dir, c"file"), Err(Errno::INVAL));
        hard_link(dir, c"file", dir, c"again").unwrap();
        assert_eq!(stat(dir, c"again").unwrap().nlink, 2);
        assert_eq!(hard_link(dir, c"file", dir, c"again"), Err(Errno::EXIST));
    }

    #[test]
    fn times_are_set_on_the_link_itself() {
        let temp = TempDir::new();
        let (dir, long_ago) = (temp.dir(), Timestamp { seconds: 1_000_000_000, nanoseconds: 5 });
        std::fs::write(temp.path().join("file"), "").unwrap();
        symlink(c"file", dir, c"link").unwrap();
        set_times(dir, c"link", long_ago).unwrap();
        assert_eq!(stat(dir, c"link").unwrap().mtime, long_ago);
        assert!(stat(dir, c"file").unwrap().mtime > long_ago);
        set_times_fd(&open(dir, c"file", Access::Write).unwrap(), long_ago).unwrap();
        assert_eq!(stat(dir, c"file").unwrap().mtime, long_ago);
        touch(dir, c"file").unwrap();
        assert!(stat(dir, c"file").unwrap().mtime > long_ago);
        assert_eq!(touch(dir, c"absent"), Err(Errno::NOENT));
    }

    #[test]
    fn modes_are_exact_once_the_umask_is_set() {
        let temp = TempDir::new();
        // The mask belongs to the process: other tests must not see it.
        let Fork::Parent(child) = fork().unwrap() else {
            set_umask(0o777);
            let before = set_umask(0o022);
            let made = make_dir(temp.dir(), c"d", 0o777)
                .and_then(|()| open(temp.dir(), c"f", Access::CreateNew(0o666)))
                .and_then(|file| file.set_mode(0o757));
            exit(u8::from(made.is_err() || before != 0o777))
        };
        assert_eq!(wait(child), Ok(Exit::Code(0)));
        for (name, mode) in [("d", 0o755), ("f", 0o757)] {
            let found = std::fs::metadata(temp.path().join(name)).unwrap().permissions().mode() & 0o7777;
            assert_eq!(found, mode, "{name}: {found:o}");
        }
    }

    #[test]
    fn the_working_directory_moves_and_may_be_gone() {
        let temp = TempDir::new();
        let expected = temp.path().join("d \u{fc}");
        std::fs::create_dir(&expected).unwrap();
        let path = PathBuf::from_bytes(expected.as_os_str().as_bytes()).unwrap();
        let Fork::Parent(child) = fork().unwrap() else {
            let inside = change_dir(&path).and_then(|()| current_dir()).is_ok_and(|here| here == path);
            let moved = change_dir_to(temp.dir()).and_then(|()| stat(&CWD, &path)).is_ok();
            let gone = change_dir(&path).and_then(|()| remove_dir(&CWD, &path)).and_then(|()| current_dir());
            exit(u8::from(!inside) + 2 * u8::from(!moved) + 4 * u8::from(gone != Err(Errno::NOENT)))
        };
        assert_eq!(wait(child), Ok(Exit::Code(0)));
        assert_eq!(
            change_dir(&PathBuf::from_bytes(format!("{}/x", temp.path().display()).as_bytes()).unwrap()),
            Err(Errno::NOENT)
        );
    }

    #[test]
    fn a_filesystem_syncs() {
        let temp = TempDir::new();
        let memory = crate::sys::memory_file(c"x").unwrap();
        assert_eq!(sync_filesystem(&memory), Ok(()));
        drop(temp);
    }
}
