//! Attacks on a file as it lies there, by someone who has no key: bits, sizes and regions.

use psp_format::package::Package;
use psp_format::signature::SIGNATURE_BYTES;
use psp_format::slot::Lifecycle;
use psp_format::trailer::TRAILER_BYTES;

use super::Vector;
use super::draft::{Draft, PUBLISHER, WITNESS};
use super::slot::{Slot, Stored, file, program};
use super::valid::{SCRIPT, minimal, text};

/// Where the parts of a finished package lie.
struct Places {
    slot: usize,
    index: usize,
    data: usize,
    document: usize,
    manifest: usize,
    signatures: usize,
    trailer: usize,
}

fn places(bytes: &[u8]) -> Places {
    let size = bytes.len() as u64;
    let package = Package::parse(bytes, size).expect("a valid vector");
    let manifest = bytes.len() - package.trailer.tail_bytes();
    let content = package.manifest.slots[0].content;
    let slot = package.slot_offset(0) as usize;
    let index = slot + content.table_size() as usize;
    let first_data = 40 * content.index_frames as usize;
    let index_stored: usize = bytes[slot..slot + first_data]
        .chunks(40)
        .map(|record| usize::from(record[0]) | usize::from(record[1]) << 8)
        .sum();
    Places {
        slot,
        index,
        data: index + index_stored,
        document: package.document_offset(0) as usize,
        manifest,
        signatures: manifest + package.trailer.manifest_size as usize,
        trailer: bytes.len() - TRAILER_BYTES,
    }
}

/// What is attacked: a small package that has every region.
fn target() -> Draft<'static> {
    let text = text();
    let tree = Slot::tree(&[file(b"doc", &text), program(b"p", SCRIPT)], &[&text[..], SCRIPT].concat());
    let mut draft = Draft::with_slot("target", &tree, 1, b"p");
    draft.add_slot("tool", Lifecycle::Cache, &Slot::file(b"tool", SCRIPT));
    draft.add_document("sbom.cdx.json", Stored::compressed(&text));
    draft.signers = vec![(PUBLISHER, "release"), (WITNESS, "build-farm")];
    draft
}

pub(crate) fn vectors() -> Vec<Vector> {
    let mut list = bit_flips();
    list.extend(lengths());
    list.extend(trailer_fields());
    list.extend(regions());
    list
}

fn bit_flips() -> Vec<Vector> {
    let good = target().finish();
    let at = places(&good);
    let flip = |name: &str, at: usize, expect: &[&str], note: &str| {
        let mut bytes = good.clone();
        bytes[at] ^= 0x10;
        Vector::invalid(&format!("flip-{name}"), expect, note, bytes)
    };
    let manifest: &[&str] = &["root", "signature-invalid", "truncated", "trailing"];
    let signature: &[&str] = &["signature-invalid"];
    let key: &[&str] = &["key-invalid", "signature-invalid", "signature-order", "primary-missing"];
    vec![
        flip("stub", 3, &["stub-digest"], "one bit of the stub"),
        flip("table", at.slot + 1, &["table-digest"], "one bit of a frame's stored size"),
        flip("table-digest", at.slot + 12, &["table-digest"], "one bit of a frame's digest"),
        flip("index", at.index + 9, &["frame-digest"], "one bit of an index frame"),
        flip("data", at.data + 9, &["frame-digest"], "one bit of a data frame"),
        flip("document", at.document, &["document-digest"], "one bit of the first document"),
        flip("document-last", at.manifest - 1, &["document-digest"], "the last byte before the manifest"),
        flip(
            "manifest-magic",
            at.manifest,
            &["root", "manifest-magic", "signature-invalid"],
            "the manifest's first byte",
        ),
        flip("manifest", at.manifest + 30, manifest, "one bit of the manifest"),
        flip("manifest-last", at.signatures - 1, manifest, "the manifest's last byte"),
        flip("key", at.signatures + 5, key, "one bit of the first public key"),
        flip(
            "purpose",
            at.signatures + 33,
            &["purpose", "signature-invalid"],
            "one bit of a purpose, no longer a letter",
        ),
        flip("r", at.signatures + 48, signature, "one bit of R"),
        flip("s", at.signatures + 81, signature, "one bit of S"),
        flip(
            "signature-last",
            at.trailer - SIGNATURE_BYTES - 1,
            signature,
            "the last byte of the second signature: S is not below L",
        ),
        flip("trailer-magic", at.trailer + 1, &["not-a-package"], "one bit of the magic"),
        flip("trailer-major", at.trailer + 8, &["newer-version"], "the major version becomes 17"),
        flip("trailer-minor", at.trailer + 10, &["version-mismatch"], "the minor version becomes 16"),
        flip("trailer-signatures", at.trailer + 12, &["signature-count"], "19 signatures"),
        flip(
            "trailer-manifest-size",
            at.trailer + 16,
            &["root", "file-size", "layout"],
            "the manifest's size",
        ),
        flip("trailer-reserved", at.trailer + 20, &["reserved"], "a reserved bit"),
        flip("trailer-file-size", at.trailer + 24, &["file-size"], "the file's size"),
        flip("trailer-root", at.trailer + 40, &["root", "signature-invalid"], "one bit of the root"),
    ]
}

