//! The entries of a directory.
//!
//! Must never read the whole directory into memory, and must survive whatever a filesystem answers. Start at [`Entries`].

use alloc::vec;
use alloc::vec::Vec;
use core::ffi::CStr;

use super::call::{call3, nr, uninterrupted};
use super::{Errno, Handle, Kind};

/// The bytes of entries fetched with one call.
const BATCH: usize = 32 * 1024;
/// Of the kernel's `struct linux_dirent64`: inode u64, offset i64, record length u16, type u8, then the name.
const NAME_OFFSET: usize = 19;

/// Reads an open directory entry by entry, `.` and `..` left out. Goes on from where the directory's position is.
pub struct Entries<'a> {
    dir: &'a Handle,
    batch: Vec<u8>,
    next: usize,
    end: usize,
}

/// One name in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The name, never empty.
    pub name: &'a CStr,
    /// The file's number.
    pub ino: u64,
    /// What it is; [`Kind::Other`] where the filesystem doesn't say, so ask [`stat`](super::stat) then.
    pub kind: Kind,
}

impl<'a> Entries<'a> {
    /// The entries of `dir`, which was opened as [`Access::Directory`](super::Access::Directory).
    pub fn new(dir: &'a Handle) -> Self {
        Self { dir, batch: vec![0; BATCH], next: 0, end: 0 }
    }

    /// The next entry; `None` after the last one.
    ///
    /// # Errors
    /// [`Errno::IO`] if the filesystem's answer makes no sense; the system's own otherwise.
    pub fn next_entry(&mut self) -> Result<Option<Entry<'_>>, Errno> {
        loop {
            if self.next == self.end {
                self.fetch()?;
                if self.end == 0 {
                    return Ok(None);
                }
            }
            let start = self.next;
            let record = self.batch.get(start..self.end).unwrap_or_default();
            let len = record_len(record)?;
            self.next += len;
            if !is_dot(record.get(NAME_OFFSET..len).ok_or(Errno::IO)?) {
                // Taken again because the borrow checker doesn't see that this borrow ends the loop.
                return parse(&self.batch[start..start + len]).map(Some);
            }
        }
    }

    fn fetch(&mut self) -> Result<(), Errno> {
        let (fd, batch) = (self.dir.raw(), &mut self.batch);
        self.next = 0;
        self.end = 0;
        // SAFETY: the kernel writes at most batch.len() bytes into memory we hold exclusively.
        let count =
            uninterrupted(|| unsafe { call3(nr::GETDENTS64, fd, batch.as_mut_ptr() as usize, batch.len()) })?;
        self.end = count.min(batch.len());
        Ok(())
    }
}

/// The length of the first record, checked to lie within `records`.
fn record_len(records: &[u8]) -> Result<usize, Errno> {
    let field = records.get(16..18).ok_or(Errno::IO)?;
    let len = usize::from(u16::from_ne_bytes([field[0], field[1]]));
    if len <= NAME_OFFSET || len > records.len() { Err(Errno::IO) } else { Ok(len) }
}

fn is_dot(name: &[u8]) -> bool {
    name.starts_with(b".\0") || name.starts_with(b"..\0")
}

/// One whole record.
fn parse(record: &[u8]) -> Result<Entry<'_>, Errno> {
    let (ino, rest) = record.split_first_chunk::<8>().ok_or(Errno::IO)?;
    let kind = match rest.get(10) {
        Some(8) => Kind::File,
        Some(4) => Kind::Directory,
        Some(10) => Kind::Symlink,
        Some(_) => Kind::Other,
        None => return Err(Errno::IO),
    };
    let name = CStr::from_bytes_until_nul(&record[NAME_OFFSET..]).map_err(|_| Errno::IO)?;
    if name.is_empty() { Err(Errno::IO) } else { Ok(Entry { name, ino: u64::from_ne_bytes(*ino), kind }) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::format;
    use std::string::String;

    use super::*;
    use crate::sys::testing::TempDir;
    use crate::sys::{Access, open};

    fn list(dir: &Handle) -> BTreeMap<String, Kind> {
        let mut entries = Entries::new(dir);
        let mut found = BTreeMap::new();
        while let Some(entry) = entries.next_entry().unwrap() {
            let seen_before = found.insert(entry.name.to_str().unwrap().into(), entry.kind);
            assert_eq!(seen_before, None);
        }
        found
    }

    #[test]
    fn names_come_with_their_kind_and_without_the_dots() {
        let temp = TempDir::new();
        std::fs::write(temp.path().join("file"), "").unwrap();
        std::fs::create_dir(temp.path().join("..dir")).unwrap();
        std::os::unix::fs::symlink("file", temp.path().join(".link")).unwrap();
        let expected = [("file", Kind::File), ("..dir", Kind::Directory), (".link", Kind::Symlink)];
        assert_eq!(list(temp.dir()), expected.map(|(name, kind)| (name.into(), kind)).into());
    }

    #[test]
    fn more_entries_than_one_batch_holds_all_come() {
        let temp = TempDir::new();
        for index in 0..1500 {
            std::fs::write(temp.path().join(format!("a-name-that-is-not-quite-short-{index}")), "").unwrap();
        }
        assert_eq!(list(temp.dir()).len(), 1500);
    }

    #[test]
    fn an_empty_directory_ends_at_once_and_a_file_is_none() {
        let temp = TempDir::new();
        assert!(list(temp.dir()).is_empty());
        std::fs::write(temp.path().join("file"), "").unwrap();
        let file = open(temp.dir(), c"file", Access::Read).unwrap();
        assert_eq!(Entries::new(&file).next_entry(), Err(Errno::NOTDIR));
    }

    #[test]
    fn senseless_records_are_refused() {
        let mut good = [0u8; 24];
        good[16] = 24;
        good[18] = 8;
        good[19] = b'x';
        assert_eq!(record_len(&good), Ok(24));
        assert_eq!(parse(&good).map(|entry| entry.name), Ok(c"x"));
        for (len, what) in [(0u8, "no length"), (19, "no room for a name"), (25, "past the end")] {
            let mut bad = good;
            bad[16] = len;
            assert_eq!(record_len(&bad), Err(Errno::IO), "{what}");
        }
        let mut unended = good;
        unended[19..].fill(b'x');
        assert_eq!(parse(&unended), Err(Errno::IO));
        let mut nameless = good;
        nameless[19] = 0;
        assert_eq!(parse(&nameless), Err(Errno::IO));
        assert_eq!(parse(&good[..15]), Err(Errno::IO));
        assert_eq!(record_len(&good[..17]), Err(Errno::IO));
    }
}
