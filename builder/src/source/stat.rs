//! What `lstat` tells: the identity and state of a file, and why it cannot be in a slot.

use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use super::SourceProblem;

/// What tells one state of a file from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// The device that it is on.
    pub device: u64,
    /// Its inode on that device.
    pub inode: u64,
    /// Its size in bytes.
    pub size: u64,
    /// When its content changed last, in nanoseconds since 1970.
    pub mtime_ns: i128,
    /// When its inode changed last, in nanoseconds since 1970.
    pub ctime_ns: i128,
}

impl Stat {
    /// Takes it from what the system tells.
    pub fn of(metadata: &Metadata) -> Self {
        let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.len(),
            mtime_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            ctime_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Device and inode.
    pub(crate) fn identity(&self) -> (u64, u64) {
        (self.device, self.inode)
    }
}

/// Whether the owner may execute it.
pub(crate) fn is_executable(metadata: &Metadata) -> bool {
    metadata.mode() & 0o100 != 0
}

/// Whether it has more than one name.
pub(crate) fn has_other_names(metadata: &Metadata) -> bool {
    metadata.nlink() > 1
}

/// Why this cannot be a file of a slot.
pub(crate) fn refusal(path: &[u8], metadata: &Metadata) -> Option<SourceProblem> {
    let kind = metadata.file_type();
    let special = |what| Some(SourceProblem::Special { path: path.to_vec(), what });
    if kind.is_socket() {
        special("a socket")
    } else if kind.is_fifo() {
        special("a named pipe")
    } else if kind.is_block_device() || kind.is_char_device() {
        special("a device")
    } else if metadata.mode() & 0o6000 != 0 {
        Some(SourceProblem::SetId { path: path.to_vec(), mode: metadata.mode() & 0o7777 })
    } else {
        None
    }
}
