//! The index of a slot (SPEC 5.1): its directories, files and links, and the proof that none of them leaves it.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Region};
use crate::limits;
use crate::path::{is_link_target, is_path, parent};
use crate::slot::{Content, Kind};
use crate::wire::{Reader, Writer};

/// What an entry of the index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node<'a> {
    /// A directory, mode 0755.
    Directory,
    /// A regular file, mode 0755 if executable, else 0644.
    File {
        /// Whether it may be executed.
        executable: bool,
        /// Its size in bytes.
        size: u64,
        /// SHA-256 of its content.
        digest: Digest,
    },
    /// A symbolic link that cannot leave the slot.
    Symlink {
        /// Relative to the link's directory.
        target: &'a [u8],
    },
    /// Another name of an earlier file.
    Hardlink {
        /// That file's number.
        entry: u32,
    },
}

/// One entry of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Relative to the slot, canonical.
    pub path: &'a [u8],
    /// What is there.
    pub node: Node<'a>,
}

/// A checked index.
#[derive(Clone, Debug)]
pub struct Index<'a> {
    /// In ascending order of their paths; directories before what is in them.
    pub entries: Vec<Entry<'a>>,
}

impl<'a> Index<'a> {
    /// Check and parse the index of a slot. `folds_case`: whether the target's file systems do not tell cases apart.
    /// That the one entry of a file slot has the name of the slot record, [`Index::is_file`] tells.
    ///
    /// # Errors
    /// Whatever SPEC 5.1 names, at its offset in the index.
    pub fn parse(
        bytes: &'a [u8],
        content: &Content,
        folds_case: bool,
        region: Region,
    ) -> Result<Index<'a>, Error> {
        let mut reader = Reader::new(bytes, region, 0);
        // An entry takes at least four bytes, so the declared count cannot make this larger than the input.
        let capacity = (content.entry_count as usize).min(bytes.len() / 4);
        let mut builder = Builder { entries: Vec::with_capacity(capacity), directory: b"", data_size: 0 };
        for _ in 0..content.entry_count {
            builder.read_entry(&mut reader)?;
        }
        reader.end()?;
        let index = Index { entries: builder.entries };
        // SPEC 5.1: the files' sizes add up; a file slot is one file.
        if builder.data_size != content.data_size || (content.kind == Kind::File && !index.is_single_file()) {
            return Err(reader.error(ErrorKind::Content));
        }
        if folds_case && index.has_case_collision() {
            return Err(reader.error(ErrorKind::CaseCollision));
        }
        Ok(index)
    }

    fn is_single_file(&self) -> bool {
        matches!(self.entries[..], [Entry { path, node: Node::File { .. } }] if !path.contains(&b'/'))
    }

    /// Whether the one entry of a file slot has this name (SPEC 5.1).
    pub fn is_file(&self, name: &[u8]) -> bool {
        self.is_single_file() && self.entries.first().is_some_and(|entry| entry.path == name)
    }

    fn has_case_collision(&self) -> bool {
        let mut seen = BTreeSet::new();
        !self.entries.iter().all(|entry| seen.insert(entry.path.to_ascii_lowercase()))
    }

    /// The number and entry of this path.
    pub fn find(&self, path: &[u8]) -> Option<(u32, &Entry<'a>)> {
        let at = find(&self.entries, path)?;
        Some((u32::try_from(at).ok()?, &self.entries[at]))
    }
}

struct Builder<'a> {
    entries: Vec<Entry<'a>>,
    /// The directory that was looked up last: most entries are in the same one as the entry before.
    directory: &'a [u8],
    data_size: u64,
}

impl<'a> Builder<'a> {
    fn read_entry(&mut self, reader: &mut Reader<'a>) -> Result<(), Error> {
        let at = reader.error(ErrorKind::Value);
        let kind = reader.u8()?;
        let path = reader.bytes16(limits::PATH_BYTES)?;
        self.check_place(path).map_err(|kind| Error { kind, ..at })?;
        let node = match kind {
            0 => Node::Directory,
            1 | 2 => self.read_file(reader, kind == 2)?,
            3 => read_symlink(reader, path)?,
            4 => self.read_hardlink(reader)?,
            _ => return Err(at),
        };
        self.entries.push(Entry { path, node });
        Ok(())
    }

    /// SPEC 5.1: a canonical path, after the last one, in a directory that is an entry.
    fn check_place(&mut self, path: &'a [u8]) -> Result<(), ErrorKind> {
        if !is_path(path) {
            return Err(ErrorKind::Path);
        }
        if self.entries.last().is_some_and(|last| last.path >= path) {
            return Err(ErrorKind::IndexOrder);
        }
        match parent(path) {
            Some(parent) if parent != self.directory => {
                let found = find(&self.entries, parent).ok_or(ErrorKind::Parent)?;
                self.directory = parent;
                if self.entries[found].node == Node::Directory { Ok(()) } else { Err(ErrorKind::Parent) }
            }
            _ => Ok(()),
        }
    }

