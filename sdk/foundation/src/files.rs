//! Files: atomic writes, kernel locks, and removing a tree without following a link.
//!
//! - [`AtomicWrite`]: readers see the old content or the new, never neither and never a part.
//! - [`Lock`]: a lock the kernel drops when the process dies, however it dies.
//! - [`remove_tree`]: removes what is below a path and nothing else.

mod atomic;
mod lock;
#[cfg(unix)]
mod remove;

pub use atomic::{AtomicWrite, WriteError};
pub use lock::{Lock, LockError};
#[cfg(unix)]
pub use remove::{RemoveError, remove_tree, remove_tree_at};
