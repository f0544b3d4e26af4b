//! Decoding zstd frames, by libzstd's decoder, into memory the caller gives.
//!
//! Must never allocate for what a frame claims: a frame says its size and window before anything is decoded, and both are
//! held against the caller's limits. Start at [`Decoder`].

use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use zstd_sys::{
    ZSTD_DCtx, ZSTD_FrameHeader, ZSTD_FrameType_e, ZSTD_decompressDCtx, ZSTD_estimateDCtxSize,
    ZSTD_findFrameCompressedSize, ZSTD_getFrameHeader, ZSTD_initStaticDCtx,
};

use super::{Block, Errno};

/// A decoder, and the memory it works in: about 94 KiB whatever it decodes.
pub struct Decoder {
    context: NonNull<ZSTD_DCtx>,
    /// Where the context lives; held for its drop.
    _workspace: Block,
}

/// Why a frame was not decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// It doesn't begin as a zstd frame does, or ends within its header.
    NotAFrame,
    /// It doesn't say how much it holds, or needs a dictionary: allowed in zstd, never in a package.
    Unsupported,
    /// It holds another number of bytes than asked for.
    Size,
    /// It looks further back than allowed.
    Window,
    /// The bytes end before the frame does, or go on after it.
    Length,
    /// Its content is damaged.
    Damaged,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAFrame => "not a zstd frame",
            Self::Unsupported => "a zstd frame without a size or with a dictionary",
            Self::Size => "a zstd frame of another size than declared",
            Self::Window => "a zstd frame with too large a window",
            Self::Length => "a zstd frame that ends too early or too late",
            Self::Damaged => "a damaged zstd frame",
        })
    }
}

impl core::error::Error for FrameError {}

impl Decoder {
    /// A decoder ready for any number of frames.
    ///
    /// # Errors
    /// [`Errno::NOMEM`].
    pub fn new() -> Result<Self, Errno> {
        // SAFETY: takes nothing, touches nothing.
        let mut workspace = Block::new(unsafe { ZSTD_estimateDCtxSize() })?;
        // SAFETY: the workspace is page-aligned, as long as told, and lives as long as the context.
        let context = unsafe { ZSTD_initStaticDCtx(workspace.as_mut_ptr().cast(), workspace.len()) };
        Ok(Self { context: NonNull::new(context).ok_or(Errno::NOMEM)?, _workspace: workspace })
    }

    /// Decodes `frame`, which is one frame and nothing else, into exactly `content`.
    ///
    /// # Errors
    /// [`FrameError`]; what is in `content` then is of no use.
    pub fn decode(&mut self, frame: &[u8], content: &mut [u8], window_limit: u64) -> Result<(), FrameError> {
        check_header(frame, content.len() as u64, window_limit)?;
        // SAFETY: reads only within the slice.
        let len = unsafe { ZSTD_findFrameCompressedSize(frame.as_ptr().cast(), frame.len()) };
        if len != frame.len() {
            return Err(FrameError::Length);
        }
        // SAFETY: the context is initialised and ours alone; reads and writes stay within the two slices.
        let size = unsafe {
            ZSTD_decompressDCtx(
                self.context.as_ptr(),
                content.as_mut_ptr().cast(),
                content.len(),
                frame.as_ptr().cast(),
                frame.len(),
            )
        };
        if size == content.len() { Ok(()) } else { Err(FrameError::Damaged) }
    }
}

/// Holds what a frame says of itself against what is expected of it.
fn check_header(frame: &[u8], size: u64, window_limit: u64) -> Result<(), FrameError> {
    let mut header = MaybeUninit::<ZSTD_FrameHeader>::zeroed();
    // SAFETY: reads within the slice and fills the structure when it answers 0; all-zero is a value of it in any case.
    let (missing, header) = unsafe {
        let missing = ZSTD_getFrameHeader(header.as_mut_ptr(), frame.as_ptr().cast(), frame.len());
        (missing, header.assume_init())
    };
    // Not 0: an error, or how many more bytes the header needs.
    if missing != 0 || header.frameType != ZSTD_FrameType_e::ZSTD_frame {
        return Err(FrameError::NotAFrame);
    }
    // libzstd's ZSTD_CONTENTSIZE_UNKNOWN.
    if header.frameContentSize == u64::MAX || header.dictID != 0 {
        return Err(FrameError::Unsupported);
    }
    if header.frameContentSize != size {
        return Err(FrameError::Size);
    }
    if header.windowSize > window_limit { Err(FrameError::Window) } else { Ok(()) }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decoder")
    }
}

#[cfg(test)]
mod tests {
    use std::vec;
    use std::vec::Vec;

    use super::*;

    const WINDOW: u64 = 8 << 20;

