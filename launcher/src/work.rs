//! Unfinished business: directories below `work`, each held by the kernel's lock of whoever fills or uses it.
//!
//! A work directory is removed by its holder, or by anybody once nobody holds it. No process numbers, no time-outs.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::CStr;

use psp_format::cache;

use crate::failure::{Failure, Result};
use crate::root::{Root, name};
use crate::sys::{self, Access, Entries, Errno, Fd, Handle, Kind, Lock, OnExec, PathBuf, Rename, Wait};

/// The lock file within a work directory.
const HOLD: &CStr = c"hold";
/// The lock file beside the work directories: held shared while one is made, exclusively while old ones are sought.
const GATE: &str = "work";

/// Nobody else may open a lock.
const LOCK_MODE: u32 = 0o600;

/// A work directory that this process holds.
pub struct Work {
    /// Its name below `work`.
    pub name: String,
    /// The directory itself.
    pub dir: Fd,
    parent: Fd,
    hold: Fd,
}

impl Work {
    /// Make a new one. `purpose` begins its name.
    ///
    /// # Errors
    /// `cache-unwritable` and others.
    pub fn new(root: &Root, purpose: &str) -> Result<Work> {
        let parent = root.make(cache::WORK)?;
        let failed = |errno| Failure::cache(root.path.as_bytes(), errno);
        let gate = open_lock(root, GATE)?;
        gate.lock(Lock::Shared, Wait::Block).map_err(failed)?;
        let mut random = [0; 8];
        sys::random(&mut random).map_err(failed)?;
        let unique = format!("{purpose}.{:016x}", u64::from_le_bytes(random));
        let path = name(unique.as_bytes())?;
        sys::make_dir(&parent, &path, 0o755).map_err(failed)?;
        let dir = sys::open(&parent, &path, Access::Directory).map_err(failed)?;
        let hold = sys::open(&dir, HOLD, Access::Create(LOCK_MODE)).map_err(failed)?;
        hold.lock(Lock::Exclusive, Wait::Block).map_err(failed)?;
        Ok(Work { name: unique, dir, parent, hold })
    }

    /// Remove the directory with all that is left in it. What cannot be removed stays for the next start.
    pub fn remove(self) {
        if let Ok(path) = name(self.name.as_bytes()) {
            let _ = remove_tree(&self.parent, &path);
        }
    }

    /// Leave the directory to the program that is about to be started, which holds it as long as it or a child lives.
    ///
    /// # Errors
    /// The system's.
    pub fn hand_on(self) -> core::result::Result<(), Errno> {
        self.hold.set_on_exec(OnExec::Keep)?;
        self.hold.leak();
        Ok(())
    }
}

/// Open the lock file of this name, making it if need be.
///
/// # Errors
/// `cache-unwritable` and others.
pub fn open_lock(root: &Root, lock: &str) -> Result<Fd> {
    let locks = root.make(cache::LOCKS)?;
    let failed = |errno| Failure::cache(root.path.as_bytes(), errno);
    let lock = sys::open(&locks, &name(lock.as_bytes())?, Access::Create(LOCK_MODE)).map_err(failed)?;
    // Who can open a lock can hold it, and keep every start waiting.
    if sys::stat_fd(&lock).map_err(failed)?.permissions() != LOCK_MODE {
        lock.set_mode(LOCK_MODE).map_err(failed)?;
    }
    Ok(lock)
}

/// Remove what is left of starts that are no more. Never waits, and never fails: it is housekeeping.
pub fn clean(root: &Root) {
    let Ok(gate) = open_lock(root, GATE) else { return };
    if gate.lock(Lock::Exclusive, Wait::Try).is_err() {
        return;
    }
    let Ok(parent) = root.make(cache::WORK) else { return };
    // Names first: removing while listing may skip entries.
    let mut names = Vec::new();
    let mut entries = Entries::new(&parent);
    while let Ok(Some(entry)) = entries.next_entry() {
        names.push(PathBuf::from(entry.name));
    }
    for path in names {
        if is_abandoned(&parent, &path) {
            let _ = remove_tree(&parent, &path);
        }
    }
}

