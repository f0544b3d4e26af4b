//! Full verification (SPEC 9): every byte of a package, in bounded memory, for whoever can read ranges and decode frames.
//!
//! `psp verify`, the builder's reading back and the tests all come here; extraction of a slot without a cache does too, through
//! a [`Sink`]. Holds one frame and one index at a time, never a whole slot. Must never hand on bytes whose frame was not
//! verified. Start with [`verify`], or with [`read_tail`] and [`contents`] where the package itself is of interest.

use alloc::vec::Vec;
use core::fmt;

use crate::command::Program;
use crate::digest::{Digest, Hasher};
use crate::error::{Error, ErrorKind, Region};
use crate::frame::{Coding, Frame, Table, check_zstandard_header};
use crate::index::{Entry, Index, Node};
use crate::limits;
use crate::name::folds_case;
use crate::package::{Package, Verified};
use crate::slot::Kind;
use crate::trailer::{TRAILER_BYTES, Trailer};

/// The stub is hashed in pieces of this size.
const PIECE_BYTES: usize = 1 << 18;

/// Where a package's bytes come from.
pub trait Source {
    /// Why they could not be read.
    type Error;

    /// The size of the file.
    ///
    /// # Errors
    /// The source's own.
    fn size(&self) -> Result<u64, Self::Error>;

    /// Fill `buffer` with the bytes from `offset` on; all of it or an error.
    ///
    /// # Errors
    /// The source's own.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Self::Error>;
}

/// A frame that the decoder could not decode to the size it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undecodable;

/// Decodes Zstandard frames.
pub trait Decoder {
    /// Decode the one frame that `stored` is to exactly `content.len()` bytes. Its header is already known to state that size,
    /// no dictionary, and a window within bounds.
    ///
    /// # Errors
    /// [`Undecodable`] for damage and for any other size.
    fn decode(&mut self, stored: &[u8], content: &mut [u8]) -> Result<(), Undecodable>;
}

/// Is told what was verified, in the order of the file. `E` is the error of the [`Source`], so that a sink can stop the work.
///
/// The digests of index and frames were checked before anything is told, that of a file only after its last byte.
pub trait Sink<E> {
    /// A slot's frame table and index are good; its data follows.
    ///
    /// # Errors
    /// Whatever shall stop the verification.
    fn slot(&mut self, _slot: u16, _table: &Table, _index: &Index<'_>) -> Result<(), E> {
        Ok(())
    }

    /// The next bytes of the file that is entry number `entry` of the slot's index. Not called for empty files.
    ///
    /// # Errors
    /// Whatever shall stop the verification.
    fn data(&mut self, _slot: u16, _entry: u32, _bytes: &[u8]) -> Result<(), E> {
        Ok(())
    }

    /// The content of a document.
    ///
    /// # Errors
    /// Whatever shall stop the verification.
    fn document(&mut self, _number: u16, _content: &[u8]) -> Result<(), E> {
        Ok(())
    }
}

/// The sink that takes no notice.
impl<E> Sink<E> for () {}

/// Why a verification did not come to a good end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure<E> {
    /// The package breaks a rule.
    Package(Error),
    /// The source could not be read, or the sink stopped the work; this says nothing about the package.
    Source(E),
}

impl<E> From<Error> for Failure<E> {
    fn from(error: Error) -> Self {
        Failure::Package(error)
    }
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Package(error) => error.fmt(f),
            Failure::Source(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for Failure<E> {}

/// Verify the whole of a package.
///
/// # Errors
/// The first rule that is broken, or the source's error.
pub fn verify<S: Source + ?Sized>(source: &S, decoder: &mut impl Decoder) -> Result<(), Failure<S::Error>> {
    let size = source.size().map_err(Failure::Source)?;
    let tail = read_tail(source, size)?;
    let package = Package::parse(&tail, size)?.verify()?;
    contents(&package, source, decoder, &mut ())
}

/// Read what [`Package::parse`] needs: manifest, signatures and trailer.
///
/// # Errors
/// What [`Trailer::parse`] says, or the source's error.
pub fn read_tail<S: Source + ?Sized>(source: &S, size: u64) -> Result<Vec<u8>, Failure<S::Error>> {
    let mut trailer = [0; TRAILER_BYTES];
    let short = Error::new(ErrorKind::NotAPackage, Region::File, 0);
    let start = size.checked_sub(TRAILER_BYTES as u64).ok_or(short)?;
    source.read_at(start, &mut trailer).map_err(Failure::Source)?;
    // A trailer is believed only when all it counts fits into the file.
    let trailer = Trailer::parse(&trailer, size)?;
    let mut tail = alloc::vec![0; trailer.tail_bytes()];
    source.read_at(size - tail.len() as u64, &mut tail).map_err(Failure::Source)?;
    Ok(tail)
}

/// Verify everything that precedes the manifest: the stub, each slot, each document.
///
/// # Errors
/// The first rule that is broken, or the error of source or sink.
pub fn contents<S: Source + ?Sized>(
    package: &Verified<'_>,
    source: &S,
    decoder: &mut impl Decoder,
    sink: &mut impl Sink<S::Error>,
) -> Result<(), Failure<S::Error>> {
    stub(package, source)?;
    for number in 0..package.manifest.slots.len() {
        slot(package, number, source, decoder, sink)?;
    }
    for number in 0..package.manifest.documents.len() {
        document(package, number, source, decoder, sink)?;
    }
    Ok(())
}

/// Verify the stub.
///
/// # Errors
/// `stub-digest`, or the source's error.
pub fn stub<S: Source + ?Sized>(package: &Verified<'_>, source: &S) -> Result<(), Failure<S::Error>> {
    let stub = package.manifest.stub;
    let mut hasher = Hasher::default();
    let mut buffer = Vec::new();
    let mut offset = 0;
    while offset < stub.size {
        let piece = sized(&mut buffer, shorter(stub.size - offset, PIECE_BYTES));
        source.read_at(offset, piece).map_err(Failure::Source)?;
        hasher.update(piece);
        offset += piece.len() as u64;
    }
    if stub.digest == hasher.finish() {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::StubDigest, Region::Stub, 0).into())
    }
}