    fn read_file(&mut self, reader: &mut Reader<'a>, executable: bool) -> Result<Node<'a>, Error> {
        let size = reader.count64(limits::SLOT_BYTES)?;
        self.data_size = self.data_size.saturating_add(size);
        Ok(Node::File { executable, size, digest: reader.digest()? })
    }

    fn read_hardlink(&self, reader: &mut Reader<'a>) -> Result<Node<'a>, Error> {
        let at = reader.error(ErrorKind::Hardlink);
        let entry = reader.u32()?;
        match self.entries.get(entry as usize) {
            Some(Entry { node: Node::File { .. }, .. }) => Ok(Node::Hardlink { entry }),
            _ => Err(at),
        }
    }
}

fn find(entries: &[Entry<'_>], path: &[u8]) -> Option<usize> {
    entries.binary_search_by(|entry| entry.path.cmp(path)).ok()
}

fn read_symlink<'a>(reader: &mut Reader<'a>, path: &[u8]) -> Result<Node<'a>, Error> {
    let at = reader.error(ErrorKind::Symlink);
    let target = reader.bytes16(limits::PATH_BYTES)?;
    if is_link_target(path, target) { Ok(Node::Symlink { target }) } else { Err(at) }
}

/// Write an index from entries in order.
pub fn encode(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut writer = Writer::default();
    for entry in entries {
        writer.u8(match entry.node {
            Node::Directory => 0,
            Node::File { executable, .. } => 1 + u8::from(executable),
            Node::Symlink { .. } => 3,
            Node::Hardlink { .. } => 4,
        });
        writer.bytes16(entry.path);
        match entry.node {
            Node::Directory => {}
            Node::File { size, digest, .. } => {
                writer.u64(size);
                writer.raw(&digest.0);
            }
            Node::Symlink { target } => writer.bytes16(target),
            Node::Hardlink { entry } => writer.u32(entry),
        }
    }
    writer.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    fn file(path: &[u8]) -> Entry<'_> {
        Entry { path, node: Node::File { executable: false, size: 3, digest: Digest([5; 32]) } }
    }

    fn directory(path: &[u8]) -> Entry<'_> {
        Entry { path, node: Node::Directory }
    }

    fn symlink<'a>(path: &'a [u8], target: &'a [u8]) -> Entry<'a> {
        Entry { path, node: Node::Symlink { target } }
    }

    fn hardlink(path: &[u8], entry: u32) -> Entry<'_> {
        Entry { path, node: Node::Hardlink { entry } }
    }

    fn check(entries: &[Entry<'_>], folds_case: bool) -> Result<(), &'static str> {
        let bytes = encode(entries);
        let files = entries.iter().filter(|e| matches!(e.node, Node::File { .. })).count() as u64;
        let content = Content {
            kind: Kind::Tree,
            entry_count: entries.len() as u32,
            index_frames: 1,
            data_frames: 1,
            index_size: bytes.len() as u64,
            data_size: files * 3,
            stored_size: 1000,
            table: Digest([0; 32]),
        };
        let index = Index::parse(&bytes, &content, folds_case, Region::Slot(0)).map_err(|e| e.code())?;
        assert_eq!(index.entries, entries);
        Ok(())
    }

    #[test]
    fn good_trees() {
        let tree = [
            directory(b"a"),
            file(b"a-b"),
            directory(b"a/b"),
            file(b"a/b/c"),
            symlink(b"a/b/d", b"../../a-b"),
            symlink(b"a/here", b"."),
            hardlink(b"a/z", 3),
            file(b"\xff\n '"),
        ];
        assert_eq!(check(&tree, false), Ok(()));
        assert_eq!(check(&[], false), Ok(()));
        assert_eq!(check(&[file(b"A"), file(b"a")], false), Ok(()));
    }

    #[test]
    fn attacks() {
        let cases: Vec<(Vec<Entry<'_>>, &str)> = vec![
            (vec![file(b"../x")], "path"),
            (vec![file(b"a/../../x")], "path"),
            (vec![file(b"/etc/passwd")], "path"),
            (vec![file(b"")], "path"),
            (vec![file(b"a\0")], "path"),
            (vec![file(b"b"), file(b"a")], "index-order"),
            (vec![file(b"a"), file(b"a")], "index-order"),
            (vec![file(b"a/b")], "parent"),
            (vec![file(b"a"), file(b"a/b")], "parent"),
            (vec![symlink(b"a", b"b"), file(b"a/b")], "parent"),
            (vec![symlink(b"a", b".."), file(b"a/b")], "symlink"),
            (vec![symlink(b"a", b"/etc")], "symlink"),
            (vec![symlink(b"d", b"."), symlink(b"l", b"d/../x")], "symlink"),
            (vec![hardlink(b"a", 0)], "hardlink"),
            (vec![hardlink(b"a", 1), file(b"b")], "hardlink"),
            (vec![directory(b"a"), hardlink(b"b", 0)], "hardlink"),
            (vec![file(b"a"), hardlink(b"b", u32::MAX)], "hardlink"),
        ];
        for (entries, code) in cases {
            assert_eq!(check(&entries, false), Err(code), "{entries:?}");
        }
        assert_eq!(check(&[file(b"A"), file(b"a")], true), Err("case-collision"));
    }
}