/// Whether nobody holds the work directory of this name. What is no directory is not ours to judge.
fn is_abandoned(parent: &Handle, path: &CStr) -> bool {
    let Ok(dir) = sys::open(parent, path, Access::Directory) else { return false };
    match sys::open(&dir, HOLD, Access::ReadWrite) {
        Ok(hold) => hold.lock(Lock::Exclusive, Wait::Try).is_ok(),
        Err(errno) => errno == Errno::NOENT,
    }
}

/// How many names of a directory are held in memory at a time.
const NAMES_AT_ONCE: usize = 1024;

/// Remove a file or directory of `work` with everything in it. Follows no link, and takes two descriptors and little memory
/// however deep the tree is: subdirectories are first moved up beside it.
///
/// # Errors
/// The system's, for the first thing that would not go.
pub fn remove_tree(work: &Handle, path: &CStr) -> core::result::Result<(), Errno> {
    match sys::remove_file(work, path) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        // Linux says EISDIR for a directory, POSIX EPERM.
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(errno) => return Err(errno),
    }
    let mut queue = Vec::from([PathBuf::from(path)]);
    while let Some(name) = queue.pop() {
        let dir = open_to_empty(work, &name)?;
        loop {
            let names = some_entries(&dir)?;
            if names.is_empty() {
                break;
            }
            for (entry, kind) in names {
                if kind != Kind::Directory && sys::remove_file(&dir, &entry).is_ok() {
                    continue;
                }
                let aside = unique_name(path)?;
                match sys::rename(&dir, &entry, work, &aside, Rename::Replace) {
                    Ok(()) => {}
                    // A layer below that lets nothing be moved out of its directory.
                    Err(Errno::XDEV | Errno::INVAL | Errno::ACCES) => {
                        remove_in_place(&dir, &entry, 0)?;
                        continue;
                    }
                    Err(errno) => return Err(errno),
                }
                queue.push(aside);
            }
        }
        sys::remove_dir(work, &name)?;
    }
    Ok(())
}

/// How deep a tree that cannot be moved may be.
const MAX_DEPTH: usize = 64;

/// Remove a tree without moving anything in it.
fn remove_in_place(parent: &Handle, path: &CStr, depth: usize) -> core::result::Result<(), Errno> {
    if depth == MAX_DEPTH {
        return Err(Errno::NAMETOOLONG);
    }
    let dir = open_to_empty(parent, path)?;
    loop {
        let names = some_entries(&dir)?;
        if names.is_empty() {
            return sys::remove_dir(parent, path);
        }
        for (entry, kind) in names {
            if kind == Kind::Directory || sys::remove_file(&dir, &entry).is_err() {
                remove_in_place(&dir, &entry, depth + 1)?;
            }
        }
    }
}

/// Open a directory of ours whose entries are to go, whatever mode was left on it.
fn open_to_empty(parent: &Handle, path: &CStr) -> core::result::Result<Fd, Errno> {
    let dir = match sys::open(parent, path, Access::Directory) {
        Err(Errno::ACCES) => {
            sys::set_mode(parent, path, 0o700)?;
            sys::open(parent, path, Access::Directory)?
        }
        other => other?,
    };
    // A directory without the write bit keeps its entries.
    if sys::stat_fd(&dir)?.permissions() & 0o300 != 0o300 {
        dir.set_mode(0o700)?;
    }
    Ok(dir)
}

/// A name beside `path` that nobody has taken.
fn unique_name(path: &CStr) -> core::result::Result<PathBuf, Errno> {
    let mut random = [0; 8];
    sys::random(&mut random)?;
    let mut name = PathBuf::from(path);
    name.append(format!("-{:016x}", u64::from_le_bytes(random)).as_bytes()).map_err(|_| Errno::INVAL)?;
    Ok(name)
}

/// Some entries of a directory, none if it is empty.
fn some_entries(dir: &Handle) -> core::result::Result<Vec<(PathBuf, Kind)>, Errno> {
    let listing = sys::open(dir, c".", Access::Directory)?;
    let mut entries = Entries::new(&listing);
    let mut names = Vec::new();
    while names.len() < NAMES_AT_ONCE {
        let Some(entry) = entries.next_entry()? else { break };
        names.push((PathBuf::from(entry.name), entry.kind));
    }
    Ok(names)
}
