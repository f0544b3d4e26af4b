//! Receipts: what parses re-encodes to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psp_format::receipt::{HEADER_BYTES, Header, RECORD_BYTES, Record};

fuzz_target!(|data: &[u8]| {
    let Ok(header) = Header::parse(data, data.len() as u64) else { return };
    assert_eq!(header.encode(), data[..HEADER_BYTES]);
    for number in 0..header.count {
        let start = Record::offset(number) as usize;
        let bytes = &data[start..start + RECORD_BYTES];
        if let Ok(record) = Record::parse(bytes) {
            let mut written = Vec::new();
            record.write(&mut written);
            assert_eq!(written, bytes);
        }
    }
});
