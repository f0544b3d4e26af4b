//! Receipts: what a cache entry's files looked like when they were known to be right.
//!
//! A receipt is a hint, never an authority: what does not match it is checked against the signed digests.

use alloc::vec::Vec;

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Region};
use crate::wire::{Reader, Writer};

/// Bytes before the records.
pub const HEADER_BYTES: usize = 64;
/// Bytes of a record.
pub const RECORD_BYTES: usize = 32;
const MAGIC: [u8; 8] = *b"PSPRCPT1";

/// What a receipt says of its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The content id of the entry.
    pub content: Digest,
    /// The boot in which the entry was made; zeros if it could not be told.
    pub boot: [u8; 16],
    /// Whether the entry is known to be on disk: it was whole in a later boot, or was written through.
    pub durable: bool,
    /// How many records follow: one for each entry of the index, in its order, and a last one for the tree's own directory.
    pub count: u32,
}

/// What one file, directory or link looked like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Record {
    /// The inode's number.
    pub inode: u64,
    /// The time of its last change, seconds.
    pub ctime_seconds: i64,
    /// Nanoseconds of the same.
    pub ctime_nanoseconds: u32,
    /// Bytes.
    pub size: u64,
}

impl Header {
    /// Parse the first bytes of a receipt file of `file_size` bytes.
    ///
    /// # Errors
    /// `receipt`.
    pub fn parse(bytes: &[u8], file_size: u64) -> Result<Header, Error> {
        let invalid = Error::new(ErrorKind::Receipt, Region::Beside, 0);
        let mut reader = Reader::new(bytes, Region::Beside, 0);
        let magic = reader.array::<8>().map_err(|_| invalid)?;
        let mut fields = || -> Result<(Digest, [u8; 16], u32, u32), Error> {
            Ok((reader.digest()?, reader.array()?, reader.u32()?, reader.u32()?))
        };
        let (content, boot, durable, count) = fields().map_err(|_| invalid)?;
        let expected = HEADER_BYTES as u64 + u64::from(count) * RECORD_BYTES as u64;
        if magic != MAGIC || durable > 1 || expected != file_size {
            return Err(invalid);
        }
        Ok(Header { content, boot, durable: durable == 1, count })
    }

    /// The 64 bytes.
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut writer = Writer::default();
        writer.raw(&MAGIC);
        writer.raw(&self.content.0);
        writer.raw(&self.boot);
        writer.u32(u32::from(self.durable));
        writer.u32(self.count);
        let mut bytes = [0; HEADER_BYTES];
        bytes.copy_from_slice(&writer.0);
        bytes
    }
}

impl Record {
    /// Where record `number` stands in a receipt file.
    pub fn offset(number: u32) -> u64 {
        HEADER_BYTES as u64 + u64::from(number) * RECORD_BYTES as u64
    }

    /// Parse a record.
    ///
    /// # Errors
    /// `receipt`.
    pub fn parse(bytes: &[u8]) -> Result<Record, Error> {
        let mut reader = Reader::new(bytes, Region::Beside, 0);
        let mut fields = || -> Result<Record, Error> {
            let inode = reader.u64()?;
            let ctime_seconds = i64::from_le_bytes(reader.array()?);
            let ctime_nanoseconds = reader.u32()?;
            reader.reserved::<4>()?;
            let size = reader.u64()?;
            Ok(Record { inode, ctime_seconds, ctime_nanoseconds, size })
        };
        fields().map_err(|_| Error::new(ErrorKind::Receipt, Region::Beside, 0))
    }

    /// Append the 32 bytes.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        let mut writer = Writer(core::mem::take(bytes));
        writer.u64(self.inode);
        writer.raw(&self.ctime_seconds.to_le_bytes());
        writer.u32(self.ctime_nanoseconds);
        writer.u32(0);
        writer.u64(self.size);
        *bytes = writer.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn round_trip_and_damage() {
        let header = Header { content: Digest([3; 32]), boot: [4; 16], durable: true, count: 2 };
        let bytes = header.encode();
        assert_eq!(Header::parse(&bytes, 128), Ok(header));
        for (bytes, size) in [(&bytes[..], 127), (&bytes[..63], 128), (&[0; 64], 64), (&[], 0)] {
            assert_eq!(Header::parse(bytes, size).unwrap_err().code(), "receipt");
        }
        let record = Record { inode: 9, ctime_seconds: -5, ctime_nanoseconds: 7, size: 1 << 40 };
        let mut written = vec![];
        record.write(&mut written);
        assert_eq!(written.len(), RECORD_BYTES);
        assert_eq!(Record::parse(&written), Ok(record));
        assert!(Record::parse(&written[1..]).is_err());
    }
}
