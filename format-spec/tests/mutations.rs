//! Damaged packages: no bit of a package can change unnoticed, and no damage makes a reader panic or allocate without bound.

#[path = "support/allocator.rs"]
mod allocator;
#[path = "support/vector.rs"]
mod vector;

use allocator::peak_of;
use proptest::collection::vec;
use proptest::prelude::*;
use psp_format::frame::Table;
use psp_format::index::{self, Entry, Index, Node};
use psp_format::slot::{Content, Kind};
use psp_format::trust::Trust;
use psp_format::{Digest, Manifest, Package, Region, limits};
use vector::{Zstandard, outcome};

/// Bytes that a parser may hold for each byte of its input, and besides.
const BYTES_PER_BYTE: usize = 96;
const BYTES_BESIDES: usize = 4 << 10;

/// In which region a byte of a package lies.
fn region_of(package: &Package<'_>, at: u64) -> Region {
    let numbers = |count: usize, offset: &dyn Fn(usize) -> u64| {
        (0..count).rev().find(|number| at >= offset(*number)).map(|number| number as u16)
    };
    let manifest = package.document_offset(usize::MAX);
    let signatures = manifest + u64::from(package.trailer.manifest_size);
    if at >= package.trailer.file_size - 64 {
        Region::Trailer
    } else if at >= signatures {
        Region::Signatures
    } else if at >= manifest {
        Region::Manifest
    } else if let Some(number) = numbers(package.manifest.documents.len(), &|n| package.document_offset(n)) {
        Region::Document(number)
    } else if let Some(number) = numbers(package.manifest.slots.len(), &|n| package.slot_offset(n)) {
        Region::Slot(number)
    } else {
        Region::Stub
    }
}

#[test]
fn every_bit_counts_and_its_region_is_named() {
    let mut decoder = Zstandard::default();
    let mut flipped = 0;
    for (file, good) in vector::valid(2_400) {
        let package = Package::parse(&good, good.len() as u64).unwrap();
        let mut bytes = good.clone();
        for bit in 0..good.len() * 8 {
            let (at, mask) = (bit / 8, 1 << (bit % 8));
            bytes[at] ^= mask;
            let error = outcome(&bytes, &mut decoder).expect_err(&file);
            let region = region_of(&package, at as u64);
            assert_eq!(error.region, region, "{file}: bit {bit}, byte {at}: {error}");
            bytes[at] ^= mask;
            flipped += 1;
        }
    }
    assert!(flipped > 20_000, "{flipped}");
}

#[test]
fn no_vector_takes_more_memory_than_its_frames() {
    let mut decoder = Zstandard::default();
    let frames = 2 * limits::FRAME_BYTES as usize;
    for row in vector::rows("vectors.json") {
        let bytes = vector::read(vector::text(&row, "file"));
        let (peak, _) = peak_of(|| outcome(&bytes, &mut decoder));
        assert!(peak <= frames + BYTES_PER_BYTE * bytes.len() + BYTES_BESIDES, "{peak} in {row}");
    }
}

/// Damage: bytes overwritten, removed, repeated.
fn damage() -> impl Strategy<Value = Vec<(u8, prop::sample::Index, u8)>> {
    vec((0..5u8, any::<prop::sample::Index>(), any::<u8>()), 1..6)
}

fn damaged(good: &[u8], damage: &[(u8, prop::sample::Index, u8)]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for (kind, index, value) in damage {
        if bytes.is_empty() {
            break;
        }
        let at = index.index(bytes.len());
        match kind {
            0 => bytes[at] = *value,
            1 => bytes[at] ^= 1 << (value % 8),
            2 => drop(bytes.drain(at..(at + usize::from(*value)).min(bytes.len()))),
            3 => bytes.insert(at, *value),
            _ => bytes
                .extend_from_within(at..(at + usize::from(*value)).min(good.len()).max(at).min(bytes.len())),
        }
    }
    bytes
}

/// The manifest of a vector, its minor version, and where it lies.
fn manifest_of(bytes: &[u8]) -> (u16, std::ops::Range<usize>) {
    let package = Package::parse(bytes, bytes.len() as u64).unwrap();
    let start = bytes.len() - package.trailer.tail_bytes();
    (package.trailer.minor, start..start + package.trailer.manifest_size as usize)
}

fn check_manifest(bytes: &[u8], minor: u16) {
    let (peak, parsed) = peak_of(|| Manifest::parse(bytes, minor).ok());
    assert!(peak <= BYTES_PER_BYTE * bytes.len() + BYTES_BESIDES, "{peak} of {}", bytes.len());
    if let Some(manifest) = parsed {
        assert!(manifest.encode() == bytes, "two spellings of one manifest");
    }
}

