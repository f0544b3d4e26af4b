//! What the system knows of files and filesystems.
//!
//! Must never change anything. Start at [`stat`].

use core::ffi::CStr;
use core::mem::MaybeUninit;

use super::call::{call2, call3, call6, nr};
use super::{Errno, Handle, Timestamp};

const AT_SYMLINK_NOFOLLOW: usize = 0x100;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device, fifo, socket, or what the filesystem doesn't tell.
    Other,
}

/// What the system knows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// The filesystem's number.
    pub dev: u64,
    /// The file's number within it.
    pub ino: u64,
    /// How many names it has.
    pub nlink: u64,
    /// Type and permission bits.
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// Its length in bytes.
    pub size: u64,
    /// When its content last changed.
    pub mtime: Timestamp,
    /// When content or attributes last changed; no program can set it.
    pub ctime: Timestamp,
}

impl Stat {
    /// The kind, from the mode's type bits.
    pub fn kind(&self) -> Kind {
        match self.mode & 0o170000 {
            0o100000 => Kind::File,
            0o040000 => Kind::Directory,
            0o120000 => Kind::Symlink,
            _ => Kind::Other,
        }
    }

    /// The permission bits, setuid, setgid and sticky included.
    pub fn permissions(&self) -> u32 {
        self.mode & 0o7777
    }
}

/// The kernel's `struct stat` of x86_64.
#[repr(C)]
struct KernelStat {
    dev: u64,
    ino: u64,
    nlink: u64,
    mode: u32,
    uid: u32,
    gid: u32,
    _pad: u32,
    _rdev: u64,
    size: i64,
    _blksize: i64,
    _blocks: i64,
    _atime: Timestamp,
    mtime: Timestamp,
    ctime: Timestamp,
    _unused: [i64; 3],
}

const _: () = assert!(size_of::<KernelStat>() == 144);

impl From<KernelStat> for Stat {
    fn from(kernel: KernelStat) -> Self {
        let KernelStat { dev, ino, nlink, mode, uid, gid, size, mtime, ctime, .. } = kernel;
        Self { dev, ino, nlink, mode, uid, gid, size: size as u64, mtime, ctime }
    }
}

/// What `path` is, without following a link that it names.
pub fn stat(dir: &Handle, path: &CStr) -> Result<Stat, Errno> {
    stat_with(dir, path, AT_SYMLINK_NOFOLLOW)
}

/// What `path` leads to.
pub fn stat_following(dir: &Handle, path: &CStr) -> Result<Stat, Errno> {
    stat_with(dir, path, 0)
}

fn stat_with(dir: &Handle, path: &CStr, flags: usize) -> Result<Stat, Errno> {
    let mut buffer = MaybeUninit::<KernelStat>::uninit();
    let arguments = [dir.raw(), path.as_ptr() as usize, buffer.as_mut_ptr() as usize, flags, 0, 0];
    // SAFETY: the path is live, and the kernel fills the whole structure when it succeeds.
    let kernel = unsafe {
        call6(nr::NEWFSTATAT, arguments)?;
        buffer.assume_init()
    };
    Ok(kernel.into())
}

/// What an open descriptor is.
pub fn stat_fd(fd: &Handle) -> Result<Stat, Errno> {
    let mut buffer = MaybeUninit::<KernelStat>::uninit();
    // SAFETY: the kernel fills the whole structure when it succeeds.
    let kernel = unsafe {
        call2(nr::FSTAT, fd.raw(), buffer.as_mut_ptr() as usize)?;
        buffer.assume_init()
    };
    Ok(kernel.into())
}

/// What is asked of [`can_access`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It is there.
    Exists,
    /// It may be executed, or searched if a directory.
    Execute,
    /// It may be written.
    Write,
    /// It may be read.
    Read,
}

/// Whether the real user may do this with what `path` leads to.
pub fn can_access(dir: &Handle, path: &CStr, permission: Permission) -> Result<(), Errno> {
    let mode = match permission {
        Permission::Exists => 0,
        Permission::Execute => 1,
        Permission::Write => 2,
        Permission::Read => 4,
    };
    // SAFETY: the path is NUL-terminated and live.
    unsafe { call3(nr::FACCESSAT, dir.raw(), path.as_ptr() as usize, mode) }.map(drop)
}

