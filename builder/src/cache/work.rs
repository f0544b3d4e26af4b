//! Removing entries, and cleaning up after starts that are no more. Agrees with the launcher by the kernel's locks.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

use foundation::das;
use foundation::files::remove_tree_at;
use psp_format::cache;
use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::{CacheError, CacheRoot, Entry, Kind, directory};

/// The lock file within a work directory.
const HOLD: &[u8] = b"hold";
/// The lock file beside the work directories: held shared while one is made or removed by its holder, exclusively while old ones
/// are sought.
const GATE: &str = "work";

/// What became of an entry that was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Done,
    /// A start is making it or repairing it: it stays.
    Busy,
    /// Somebody else has removed it.
    Gone,
}

/// Removes an entry: out of sight by one rename while its lock is held, then piece by piece.
pub fn remove(root: &CacheRoot, entry: &Entry) -> Result<Removal, CacheError> {
    let failed = |error: io::Error| root.failed(error);
    let hex = entry.id.hex().to_string();
    // Lock files stay: somebody may be waiting on one.
    let lock = open_lock(root, &lock_name(entry.kind, &hex))?;
    match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => return Ok(Removal::Busy),
        Err(errno) => return Err(failed(errno.into())),
    }
    let Some(parent) = root.open(entry.kind.part())? else { return Ok(Removal::Gone) };
    let work = root.make(cache::WORK)?;
    // Nobody cleans up what we are about to put there ourselves.
    let gate = open_lock(root, GATE)?;
    rustix::fs::flock(&gate, FlockOperation::LockShared).map_err(|errno| failed(errno.into()))?;
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|_| failed(io::ErrorKind::Other.into()))?;
    let aside = format!("discarded.{:016x}", u64::from_le_bytes(random));
    // Nobody else has this name, and not every file system can rename without replacing.
    match rustix::fs::renameat(&parent, &*hex, &work, &*aside) {
        Ok(()) => {}
        Err(Errno::NOENT) => return Ok(Removal::Gone),
        Err(errno) => return Err(failed(errno.into())),
    }
    drop(lock);
    remove_tree_at(&work, &aside).map_err(|error| failed(io::Error::other(error)))?;
    das!(Cache, Delete, Success, entry = hex, size_bytes = entry.size);
    Ok(Removal::Done)
}

fn lock_name(kind: Kind, hex: &str) -> String {
    match kind {
        Kind::Slot => hex.to_owned(),
        Kind::Prepared => format!("prepared-{hex}"),
    }
}

fn open_lock(root: &CacheRoot, name: &str) -> Result<OwnedFd, CacheError> {
    let locks = root.make(cache::LOCKS)?;
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(&locks, name, flags, Mode::RUSR | Mode::WUSR)
        .map_err(|errno| root.failed(errno.into()))
}

/// Removes what is left in `work` of starts that are no more; says how many directories and bytes that were. Where somebody is
/// just making a work directory, nothing is done.
pub fn clean(root: &CacheRoot) -> Result<(u64, u64), CacheError> {
    let Some(work) = root.open(cache::WORK)? else { return Ok((0, 0)) };
    let gate = open_lock(root, GATE)?;
    if rustix::fs::flock(&gate, FlockOperation::NonBlockingLockExclusive).is_err() {
        return Ok((0, 0));
    }
    let (mut count, mut size) = (0, 0);
    for name in directory::names(&work).map_err(|error| root.failed(error))? {
        let Some(dir) = abandoned(work.as_fd(), &name) else { continue };
        size += directory::measure(dir.as_fd()).map_err(|error| root.failed(error))?.size;
        let path = OsStr::from_bytes(&name);
        remove_tree_at(&work, path).map_err(|error| root.failed(io::Error::other(error)))?;
        das!(Cache, Delete, Success, "left by a start that is no more");
        count += 1;
    }
    Ok((count, size))
}

/// The work directory of this name, if nobody holds it. What is no directory is not ours to judge.
fn abandoned(work: BorrowedFd<'_>, name: &[u8]) -> Option<OwnedFd> {
    let dir = directory::open(work, name).ok()?;
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match rustix::fs::openat(&dir, HOLD, flags, Mode::empty()) {
        Ok(hold) => rustix::fs::flock(&hold, FlockOperation::NonBlockingLockExclusive).is_ok().then_some(dir),
        Err(Errno::NOENT) => Some(dir),
        Err(_) => None,
    }
}
