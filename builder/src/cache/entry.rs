//! Entries of a cache: what is there, how large it is, and when it was last used.

use std::os::fd::AsFd;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use psp_format::digest::parse_hex;
use psp_format::{Digest, cache};

use super::{CacheError, CacheRoot, Usage, directory};

/// What an entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A slot's content, shared by all packages that have it.
    Slot,
    /// What the setup commands of one package made.
    Prepared,
}

impl Kind {
    /// The directory of the layout that holds entries of this kind.
    pub(super) fn part(self) -> &'static str {
        match self {
            Self::Slot => cache::SLOTS,
            Self::Prepared => cache::PREPARED,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Slot => "slot",
            Self::Prepared => "prepared",
        }
    }
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it holds.
    pub kind: Kind,
    /// The content id of the slot, or the root of the package.
    pub id: Digest,
    /// Files and links in it.
    pub files: u64,
    /// Bytes that would be free without it.
    pub size: u64,
    /// How long ago it was last used; starts note that at most once an hour.
    pub idle: Duration,
    /// Whether a running process uses it.
    pub is_used: bool,
}

/// The entries of a cache, the least recently used first. What the launcher did not make is passed over.
pub fn entries(root: &CacheRoot, usage: &Usage, now: SystemTime) -> Result<Vec<Entry>, CacheError> {
    let mut entries = Vec::new();
    for kind in [Kind::Slot, Kind::Prepared] {
        let Some(parent) = root.open(kind.part())? else { continue };
        for name in directory::names(&parent).map_err(|error| root.failed(error))? {
            let Some(id) = parse_hex(&name).map(Digest) else { continue };
            match read(root, &parent, &name, usage, now) {
                Ok(Some((files, size, idle, touched))) => {
                    let is_used = touched || usage.names(kind, &id);
                    entries.push(Entry { kind, id, files, size, idle, is_used });
                }
                Ok(None) => {}
                Err(error) => return Err(error),
            }
        }
    }
    entries.sort_by_key(|entry| (std::cmp::Reverse(entry.idle), entry.id));
    Ok(entries)
}

type Measured = (u64, u64, Duration, bool);

fn read(
    root: &CacheRoot,
    parent: &impl AsFd,
    name: &[u8],
    usage: &Usage,
    now: SystemTime,
) -> Result<Option<Measured>, CacheError> {
    let failed = |error| root.failed(error);
    let stat = match directory::stat(parent, name) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        stat => stat.map_err(failed)?,
    };
    if !directory::is_safe(&stat) {
        return Ok(None);
    }
    let dir = directory::open(parent.as_fd(), name).map_err(failed)?;
    let measure = directory::measure(dir.as_fd()).map_err(failed)?;
    let last_used = UNIX_EPOCH + Duration::from_secs(u64::try_from(stat.st_mtime).unwrap_or(0));
    let idle = now.duration_since(last_used).unwrap_or_default();
    let is_used = usage.touches(&measure.inodes) || usage.touches(&[(stat.st_dev, stat.st_ino)].into());
    Ok(Some((measure.files, measure.size, idle, is_used)))
}
