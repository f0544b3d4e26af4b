//! The bytes of a slot: an index and data cut into frames, or frames that no honest writer would make.

use psp_format::digest::Digest;
use psp_format::frame::{Frame, encode_table};
use psp_format::index::{self, Entry, Node};
use psp_format::slot::{Content, Kind};
use zstd_safe::{CCtx, CParameter, DCtx};

/// A frame as it is stored, and the size that the table states for it.
#[derive(Clone)]
pub(crate) struct Stored {
    pub(crate) bytes: Vec<u8>,
    pub(crate) size: usize,
}

impl Stored {
    /// The content as it is.
    pub(crate) fn raw(content: &[u8]) -> Stored {
        Stored { bytes: content.to_vec(), size: content.len() }
    }

    /// A Zstandard frame, or the content as it is where that is not smaller.
    pub(crate) fn compressed(content: &[u8]) -> Stored {
        let bytes = compress(content, &[CParameter::CompressionLevel(9)]);
        if bytes.len() < content.len() { Stored { bytes, size: content.len() } } else { Stored::raw(content) }
    }
}

/// One Zstandard frame made with these parameters.
pub(crate) fn compress(content: &[u8], parameters: &[CParameter]) -> Vec<u8> {
    let mut context = CCtx::create();
    for parameter in parameters {
        context.set_parameter(*parameter).expect("a parameter that libzstd has");
    }
    let mut frame = Vec::with_capacity(zstd_safe::compress_bound(content.len()));
    context.compress2(&mut frame, content).expect("room for the worst case");
    frame
}

/// The decoder of the vectors' own check: libzstd's.
pub(crate) struct Zstandard(DCtx<'static>);

impl Zstandard {
    pub(crate) fn new() -> Zstandard {
        Zstandard(DCtx::create())
    }
}

impl psp_format::verify::Decoder for Zstandard {
    fn decode(&mut self, stored: &[u8], content: &mut [u8]) -> Result<(), psp_format::verify::Undecodable> {
        match self.0.decompress(content, stored) {
            Ok(size) if size == content.len() => Ok(()),
            _ => Err(psp_format::verify::Undecodable),
        }
    }
}

/// A slot in the making.
#[derive(Clone)]
pub(crate) struct Slot {
    pub(crate) kind: Kind,
    /// What the slot's record calls the file of a file slot.
    pub(crate) file: &'static [u8],
    pub(crate) entry_count: usize,
    pub(crate) data_size: usize,
    pub(crate) index_frames: Vec<Stored>,
    pub(crate) data_frames: Vec<Stored>,
}

impl Slot {
    /// A tree of these entries and the content of its files, in one frame each.
    pub(crate) fn tree(entries: &[Entry<'_>], data: &[u8]) -> Slot {
        Slot::of_index(Kind::Tree, entries.len(), &index::encode(entries), data)
    }

    /// A single executable file.
    pub(crate) fn file(file: &'static [u8], content: &[u8]) -> Slot {
        let slot = Slot::of_index(Kind::File, 1, &index::encode(&[program(file, content)]), content);
        Slot { file, ..slot }
    }

    /// An index as bytes, right or not, in one frame, and the data in another.
    pub(crate) fn of_index(kind: Kind, entry_count: usize, index: &[u8], data: &[u8]) -> Slot {
        let frames = |bytes: &[u8]| if bytes.is_empty() { vec![] } else { vec![Stored::compressed(bytes)] };
        Slot {
            kind,
            file: b"",
            entry_count,
            data_size: data.len(),
            index_frames: frames(index),
            data_frames: frames(data),
        }
    }

    /// The frame table.
    pub(crate) fn table(&self) -> (Vec<u8>, Digest) {
        let frames: Vec<Frame> = self.index_frames.iter().chain(&self.data_frames).map(record).collect();
        encode_table(&frames)
    }

    /// The content record, and the bytes of the slot.
    pub(crate) fn finish(&self) -> (Content, Vec<u8>) {
        let (mut bytes, table) = self.table();
        for frame in self.index_frames.iter().chain(&self.data_frames) {
            bytes.extend_from_slice(&frame.bytes);
        }
        let content = Content {
            kind: self.kind,
            entry_count: self.entry_count as u32,
            index_frames: self.index_frames.len() as u32,
            data_frames: self.data_frames.len() as u32,
            index_size: self.index_frames.iter().map(|frame| frame.size as u64).sum(),
            data_size: self.data_size as u64,
            stored_size: bytes.len() as u64,
            table,
        };
        (content, bytes)
    }
}

fn record(stored: &Stored) -> Frame {
    Frame {
        offset: 0,
        stored_size: stored.bytes.len() as u32,
        size: stored.size as u32,
        digest: Digest::of(&stored.bytes),
    }
}

/// An index entry for a file with this content.
pub(crate) fn file<'a>(path: &'a [u8], content: &[u8]) -> Entry<'a> {
    let node = Node::File { executable: false, size: content.len() as u64, digest: Digest::of(content) };
    Entry { path, node }
}

/// An index entry for an executable file with this content.
pub(crate) fn program<'a>(path: &'a [u8], content: &[u8]) -> Entry<'a> {
    let node = Node::File { executable: true, size: content.len() as u64, digest: Digest::of(content) };
    Entry { path, node }
}

/// An index entry for a directory.
pub(crate) fn directory(path: &[u8]) -> Entry<'_> {
    Entry { path, node: Node::Directory }
}

/// An index entry for a symbolic link.
pub(crate) fn symlink<'a>(path: &'a [u8], target: &'a [u8]) -> Entry<'a> {
    Entry { path, node: Node::Symlink { target } }
}

/// An index entry for another name of entry number `entry`.
pub(crate) fn hardlink(path: &[u8], entry: u32) -> Entry<'_> {
    Entry { path, node: Node::Hardlink { entry } }
}