    fn content() -> Vec<u8> {
        (0..300_000usize).map(|at| ((at / 7) ^ (at * at / 1000)) as u8).collect()
    }

    /// Sets one parameter and compresses in one go, by the encoder of the same library.
    fn compress(content: &[u8], parameters: &[(zstd_sys::ZSTD_cParameter, i32)]) -> Vec<u8> {
        // SAFETY: a context of our own, used within the slices' lengths and freed once.
        unsafe {
            let mut frame = vec![0; zstd_sys::ZSTD_compressBound(content.len())];
            let context = zstd_sys::ZSTD_createCCtx();
            for (parameter, value) in parameters {
                let answer = zstd_sys::ZSTD_CCtx_setParameter(context, *parameter, *value);
                assert_eq!(zstd_sys::ZSTD_isError(answer), 0);
            }
            let len = zstd_sys::ZSTD_compress2(
                context,
                frame.as_mut_ptr().cast(),
                frame.len(),
                content.as_ptr().cast(),
                content.len(),
            );
            assert_eq!(zstd_sys::ZSTD_isError(len), 0);
            zstd_sys::ZSTD_freeCCtx(context);
            frame.truncate(len);
            frame
        }
    }

    fn decode(frame: &[u8], size: usize) -> Result<Vec<u8>, FrameError> {
        let mut content = vec![0; size];
        Decoder::new().unwrap().decode(frame, &mut content, WINDOW).map(|()| content)
    }

    #[test]
    fn one_decoder_decodes_many_frames_and_survives_damaged_ones() {
        let mut decoder = Decoder::new().unwrap();
        let whole = content();
        for level in [1, 3, 9, 19, -5] {
            for size in [0, 1, 1000, whole.len()] {
                let frame =
                    compress(&whole[..size], &[(zstd_sys::ZSTD_cParameter::ZSTD_c_compressionLevel, level)]);
                let mut decoded = vec![0; size];
                assert_eq!(decoder.decode(b"garbage", &mut decoded, WINDOW), Err(FrameError::NotAFrame));
                decoder.decode(&frame, &mut decoded, WINDOW).unwrap();
                assert!(decoded == whole[..size], "level {level}, size {size}");
            }
        }
    }

    #[test]
    fn frames_that_are_not_what_was_declared_are_refused() {
        let whole = content();
        let frame = compress(&whole, &[]);
        let changed = |at: usize, bits: u8| {
            let mut changed = frame.clone();
            changed[at] ^= bits;
            changed
        };
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0][..], b"skip"].concat();
        for (what, bytes, expected) in [
            ("nothing", vec![], FrameError::NotAFrame),
            ("half a header", frame[..5].to_vec(), FrameError::NotAFrame),
            ("another magic number", changed(0, 1), FrameError::NotAFrame),
            ("a skippable frame", skippable.clone(), FrameError::NotAFrame),
            ("a byte too few", frame[..frame.len() - 1].to_vec(), FrameError::Length),
            ("a byte too many", [&frame[..], b"\n"].concat(), FrameError::Length),
            ("two frames", [&frame[..], &frame].concat(), FrameError::Length),
            ("a skippable frame after it", [&frame[..], &skippable].concat(), FrameError::Length),
            (
                "no size",
                compress(&whole, &[(zstd_sys::ZSTD_cParameter::ZSTD_c_contentSizeFlag, 0)]),
                FrameError::Unsupported,
            ),
        ] {
            assert_eq!(decode(&bytes, whole.len()), Err(expected), "{what}");
        }
        for size in [0, 1, whole.len() - 1, whole.len() + 1] {
            assert_eq!(decode(&frame, size), Err(FrameError::Size), "asked for {size}");
        }
    }

    #[test]
    fn the_window_has_a_limit() {
        let whole = content();
        // A frame of one segment has a window as large as its content.
        let frame = compress(&whole, &[]);
        let mut decoded = vec![0; whole.len()];
        let mut decoder = Decoder::new().unwrap();
        assert_eq!(decoder.decode(&frame, &mut decoded, whole.len() as u64 - 1), Err(FrameError::Window));
        assert_eq!(decoder.decode(&frame, &mut decoded, whole.len() as u64), Ok(()));
    }

    #[test]
    fn no_flipped_bit_makes_it_write_outside_or_answer_with_other_content() {
        let whole = &content()[..20_000];
        let frame = compress(whole, &[(zstd_sys::ZSTD_cParameter::ZSTD_c_checksumFlag, 1)]);
        let mut decoder = Decoder::new().unwrap();
        for at in 0..frame.len() {
            let mut changed = frame.clone();
            changed[at] ^= 1 << (at % 8);
            let mut decoded = vec![0; whole.len()];
            if decoder.decode(&changed, &mut decoded, WINDOW).is_ok() {
                assert!(decoded == whole, "byte {at}");
            }
        }
    }
}
