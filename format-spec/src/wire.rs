//! The primitive encodings of SPEC 1: a bounded reader and a writer.

use alloc::vec::Vec;

use crate::error::{Error, ErrorKind, Region};
use crate::{Digest, Key};

/// Reads fields from the front of a slice and knows where it stands.
#[derive(Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    region: Region,
    offset: u64,
}

impl<'a> Reader<'a> {
    /// A reader of `bytes`, which stand at `offset` of `region`.
    pub fn new(bytes: &'a [u8], region: Region, offset: u64) -> Self {
        Reader { bytes, region, offset }
    }

    /// An error of `kind` at the current place.
    pub fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.region, self.offset)
    }

    /// Where the reader stands.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Fails with `trailing` unless everything was read.
    pub fn end(&self) -> Result<(), Error> {
        if self.bytes.is_empty() { Ok(()) } else { Err(self.error(ErrorKind::Trailing)) }
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let (head, rest) = self.bytes.split_at_checked(count).ok_or(self.error(ErrorKind::Truncated))?;
        self.bytes = rest;
        self.offset += count as u64;
        Ok(head)
    }

    /// The next N bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (head, rest) = self.bytes.split_first_chunk::<N>().ok_or(self.error(ErrorKind::Truncated))?;
        self.bytes = rest;
        self.offset += N as u64;
        Ok(*head)
    }

    /// A `u8`.
    pub fn u8(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// A `u16`.
    pub fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_le_bytes)
    }

    /// A `u32`.
    pub fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    /// A `u64`.
    pub fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_le_bytes)
    }

    /// A digest.
    pub fn digest(&mut self) -> Result<Digest, Error> {
        self.array().map(Digest)
    }

    /// A key.
    pub fn key(&mut self) -> Result<Key, Error> {
        self.array().map(Key)
    }

    /// N reserved bytes, all zero.
    pub fn reserved<const N: usize>(&mut self) -> Result<(), Error> {
        let at = self.error(ErrorKind::Reserved);
        if self.array::<N>()? == [0; N] { Ok(()) } else { Err(at) }
    }

    /// A `u16` that is at most `limit`.
    pub fn count16(&mut self, limit: u16) -> Result<u16, Error> {
        let at = self.error(ErrorKind::Limit);
        self.u16().and_then(|count| if count <= limit { Ok(count) } else { Err(at) })
    }

    /// A `u32` that is at most `limit`.
    pub fn count32(&mut self, limit: u32) -> Result<u32, Error> {
        let at = self.error(ErrorKind::Limit);
        self.u32().and_then(|count| if count <= limit { Ok(count) } else { Err(at) })
    }

    /// A `u64` that is at most `limit`.
    pub fn count64(&mut self, limit: u64) -> Result<u64, Error> {
        let at = self.error(ErrorKind::Limit);
        self.u64().and_then(|count| if count <= limit { Ok(count) } else { Err(at) })
    }

    /// The count of a section's list: 1 to `limit`.
    pub fn list_count(&mut self, limit: u16) -> Result<u16, Error> {
        let at = self.error(ErrorKind::EmptySection);
        self.count16(limit).and_then(|count| if count > 0 { Ok(count) } else { Err(at) })
    }

    /// A `bytes16` of at most `limit` bytes.
    pub fn bytes16(&mut self, limit: usize) -> Result<&'a [u8], Error> {
        let length = self.count16(u16::try_from(limit).unwrap_or(u16::MAX))?;
        self.take(usize::from(length))
    }

    /// A `bytes32` of at most `limit` bytes.
    pub fn bytes32(&mut self, limit: u32) -> Result<&'a [u8], Error> {
        let length = self.count32(limit)?;
        self.take(length as usize)
    }

    /// A `text16` of at most `limit` bytes.
    pub fn text16(&mut self, limit: usize) -> Result<&'a str, Error> {
        let at = self.error(ErrorKind::Text);
        let text = core::str::from_utf8(self.bytes16(limit)?).map_err(|_| at)?;
        // SPEC 1: no control characters.
        if text.chars().any(char::is_control) { Err(at) } else { Ok(text) }
    }

    /// A reader of the next `count` bytes alone.
    pub fn part(&mut self, count: usize) -> Result<Reader<'a>, Error> {
        let offset = self.offset;
        Ok(Reader { bytes: self.take(count)?, region: self.region, offset })
    }
}

/// Appends fields to a vector. Lengths are the caller's to keep within the limits: what does not fit its length field is
/// cut, and the reader that every writer's output is passed through refuses it.
#[derive(Default)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A `u8`.
    pub fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    /// A `u16`.
    pub fn u16(&mut self, value: u16) {
        self.raw(&value.to_le_bytes());
    }

    /// A `u32`.
    pub fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    /// A `u64`.
    pub fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }

    /// A count as a `u16`.
    pub fn count16(&mut self, count: usize) {
        self.u16(u16::try_from(count).unwrap_or(u16::MAX));
    }

    /// A count as a `u32`.
    pub fn count32(&mut self, count: usize) {
        self.u32(u32::try_from(count).unwrap_or(u32::MAX));
    }

    /// A `bytes16`.
    pub fn bytes16(&mut self, bytes: &[u8]) {
        self.count16(bytes.len());
        self.raw(bytes);
    }

    /// A `bytes32`.
    pub fn bytes32(&mut self, bytes: &[u8]) {
        self.count32(bytes.len());
        self.raw(bytes);
    }
}
