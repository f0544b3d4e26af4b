//! How frames are stored: Zstandard by libzstd, or as they are.
//!
//! A compressor works alone on one frame, so that its output depends on nothing but content, level and libzstd's version.

use psp_format::verify::{Decoder, Undecodable};
use zstd_safe::{CCtx, CParameter, DCtx};

/// How a slot's frames are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As they are.
    Store,
    /// Compressed at this level, where that makes them smaller.
    Zstd {
        /// From 1 to 22.
        level: i32,
    },
}

impl Coding {
    /// What the stored bytes depend on beside the content.
    pub fn fingerprint(self) -> [u8; 8] {
        let (level, version) = match self {
            Self::Store => (0, 0),
            Self::Zstd { level } => (level, zstd_safe::version_number()),
        };
        (u64::from(version) << 32 | u64::from(level.unsigned_abs())).to_le_bytes()
    }
}

/// Stores frames, one after the other.
pub struct Compressor {
    context: Option<CCtx<'static>>,
    check: DCtx<'static>,
    decoded: Vec<u8>,
}

/// Libzstd failed, or did not give back what it was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("libzstd failed: {reason}")]
pub struct CodecError {
    /// Libzstd's words.
    pub reason: &'static str,
}

impl From<usize> for CodecError {
    fn from(code: usize) -> Self {
        Self { reason: zstd_safe::get_error_name(code) }
    }
}

impl Compressor {
    /// A compressor for one way of storing.
    pub fn new(coding: Coding) -> Result<Self, CodecError> {
        let context = match coding {
            Coding::Store => None,
            Coding::Zstd { level } => {
                let mut context = CCtx::create();
                context.set_parameter(CParameter::CompressionLevel(level))?;
                context.set_parameter(CParameter::ContentSizeFlag(true))?;
                context.set_parameter(CParameter::ChecksumFlag(false))?;
                Some(context)
            }
        };
        Ok(Self { context, check: DCtx::create(), decoded: Vec::new() })
    }

    /// The stored form of a frame: decoded again and compared, and never larger than the content.
    pub fn store(&mut self, content: Vec<u8>) -> Result<Vec<u8>, CodecError> {
        let Some(context) = &mut self.context else { return Ok(content) };
        let mut stored = Vec::with_capacity(zstd_safe::compress_bound(content.len()));
        context.compress2(&mut stored, &content)?;
        if stored.len() >= content.len() {
            return Ok(content);
        }
        self.decoded.clear();
        self.decoded.reserve(content.len());
        self.check.decompress(&mut self.decoded, &stored)?;
        if self.decoded != content {
            return Err(CodecError { reason: "the frame does not decode to what was compressed" });
        }
        stored.shrink_to_fit();
        Ok(stored)
    }
}

/// Decodes frames of packages.
pub struct ZstdDecoder(DCtx<'static>);

impl Default for ZstdDecoder {
    fn default() -> Self {
        Self(DCtx::create())
    }
}

impl Decoder for ZstdDecoder {
    fn decode(&mut self, stored: &[u8], content: &mut [u8]) -> Result<(), Undecodable> {
        let expected = content.len();
        let decoded = self.0.decompress(content, stored);
        if decoded == Ok(expected) { Ok(()) } else { Err(Undecodable) }
    }
}
