//! Damaged packages, each with what is to be said of it.

use std::fs;

use psp_format::Package;

use crate::bench::Bench;

/// A file that is no whole, valid package.
pub(crate) struct Damage {
    pub(crate) what: &'static str,
    pub(crate) code: &'static str,
    /// The region that is named; empty where it is none of the package's.
    pub(crate) region: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// Everything that can go wrong with `hello.psp`, region by region.
pub(crate) fn all(bench: &Bench) -> Vec<Damage> {
    let good = fs::read(bench.path("hello.psp")).unwrap();
    let package = Package::parse(&good, good.len() as u64).unwrap();
    let (slot, data) = (package.slot_offset(0) as usize, package.slot_offset(1) as usize);
    let manifest = package.document_offset(usize::MAX) as usize;
    let signatures = manifest + package.trailer.manifest_size as usize;
    let trailer = good.len() - psp_format::trailer::TRAILER_BYTES;
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        bytes
    };
    let make = |what, code, region, bytes| Damage { what, code, region, bytes };
    vec![
        make("stub", "stub-digest", "stub", flipped(100)),
        make("end of the stub", "stub-digest", "stub", flipped(slot - 1)),
        make("frame table", "table-digest", "slot", flipped(slot)),
        make("frame", "frame-digest", "slot", flipped(data - 1)),
        make("second slot", "frame-digest", "slot", flipped(manifest - 1)),
        make("manifest", "root", "manifest", flipped(manifest + 20)),
        make("signature", "signature-invalid", "signatures", flipped(signatures + 60)),
        make("key of a signature", "signature-invalid", "signatures", {
            let mut bytes = good.clone();
            bytes[signatures..signatures + 32].copy_from_slice(&[0x66; 32]);
            bytes
        }),
        make("magic", "not-a-package", "trailer", flipped(trailer)),
        make("count of signatures", "signature-count", "trailer", flipped(trailer + 12)),
        make("root of the trailer", "root", "trailer", flipped(trailer + 40)),
        make("newer major", "newer-version", "trailer", {
            let mut bytes = good.clone();
            bytes[trailer + 8] = 2;
            bytes
        }),
        make("cut by a byte", "not-a-package", "trailer", good[..good.len() - 1].to_vec()),
        make("cut by half", "not-a-package", "trailer", good[..good.len() / 2].to_vec()),
        make("begun only", "not-a-package", "file", good[..10].to_vec()),
        make("empty", "not-a-package", "file", Vec::new()),
        make("a newline more", "not-a-package", "trailer", [&good[..], b"\n"].concat()),
        make("two trailers", "file-size", "trailer", [&good[..], &good[trailer..]].concat()),
        make("bytes before", "file-size", "trailer", [b"x", &good[..]].concat()),
        make("bytes between", "file-size", "trailer", [&good[..slot], b"x", &good[slot..]].concat()),
    ]
}
