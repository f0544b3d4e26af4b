//! Opening files.
//!
//! Must never follow a symbolic link in the last component, except [`open_following`] and [`read_file`], which say so.
//! Start at [`open`], and at [`open_beneath`] where no component may be a link.

use alloc::vec::Vec;
use core::ffi::CStr;

use super::call::{call6, nr, uninterrupted};
use super::{CWD, Errno, Fd, Handle, Kind, PathBuf, stat};

const O_WRONLY: usize = 1;
const O_RDWR: usize = 2;
const O_CREAT: usize = 0o100;
const O_EXCL: usize = 0o200;
const O_TRUNC: usize = 0o1000;
const O_APPEND: usize = 0o2000;
const O_NONBLOCK: usize = 0o4000;
const O_DIRECTORY: usize = 0o200000;
const O_NOFOLLOW: usize = 0o400000;
const O_CLOEXEC: usize = 0o2000000;
const O_PATH: usize = 0o10000000;
/// `openat2`: magic links and symbolic links are refused.
const RESOLVE_NO_MAGICLINKS_SYMLINKS: u64 = 0x02 | 0x04;
/// `openat2`: leaving the directory is refused as well.
const RESOLVE_NO_MAGICLINKS_SYMLINKS_BENEATH: u64 = 0x02 | 0x04 | 0x08;

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading an existing file. Never waits for a writer, should the name be a fifo.
    Read,
    /// Writing an existing file.
    Write,
    /// Both, existing.
    ReadWrite,
    /// Appending to an existing file.
    Append,
    /// Both, made with this mode if it isn't there.
    Create(u32),
    /// Writing a file that must not be there yet, made with this mode.
    CreateNew(u32),
    /// Writing, made with this mode if it isn't there, emptied if it is.
    Truncate(u32),
    /// A directory, for its entries and as the base of other calls.
    Directory,
    /// A place in the tree, without leave to read it: for `stat`, `exec` and as the base of other calls.
    Path,
}

impl Access {
    fn flags_and_mode(self) -> (usize, usize) {
        let (flags, mode) = match self {
            Self::Read => (O_NONBLOCK, 0),
            Self::Write => (O_WRONLY, 0),
            Self::ReadWrite => (O_RDWR, 0),
            Self::Append => (O_WRONLY | O_APPEND, 0),
            Self::Create(mode) => (O_RDWR | O_CREAT, mode),
            Self::CreateNew(mode) => (O_WRONLY | O_CREAT | O_EXCL, mode),
            Self::Truncate(mode) => (O_WRONLY | O_CREAT | O_TRUNC, mode),
            Self::Directory => (O_DIRECTORY, 0),
            Self::Path => (O_PATH, 0),
        };
        (flags | O_CLOEXEC, mode as usize)
    }
}

/// Opens `path`; a symbolic link as its last component is refused with [`Errno::LOOP`] (opened itself by [`Access::Path`]).
pub fn open(dir: &Handle, path: &CStr, access: Access) -> Result<Fd, Errno> {
    let (flags, mode) = access.flags_and_mode();
    open_with(dir, path, flags | O_NOFOLLOW, mode)
}

/// Opens `path`, following symbolic links.
pub fn open_following(dir: &Handle, path: &CStr, access: Access) -> Result<Fd, Errno> {
    let (flags, mode) = access.flags_and_mode();
    open_with(dir, path, flags, mode)
}

fn open_with(dir: &Handle, path: &CStr, flags: usize, mode: usize) -> Result<Fd, Errno> {
    let arguments = [dir.raw(), path.as_ptr() as usize, flags, mode, 0, 0];
    // SAFETY: the path is NUL-terminated and live; the new descriptor is ours.
    uninterrupted(|| unsafe { call6(nr::OPENAT, arguments) }).and_then(Fd::own)
}

/// The whole content of a small file whose path is followed, at most `limit` bytes.
///
/// # Errors
/// [`Errno::FBIG`] if it is longer.
pub fn read_file(path: &CStr, limit: usize) -> Result<Vec<u8>, Errno> {
    open_following(&CWD, path, Access::Read)?.read_all(limit)
}

/// Opens `path` below `dir`: no component may be a symbolic link, and none may lead out of `dir`.
///
/// # Errors
/// [`Errno::LOOP`] for a link, [`Errno::XDEV`] for `..` or an absolute path, where they would lead out.
pub fn open_beneath(dir: &Handle, path: &CStr, access: Access) -> Result<Fd, Errno> {
    match open_resolving(dir, path, access, RESOLVE_NO_MAGICLINKS_SYMLINKS_BENEATH) {
        // Linux before 5.6, or a container's filter that answers EPERM to what it doesn't know.
        Err(Errno::NOSYS | Errno::PERM) => open_by_component(dir, path, access),
        // A rename went on elsewhere in the tree; the kernel asks for another attempt, which by component always ends.
        Err(Errno::AGAIN) => open_by_component(dir, path, access),
        other => other,
    }
}