/// Verify slot `number`: table, index, the programs that commands name in it, data, and each file's digest.
///
/// # Errors
/// Whatever SPEC 5 and 6 name and `program`; `slot-unknown` if there is no such slot; the error of source or sink.
pub fn slot<S: Source + ?Sized>(
    package: &Verified<'_>,
    number: usize,
    source: &S,
    decoder: &mut impl Decoder,
    sink: &mut impl Sink<S::Error>,
) -> Result<(), Failure<S::Error>> {
    let region = Region::Slot(small(number));
    let unknown = Error::new(ErrorKind::SlotUnknown, Region::Manifest, 0);
    let record = package.manifest.slots.get(number).ok_or(unknown)?;
    let content = record.content;
    let mut frames = Frames {
        source,
        decoder,
        start: package.slot_offset(number),
        region,
        stored: Vec::new(),
        content: Vec::new(),
    };
    let mut bytes = alloc::vec![0; clamped(content.table_size())];
    source.read_at(frames.start, &mut bytes).map_err(Failure::Source)?;
    let table = Table::parse(&bytes, &content, region)?;
    // The table is the signed one, so this is what its frames will decode to, and at most 64 MiB.
    let mut bytes = Vec::with_capacity(clamped(content.index_size));
    for frame in table.index() {
        bytes.extend_from_slice(frames.read(frame)?);
    }
    let index = Index::parse(&bytes, &content, folds_case(package.manifest.identity.target), region)?;
    // SPEC 5.1: the one entry of a file slot is the file that the record names.
    if content.kind == Kind::File && !index.is_file(record.file) {
        return Err(Error::new(ErrorKind::Content, region, 0).into());
    }
    check_programs(package, number, &index)?;
    sink.slot(small(number), &table, &index).map_err(Failure::Source)?;
    let mut files = Files::new(&index.entries, region);
    for frame in table.data() {
        let mut rest = frames.read(frame)?;
        while let Some((entry, piece)) = files.next_piece(&mut rest)? {
            sink.data(small(number), entry, piece).map_err(Failure::Source)?;
        }
    }
    Ok(files.finish()?)
}

/// Verify document `number`.
///
/// # Errors
/// `document-digest`, `frame-decode`; `truncated` if there is no such document; the error of source or sink.
pub fn document<S: Source + ?Sized>(
    package: &Verified<'_>,
    number: usize,
    source: &S,
    decoder: &mut impl Decoder,
    sink: &mut impl Sink<S::Error>,
) -> Result<(), Failure<S::Error>> {
    let unknown = Error::new(ErrorKind::Truncated, Region::Manifest, 0);
    let document = package.manifest.documents.get(number).ok_or(unknown)?;
    let region = Region::Document(small(number));
    let mut stored = alloc::vec![0; clamped(document.stored_size)];
    source.read_at(package.document_offset(number), &mut stored).map_err(Failure::Source)?;
    document.check(&stored, small(number))?;
    let mut content = Vec::new();
    let content = decoded(&document.frame(), &stored, &mut content, decoder, region)?;
    sink.document(small(number), content).map_err(Failure::Source)
}

/// SPEC 9: a command of origin slot names an executable file of that path.
fn check_programs(package: &Package<'_>, number: usize, index: &Index<'_>) -> Result<(), Error> {
    let manifest = &package.manifest;
    let commands = manifest.entries.iter().map(|entry| &entry.command).chain(&manifest.setup);
    for command in commands {
        let Program::Slot { slot, entry, path } = command.program else { continue };
        let found = index.entries.get(entry as usize);
        let is_program = found.is_some_and(|found| {
            found.path == path && matches!(found.node, Node::File { executable: true, .. })
        });
        if usize::from(slot) == number && !is_program {
            return Err(Error::new(ErrorKind::Program, Region::Manifest, 0));
        }
    }
    Ok(())
}

