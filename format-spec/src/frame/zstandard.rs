//! What can be told of a Zstandard frame (RFC 8878) without decoding it: that it is one, alone, and of the declared size.
//!
//! Every reader of packages asks this before it hands a frame to a decoder, so that all of them refuse the same frames and no
//! decoder ever believes a size or a window that the frame table does not state.

use crate::error::{Error, ErrorKind, Region};
use crate::limits;
use crate::wire::Reader;

const MAGIC: u32 = 0xFD2F_B528;
/// Blocks whose stored form is one byte, whatever they stand for.
const REPEATED_BYTE: u32 = 1;

/// Check that `stored` is exactly one Zstandard frame that needs no dictionary, whose window is bounded, and that states a
/// content of `size` bytes (SPEC 6). The content itself is the decoder's to check.
///
/// # Errors
/// `frame-decode`.
pub fn check_zstandard_header(stored: &[u8], size: u32) -> Result<(), ErrorKind> {
    let mut reader = Reader::new(stored, Region::Beside, 0);
    match read_frame(&mut reader, u64::from(size)) {
        Ok(true) if reader.is_empty() => Ok(()),
        _ => Err(ErrorKind::FrameDecode),
    }
}

/// Reads header, blocks and checksum; false where the header states something else than it must.
fn read_frame(reader: &mut Reader<'_>, size: u64) -> Result<bool, Error> {
    if reader.u32()? != MAGIC {
        return Ok(false);
    }
    let descriptor = reader.u8()?;
    let is_single_segment = descriptor & 0x20 != 0;
    let has_checksum = descriptor & 0x04 != 0;
    let is_reserved_bit_set = descriptor & 0x08 != 0;
    // A frame of a single segment has a window as large as its content, which has a limit of its own.
    let window = if is_single_segment { size } else { read_window(reader)? };
    let dictionary = reader.take([0, 1, 2, 4][usize::from(descriptor & 3)])?;
    let content_size = read_content_size(reader, descriptor >> 6, is_single_segment)?;
    if is_reserved_bit_set
        || window > u64::from(limits::FRAME_BYTES)
        || dictionary.iter().any(|&byte| byte != 0)
        || content_size != Some(size)
    {
        return Ok(false);
    }
    skip_blocks(reader)?;
    if has_checksum {
        reader.u32()?;
    }
    Ok(true)
}

/// RFC 8878, 3.1.1.1.2.
fn read_window(reader: &mut Reader<'_>) -> Result<u64, Error> {
    let descriptor = reader.u8()?;
    let base = 1u64 << (10 + (descriptor >> 3));
    Ok(base + base / 8 * u64::from(descriptor & 7))
}

/// RFC 8878, 3.1.1.1.4; None where the frame does not state it.
fn read_content_size(
    reader: &mut Reader<'_>,
    flag: u8,
    is_single_segment: bool,
) -> Result<Option<u64>, Error> {
    Ok(match flag {
        0 if !is_single_segment => None,
        0 => Some(u64::from(reader.u8()?)),
        1 => Some(u64::from(reader.u16()?) + 256),
        2 => Some(u64::from(reader.u32()?)),
        _ => Some(reader.u64()?),
    })
}

/// RFC 8878, 3.1.1.2: each block states how long it is and whether it is the last.
fn skip_blocks(reader: &mut Reader<'_>) -> Result<(), Error> {
    loop {
        let [low, middle, high] = reader.array()?;
        let header = u32::from_le_bytes([low, middle, high, 0]);
        let stored_size = if header >> 1 & 3 == REPEATED_BYTE { 1 } else { header >> 3 };
        reader.take(stored_size as usize)?;
        if header & 1 == 1 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// A frame of one raw block, with this header between magic and block.
    fn frame(header: &[u8]) -> Vec<u8> {
        [&[0x28, 0xb5, 0x2f, 0xfd][..], header, &[0x29, 0, 0], b"hello"].concat()
    }

    #[test]
    fn headers() {
        let cases: &[(&str, &[u8], bool)] = &[
            ("single segment", &[0x20, 5], true),
            ("with window", &[0x80, 0, 5, 0, 0, 0], true),
            ("size in eight bytes", &[0xe0, 5, 0, 0, 0, 0, 0, 0, 0], true),
            ("dictionary number of zero", &[0x21, 0, 5], true),
            ("another size", &[0x20, 6], false),
            ("size in two bytes counts from 256", &[0x60, 5, 0], false),
            ("size far above", &[0xe0, 5, 0, 0, 0, 0, 0, 0, 0x80], false),
            ("no size", &[0x00, 0], false),
            ("reserved bit", &[0x28, 5], false),
            ("dictionary, one byte", &[0x21, 7, 5], false),
            ("dictionary, two bytes", &[0x22, 0, 7, 5], false),
            ("dictionary, four bytes", &[0x23, 0, 0, 0, 7, 5], false),
            ("window of 8 MiB", &[0x80, 13 << 3, 5, 0, 0, 0], true),
            ("window above 8 MiB", &[0x80, 13 << 3 | 1, 5, 0, 0, 0], false),
            ("window of 3.75 TiB", &[0x80, 0xff, 5, 0, 0, 0], false),
            ("checksum missing", &[0x24, 5], false),
        ];
        for (what, header, good) in cases {
            assert_eq!(check_zstandard_header(&frame(header), 5).is_ok(), *good, "{what}");
        }
        let with_checksum = [frame(&[0x24, 5]), Vec::from([1, 2, 3, 4])].concat();
        assert_eq!(check_zstandard_header(&with_checksum, 5), Ok(()));
    }

    #[test]
    fn one_frame_and_nothing_else() {
        let good = frame(&[0x20, 5]);
        let skippable = [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, b'x'];
        for bad in [
            [&good[..], b"\n"].concat(),
            [&good[..], &good].concat(),
            [&good[..], &skippable].concat(),
            [&skippable[..], &good].concat(),
            skippable.to_vec(),
        ] {
            assert_eq!(check_zstandard_header(&bad, 5), Err(ErrorKind::FrameDecode), "{bad:?}");
        }
        for end in 0..good.len() {
            assert!(check_zstandard_header(&good[..end], 5).is_err(), "cut to {end}");
        }
    }

    #[test]
    fn blocks_are_followed_to_the_last() {
        // A raw block of two bytes, a repeated byte that stands for 100,000, an empty last one.
        let blocks = [&[0x10, 0, 0][..], b"ab", &[0x02, 0x35, 0x0c], b"c", &[1, 0, 0]].concat();
        let header = [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0][..], &100_002u32.to_le_bytes()].concat();
        let whole = [&header[..], &blocks].concat();
        assert_eq!(check_zstandard_header(&whole, 100_002), Ok(()));
        assert!(check_zstandard_header(&whole[..whole.len() - 3], 100_002).is_err());
    }
}