/// Opens `path` wherever it leads, if no component of it is a symbolic link: its name is then its only one.
///
/// # Errors
/// [`Errno::LOOP`] for a link; [`Errno::NOSYS`] or [`Errno::PERM`] where the system can't tell.
pub fn open_without_links(dir: &Handle, path: &CStr, access: Access) -> Result<Fd, Errno> {
    open_resolving(dir, path, access, RESOLVE_NO_MAGICLINKS_SYMLINKS)
}

fn open_resolving(dir: &Handle, path: &CStr, access: Access, resolve: u64) -> Result<Fd, Errno> {
    let (flags, mode) = access.flags_and_mode();
    // The kernel's `struct open_how`.
    let how = [(flags | O_NOFOLLOW) as u64, mode as u64, resolve];
    let arguments = [dir.raw(), path.as_ptr() as usize, &raw const how as usize, size_of_val(&how), 0, 0];
    // SAFETY: path and struct are live, the size is the struct's; the new descriptor is ours.
    uninterrupted(|| unsafe { call6(nr::OPENAT2, arguments) }).and_then(Fd::own)
}

/// [`open_beneath`] without the kernel's help: one component after the other. Refuses every `..`.
fn open_by_component(dir: &Handle, path: &CStr, access: Access) -> Result<Fd, Errno> {
    let bytes = path.to_bytes();
    if bytes.first() == Some(&b'/') {
        return Err(Errno::XDEV);
    }
    let mut parts = bytes.split(|byte| *byte == b'/').filter(|part| !matches!(part, [] | [b'.'])).peekable();
    let mut place: Option<Fd> = None;
    while let Some(part) = parts.next() {
        if part == b".." {
            return Err(Errno::XDEV);
        }
        let name = PathBuf::from_bytes(part).map_err(|_| Errno::INVAL)?;
        let base = place.as_deref().unwrap_or(dir);
        if parts.peek().is_none() && bytes.last() != Some(&b'/') {
            return open(base, &name, access);
        }
        place = Some(open_step(base, &name)?);
    }
    // Nothing but dots and slashes, or a trailing slash.
    match place {
        _ if bytes.is_empty() => Err(Errno::NOENT),
        Some(place) => open(&place, c".", access),
        None => open(dir, c".", access),
    }
}

