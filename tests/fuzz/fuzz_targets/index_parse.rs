//! Indices: what parses re-encodes to the same bytes, and no path or link leaves the slot.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psp_format::index::{Index, Node, encode};
use psp_format::slot::{Content, Kind};
use psp_format::{Digest, Region};

fuzz_target!(|data: &[u8]| {
    // The first bytes are what the manifest would say of the index.
    let Some((head, index)) = data.split_first_chunk::<8>() else { return };
    let [flags, count, size @ ..] = *head;
    let content = Content {
        kind: if flags & 1 == 0 { Kind::Tree } else { Kind::File },
        entry_count: u32::from(count),
        index_frames: 1,
        data_frames: 1,
        index_size: index.len() as u64,
        data_size: size.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        stored_size: 0,
        table: Digest([0; 32]),
    };
    let Ok(parsed) = Index::parse(index, &content, flags & 2 != 0, Region::Slot(0)) else { return };
    assert_eq!(encode(&parsed.entries), index);
    for (number, entry) in parsed.entries.iter().enumerate() {
        assert_eq!(parsed.find(entry.path), Some((number as u32, entry)));
        assert!(stays(entry.path, b""));
        if let Node::Symlink { target } = entry.node {
            assert!(stays(entry.path, target));
        }
    }
});

/// Whether `target`, seen from where `path` lies, never climbs above the slot.
fn stays(path: &[u8], target: &[u8]) -> bool {
    let mut depth = 0i32;
    let directory = path.iter().rposition(|byte| *byte == b'/').map_or(&b""[..], |at| &path[..at]);
    let parts = directory.split(|byte| *byte == b'/').chain(target.split(|byte| *byte == b'/'));
    for part in parts {
        depth += match part {
            b"" | b"." => 0,
            b".." => -1,
            _ => 1,
        };
        if depth < 0 {
            return false;
        }
    }
    !path.starts_with(b"/") && !target.starts_with(b"/")
}
