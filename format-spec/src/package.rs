//! A package as a whole: from its last bytes to a verified value (SPEC 2, 7 and 9).

use alloc::vec::Vec;

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Region};
use crate::manifest::{self, Manifest};
use crate::signature::{self, SIGNATURE_BYTES, Signature};
use crate::trailer::{TRAILER_BYTES, Trailer};

/// A package whose structure is right. Whether it is what somebody signed, [`Package::verify`] tells.
#[derive(Clone, Debug)]
pub struct Package<'a> {
    /// The trailer.
    pub trailer: Trailer,
    /// Ascending by key.
    pub signatures: Vec<Signature>,
    /// What is signed.
    pub manifest: Manifest<'a>,
    /// The digest of the manifest as it was read.
    pub root: Digest,
}

/// A package all of whose signatures are valid: the only kind that may be extracted or run.
#[derive(Clone, Debug)]
pub struct Verified<'a>(Package<'a>);

impl<'a> Package<'a> {
    /// Parse a package from its last bytes: at least manifest, signatures and trailer, as [`Trailer::tail_bytes`] says.
    ///
    /// # Errors
    /// Whatever SPEC 2, 3, 4 and 7 name, save the signatures themselves.
    pub fn parse(tail: &'a [u8], file_size: u64) -> Result<Package<'a>, Error> {
        let trailer = Trailer::parse(tail, file_size)?;
        let cut_off = Error::new(ErrorKind::Truncated, Region::Manifest, 0);
        let start = tail.len().checked_sub(trailer.tail_bytes()).ok_or(cut_off)?;
        let (manifest_bytes, rest) =
            tail[start..].split_at_checked(trailer.manifest_size as usize).ok_or(cut_off)?;
        let list = &rest[..rest.len() - TRAILER_BYTES];
        let root = manifest::root(manifest_bytes);
        // SPEC 3: the trailer states the manifest's digest, which tells a changed manifest from a changed signature.
        if root != trailer.root {
            return Err(root_error(&root, manifest_bytes, list, trailer.signature_count));
        }
        let signatures = signature::parse_list(list, trailer.signature_count)?;
        let manifest = Manifest::parse(manifest_bytes, trailer.minor).map_err(version_in_trailer)?;
        let package = Package { trailer, signatures, manifest, root };
        if package.regions_size() != Some(file_size) {
            return Err(Error::new(ErrorKind::Layout, Region::File, 0));
        }
        Ok(package)
    }

    /// Verify every signature, strictly, and that the primary key's is among them.
    ///
    /// # Errors
    /// `signature-invalid`, `key-invalid`, `primary-missing`.
    pub fn verify(self) -> Result<Verified<'a>, Error> {
        for (number, signature) in self.signatures.iter().enumerate() {
            signature.verify(&self.root, number)?;
        }
        let primary = self.manifest.identity.primary;
        if self.signatures.iter().any(|signature| signature.key == primary) {
            Ok(Verified(self))
        } else {
            Err(Error::new(ErrorKind::PrimaryMissing, Region::Signatures, 0))
        }
    }

    /// Where slot `number` begins in the file; for a number past the last slot, where the documents begin.
    pub fn slot_offset(&self, number: usize) -> u64 {
        let slots = self.manifest.slots.iter().take(number);
        self.manifest.stub.size + slots.map(|slot| slot.content.stored_size).sum::<u64>()
    }

    /// Where document `number` begins in the file; for a number past the last document, where the manifest begins.
    pub fn document_offset(&self, number: usize) -> u64 {
        let documents = self.manifest.documents.iter().take(number);
        self.slot_offset(usize::MAX) + documents.map(|document| document.stored_size).sum::<u64>()
    }

    /// SPEC 2: the sum of all regions. None when it overflows.
    fn regions_size(&self) -> Option<u64> {
        let slots = self.manifest.slots.iter().map(|slot| slot.content.stored_size);
        let documents = self.manifest.documents.iter().map(|document| document.stored_size);
        let head = slots.chain(documents).try_fold(self.manifest.stub.size, u64::checked_add)?;
        head.checked_add(self.trailer.tail_bytes() as u64)
    }
}

/// Says what was changed: the trailer's root, if the first signature verifies with the manifest as it is; the trailer's counts, if
/// they lead to something that does not begin as a manifest does; else the manifest.
fn root_error(root: &Digest, manifest_bytes: &[u8], list: &[u8], count: u32) -> Error {
    let signed = signature::parse_list(list, count)
        .is_ok_and(|signatures| signatures.iter().take(1).all(|signature| signature.verify(root, 0).is_ok()));
    // A damaged magic is still mostly itself.
    let alike = manifest_bytes.iter().zip(manifest::MAGIC).filter(|(byte, magic)| **byte == *magic).count();
    let (region, offset) = match (signed, alike) {
        (true, _) => (Region::Trailer, 32),
        (false, 0..4) => (Region::Trailer, 12),
        (false, _) => (Region::Manifest, 0),
    };
    Error::new(ErrorKind::Root, region, offset)
}

/// The manifest is the one that the root names, so where the versions differ it is the trailer's that was changed.
fn version_in_trailer(error: Error) -> Error {
    match error.kind {
        ErrorKind::VersionMismatch => Error::new(error.kind, Region::Trailer, 8),
        _ => error,
    }
}

impl<'a> core::ops::Deref for Verified<'a> {
    type Target = Package<'a>;

    fn deref(&self) -> &Package<'a> {
        &self.0
    }
}

/// What is written behind the documents: manifest, signatures, trailer. `head_size` is the size of all that precedes.
///
/// `signatures` must be ascending by key; the caller parses what it wrote.
pub fn encode_tail(manifest: &[u8], minor: u16, signatures: &[Signature], head_size: u64) -> Vec<u8> {
    let mut tail = manifest.to_vec();
    tail.extend_from_slice(&signature::encode_list(signatures));
    let trailer = Trailer {
        minor,
        signature_count: u32::try_from(signatures.len()).unwrap_or(u32::MAX),
        manifest_size: u32::try_from(manifest.len()).unwrap_or(u32::MAX),
        file_size: head_size + (manifest.len() + signatures.len() * SIGNATURE_BYTES + TRAILER_BYTES) as u64,
        root: manifest::root(manifest),
    };
    tail.extend_from_slice(&trailer.encode());
    tail
}