/// A directory on the way; a symbolic link in its place says [`Errno::LOOP`], as `openat2` does.
fn open_step(base: &Handle, name: &CStr) -> Result<Fd, Errno> {
    open_with(base, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0).map_err(|error| {
        let is_link =
            error == Errno::NOTDIR && stat(base, name).is_ok_and(|stat| stat.kind() == Kind::Symlink);
        if is_link { Errno::LOOP } else { error }
    })
}
#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::sys::testing::TempDir;

    /// `d/file`, `l -> d`, `d/up -> ..`, `d/abs -> /`, `d/self -> file`.
    fn tree() -> TempDir {
        let temp = TempDir::new();
        std::fs::create_dir(temp.path().join("d")).unwrap();
        std::fs::write(temp.path().join("d/file"), "inside").unwrap();
        for (target, name) in [("d", "l"), ("..", "d/up"), ("/", "d/abs"), ("file", "d/self")] {
            symlink(target, temp.path().join(name)).unwrap();
        }
        temp
    }

    #[test]
    fn opening_beneath_refuses_links_and_ways_out_with_and_without_the_kernels_help() {
        let temp = tree();
        for (path, expected) in [
            (c"d/file", Ok(())),
            (c"./d//./file", Ok(())),
            (c"d/absent", Err(Errno::NOENT)),
            (c"", Err(Errno::NOENT)),
            (c"d/self", Err(Errno::LOOP)),
            (c"l/file", Err(Errno::LOOP)),
            (c"d/up/d/file", Err(Errno::LOOP)),
            (c"d/abs/etc/passwd", Err(Errno::LOOP)),
            (c"../etc", Err(Errno::XDEV)),
            (c"/etc/passwd", Err(Errno::XDEV)),
            (c"d/file/x", Err(Errno::NOTDIR)),
            (c"d/file/", Err(Errno::NOTDIR)),
        ] {
            assert_eq!(open_beneath(temp.dir(), path, Access::Read).map(drop), expected, "{path:?}");
            assert_eq!(
                open_by_component(temp.dir(), path, Access::Read).map(drop),
                expected,
                "{path:?} by hand"
            );
        }
        for path in [c"d", c"d/", c".", c"./"] {
            for opened in [
                open_beneath(temp.dir(), path, Access::Directory),
                open_by_component(temp.dir(), path, Access::Directory),
            ] {
                assert!(opened.is_ok(), "{path:?}: {opened:?}");
            }
        }
        // The kernel counts `..` and lets it stay inside; by hand it never passes. Neither leads out.
        assert_eq!(open_by_component(temp.dir(), c"d/../d/file", Access::Read).map(drop), Err(Errno::XDEV));
    }

    #[test]
    fn the_last_component_is_followed_only_when_asked() {
        let temp = tree();
        assert_eq!(open(temp.dir(), c"d/self", Access::Read).map(drop), Err(Errno::LOOP));
        let file = open_following(temp.dir(), c"l/self", Access::Read).unwrap();
        assert_eq!(file.read_all(100).unwrap(), b"inside");
        let link = open(temp.dir(), c"d/self", Access::Path).unwrap();
        assert_eq!(crate::sys::stat_fd(&link).unwrap().kind(), Kind::Symlink);
    }

    #[test]
    fn a_way_without_links_may_lead_anywhere() {
        let temp = tree();
        let absolute =
            |name: &str| PathBuf::from_bytes(temp.path().join(name).to_str().unwrap().as_bytes()).unwrap();
        for (path, expected) in [
            (absolute("d/file"), Ok(())),
            (absolute("d/../d/file"), Ok(())),
            (absolute("l/file"), Err(Errno::LOOP)),
            (absolute("d/self"), Err(Errno::LOOP)),
            (absolute("d/absent"), Err(Errno::NOENT)),
        ] {
            let opened = open_without_links(&CWD, &path, Access::Read).map(drop);
            if matches!(opened, Err(Errno::NOSYS | Errno::PERM)) {
                return; // The documented refusal.
            }
            assert_eq!(opened, expected, "{path:?}");
        }
    }

    #[test]
    fn each_access_allows_what_it_says() {
        let temp = TempDir::new();
        let dir = temp.dir();
        assert_eq!(open(dir, c"new", Access::ReadWrite).map(drop), Err(Errno::NOENT));
        open(dir, c"new", Access::CreateNew(0o600)).unwrap().write_all(b"one").unwrap();
        assert_eq!(open(dir, c"new", Access::CreateNew(0o600)).map(drop), Err(Errno::EXIST));
        open(dir, c"new", Access::Append).unwrap().write_all(b"two").unwrap();
        let both = open(dir, c"new", Access::Create(0o600)).unwrap();
        assert_eq!(both.read_all(10).unwrap(), b"onetwo");
        both.write_all_at(b"x", 6).unwrap();
        assert_eq!(open(dir, c"new", Access::Read).unwrap().write_all(b"x"), Err(Errno::BADF));
        assert_eq!(open(dir, c"new", Access::Write).unwrap().read(&mut [0]), Err(Errno::BADF));
        assert_eq!(open(dir, c"new", Access::Path).unwrap().read(&mut [0]), Err(Errno::BADF));
        drop(open(dir, c"new", Access::Truncate(0o600)).unwrap());
        assert_eq!(std::fs::read(temp.path().join("new")).unwrap(), b"");
        assert_eq!(open(dir, c"new", Access::Directory).map(drop), Err(Errno::NOTDIR));
    }

    #[test]
    fn a_fifo_without_writer_does_not_hold_us_up() {
        let temp = TempDir::new();
        assert!(
            std::process::Command::new("mkfifo").arg(temp.path().join("fifo")).status().unwrap().success()
        );
        let fifo = open(temp.dir(), c"fifo", Access::Read).unwrap();
        assert_eq!(crate::sys::stat_fd(&fifo).unwrap().kind(), Kind::Other);
    }

    #[test]
    fn small_files_are_read_whole_or_not_at_all() {
        let temp = tree();
        let path = PathBuf::from_bytes(temp.path().join("l/file").to_str().unwrap().as_bytes()).unwrap();
        assert_eq!(read_file(&path, 6).unwrap(), b"inside");
        assert_eq!(read_file(&path, 5), Err(Errno::FBIG));
        assert_eq!(read_file(c"/nonexistent", 5), Err(Errno::NOENT));
        assert!(
            !read_file(c"/proc/sys/kernel/random/boot_id", 64).unwrap().is_empty(),
            "files of size 0 too"
        );
    }
}