/// What the system knows of a filesystem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filesystem {
    /// Its magic number (`statfs(2)`).
    pub magic: u64,
    /// Bytes an ordinary user may still write.
    pub available: u64,
    /// Whether it is mounted read-only.
    pub read_only: Restriction,
    /// Whether it is mounted `noexec`.
    pub no_exec: Restriction,
}

/// Whether a mount forbids something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restriction {
    /// It may be done.
    Allowed,
    /// The mount forbids it.
    Forbidden,
}

/// What filesystem an open descriptor is on.
pub fn filesystem(fd: &Handle) -> Result<Filesystem, Errno> {
    // `struct statfs`: type, block size, blocks, free, available, files, free files, id, name length, fragment size, flags.
    let mut words = [0u64; 15];
    // SAFETY: the kernel's structure is 120 bytes, all plain numbers.
    unsafe { call2(nr::FSTATFS, fd.raw(), &raw mut words as usize) }?;
    let forbids = |flag| if words[10] & flag == 0 { Restriction::Allowed } else { Restriction::Forbidden };
    Ok(Filesystem {
        magic: words[0],
        available: words[1].saturating_mul(words[4]),
        read_only: forbids(1),
        no_exec: forbids(8),
    })
}
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;
    use crate::sys::testing::TempDir;
    use crate::sys::{Access, open};

    #[test]
    fn the_numbers_are_those_the_standard_library_sees() {
        let temp = TempDir::new();
        let path = temp.path().join("file");
        std::fs::write(&path, "four").unwrap();
        std::fs::hard_link(&path, temp.path().join("second")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o4751)).unwrap();
        let std = std::fs::metadata(&path).unwrap();
        let expected = Stat {
            dev: std.dev(),
            ino: std.ino(),
            nlink: 2,
            mode: 0o104751,
            uid: std.uid(),
            gid: std.gid(),
            size: 4,
            mtime: Timestamp { seconds: std.mtime(), nanoseconds: std.mtime_nsec() },
            ctime: Timestamp { seconds: std.ctime(), nanoseconds: std.ctime_nsec() },
        };
        assert_eq!(stat(temp.dir(), c"file"), Ok(expected));
        assert_eq!(stat_fd(&open(temp.dir(), c"second", Access::Path).unwrap()), Ok(expected));
        assert_eq!((expected.kind(), expected.permissions()), (Kind::File, 0o4751));
    }

    #[test]
    fn links_are_followed_only_when_asked() {
        let temp = TempDir::new();
        symlink(".", temp.path().join("here")).unwrap();
        symlink("nowhere", temp.path().join("broken")).unwrap();
        assert_eq!(stat(temp.dir(), c"here").map(|stat| stat.kind()), Ok(Kind::Symlink));
        assert_eq!(stat_following(temp.dir(), c"here").map(|stat| stat.kind()), Ok(Kind::Directory));
        assert_eq!(stat(temp.dir(), c"broken").map(|stat| stat.kind()), Ok(Kind::Symlink));
        assert_eq!(stat_following(temp.dir(), c"broken"), Err(Errno::NOENT));
        assert_eq!(stat(temp.dir(), c"absent"), Err(Errno::NOENT));
        assert_eq!(stat(&crate::sys::CWD, c"/dev/null").map(|stat| stat.kind()), Ok(Kind::Other));
    }

    #[test]
    fn access_is_what_the_mode_grants() {
        let temp = TempDir::new();
        std::fs::write(temp.path().join("file"), "").unwrap();
        std::fs::set_permissions(temp.path().join("file"), std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(can_access(temp.dir(), c"file", Permission::Exists), Ok(()));
        assert_eq!(can_access(temp.dir(), c"file", Permission::Read), Ok(()));
        assert_eq!(can_access(temp.dir(), c"file", Permission::Write), Ok(()));
        assert_eq!(can_access(temp.dir(), c"file", Permission::Execute), Err(Errno::ACCES));
        assert_eq!(can_access(temp.dir(), c"absent", Permission::Exists), Err(Errno::NOENT));
    }

    #[test]
    fn filesystems_tell_their_restrictions() {
        let proc = open(&crate::sys::CWD, c"/proc", Access::Directory).unwrap();
        assert_eq!(filesystem(&proc).unwrap().magic, 0x9fa0);
        let memory = crate::sys::memory_file(c"x").unwrap();
        let memory = filesystem(&memory).unwrap();
        assert_eq!((memory.magic, memory.read_only), (0x0102_1994, Restriction::Allowed));
        let temp = TempDir::new();
        assert!(filesystem(temp.dir()).unwrap().available > 0);
    }
}
