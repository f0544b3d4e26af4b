//! The operating-system layer: everything the launcher asks of the system, and all of its unsafe code.
//!
//! Linux on x86_64, by raw system calls, with no C library: the same functions serve the freestanding stub and ordinary unit
//! tests. Another system would bring a `sys` of its own with the same names. Must never know packages, caches or policies.
//! Start at [`Fd`] and [`open`]; the program's own beginning is in `entry`, compiled with the
//! feature `stub` only.
#![expect(
    unsafe_code,
    reason = "this module is where the launcher's unsafe code lives; each block says why it is sound"
)]

mod call;
mod clock;
mod dir;
#[cfg(all(feature = "stub", not(test)))]
mod entry;
mod errno;
mod fd;
mod fs;
#[cfg(any(test, feature = "stub"))]
mod heap;
#[cfg(any(test, feature = "stub"))]
mod mem;
mod memory;
mod open;
mod path;
mod process;
mod sha256;
mod signal;
mod start;
mod stat;
#[cfg(test)]
mod testing;
mod zstd;

pub use clock::{Clock, Timestamp, now, random};
pub use dir::{Entries, Entry};
pub use errno::Errno;
pub use fd::{CWD, Fd, Handle, Lock, OnExec, STDERR, STDIN, STDOUT, Wait, memory_file, pipe};
pub use fs::{
    Rename, change_dir, change_dir_to, current_dir, hard_link, make_dir, read_link, remove_dir, remove_file,
    rename, set_mode, set_times, set_times_fd, set_umask, symlink, sync_filesystem, touch,
};
pub use memory::{Block, SharedCounters};
pub use open::{Access, open, open_beneath, open_following, open_without_links, read_file};
pub use path::{NAME_MAX, NulInPath, PATH_MAX, PathBuf, file_name, parent};
pub use process::{
    Exit, Fork, Pid, Signal, die_with_parent, effective_group, effective_user, exec, exec_at, exec_fd, exit,
    fail, fork, id, kill, processors, user, wait, wait_any,
};
pub use sha256::{Sha256, sha256};
pub use signal::Signals;
pub use start::{Facts, Privileges, Start};
pub use stat::{
    Filesystem, Kind, Permission, Restriction, Stat, can_access, filesystem, stat, stat_fd, stat_following,
};
pub use zstd::{Decoder, FrameError};

/// The first part of the targets that this layer serves.
pub const ARCHITECTURE: &str = "x86_64";
/// The second part of the targets that this layer serves.
pub const SYSTEM: &str = "linux";
