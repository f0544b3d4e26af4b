//! Documents (SPEC 4.6): a bill of materials, a statement of provenance.

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Region};
use crate::frame::Frame;
use crate::limits;
use crate::name::read_name;
use crate::wire::{Reader, Writer};

/// The record of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document<'a> {
    /// Its name, for example `sbom.cdx.json`.
    pub name: &'a str,
    /// Bytes as stored.
    pub stored_size: u64,
    /// Bytes of content.
    pub size: u64,
    /// SHA-256 of the stored bytes.
    pub digest: Digest,
}

impl<'a> Document<'a> {
    /// The document as the one frame that it is.
    pub fn frame(&self) -> Frame {
        // Both sizes were checked to be at most 8 MiB.
        let small = |size: u64| u32::try_from(size).unwrap_or(u32::MAX);
        Frame { offset: 0, stored_size: small(self.stored_size), size: small(self.size), digest: self.digest }
    }

    /// Check the digest of the stored bytes.
    ///
    /// # Errors
    /// `document-digest`.
    pub fn check(&self, stored: &[u8], number: u16) -> Result<(), Error> {
        let same = stored.len() as u64 == self.stored_size && Digest::of(stored) == self.digest;
        if same { Ok(()) } else { Err(Error::new(ErrorKind::DocumentDigest, Region::Document(number), 0)) }
    }

    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Document<'a>, Error> {
        let name = read_name(reader, limits::ID_BYTES)?;
        let at = reader.error(ErrorKind::FrameSize);
        let (stored_size, size) = (reader.u64()?, reader.u64()?);
        if !(1..=size).contains(&stored_size) || size > u64::from(limits::FRAME_BYTES) {
            return Err(at);
        }
        Ok(Document { name, stored_size, size, digest: reader.digest()? })
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.bytes16(self.name.as_bytes());
        writer.u64(self.stored_size);
        writer.u64(self.size);
        writer.raw(&self.digest.0);
    }
}
