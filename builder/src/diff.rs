//! The difference between two packages: what they say of themselves, their slots and files, and how much of the second one
//! somebody who has the first would still have to fetch.

use std::collections::{BTreeMap, BTreeSet};

use psp_format::frame::Table;
use psp_format::index::{Entry, Index, Node};
use psp_format::slot::Slot;
use psp_format::{Digest, Verified};

use crate::package_file::{PackageError, PackageFile};

/// How two packages differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// Facts that differ: what, before, after.
    pub facts: Vec<(&'static str, String, String)>,
    /// Slots that differ, in the order of the second package, removed ones last.
    pub slots: Vec<SlotDiff>,
    /// What a delta would hold.
    pub delta: Delta,
    /// Whether the files are equal, byte by byte.
    pub is_same: bool,
}

/// How a slot differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotDiff {
    /// The slot's id.
    pub id: String,
    /// What happened to it.
    pub change: Change,
    /// Its lifecycle before and after, if it differs.
    pub lifecycle: Option<(&'static str, &'static str)>,
    /// Its files that differ, by path.
    pub files: Vec<FileDiff>,
}

/// How an entry of a slot differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDiff {
    /// Its path in the slot.
    pub path: Vec<u8>,
    /// What happened to it.
    pub change: Change,
    /// Its size before, if it was a file.
    pub size_before: Option<u64>,
    /// Its size after, if it is a file.
    pub size_after: Option<u64>,
}

/// What happened to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Only the second package has it.
    Added,
    /// Only the first package has it.
    Removed,
    /// Its content is another one.
    Content,
    /// Its execute bit is another one; the content is the same.
    Mode,
    /// A file has become a link, a directory a file, or the like.
    Kind,
    /// The content is the same; something else is not.
    Other,
}

impl Change {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Content => "changed",
            Self::Mode => "mode",
            Self::Kind => "kind",
            Self::Other => "other",
        }
    }
}

/// How much of the second package the first one holds already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delta {
    /// Frames of the second package.
    pub frames: u64,
    /// Of these, frames that the first one has too.
    pub shared_frames: u64,
    /// Stored bytes of the shared ones.
    pub shared_bytes: u64,
    /// Bytes that are not in the first package: other frames, frame tables, documents, stub, manifest, signatures, trailer.
    pub needed_bytes: u64,
    /// Bytes of the whole second package.
    pub total_bytes: u64,
}

/// A package with all of its frames and entries.
struct Side<'p> {
    package: &'p Verified<'p>,
    slots: Vec<SlotSide>,
}

struct SlotSide {
    frames: Vec<(Digest, u32)>,
    entries: BTreeMap<Vec<u8>, Found>,
}

/// An entry, with hard links resolved to the file they name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    Directory,
    File { executable: bool, size: u64, digest: Digest },
    Symlink(Vec<u8>),
}

impl<'p> Side<'p> {
    fn read(file: &PackageFile, package: &'p Verified<'p>) -> Result<Self, PackageError> {
        let slots = (0..package.manifest.slots.len()).map(|number| file.look(package, number, SlotSide::of));
        Ok(Self { package, slots: slots.collect::<Result<_, _>>()? })
    }

    fn slots(&self) -> impl Iterator<Item = (&Slot<'p>, &SlotSide)> {
        self.package.manifest.slots.iter().zip(&self.slots)
    }

    fn slot(&self, id: &str) -> Option<(&Slot<'p>, &SlotSide)> {
        self.slots().find(|(slot, _)| slot.id == id)
    }
}

impl SlotSide {
    fn of(table: &Table, index: &Index<'_>) -> Self {
        let frames = table.index().iter().chain(table.data()).map(|frame| (frame.digest, frame.stored_size));
        let found = |entry: &Entry<'_>| match entry.node {
            Node::Hardlink { entry } => index.entries.get(entry as usize).map(Found::of),
            _ => Some(Found::of(entry)),
        };
        let entries = index.entries.iter().filter_map(|entry| Some((entry.path.to_vec(), found(entry)?)));
        Self { frames: frames.collect(), entries: entries.collect() }
    }
}

impl Found {
    fn of(entry: &Entry<'_>) -> Self {
        match entry.node {
            Node::File { executable, size, digest } => Self::File { executable, size, digest },
            Node::Symlink { target } => Self::Symlink(target.to_vec()),
            Node::Directory | Node::Hardlink { .. } => Self::Directory,
        }
    }

    fn size(&self) -> Option<u64> {
        match self {
            Self::File { size, .. } => Some(*size),
            Self::Directory | Self::Symlink(_) => None,
        }
    }

    fn change_to(&self, after: &Self) -> Option<Change> {
        match (self, after) {
            _ if self == after => None,
            (Self::File { digest: before, .. }, Self::File { digest: after, .. }) if before == after => {
                Some(Change::Mode)
            }
            (Self::File { .. }, Self::File { .. }) | (Self::Symlink(_), Self::Symlink(_)) => {
                Some(Change::Content)
            }
            _ => Some(Change::Kind),
        }
    }
}

impl Diff {
    /// Compares two packages whose signatures are verified.
    pub fn between(before: &PackageFile, after: &PackageFile) -> Result<Self, PackageError> {
        let (verified_before, verified_after) = (before.verified()?, after.verified()?);
        let old = Side::read(before, &verified_before)?;
        let new = Side::read(after, &verified_after)?;
        Ok(Self {
            facts: facts(&verified_before, &verified_after),
            slots: slots(&old, &new),
            delta: delta(&old, &new, after.size()),
            // The root is that of all content, so only the signatures can still differ.
            is_same: before.tail() == after.tail(),
        })
    }
}

