//! Frames (SPEC 5 and 6): the table that lists them, and the check that comes before decoding one.

mod zstandard;

use alloc::vec::Vec;

use crate::digest::{Digest, Label};
use crate::error::{Error, ErrorKind, Region};
use crate::limits;
use crate::slot::Content;
use crate::wire::{Reader, Writer};

pub use zstandard::check_zstandard_header;

/// Bytes of a frame's record in the table.
pub const RECORD_BYTES: usize = 40;

/// One frame: where it is stored, how large it is, and what it must hash to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Bytes from the start of the slot.
    pub offset: u64,
    /// Bytes as stored.
    pub stored_size: u32,
    /// Bytes of content.
    pub size: u32,
    /// SHA-256 of the stored bytes.
    pub digest: Digest,
}

/// How a frame's stored bytes become its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// They are the content.
    Stored,
    /// They are one Zstandard frame.
    Zstandard,
}

impl Frame {
    /// SPEC 6: what is stored at full size is stored as it is.
    pub fn coding(&self) -> Coding {
        if self.stored_size == self.size { Coding::Stored } else { Coding::Zstandard }
    }

    /// Check the digest of the stored bytes; nothing else may be done with them before.
    ///
    /// # Errors
    /// `frame-digest`, at the frame's place in the slot.
    pub fn check(&self, stored: &[u8], region: Region) -> Result<(), Error> {
        let same = stored.len() == self.stored_size as usize && Digest::of(stored) == self.digest;
        if same { Ok(()) } else { Err(Error::new(ErrorKind::FrameDigest, region, self.offset)) }
    }
}

/// The frames of a slot: those of the index, then those of the data.
#[derive(Clone, Debug)]
pub struct Table {
    frames: Vec<Frame>,
    index_frames: usize,
}

impl Table {
    /// Check and parse the frame table of a slot.
    ///
    /// # Errors
    /// `table-digest`, `frame-size`, `content`.
    pub fn parse(bytes: &[u8], content: &Content, region: Region) -> Result<Table, Error> {
        if Digest::labelled(Label::FrameTable, bytes) != content.table {
            return Err(Error::new(ErrorKind::TableDigest, region, 0));
        }
        let mut reader = Reader::new(bytes, region, 0);
        let mut frames = Vec::with_capacity(bytes.len() / RECORD_BYTES);
        let mut offset = content.table_size();
        for _ in 0..content.index_frames + content.data_frames {
            let frame = read_frame(&mut reader, offset)?;
            offset += u64::from(frame.stored_size);
            frames.push(frame);
        }
        reader.end()?;
        let table = Table { frames, index_frames: content.index_frames as usize };
        let sum = |frames: &[Frame]| frames.iter().map(|f| u64::from(f.size)).sum::<u64>();
        // SPEC 5: the sizes add up.
        let whole = offset == content.stored_size
            && sum(table.index()) == content.index_size
            && sum(table.data()) == content.data_size;
        if whole { Ok(table) } else { Err(reader.error(ErrorKind::Content)) }
    }

    /// The frames of the index, in order.
    pub fn index(&self) -> &[Frame] {
        self.frames.get(..self.index_frames).unwrap_or_default()
    }

    /// The frames of the data, in order.
    pub fn data(&self) -> &[Frame] {
        self.frames.get(self.index_frames..).unwrap_or_default()
    }
}

fn read_frame(reader: &mut Reader<'_>, offset: u64) -> Result<Frame, Error> {
    let at = reader.error(ErrorKind::FrameSize);
    let (stored_size, size) = (reader.u32()?, reader.u32()?);
    // SPEC 5: 1 <= stored_size <= size <= 8 MiB.
    if !(1..=size).contains(&stored_size) || size > limits::FRAME_BYTES {
        return Err(at);
    }
    Ok(Frame { offset, stored_size, size, digest: reader.digest()? })
}

/// Write a frame table; its digest goes into the content record.
pub fn encode_table(frames: &[Frame]) -> (Vec<u8>, Digest) {
    let mut writer = Writer::default();
    for frame in frames {
        writer.u32(frame.stored_size);
        writer.u32(frame.size);
        writer.raw(&frame.digest.0);
    }
    let digest = Digest::labelled(Label::FrameTable, &writer.0);
    (writer.0, digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slot::Kind;
    use std::vec;

    fn frame(stored_size: u32, size: u32) -> Frame {
        Frame { offset: 0, stored_size, size, digest: Digest([1; 32]) }
    }

    fn content(frames: &[Frame], table: Digest) -> Content {
        let stored = frames.iter().map(|f| u64::from(f.stored_size)).sum::<u64>() + 40 * frames.len() as u64;
        Content {
            kind: Kind::Tree,
            entry_count: 1,
            index_frames: 1,
            data_frames: frames.len() as u32 - 1,
            index_size: u64::from(frames[0].size),
            data_size: frames[1..].iter().map(|f| u64::from(f.size)).sum(),
            stored_size: stored,
            table,
        }
    }

    #[test]
    fn tables() {
        let frames = vec![frame(10, 20), frame(30, 30), frame(1, 8 << 20)];
        let (bytes, digest) = encode_table(&frames);
        let good = content(&frames, digest);
        let table = Table::parse(&bytes, &good, Region::Slot(0)).unwrap();
        assert_eq!((table.index().len(), table.data().len()), (1, 2));
        assert_eq!(table.data()[0].offset, 130);
        assert_eq!(table.data()[0].coding(), Coding::Stored);
        assert_eq!(table.data()[1].coding(), Coding::Zstandard);
        let mut flipped = bytes.clone();
        flipped[3] ^= 1;
        assert_eq!(Table::parse(&flipped, &good, Region::Slot(0)).unwrap_err().code(), "table-digest");
        for bad in [
            Content { stored_size: 172, ..good },
            Content { index_size: 19, ..good },
            Content { data_size: 5, ..good },
        ] {
            assert_eq!(Table::parse(&bytes, &bad, Region::Slot(0)).unwrap_err().code(), "content");
        }
        assert_eq!(
            Table::parse(&bytes, &Content { data_frames: 3, ..good }, Region::Slot(0)).unwrap_err().code(),
            "truncated"
        );
        assert_eq!(
            Table::parse(&bytes, &Content { data_frames: 1, ..good }, Region::Slot(0)).unwrap_err().code(),
            "trailing"
        );
    }

    #[test]
    fn impossible_frame_sizes() {
        for (stored, size) in [(0, 0), (0, 5), (6, 5), (1, (8 << 20) + 1), (u32::MAX, u32::MAX)] {
            let frames = [frame(10, 20), frame(stored, size)];
            let (bytes, digest) = encode_table(&frames);
            let error = Table::parse(&bytes, &content(&frames, digest), Region::Slot(0)).unwrap_err();
            assert_eq!(error.code(), "frame-size", "{stored} {size}");
        }
    }

    #[test]
    fn a_frame_is_checked_as_stored() {
        let stored = b"stored bytes";
        let good = Frame { offset: 7, stored_size: 12, size: 12, digest: Digest::of(stored) };
        assert_eq!(good.check(stored, Region::Slot(2)), Ok(()));
        assert_eq!(good.check(b"stored bytez", Region::Slot(2)).unwrap_err().code(), "frame-digest");
        assert_eq!(good.check(b"stored", Region::Slot(2)).unwrap_err().offset, 7);
    }
}
