//! What the tests of this layer share: a directory that goes away.

use std::format;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Access, CWD, Fd, Handle, open};

/// A new empty directory under the system's temporary one, removed with all in it when dropped.
pub(super) struct TempDir {
    path: PathBuf,
    dir: Fd,
}

impl TempDir {
    pub(super) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("psp-launcher-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        let bytes = super::PathBuf::from_bytes(path.as_os_str().as_bytes()).unwrap();
        Self { dir: open(&CWD, &bytes, Access::Directory).unwrap(), path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn dir(&self) -> &Handle {
        &self.dir
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}
