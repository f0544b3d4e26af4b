//! Packages and manifests: what parses re-encodes to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use psp_format::package::encode_tail;
use psp_format::{Digest, Key, Manifest, Package, Signature};

fuzz_target!(|data: &[u8]| {
    let _ = Package::parse(data, data.len() as u64).map(Package::verify);
    // A root of the fuzzer's own making is out of reach, so manifests are tried by themselves, with the minor version they state.
    let minor = data.get(10..12).map_or(0, |bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
    let Ok(manifest) = Manifest::parse(data, minor) else { return };
    assert_eq!(manifest.encode(), data);
    for entry in &manifest.entries {
        assert_eq!(manifest.entry(entry.name.as_bytes()), Some(entry));
    }
    let stored = manifest.slots.iter().map(|slot| slot.content.stored_size);
    let documents = manifest.documents.iter().map(|document| document.stored_size);
    let head = manifest.stub.size + stored.chain(documents).sum::<u64>();
    let signature =
        Signature { key: Key([7; 32]), purpose: psp_format::signature::Purpose::NONE, bytes: [9; 64] };
    let tail = encode_tail(data, minor, &[signature], head);
    let size = head + tail.len() as u64;
    match Package::parse(&tail, size) {
        Ok(package) => {
            assert_eq!(package.manifest, manifest);
            assert_eq!(package.document_offset(usize::MAX), head);
            assert_ne!(package.root, Digest([0; 32]));
            assert!(package.verify().is_err());
        }
        // Only a file larger than any may be has a good manifest and no good tail.
        Err(error) => assert!(size > psp_format::limits::FILE_BYTES, "{error}"),
    }
});
