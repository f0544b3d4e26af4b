//! Compressed frames by what went into them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use psp_format::{Digest, limits};

use crate::chunk::{FramePlan, Shape};
use crate::codec::Coding;

/// What a stored frame depends on: its content, and how it was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameKey(pub(super) Digest);

impl FrameKey {
    /// The key of a frame that is cut from these files.
    pub fn of(frame: &FramePlan, files: &[Shape], coding: Coding) -> Self {
        let mut bytes = b"psp-build frame\n".to_vec();
        bytes.extend(coding.fingerprint());
        for piece in &frame.pieces {
            bytes.extend(files[piece.file].digest.0);
            bytes.extend(piece.offset.to_le_bytes());
            bytes.extend(piece.size.to_le_bytes());
        }
        Self(Digest::of(&bytes))
    }
}

/// A frame as it is stored in a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedFrame {
    /// The stored bytes.
    pub stored: Vec<u8>,
    /// Bytes of content.
    pub size: u32,
    /// SHA-256 of the stored bytes.
    pub digest: Digest,
}

const MAGIC: &[u8; 8] = b"PSPFRM2\n";
const HEADER_BYTES: usize = 8 + 4 + 32 + 4;

/// What precedes the stored bytes in the cache.
pub(super) fn header(frame: &CachedFrame) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.extend(frame.size.to_le_bytes());
    header.extend(frame.digest.0);
    let sum = sum(&header, &frame.stored);
    header.extend(sum.to_le_bytes());
    header
}

/// CRC-32 of a cached frame. It finds what a disk or a killed build has done to a file of our own; a digest of every stored
/// byte is taken anyway when the package is read back.
fn sum(header: &[u8], stored: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header);
    hasher.update(stored);
    hasher.finalize()
}

pub(super) fn read(path: &Path) -> Option<CachedFrame> {
    let mut file = File::open(path).ok()?;
    let length = usize::try_from(file.metadata().ok()?.len()).ok()?;
    let stored_size = length.checked_sub(HEADER_BYTES)?;
    let mut header = [0; HEADER_BYTES];
    file.read_exact(&mut header).ok()?;
    let size = u32::from_le_bytes(header[8..12].try_into().ok()?);
    let digest = Digest(header[12..44].try_into().ok()?);
    let expected = u32::from_le_bytes(header[44..].try_into().ok()?);
    if &header[..8] != MAGIC || !(1..=size as usize).contains(&stored_size) || size > limits::FRAME_BYTES {
        return None;
    }
    let mut stored = Vec::with_capacity(stored_size);
    let read = file.take(stored_size as u64).read_to_end(&mut stored).ok()?;
    let is_whole = read == stored_size && sum(&header[..44], &stored) == expected;
    is_whole.then_some(CachedFrame { stored, size, digest })
}
