//! Slot records (SPEC 4.3): what a slot is called, how long it lives, and what its content is.

use crate::digest::{Digest, Label};
use crate::error::{Error, ErrorKind, Region};
use crate::limits;
use crate::name::read_name;
use crate::path::is_path;
use crate::wire::{Reader, Writer};

/// Bytes of a content record.
pub const CONTENT_BYTES: usize = 72;

/// How long a slot's extracted content lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifecycle {
    /// In the shared cache, until it is collected.
    Cache,
    /// A fresh copy for each start.
    Temporary,
    /// A single executable, run from memory.
    Memory,
    /// As `Cache`, but extracted only when an entry that names it is started.
    Lazy,
}

impl Lifecycle {
    /// The word of the manifest file and of `psp inspect`.
    pub fn as_str(self) -> &'static str {
        match self {
            Lifecycle::Cache => "cache",
            Lifecycle::Temporary => "temporary",
            Lifecycle::Memory => "memory",
            Lifecycle::Lazy => "lazy",
        }
    }

    fn code(self) -> u8 {
        match self {
            Lifecycle::Cache => 0,
            Lifecycle::Temporary => 1,
            Lifecycle::Memory => 2,
            Lifecycle::Lazy => 3,
        }
    }
}

/// Whether a slot stands for a directory or for one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{slot:ID}` is a directory.
    Tree,
    /// `{slot:ID}` is a file.
    File,
}

impl Kind {
    /// The word of `psp inspect`.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Tree => "tree",
            Kind::File => "file",
        }
    }
}

/// The content record: everything that determines a slot's content, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// Tree or file.
    pub kind: Kind,
    /// Entries in the index.
    pub entry_count: u32,
    /// Frames that hold the index.
    pub index_frames: u32,
    /// Frames that hold the data.
    pub data_frames: u32,
    /// Bytes of the index.
    pub index_size: u64,
    /// Bytes of all files together.
    pub data_size: u64,
    /// Bytes of the slot in the package: frame table and frames.
    pub stored_size: u64,
    /// The digest of the frame table.
    pub table: Digest,
}

impl Content {
    /// The content id: the name of this content in every cache.
    pub fn id(&self) -> Digest {
        let mut writer = Writer::default();
        self.write(&mut writer);
        Digest::labelled(Label::Slot, &writer.0)
    }

    /// Bytes of the frame table.
    pub fn table_size(&self) -> u64 {
        (u64::from(self.index_frames) + u64::from(self.data_frames)) * crate::frame::RECORD_BYTES as u64
    }

    /// Parse a content record.
    ///
    /// # Errors
    /// `value`, `reserved`, `limit`, `content`.
    pub fn read(reader: &mut Reader<'_>) -> Result<Content, Error> {
        let at = reader.error(ErrorKind::Content);
        let at_kind = reader.error(ErrorKind::Value);
        let kind = match reader.u8()? {
            0 => Kind::Tree,
            1 => Kind::File,
            _ => return Err(at_kind),
        };
        reader.reserved::<3>()?;
        let content = Content {
            kind,
            entry_count: reader.count32(limits::INDEX_ENTRIES)?,
            index_frames: reader.count32(limits::FRAMES)?,
            data_frames: reader.count32(limits::FRAMES)?,
            index_size: reader.count64(limits::INDEX_BYTES)?,
            data_size: reader.count64(limits::SLOT_BYTES)?,
            stored_size: reader.count64(limits::SLOT_BYTES)?,
            table: reader.digest()?,
        };
        if content.index_frames + content.data_frames > limits::FRAMES {
            return Err(Error { kind: ErrorKind::Limit, ..at });
        }
        if content.is_consistent() { Ok(content) } else { Err(at) }
    }

    /// SPEC 4.3: counts and sizes are zero together, and a stored slot has room for its table.
    fn is_consistent(&self) -> bool {
        (self.index_frames == 0) == (self.index_size == 0)
            && (self.data_frames == 0) == (self.data_size == 0)
            && (self.entry_count == 0) == (self.index_size == 0)
            && (self.kind == Kind::Tree || self.entry_count == 1)
            && self.stored_size >= self.table_size()
    }

    /// Append the 72 bytes.
    pub fn write(&self, writer: &mut Writer) {
        writer.u8(u8::from(self.kind == Kind::File));
        writer.raw(&[0; 3]);
        writer.u32(self.entry_count);
        writer.u32(self.index_frames);
        writer.u32(self.data_frames);
        writer.u64(self.index_size);
        writer.u64(self.data_size);
        writer.u64(self.stored_size);
        writer.raw(&self.table.0);
    }
}

/// A slot of the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot<'a> {
    /// What commands and people call it.
    pub id: &'a str,
    /// How long its content lives.
    pub lifecycle: Lifecycle,
    /// For a slot of kind file the file's name, else empty.
    pub file: &'a [u8],
    /// What it holds.
    pub content: Content,
}

impl<'a> Slot<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Slot<'a>, Error> {
        let id = read_name(reader, limits::ID_BYTES)?;
        let at = reader.error(ErrorKind::Value);
        let lifecycle = match reader.u8()? {
            0 => Lifecycle::Cache,
            1 => Lifecycle::Temporary,
            2 => Lifecycle::Memory,
            3 => Lifecycle::Lazy,
            _ => return Err(at),
        };
        let at_file = reader.error(ErrorKind::Path);
        let file = reader.bytes16(limits::COMPONENT_BYTES)?;
        let content = Content::read(reader)?;
        // SPEC 4.3: a file slot says what its file is called, a tree slot doesn't.
        match content.kind {
            Kind::File if !is_path(file) || file.contains(&b'/') => return Err(at_file),
            Kind::Tree if !file.is_empty() => return Err(Error { kind: ErrorKind::Content, ..at_file }),
            _ => {}
        }
        // SPEC 4.3: what is run from memory is one file.
        if lifecycle == Lifecycle::Memory && content.kind != Kind::File {
            return Err(Error { kind: ErrorKind::Lifecycle, ..at });
        }
        Ok(Slot { id, lifecycle, file, content })
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.bytes16(self.id.as_bytes());
        writer.u8(self.lifecycle.code());
        writer.bytes16(self.file);
        self.content.write(writer);
    }
}

/// Parse the 72 bytes of a content record that stand alone, as in a cache entry.
///
/// # Errors
/// As [`Content::read`], and `trailing`.
pub fn parse_content(bytes: &[u8]) -> Result<Content, Error> {
    let mut reader = Reader::new(bytes, Region::Beside, 0);
    let content = Content::read(&mut reader)?;
    reader.end()?;
    Ok(content)
}
