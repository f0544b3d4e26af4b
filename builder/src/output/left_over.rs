//! What a writer that was killed has left beside a file's final name: `.NAME.XXXXXX.new`, a file or a directory.
//!
//! A writer holds a lock on what it writes, which ends when it does, however it does; so what has such a name and can be locked
//! is nobody's. Must never remove anything else.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{Mode, OFlags};

/// Characters that make a temporary name another one each time.
const LETTERS: usize = 6;

/// Locks what was just made under a temporary name. False if another one has taken it for a left over meanwhile.
pub(crate) fn hold(made: &File, path: &Path) -> bool {
    match made.try_lock() {
        Ok(()) => path.symlink_metadata().is_ok(),
        Err(TryLockError::WouldBlock) => false,
        // There are no locks here; so nobody takes anything for a left over.
        Err(TryLockError::Error(_)) => true,
    }
}

/// Removes what is nobody's any more. What cannot be removed stays, and the next writer tries again.
pub(crate) fn remove(directory: &Path, name: &OsStr) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if !is_temporary(entry.file_name().as_bytes(), name.as_bytes()) {
            continue;
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let Ok(found) = rustix::fs::open(entry.path(), flags, Mode::empty()).map(File::from) else {
            continue;
        };
        let is_writers = found.metadata().is_ok_and(|metadata| metadata.is_file() || metadata.is_dir());
        if is_writers && found.try_lock().is_ok() {
            let _ = foundation::files::remove_tree(entry.path());
        }
    }
}

/// Whether a file name is what a file of this name is called while it is written.
fn is_temporary(found: &[u8], name: &[u8]) -> bool {
    let letters = found.strip_prefix(b".").and_then(|rest| rest.strip_prefix(name));
    let letters =
        letters.and_then(|rest| rest.strip_prefix(b".")).and_then(|rest| rest.strip_suffix(b".new"));
    letters.is_some_and(|letters| letters.len() == LETTERS && letters.iter().all(u8::is_ascii_alphanumeric))
}