fn lengths() -> Vec<Vector> {
    let good = minimal().finish();
    let cut = |by: usize| good[..good.len() - by].to_vec();
    let trailer = &good[good.len() - TRAILER_BYTES..];
    let not_a_package: &[&str] = &["not-a-package"];
    vec![
        Vector::invalid("empty", not_a_package, "a file of no bytes", vec![]),
        Vector::invalid("short", not_a_package, "a file of 63 bytes", trailer[1..].to_vec()),
        Vector::invalid("trailer-alone", &["file-size"], "a trailer and nothing else", trailer.to_vec()),
        Vector::invalid("cut-1", not_a_package, "the last byte is missing", cut(1)),
        Vector::invalid("cut-8", not_a_package, "the last 8 bytes are missing", cut(8)),
        Vector::invalid("cut-64", not_a_package, "the trailer is missing", cut(64)),
        Vector::invalid("cut-half", not_a_package, "the second half is missing", cut(good.len() / 2)),
        Vector::invalid("cut-front", &["file-size"], "the first byte is missing", good[1..].to_vec()),
        Vector::invalid("front-zero", &["file-size"], "a byte before the first", [b"\0", &good[..]].concat()),
        Vector::invalid("append-zero", not_a_package, "a byte after the last", [&good[..], b"\0"].concat()),
        Vector::invalid(
            "append-newline",
            not_a_package,
            "a newline after the last",
            [&good[..], b"\n"].concat(),
        ),
        Vector::invalid(
            "trailer-twice",
            &["file-size"],
            "the trailer again after it",
            [&good[..], trailer].concat(),
        ),
        Vector::invalid(
            "package-twice",
            &["file-size"],
            "the package again after it",
            [&good[..], &good].concat(),
        ),
        Vector::invalid("text", not_a_package, "not a package at all", prose()),
    ]
}

fn prose() -> Vec<u8> {
    b"This is a text of more than sixty-four bytes, and it does not end in a trailer.\n".to_vec()
}