fn facts(before: &Verified<'_>, after: &Verified<'_>) -> Vec<(&'static str, String, String)> {
    let table = |package: &Verified<'_>| {
        let identity = &package.manifest.identity;
        let signers =
            package.signatures.iter().map(|signature| signature.key.hex().as_str()[..16].to_owned());
        let documents = package
            .manifest
            .documents
            .iter()
            .map(|document| format!("{} {}", document.name, &document.digest.hex().as_str()[..16]));
        vec![
            ("name", identity.name.to_owned()),
            ("version", identity.version.to_owned()),
            ("target", identity.target.to_owned()),
            ("channel", identity.channel.to_owned()),
            ("sequence", identity.sequence.to_string()),
            ("primary key", identity.primary.hex().to_string()),
            ("signers", signers.collect::<Vec<_>>().join(", ")),
            ("stub", package.manifest.stub.digest.hex().to_string()),
            ("documents", documents.collect::<Vec<_>>().join(", ")),
            ("entry points", digest_of(&package.manifest.entries)),
            ("setup", digest_of(&package.manifest.setup)),
            ("information", digest_of(&package.manifest.information)),
        ]
    };
    let pairs = table(before).into_iter().zip(table(after));
    pairs.filter(|(old, new)| old.1 != new.1).map(|(old, new)| (old.0, old.1, new.1)).collect()
}

/// Stands for a part of the manifest that is too long to be shown.
fn digest_of(value: &impl std::fmt::Debug) -> String {
    Digest::of(format!("{value:?}").as_bytes()).hex().as_str()[..16].to_owned()
}

fn slots(before: &Side<'_>, after: &Side<'_>) -> Vec<SlotDiff> {
    let mut diffs = Vec::new();
    for (slot, side) in after.slots() {
        let old = before.slot(slot.id);
        let empty = BTreeMap::new();
        let files = files(old.map_or(&empty, |(_, side)| &side.entries), &side.entries);
        let lifecycles = old.map(|(old, _)| (old.lifecycle.as_str(), slot.lifecycle.as_str()));
        let lifecycle = lifecycles.filter(|(old, new)| old != new);
        let change = match old {
            None => Some(Change::Added),
            Some((old, _)) if !files.is_empty() || old.content.kind != slot.content.kind => {
                Some(Change::Content)
            }
            Some((old, _)) if old.content.id() != slot.content.id() || lifecycle.is_some() => {
                Some(Change::Other)
            }
            Some(_) => None,
        };
        diffs.extend(change.map(|change| SlotDiff { id: slot.id.to_owned(), change, lifecycle, files }));
    }
    for (slot, side) in before.slots().filter(|(slot, _)| after.slot(slot.id).is_none()) {
        let files = files(&side.entries, &BTreeMap::new());
        diffs.push(SlotDiff { id: slot.id.to_owned(), change: Change::Removed, lifecycle: None, files });
    }
    diffs
}

fn files(before: &BTreeMap<Vec<u8>, Found>, after: &BTreeMap<Vec<u8>, Found>) -> Vec<FileDiff> {
    let paths: BTreeSet<&Vec<u8>> = before.keys().chain(after.keys()).collect();
    let diff = |path: &Vec<u8>| {
        let (old, new) = (before.get(path), after.get(path));
        let change = match (old, new) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            (Some(old), Some(new)) => old.change_to(new)?,
        };
        let size = |found: Option<&Found>| found.and_then(Found::size);
        Some(FileDiff { path: path.clone(), change, size_before: size(old), size_after: size(new) })
    };
    paths.into_iter().filter_map(diff).collect()
}

fn delta(before: &Side<'_>, after: &Side<'_>, total_bytes: u64) -> Delta {
    let known: BTreeSet<Digest> =
        before.slots.iter().flat_map(|slot| &slot.frames).map(|(digest, _)| *digest).collect();
    let mut delta = Delta { total_bytes, ..Delta::default() };
    for (digest, stored_size) in after.slots.iter().flat_map(|slot| &slot.frames) {
        delta.frames += 1;
        if known.contains(digest) {
            delta.shared_frames += 1;
            delta.shared_bytes += u64::from(*stored_size);
        }
    }
    let (old, new) = (&before.package.manifest, &after.package.manifest);
    let tables: BTreeSet<Digest> = old.slots.iter().map(|slot| slot.content.table).collect();
    let shared_tables = new.slots.iter().filter(|slot| tables.contains(&slot.content.table));
    let shared_tables: u64 = shared_tables.map(|slot| slot.content.table_size()).sum();
    let shared_stub = if old.stub.digest == new.stub.digest { new.stub.size } else { 0 };
    let is_shared = |digest: &Digest| old.documents.iter().any(|document| document.digest == *digest);
    let documents = new.documents.iter().filter(|document| is_shared(&document.digest));
    let shared_documents: u64 = documents.map(|document| document.stored_size).sum();
    let shared = delta.shared_bytes + shared_tables + shared_stub + shared_documents;
    delta.needed_bytes = total_bytes.saturating_sub(shared);
    delta
}