/// Reads the frames of one slot, through two buffers that grow to the largest of them and are used again.
struct Frames<'s, S: ?Sized, D> {
    source: &'s S,
    decoder: &'s mut D,
    start: u64,
    region: Region,
    stored: Vec<u8>,
    content: Vec<u8>,
}

impl<S: Source + ?Sized, D: Decoder> Frames<'_, S, D> {
    fn read(&mut self, frame: &Frame) -> Result<&[u8], Failure<S::Error>> {
        let stored = sized(&mut self.stored, frame.stored_size as usize);
        self.source.read_at(self.start + frame.offset, stored).map_err(Failure::Source)?;
        frame.check(stored, self.region)?;
        Ok(decoded(frame, stored, &mut self.content, self.decoder, self.region)?)
    }
}

/// The content of a frame whose digest was checked.
fn decoded<'b>(
    frame: &Frame,
    stored: &'b [u8],
    buffer: &'b mut Vec<u8>,
    decoder: &mut impl Decoder,
    region: Region,
) -> Result<&'b [u8], Error> {
    if frame.coding() == Coding::Stored {
        return Ok(stored);
    }
    let at = Error::new(ErrorKind::FrameDecode, region, frame.offset);
    check_zstandard_header(stored, frame.size).map_err(|kind| Error { kind, ..at })?;
    let content = sized(buffer, frame.size as usize);
    decoder.decode(stored, content).map_err(|Undecodable| at)?;
    Ok(content)
}

/// Cuts the data of a slot into its files and checks the digest of each.
struct Files<'i> {
    entries: &'i [Entry<'i>],
    region: Region,
    /// The number of the entry that is looked at.
    entry: usize,
    /// Bytes that are still missing of it, if it is a file.
    missing: u64,
    hasher: Hasher,
    /// Where in the data the entry begins.
    start: u64,
}

impl<'i> Files<'i> {
    fn new(entries: &'i [Entry<'i>], region: Region) -> Files<'i> {
        let mut files = Files { entries, region, entry: 0, missing: 0, hasher: Hasher::default(), start: 0 };
        files.missing = files.current().map_or(0, |(size, _)| size);
        files
    }

    /// Takes from `rest` what belongs to one file. None when `rest` is used up.
    fn next_piece<'b>(&mut self, rest: &mut &'b [u8]) -> Result<Option<(u32, &'b [u8])>, Error> {
        if rest.is_empty() {
            return Ok(None);
        }
        while self.missing == 0 {
            self.step()?;
        }
        let (piece, after) = rest.split_at(shorter(self.missing, rest.len()));
        *rest = after;
        self.hasher.update(piece);
        self.missing -= piece.len() as u64;
        Ok(Some((u32::try_from(self.entry).unwrap_or(u32::MAX), piece)))
    }

    /// All data was given: what remains are entries without any.
    fn finish(&mut self) -> Result<(), Error> {
        while self.entry < self.entries.len() {
            if self.missing > 0 {
                return Err(self.error(ErrorKind::Content));
            }
            self.step()?;
        }
        Ok(())
    }

    /// Ends the entry that is looked at, and goes to the next.
    fn step(&mut self) -> Result<(), Error> {
        if self.entry >= self.entries.len() {
            return Err(self.error(ErrorKind::Content));
        }
        if let Some((size, digest)) = self.current() {
            if core::mem::take(&mut self.hasher).finish() != digest {
                return Err(self.error(ErrorKind::FileDigest));
            }
            self.start += size;
        }
        self.entry += 1;
        self.missing = self.current().map_or(0, |(size, _)| size);
        Ok(())
    }

    /// Size and digest of the entry that is looked at, if it is a file.
    fn current(&self) -> Option<(u64, Digest)> {
        match self.entries.get(self.entry)?.node {
            Node::File { size, digest, .. } => Some((size, digest)),
            Node::Directory | Node::Symlink { .. } | Node::Hardlink { .. } => None,
        }
    }

    fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.region, self.start)
    }
}

/// The first `length` bytes of a buffer that never shrinks.
fn sized(buffer: &mut Vec<u8>, length: usize) -> &mut [u8] {
    if buffer.len() < length {
        buffer.resize(length, 0);
    }
    &mut buffer[..length]
}

fn shorter(left: u64, length: usize) -> usize {
    usize::try_from(left).map_or(length, |left| left.min(length))
}

/// A size that the manifest's reader has held against its limit; all limits here are far below the largest `usize`.
fn clamped(size: u64) -> usize {
    usize::try_from(size.min(limits::INDEX_BYTES)).unwrap_or(0)
}

/// A number of a slot or document: there are at most 64.
fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// A package in memory.
impl Source for [u8] {
    type Error = Error;

    fn size(&self) -> Result<u64, Error> {
        Ok(self.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let outside = Error::new(ErrorKind::Truncated, Region::File, offset);
        let start = usize::try_from(offset).map_err(|_| outside)?;
        let bytes = self.get(start..).and_then(|rest| rest.get(..buffer.len())).ok_or(outside)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}
