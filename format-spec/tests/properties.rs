//! Every codec there and back: what a builder can mean survives, and what a reader accepts has one spelling.
#![forbid(unsafe_code)]

#[path = "support/strategy.rs"]
mod strategy;

use proptest::collection::vec;
use proptest::prelude::*;
use psp_format::frame::{Frame, Table, check_zstandard_header, encode_table};
use psp_format::index::{Index, Node, encode};
use psp_format::manifest::Manifest;
use psp_format::package::{Package, encode_tail};
use psp_format::receipt::{Header, Record};
use psp_format::signature::{Purpose, Signature, encode_detached, encode_list, parse_detached, parse_list};
use psp_format::slot::{Content, Kind, parse_content};
use psp_format::{Digest, Key, Region, Trailer};
use strategy::{digest, manifest, tree};

fn signature() -> impl Strategy<Value = Signature> {
    (any::<[u8; 32]>(), "[a-z0-9-]{0,16}", any::<[[u8; 32]; 2]>()).prop_map(|(key, purpose, halves)| {
        Signature {
            key: Key(key),
            purpose: Purpose::new(&purpose).unwrap(),
            bytes: std::array::from_fn(|at| halves[at / 32][at % 32]),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn manifests(manifest in manifest()) {
        let bytes = manifest.encode();
        let parsed = Manifest::parse(&bytes, manifest.minor);
        prop_assert_eq!(parsed.as_ref(), Ok(&manifest));
        prop_assert_eq!(parsed.unwrap().encode(), bytes);
    }

    #[test]
    fn tails(manifest in manifest(), signatures in vec(signature(), 1..9), changed in any::<prop::sample::Index>()) {
        let mut signatures = signatures;
        signatures.sort_by_key(|signature| signature.key);
        signatures.dedup_by_key(|signature| signature.key);
        let stored = manifest.slots.iter().map(|slot| slot.content.stored_size);
        let head = stored.chain(manifest.documents.iter().map(|document| document.stored_size)).sum::<u64>();
        let head = head + manifest.stub.size;
        let tail = encode_tail(&manifest.encode(), manifest.minor, &signatures, head);
        let size = head + tail.len() as u64;
        let package = Package::parse(&tail, size).unwrap();
        prop_assert_eq!(&package.manifest, &manifest);
        prop_assert_eq!(&package.signatures, &signatures);
        prop_assert_eq!(package.document_offset(usize::MAX), head);
        // A longer tail is the same package; another size, or a changed byte under the root, is not.
        let longer = [&[0; 9][..], &tail].concat();
        prop_assert!(Package::parse(&longer, size).is_ok());
        prop_assert!(Package::parse(&tail, size + 1).is_err());
        let mut bent = tail.clone();
        bent[changed.index(manifest.encode().len())] ^= 1;
        prop_assert_eq!(Package::parse(&bent, size).unwrap_err().code(), "root");
        // Random bytes are nobody's signature.
        prop_assert!(package.verify().is_err());
    }

    #[test]
    fn indices(entries in tree()) {
        let bytes = encode(&entries);
        let sizes = entries.iter().map(|entry| if let Node::File { size, .. } = entry.node { size } else { 0 });
        let content = Content {
            kind: Kind::Tree,
            entry_count: entries.len() as u32,
            index_frames: 1,
            data_frames: 1,
            index_size: bytes.len() as u64,
            data_size: sizes.sum(),
            stored_size: 0,
            table: Digest([0; 32]),
        };
        let index = Index::parse(&bytes, &content, true, Region::Slot(0)).unwrap();
        prop_assert_eq!(&index.entries, &entries);
        for (number, entry) in entries.iter().enumerate() {
            prop_assert_eq!(index.find(entry.path), Some((number as u32, entry)));
        }
        let more = Content { data_size: content.data_size + 1, ..content };
        prop_assert_eq!(Index::parse(&bytes, &more, false, Region::Slot(0)).unwrap_err().code(), "content");
    }

    #[test]
    fn frame_tables(sizes in vec((1..=8u32 << 20, any::<u32>(), digest()), 1..40), index in any::<prop::sample::Index>()) {
        let mut offset = 40 * sizes.len() as u64;
        let mut frames = vec![];
        for (size, stored, digest) in sizes {
            let stored_size = 1 + stored % size;
            frames.push(Frame { offset, stored_size, size, digest });
            offset += u64::from(stored_size);
        }
        let (bytes, table) = encode_table(&frames);
        let (index, data) = frames.split_at(index.index(frames.len()));
        let sum = |frames: &[Frame]| frames.iter().map(|frame| u64::from(frame.size)).sum();
        let content = Content {
            kind: Kind::Tree,
            entry_count: 1,
            index_frames: index.len() as u32,
            data_frames: data.len() as u32,
            index_size: sum(index),
            data_size: sum(data),
            stored_size: offset,
            table,
        };
        let parsed = Table::parse(&bytes, &content, Region::Slot(0)).unwrap();
        prop_assert_eq!((parsed.index(), parsed.data()), (index, data));
    }

    #[test]
    fn small_records(
        bytes in vec(any::<u8>(), 0..400),
        signatures in vec(signature(), 1..5),
        root in digest(),
        numbers in any::<(u64, i64, u32, u64, u32, bool)>(),
    ) {
        // Whatever parses has this one spelling.
        if let Ok((root, signature)) = parse_detached(&bytes) {
            prop_assert_eq!(&encode_detached(&root, &signature), &bytes);
        }
        if let Ok(trailer) = Trailer::parse(&bytes, bytes.len() as u64) {
            prop_assert!(bytes.ends_with(&trailer.encode()));
        }
        prop_assert!(parse_content(&bytes).is_err() || bytes.len() == 72);
        if let Ok(header) = Header::parse(&bytes, bytes.len() as u64) {
            prop_assert!(bytes.starts_with(&header.encode()));
        }
        prop_assert!(check_zstandard_header(&bytes, 1).is_err() || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
        let detached = encode_detached(&root, &signatures[0]);
        prop_assert_eq!(parse_detached(&detached), Ok((root, signatures[0])));
        let mut signatures = signatures;
        signatures.sort_by_key(|signature| signature.key);
        let list = encode_list(&signatures);
        prop_assert_eq!(parse_list(&list, signatures.len() as u32), Ok(signatures));
        let (inode, ctime_seconds, ctime_nanoseconds, size, count, durable) = numbers;
        let record = Record { inode, ctime_seconds, ctime_nanoseconds, size };
        let mut written = vec![];
        record.write(&mut written);
        prop_assert_eq!(Record::parse(&written), Ok(record));
        let header = Header { content: root, boot: [7; 16], durable, count };
        let size = Record::offset(count);
        prop_assert_eq!(Header::parse(&header.encode(), size), Ok(header));
    }
}
