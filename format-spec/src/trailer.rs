//! The trailer (SPEC 3): the last 64 bytes, from which everything else is found.

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Region};
use crate::limits;
use crate::signature;
use crate::wire::{Reader, Writer};

/// The size of the trailer in bytes.
pub const TRAILER_BYTES: usize = 64;
/// The first eight bytes of the trailer.
pub const MAGIC: [u8; 8] = *b"\x89PSP\r\n\x1a\n";
/// The major version that this crate reads and writes.
pub const MAJOR: u16 = 1;
/// The minor version that this crate writes.
pub const MINOR: u16 = 0;

/// The trailer's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The minor version.
    pub minor: u16,
    /// How many signatures precede the trailer.
    pub signature_count: u32,
    /// Bytes of the manifest, which precedes the signatures.
    pub manifest_size: u32,
    /// Bytes of the whole file.
    pub file_size: u64,
    /// The digest of the manifest.
    pub root: Digest,
}

impl Trailer {
    /// Read a trailer from the last bytes of a file of `file_size` bytes.
    ///
    /// # Errors
    /// `not-a-package`, `newer-version` and what else SPEC 3 names.
    pub fn parse(tail: &[u8], file_size: u64) -> Result<Trailer, Error> {
        let start = tail.len().checked_sub(TRAILER_BYTES);
        let bytes = start.map(|at| &tail[at..]).ok_or(Error::new(ErrorKind::NotAPackage, Region::File, 0))?;
        let mut r = Reader::new(bytes, Region::Trailer, 0);
        if r.array::<8>()? != MAGIC {
            return Err(Error::new(ErrorKind::NotAPackage, Region::Trailer, 0));
        }
        let at_major = r.error(ErrorKind::Value);
        match r.u16()? {
            MAJOR => {}
            0 => return Err(at_major),
            _ => return Err(Error { kind: ErrorKind::NewerVersion, ..at_major }),
        }
        let minor = r.u16()?;
        let at_count = r.error(ErrorKind::SignatureCount);
        let signature_count = r.u32()?;
        if signature_count == 0 || signature_count > limits::SIGNATURES {
            return Err(at_count);
        }
        let at_size = r.error(ErrorKind::Limit);
        let manifest_size = r.count32(limits::MANIFEST_BYTES)?;
        if manifest_size < 16 {
            return Err(at_size);
        }
        r.reserved::<4>()?;
        // SPEC 3: file_size is the size of the file.
        let at_file = r.error(ErrorKind::FileSize);
        if r.u64()? != file_size || file_size > limits::FILE_BYTES {
            return Err(at_file);
        }
        let trailer = Trailer { minor, signature_count, manifest_size, file_size, root: r.digest()? };
        if trailer.tail_bytes() as u64 > file_size { Err(at_file) } else { Ok(trailer) }
    }

    /// The 64 bytes.
    pub fn encode(&self) -> [u8; TRAILER_BYTES] {
        let mut w = Writer::default();
        w.raw(&MAGIC);
        w.u16(MAJOR);
        w.u16(self.minor);
        w.u32(self.signature_count);
        w.u32(self.manifest_size);
        w.u32(0);
        w.u64(self.file_size);
        w.raw(&self.root.0);
        let mut bytes = [0; TRAILER_BYTES];
        bytes.copy_from_slice(&w.0);
        bytes
    }

    /// Bytes of manifest, signatures and trailer together: what a start reads.
    pub fn tail_bytes(&self) -> usize {
        self.manifest_size as usize
            + self.signature_count as usize * signature::SIGNATURE_BYTES
            + TRAILER_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Trailer {
        Trailer { minor: 0, signature_count: 2, manifest_size: 500, file_size: 5000, root: Digest([7; 32]) }
    }

    #[test]
    fn round_trip() {
        assert_eq!(Trailer::parse(&sample().encode(), 5000), Ok(sample()));
    }

    #[test]
    fn refusals() {
        let cases: &[(usize, &[u8], &str)] = &[
            (0, b"X", "not-a-package"),
            (7, b"\0", "not-a-package"),
            (8, &[0, 0], "value"),
            (8, &[2, 0], "newer-version"),
            (12, &[0], "signature-count"),
            (12, &[9], "signature-count"),
            (15, &[0x80], "signature-count"),
            (16, &[0, 0, 0x10, 0x80], "limit"),
            (16, &[15, 0], "limit"),
            (20, &[1], "reserved"),
            (24, &[0x89], "file-size"),
            (30, &[1], "file-size"),
        ];
        for (at, patch, code) in cases {
            let mut bytes = sample().encode();
            bytes[*at..at + patch.len()].copy_from_slice(patch);
            assert_eq!(Trailer::parse(&bytes, 5000).unwrap_err().code(), *code, "{at} {patch:?}");
        }
        assert_eq!(Trailer::parse(&[], 0).unwrap_err().code(), "not-a-package");
        assert_eq!(Trailer::parse(&[0; 63], 63).unwrap_err().code(), "not-a-package");
        let tight = Trailer { file_size: 787, ..sample() };
        assert_eq!(Trailer::parse(&tight.encode(), 787).unwrap_err().code(), "file-size");
    }
}
