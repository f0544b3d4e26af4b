//! Headers of Zstandard frames, and frame tables.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psp_format::digest::Label;
use psp_format::frame::{Table, check_zstandard_header, encode_table};
use psp_format::slot::parse_content;
use psp_format::{Content, Digest, Region};

fuzz_target!(|data: &[u8]| {
    let Some((size, frame)) = data.split_first_chunk::<4>() else { return };
    if check_zstandard_header(frame, u32::from_le_bytes(*size)).is_ok() {
        // Exactly one frame: neither more nor less of it is one.
        assert!(check_zstandard_header(&[frame, b"\0"].concat(), u32::from_le_bytes(*size)).is_err());
        assert!(check_zstandard_header(&frame[..frame.len() - 1], u32::from_le_bytes(*size)).is_err());
    }
    let Some((record, table)) = data.split_first_chunk::<72>() else { return };
    let Ok(content) = parse_content(record) else { return };
    let content = Content { table: Digest::labelled(Label::FrameTable, table), ..content };
    if let Ok(parsed) = Table::parse(table, &content, Region::Slot(0)) {
        let frames = [parsed.index(), parsed.data()].concat();
        assert_eq!(encode_table(&frames), (table.to_vec(), content.table));
    }
});