fn trailer_fields() -> Vec<Vector> {
    let good = minimal().finish();
    let trailer = good.len() - TRAILER_BYTES;
    let set = |name: &str, at: usize, value: &[u8], expect: &[&str], note: &str| {
        let mut bytes = good.clone();
        bytes[trailer + at..trailer + at + value.len()].copy_from_slice(value);
        Vector::invalid(&format!("trailer-{name}"), expect, note, bytes)
    };
    let two_to = |power: u32| (1u64 << power).to_le_bytes();
    vec![
        set("magic-zero", 0, &[0; 8], &["not-a-package"], "a magic of zeros"),
        set("major-0", 8, &[0, 0], &["value"], "major version 0"),
        set("major-2", 8, &[2, 0], &["newer-version"], "the next major version"),
        set("major-65535", 8, &[255, 255], &["newer-version"], "the last major version"),
        set(
            "minor-1",
            10,
            &[1, 0],
            &["version-mismatch"],
            "a minor version that the manifest does not state",
        ),
        set("signatures-0", 12, &0u32.to_le_bytes(), &["signature-count"], "no signature"),
        set("signatures-9", 12, &9u32.to_le_bytes(), &["signature-count"], "nine signatures"),
        set("signatures-2-31", 12, &(1u32 << 31).to_le_bytes(), &["signature-count"], "2^31 signatures"),
        set(
            "signatures-2",
            12,
            &2u32.to_le_bytes(),
            &["file-size", "layout", "root", "signature-order", "signature-invalid"],
            "a signature more than there is",
        ),
        set("manifest-15", 16, &15u32.to_le_bytes(), &["limit"], "a manifest smaller than its header"),
        set(
            "manifest-1-mib",
            16,
            &0x10_0001u32.to_le_bytes(),
            &["limit"],
            "a manifest of a byte above 1 MiB",
        ),
        set("manifest-2-31", 16, &(1u32 << 31).to_le_bytes(), &["limit"], "a manifest of 2^31 bytes"),
        set(
            "manifest-file",
            16,
            &(good.len() as u32).to_le_bytes(),
            &["file-size", "layout", "root"],
            "a manifest as large as the file",
        ),
        set("reserved", 20, &[0, 0, 0, 0x80], &["reserved"], "the last reserved bit"),
        set("file-0", 24, &[0; 8], &["file-size"], "a file of no bytes"),
        set("file-2-31", 24, &two_to(31), &["file-size"], "a file of 2^31 bytes"),
        set("file-2-40", 24, &two_to(40), &["file-size"], "a file of 2^40 bytes"),
        set("file-2-63", 24, &two_to(63), &["file-size", "limit"], "a file of 2^63 bytes"),
        set("root-zero", 32, &[0; 32], &["root", "signature-invalid"], "a root of zeros"),
    ]
}

/// Bytes between regions, with every size that has no signature set right.
fn regions() -> Vec<Vector> {
    let draft = target();
    let good = draft.finish();
    let at = places(&good);
    let insert = |name: &str, at: usize, expect: &[&str]| {
        let mut bytes = good.clone();
        bytes.insert(at, 0);
        let trailer = bytes.len() - TRAILER_BYTES;
        let size = (bytes.len() as u64).to_le_bytes();
        bytes[trailer + 24..trailer + 32].copy_from_slice(&size);
        let note = format!("a zero byte before the {name}, and the file size set right");
        Vector::invalid(&format!("insert-{name}"), expect, &note, bytes)
    };
    let layout: &[&str] = &["layout"];
    let mut list = vec![
        insert("stub", 0, layout),
        insert("slot", at.slot, layout),
        insert("data", at.data, layout),
        insert("document", at.document, layout),
        insert("manifest", at.manifest, layout),
        insert("signatures", at.signatures, &["root", "layout", "manifest-magic"]),
        insert("trailer", at.trailer, &["root", "layout", "manifest-magic", "signature-order", "purpose"]),
    ];
    list.push(Vector::invalid(
        "regions-swapped",
        &["table-digest"],
        "the two slots change places",
        swapped(draft),
    ));
    list.push(Vector::invalid(
        "overlap",
        &["layout"],
        "a slot that would reach into the next",
        overlapping(),
    ));
    list.push(Vector::invalid("gap", &["layout"], "a slot that would leave a gap, signed", gap()));
    list
}

fn swapped(mut draft: Draft<'_>) -> Vec<u8> {
    draft.slots.swap(0, 1);
    draft.finish()
}

fn overlapping() -> Vec<u8> {
    let mut draft = target();
    draft.manifest.slots[0].content.stored_size += 100;
    draft.finish()
}

fn gap() -> Vec<u8> {
    let mut draft = target();
    draft.stub.extend_from_slice(&[0; 16]);
    draft.finish()
}
