//! Whether entries of a cache are still what was signed.
//!
//! An entry does not carry the signed index: that is in the packages. Where the package is given, every byte is checked against
//! it; else there is the receipt, which tells whether anything was changed since it was known to be right, and is a hint.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use psp_format::digest::Hasher;
use psp_format::index::{Index, Node};
use psp_format::receipt::{HEADER_BYTES, Header, RECORD_BYTES, Record};
use psp_format::{Digest, cache};
use rustix::fs::{FileType, Mode, OFlags, Stat};

use super::{CacheError, CacheRoot, Entry, Kind, directory};
use crate::escaped;
use crate::package_file::PackageFile;

/// A receipt that is larger is none: an index has at most 2^20 entries.
const MAX_RECEIPT_BYTES: u64 = 64 << 20;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The entry.
    pub kind: Kind,
    /// Its id.
    pub id: Digest,
    /// What it is like.
    pub state: State,
}

/// What an entry is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Every byte is what was signed.
    Whole,
    /// Nothing has changed since it was known to be right, says its receipt.
    Unchanged,
    /// It is not what its receipt says. That may be a copy or a restored backup: the package tells.
    Doubtful(String),
    /// It is not what was signed.
    Damaged(String),
    /// What setup commands made: nobody signed it.
    Unsigned,
}

impl State {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Unchanged => "unchanged",
            Self::Doubtful(_) => "doubtful",
            Self::Damaged(_) => "damaged",
            Self::Unsigned => "unsigned",
        }
    }

    /// What was found, where something was.
    pub fn finding(&self) -> Option<&str> {
        match self {
            Self::Doubtful(finding) | Self::Damaged(finding) => Some(finding),
            Self::Whole | Self::Unchanged | Self::Unsigned => None,
        }
    }
}

/// Checks entries: against the packages that have them, else against their receipts.
pub fn check(
    root: &CacheRoot,
    entries: &[Entry],
    packages: &[PackageFile],
) -> Result<Vec<Check>, CacheError> {
    let mut checks = Vec::with_capacity(entries.len());
    for entry in entries {
        let state = match entry.kind {
            Kind::Prepared => State::Unsigned,
            Kind::Slot => check_slot(root, &entry.id, packages)?,
        };
        checks.push(Check { kind: entry.kind, id: entry.id, state });
    }
    Ok(checks)
}

fn check_slot(root: &CacheRoot, id: &Digest, packages: &[PackageFile]) -> Result<State, CacheError> {
    let failed = |error| root.failed(error);
    let Some(slots) = root.open(cache::SLOTS)? else { return Ok(State::Damaged("it is gone".to_owned())) };
    let hex = id.hex();
    let dir = directory::open(slots.as_fd(), hex.as_bytes()).map_err(failed)?;
    let tree = match directory::open(dir.as_fd(), cache::TREE.as_bytes()) {
        Ok(tree) => tree,
        Err(_) => return Ok(State::Damaged("it has no tree".to_owned())),
    };
    for file in packages {
        let package = file.verified()?;
        let number = package.manifest.slots.iter().position(|slot| slot.content.id() == *id);
        let Some(number) = number else { continue };
        let found = file.look(&package, number, |_, index| full(tree.as_fd(), index))?;
        return Ok(found.map_err(failed)?.map_or(State::Whole, State::Damaged));
    }
    let found = by_receipt(&dir, &tree, id).map_err(failed)?;
    Ok(found.map_or(State::Unchanged, State::Doubtful))
}

/// Everything in a tree, by path.
fn listing(tree: BorrowedFd<'_>) -> io::Result<BTreeMap<Vec<u8>, Stat>> {
    let mut found = BTreeMap::new();
    directory::walk(tree, |path, stat| {
        found.insert(path.to_vec(), *stat);
    })?;
    Ok(found)
}

