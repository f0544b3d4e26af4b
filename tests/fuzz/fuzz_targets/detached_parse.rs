//! Detached signatures and lists of signatures: what parses re-encodes to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psp_format::signature::{encode_detached, encode_list, parse_detached, parse_list};

fuzz_target!(|data: &[u8]| {
    if let Ok((root, signature)) = parse_detached(data) {
        assert_eq!(encode_detached(&root, &signature), data);
        let _ = signature.verify(&root, 0);
    }
    for count in 1..=8 {
        if let Ok(list) = parse_list(data, count) {
            assert_eq!(encode_list(&list), data);
        }
    }
});