fn check_index(bytes: &[u8], content: &Content, folds_case: bool) {
    let (peak, parsed) = peak_of(|| Index::parse(bytes, content, folds_case, Region::Slot(0)).ok());
    assert!(peak <= BYTES_PER_BYTE * bytes.len() + BYTES_BESIDES, "{peak} of {}", bytes.len());
    if let Some(index) = parsed {
        assert!(index::encode(&index.entries) == bytes, "two spellings of one index");
    }
}

fn content(entry_count: u32, data_size: u64) -> Content {
    Content {
        kind: Kind::Tree,
        entry_count,
        index_frames: 1,
        data_frames: 1,
        index_size: 1,
        data_size,
        stored_size: 100,
        table: Digest([0; 32]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_packages_are_refused(pick in any::<prop::sample::Index>(), damage in damage()) {
        let vectors = vector::valid(4_000);
        let (file, good) = &vectors[pick.index(vectors.len())];
        let bytes = damaged(good, &damage);
        let mut decoder = Zstandard::default();
        let (peak, result) = peak_of(|| outcome(&bytes, &mut decoder));
        prop_assert!(peak <= (1 << 17) + BYTES_PER_BYTE * bytes.len(), "{peak} in {file}");
        prop_assert!(result.is_err() || bytes == *good, "{file} {damage:?}");
    }

    #[test]
    fn damaged_manifests(pick in any::<prop::sample::Index>(), damage in damage()) {
        let vectors = vector::valid(4_000);
        let (_, good) = &vectors[pick.index(vectors.len())];
        let (minor, range) = manifest_of(good);
        check_manifest(&damaged(&good[range], &damage), minor);
    }

    #[test]
    fn damaged_indices(damage in damage(), entry_count in 4..7u32, folds_case in any::<bool>()) {
        let file = |path| Entry { path, node: Node::File { executable: true, size: 2, digest: Digest([1; 32]) } };
        let good = index::encode(&[
            Entry { path: b"a", node: Node::Directory },
            file(b"a/b"),
            Entry { path: b"c", node: Node::Hardlink { entry: 1 } },
            Entry { path: b"d", node: Node::Symlink { target: b"a/b" } },
            file(b"e"),
        ]);
        check_index(&damaged(&good, &damage), &content(entry_count, 4), folds_case);
    }

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..400), entry_count in 0..50u32) {
        check_manifest(&bytes, 0);
        check_manifest(&[&b"PSPMANIF\x01\0\0\0"[..], &bytes].concat(), 0);
        check_index(&bytes, &content(entry_count, 0), true);
        let content = Content { index_frames: entry_count, ..content(1, 0) };
        let (peak, _) = peak_of(|| Table::parse(&bytes, &content, Region::Slot(0)));
        prop_assert!(peak <= BYTES_PER_BYTE * bytes.len() + BYTES_BESIDES);
        let (peak, _) = peak_of(|| Trust::parse(&bytes));
        prop_assert!(peak <= BYTES_PER_BYTE * bytes.len() + BYTES_BESIDES);
        let mut decoder = Zstandard::default();
        prop_assert!(outcome(&bytes, &mut decoder).is_err());
    }
}

#[test]
fn the_costliest_manifests_and_indices_stay_in_bounds() {
    let vectors = vector::valid(usize::MAX);
    let (_, good) = vectors.iter().find(|(file, _)| file == "valid/minimal.psp").unwrap();
    let (_, range) = manifest_of(good);
    // An argument of one part takes three bytes; of none, two.
    for parts in [0, 1, 2, 5, 256] {
        let mut manifest = Manifest::parse(&good[range.clone()], 0).unwrap();
        let argument = psp_format::command::Template { parts: vec![psp_format::command::Part::State; parts] };
        let count = (limits::MANIFEST_BYTES as usize / 2 / (2 + parts)).min(usize::from(limits::ARGUMENTS));
        manifest.entries[0].command.arguments = vec![argument; count];
        let bytes = manifest.encode();
        assert!(Manifest::parse(&bytes, 0).is_ok());
        check_manifest(&bytes, 0);
    }
    let names: Vec<[u8; 2]> = (1..=254u8).flat_map(|a| (1..=254u8).map(move |b| [a, b])).collect();
    let is_plain = |name: &&[u8; 2]| !name.contains(&b'/') && **name != *b"..";
    let entries: Vec<Entry<'_>> =
        names.iter().filter(is_plain).map(|path| Entry { path, node: Node::Directory }).collect();
    let bytes = index::encode(&entries);
    let content = content(entries.len() as u32, 0);
    assert!(Index::parse(&bytes, &content, false, Region::Slot(0)).is_ok());
    check_index(&bytes, &content, false);
    check_index(&bytes, &content, true);
}