/// The first difference between a tree and its index.
fn full(tree: BorrowedFd<'_>, index: &Index<'_>) -> io::Result<Option<String>> {
    let found = listing(tree)?;
    let at = |path: &[u8], what: &str| Ok(Some(format!("{} {what}", escaped::bytes(path))));
    if let Some(path) = found.keys().find(|path| index.find(path).is_none()) {
        return at(path, "does not belong there");
    }
    for entry in &index.entries {
        let Some(stat) = found.get(entry.path) else { return at(entry.path, "is missing") };
        let node = match entry.node {
            // It names an earlier file: the index was checked.
            Node::Hardlink { entry: file } => {
                index.entries.get(file as usize).map_or(entry.node, |file| file.node)
            }
            node => node,
        };
        if let Some(what) = difference(tree, entry.path, stat, node)? {
            return at(entry.path, what);
        }
    }
    Ok(None)
}

fn difference(
    tree: BorrowedFd<'_>,
    path: &[u8],
    stat: &Stat,
    node: Node<'_>,
) -> io::Result<Option<&'static str>> {
    let kind = FileType::from_raw_mode(stat.st_mode);
    let mode = stat.st_mode & 0o7777;
    Ok(match node {
        Node::Directory if kind != FileType::Directory => Some("is not a directory"),
        Node::Directory => (mode != 0o755).then_some("has another mode"),
        Node::Symlink { target } => {
            let is_same = kind == FileType::Symlink
                && rustix::fs::readlinkat(tree, path, Vec::new())
                    .is_ok_and(|found| found.to_bytes() == target);
            (!is_same).then_some("is not the link that was signed")
        }
        Node::Hardlink { .. } => Some("is not the file that was signed"),
        Node::File { executable, size, digest } => {
            let expected_mode = if executable { 0o755 } else { 0o644 };
            if kind != FileType::RegularFile || u64::try_from(stat.st_size) != Ok(size) {
                Some("is not the file that was signed")
            } else if mode != expected_mode {
                Some("has another mode")
            } else if hash(tree, path)? != digest {
                Some("was changed")
            } else {
                None
            }
        }
    })
}

fn hash(tree: BorrowedFd<'_>, path: &[u8]) -> io::Result<Digest> {
    let (parent, name) = match path.iter().rposition(|byte| *byte == b'/') {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (&b""[..], path),
    };
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut file =
        File::from(rustix::fs::openat(directory::open(tree, parent)?, name, flags, Mode::empty())?);
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finish()),
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The first difference between a tree and its receipt, whose records are in the order of the index: by path.
fn by_receipt(dir: &OwnedFd, tree: &OwnedFd, id: &Digest) -> io::Result<Option<String>> {
    let Some(records) = read_receipt(dir, id)? else {
        return Ok(Some("it has no receipt that can be read".to_owned()));
    };
    let found = listing(tree.as_fd())?;
    if found.len() + 1 != records.len() {
        let expected = records.len().saturating_sub(1);
        return Ok(Some(format!("it has {} entries, its receipt {expected}", found.len())));
    }
    let changed = found.iter().zip(&records).find(|((_, stat), known)| record(stat) != **known);
    if let Some(((path, _), _)) = changed {
        return Ok(Some(format!("{} was changed since", escaped::bytes(path))));
    }
    let top = rustix::fs::fstat(tree)?;
    Ok((records.last() != Some(&record(&top))).then(|| "its tree was changed since".to_owned()))
}

fn read_receipt(dir: &OwnedFd, id: &Digest) -> io::Result<Option<Vec<Record>>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::openat(dir, cache::RECEIPT, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(_) => return Ok(None),
    };
    let mut bytes = Vec::new();
    file.take(MAX_RECEIPT_BYTES).read_to_end(&mut bytes)?;
    let Some((head, rest)) = bytes.split_at_checked(HEADER_BYTES) else { return Ok(None) };
    let header = Header::parse(head, bytes.len() as u64).ok().filter(|header| header.content == *id);
    let records = rest.chunks_exact(RECORD_BYTES).map(Record::parse).collect::<Result<Vec<_>, _>>().ok();
    Ok(header.and(records))
}

fn record(stat: &Stat) -> Record {
    Record {
        inode: stat.st_ino,
        ctime_seconds: stat.st_ctime,
        ctime_nanoseconds: u32::try_from(stat.st_ctime_nsec).unwrap_or(0),
        size: u64::try_from(stat.st_size).unwrap_or(0),
    }
}
