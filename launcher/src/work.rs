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
        let hold = sys::open(&dir, HOLD, Access::Create(0o644)).map_err(failed)?;
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
    sys::open(&locks, &name(lock.as_bytes())?, Access::Create(0o644))
        .map_err(|errno| Failure::cache(root.path.as_bytes(), errno))
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
    let mut moved = 0u64;
    let mut queue = Vec::from([PathBuf::from(path)]);
    while let Some(name) = queue.pop() {
        let dir = sys::open(work, &name, Access::Directory)?;
        loop {
            let names = some_entries(&dir)?;
            if names.is_empty() {
                break;
            }
            for (entry, kind) in names {
                if kind != Kind::Directory && sys::remove_file(&dir, &entry).is_ok() {
                    continue;
                }
                moved += 1;
                let mut aside = PathBuf::from(path);
                aside.append(format!("-{moved}").as_bytes()).map_err(|_| Errno::INVAL)?;
                sys::rename(&dir, &entry, work, &aside, Rename::NoReplace)?;
                queue.push(aside);
            }
        }
        sys::remove_dir(work, &name)?;
    }
    Ok(())
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
