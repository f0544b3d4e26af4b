//! What earlier builds have worked out: digests of files that did not change, and frames that were already compressed.
//!
//! The cache is a convenience: whatever is wrong with it, a build goes on without it and its result is the same. Nothing
//! in it is believed unchecked: an index carries the digest of its bytes, a frame a checksum, and a file is taken as
//! unchanged only by what its inode says, never by its name. Any number of builds may use it at once: what is in it is
//! written beside and renamed, never changed.

mod frames;
mod stat_index;
mod sweep;

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use psp_format::Digest;

pub use frames::{CachedFrame, FrameKey};
pub(crate) use stat_index::is_settled;
pub use stat_index::{FileRecord, StatIndex};

/// How large the cache may grow, in bytes, before the least recently used parts go.
pub const DEFAULT_LIMIT_BYTES: u64 = 4 << 30;

/// Part of every name in the cache: what another version of this program wrote is not looked at.
const FORMAT: &str = "v1";

/// Marks the directory for programs that make backups (bford.info/cachedir).
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n# Frames and digests that `psp build` keeps. It may be removed at any time.\n";

/// The build cache of a user.
#[derive(Debug, Clone)]
pub struct BuildCache {
    root: PathBuf,
    limit_bytes: u64,
}

/// Why there is no build cache.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildCacheError {
    /// The directory cannot be made or looked at.
    #[error("the build cache {} cannot be used", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Others could put things into it.
    #[error("the build cache {} belongs to, or can be written by, somebody else", path.display())]
    Shared {
        /// The directory.
        path: PathBuf,
    },
}

impl BuildCache {
    /// Opens the cache in this directory, which is made if it is missing. One that others could write is refused.
    pub fn open(directory: &Path, limit_bytes: u64) -> Result<Self, BuildCacheError> {
        let root = directory.join(FORMAT);
        let fail = |source| BuildCacheError::Directory { path: directory.to_owned(), source };
        let is_new = !directory.exists();
        for part in ["", "frames", "stat"] {
            make_directory(&root.join(part)).map_err(fail)?;
        }
        if is_new {
            fs::write(directory.join("CACHEDIR.TAG"), TAG).map_err(fail)?;
        }
        for path in [directory, root.as_path()] {
            let metadata = fs::metadata(path).map_err(fail)?;
            let own = metadata.uid() == rustix::process::geteuid().as_raw();
            if !own || metadata.permissions().mode() & 0o022 != 0 {
                return Err(BuildCacheError::Shared { path: path.to_owned() });
            }
        }
        Ok(Self { root, limit_bytes })
    }

    /// Reads what is known of the files of a source. Whatever is not whole is as if it were not there.
    pub fn stat_index(&self, source: &Path) -> StatIndex {
        fs::read(self.stat_path(source)).ok().and_then(|bytes| StatIndex::decode(&bytes)).unwrap_or_default()
    }

    /// Keeps what is known of the files of a source.
    pub fn keep_stat_index(&self, source: &Path, index: &StatIndex) -> io::Result<()> {
        self.put(&self.stat_path(source), &[&index.encode()])
    }

    /// A frame with `size` bytes of content that an earlier build compressed, if it is there and whole.
    pub fn frame(&self, key: &FrameKey, size: u32) -> Option<CachedFrame> {
        let path = self.frame_path(key);
        let frame = frames::read(&path).filter(|frame| frame.size == size)?;
        touch(&path);
        Some(frame)
    }

    /// Keeps a frame.
    pub fn keep_frame(&self, key: &FrameKey, frame: &CachedFrame) -> io::Result<()> {
        let path = self.frame_path(key);
        if let Some(parent) = path.parent() {
            make_directory(parent)?;
        }
        self.put(&path, &[&frames::header(frame), &frame.stored])
    }

    /// Removes what was not used for longest until the rest is within the limit, and what a killed build left.
    pub fn sweep(&self) -> io::Result<()> {
        sweep::sweep(&self.root, self.limit_bytes)
    }

    fn stat_path(&self, source: &Path) -> PathBuf {
        let absolute = std::path::absolute(source).unwrap_or_else(|_| source.to_owned());
        let name = Digest::of(absolute.as_os_str().as_encoded_bytes());
        self.root.join("stat").join(name.hex().as_str())
    }

    fn frame_path(&self, key: &FrameKey) -> PathBuf {
        let hex = key.0.hex();
        let (shelf, name) = hex.as_str().split_at(2);
        self.root.join("frames").join(shelf).join(name)
    }

    fn put(&self, path: &Path, parts: &[&[u8]]) -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(sweep::TEMPORARY_PREFIX).tempfile_in(&self.root)?;
        for part in parts {
            file.write_all(part)?;
        }
        file.persist(path).map(|_| ()).map_err(|error| error.error)
    }
}

fn make_directory(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Notes that something was used, for [`BuildCache::sweep`].
fn touch(path: &Path) {
    let now = std::time::SystemTime::now();
    // Only the order of removal depends on it.
    let _ = fs::File::options().append(true).open(path).and_then(|file| file.set_modified(now));
}

#[cfg(test)]
mod tests;
