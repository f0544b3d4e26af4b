//! Reading a slot's frames out of the package: into private memory, checked, then decoded.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use psp_format::frame::{Coding, Frame, Table};
use psp_format::index::Index;
use psp_format::slot::Slot;
use psp_format::{Content, ErrorKind, Region, Verified, limits, name};

use crate::codes;
use crate::failure::{Failure, Result};
use crate::package_file::PackageFile;
use crate::sys::{self, Block, Decoder, Errno};

/// A slot within an open, verified package.
pub struct SlotSource<'a> {
    /// The slot's record.
    pub slot: &'a Slot<'a>,
    /// The slot's number.
    pub number: u16,
    package: &'a PackageFile,
    offset: u64,
    folds_case: bool,
}

/// Memory for one frame at a time; never more than the largest frame of a table needs.
pub struct Buffers {
    stored: Block,
    plain: Block,
    decoder: Decoder,
}

impl Buffers {
    /// Room for each frame of `frames`.
    ///
    /// # Errors
    /// `memory-failed`.
    pub fn new(frames: &[Frame]) -> Result<Buffers> {
        let largest = |size: fn(&Frame) -> u32| frames.iter().map(size).max().unwrap_or(0).max(1) as usize;
        let block = |len| Block::new(len).map_err(no_memory);
        Ok(Buffers {
            stored: block(largest(|frame| frame.stored_size))?,
            plain: block(largest(|frame| frame.size))?,
            decoder: Decoder::new().map_err(no_memory)?,
        })
    }
}

fn no_memory(errno: Errno) -> Failure {
    Failure::new(codes::MEMORY_FAILED, format!("{}: {errno}", codes::MEMORY_FAILED.cause))
}

impl<'a> SlotSource<'a> {
    /// Slot `number` of the package.
    pub fn new(package: &'a PackageFile, verified: &'a Verified<'_>, number: u16) -> Option<SlotSource<'a>> {
        let slot = verified.manifest.slots.get(usize::from(number))?;
        let folds_case = name::folds_case(verified.manifest.identity.target);
        let offset = verified.slot_offset(usize::from(number));
        Some(SlotSource { slot, number, package, offset, folds_case })
    }

    /// The slot's content record.
    pub fn content(&self) -> &Content {
        &self.slot.content
    }

    /// A failure of this slot in this package.
    pub fn failure(&self, kind: ErrorKind, offset: u64) -> Failure {
        let error = psp_format::Error::new(kind, self.region(), offset);
        Failure::format(self.package.path.as_bytes(), error)
    }

    /// The frame table, checked.
    ///
    /// # Errors
    /// `table-digest` and what else SPEC 5 names.
    pub fn table(&self) -> Result<Table> {
        let mut bytes = vec![0; usize::try_from(self.content().table_size()).unwrap_or(0)];
        self.read(&mut bytes, 0)?;
        Table::parse(&bytes, self.content(), self.region())
            .map_err(|error| Failure::format(self.package.path.as_bytes(), error))
    }

    /// The bytes of the index, to be parsed by [`SlotSource::parse_index`].
    ///
    /// # Errors
    /// `frame-digest`, `frame-decode`.
    pub fn index_bytes(&self, table: &Table) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.content().index_size).unwrap_or(0));
        let mut buffers = Buffers::new(table.index())?;
        for frame in table.index() {
            bytes.extend_from_slice(self.frame(frame, &mut buffers)?);
        }
        Ok(bytes)
    }

    /// The index, checked.
    ///
    /// # Errors
    /// What SPEC 5.1 names.
    pub fn parse_index<'b>(&self, bytes: &'b [u8]) -> Result<Index<'b>> {
        let index = Index::parse(bytes, self.content(), self.folds_case, self.region())
            .map_err(|error| Failure::format(self.package.path.as_bytes(), error))?;
        if self.slot.file.is_empty() || index.is_file(self.slot.file) {
            Ok(index)
        } else {
            Err(self.failure(ErrorKind::Content, 0))
        }
    }

    /// The content of a frame. Not one of its bytes is decoded before all of them have the signed digest.
    ///
    /// # Errors
    /// `frame-digest`, `frame-decode`.
    pub fn frame<'b>(&self, frame: &Frame, buffers: &'b mut Buffers) -> Result<&'b [u8]> {
        let stored = &mut buffers.stored[..frame.stored_size as usize];
        self.read(stored, frame.offset)?;
        if sys::sha256(stored) != frame.digest.0 {
            return Err(self.failure(ErrorKind::FrameDigest, frame.offset));
        }
        if frame.coding() == Coding::Stored {
            return Ok(&buffers.stored[..frame.stored_size as usize]);
        }
        let plain = &mut buffers.plain[..frame.size as usize];
        match buffers.decoder.decode(stored, plain, u64::from(limits::FRAME_BYTES)) {
            Ok(()) => Ok(plain),
            Err(_) => Err(self.failure(ErrorKind::FrameDecode, frame.offset)),
        }
    }

    fn read(&self, bytes: &mut [u8], offset: u64) -> Result<()> {
        let read = self.package.file.read_exact_at(bytes, self.offset + offset);
        read.map_err(|errno| Failure::at(codes::PACKAGE_UNREADABLE, self.package.path.as_bytes(), errno))
    }

    fn region(&self) -> Region {
        Region::Slot(self.number)
    }
}
