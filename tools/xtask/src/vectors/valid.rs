//! The packages that every reader must accept.

use psp_format::command::{Change, Part, Program};
use psp_format::manifest::{EntryPoint, Unknown};
use psp_format::slot::Lifecycle;
use zstd_safe::CParameter;

use super::Vector;
use super::draft::{Draft, PUBLISHER, WITNESS, host, start, template};
use super::slot::{Slot, Stored, compress, directory, file, hardlink, program, symlink};

/// What the programs of the vectors consist of.
pub(crate) const SCRIPT: &[u8] = b"#!/bin/sh\nexit 0\n";

pub(crate) fn vectors() -> Vec<Vector> {
    let mut list = vec![
        Vector::valid("minimal", "one entry that starts a program of the host", minimal().finish()),
        Vector::valid("file-stored", "one slot of kind file, stored as it is", file_stored().finish()),
        Vector::valid("tree", "all kinds of nodes, compressed; names that are not UTF-8", tree().finish()),
        Vector::valid("full", "every section, three signatures with purposes", full().finish()),
        Vector::valid("minor-7", "a later minor version with a section of its own", minor()),
        Vector::valid("empty-tree", "a slot without any entry", empty_tree()),
        Vector::valid(
            "frames",
            "index and data in many frames that split entries and files",
            frames().finish(),
        ),
        Vector::valid("frame-variants", "every header that a Zstandard frame may have", frame_variants()),
        Vector::valid("frame-8-mib", "a frame of the largest size", frame_of_8_mib()),
        Vector::valid(
            "lifecycles",
            "one slot of each lifecycle; the lazy one is not asked for",
            lifecycles(),
        ),
        Vector::valid("no-stub", "a stub of no bytes", no_stub()),
        Vector::valid(
            "upper-and-lower",
            "names that differ by case, for a system that tells cases apart",
            cases(),
        ),
        Vector::valid("folds-ascii-only", "only ASCII letters are folded", folds_ascii_only()),
    ];
    list.extend(super::limit::vectors());
    list
}

pub(crate) fn minimal() -> Draft<'static> {
    Draft::new("minimal")
}

pub(crate) fn file_stored() -> Draft<'static> {
    let mut slot = Slot::file(b"hello", SCRIPT);
    slot.data_frames = vec![Stored::raw(SCRIPT)];
    Draft::with_slot("file-stored", &slot, 0, b"hello")
}

/// What the tree's text file holds: long enough that compression pays.
pub(crate) fn text() -> Vec<u8> {
    (0..80u32).flat_map(|line| format!("line {line} of a text that repeats itself\n").into_bytes()).collect()
}

pub(crate) fn tree_slot() -> Slot {
    let text = text();
    let entries = [
        directory(b"bin"),
        program(b"bin/hello", SCRIPT),
        hardlink(b"bin/hello again", 1),
        symlink(b"bin/text", b"../share/doc/text"),
        directory(b"empty"),
        symlink(b"here", b"."),
        directory(b"share"),
        file(b"share-less", b""),
        directory(b"share/doc"),
        file(b"share/doc/text", &text),
        symlink(b"share/doc/up", b".."),
        file(b"share/\xff\x01\"'", b"not UTF-8"),
        file(b"zero", b""),
    ];
    Slot::tree(&entries, &[SCRIPT, &text, b"not UTF-8"].concat())
}

pub(crate) fn tree() -> Draft<'static> {
    let mut draft = Draft::with_slot("tree", &tree_slot(), 1, b"bin/hello");
    let command = draft.command();
    command.argv0_is_program = true;
    command.arguments = vec![
        template(&[]),
        template(&[Part::Literal(b"--from="), Part::Slot(0), Part::Literal(b"/share/\xff"), Part::State]),
    ];
    command.cwd = Some(template(&[Part::Slot(0), Part::Literal(b"/share/doc")]));
    command.environment = vec![
        Change::Pass(b"LC_*"),
        Change::Pass(b"PATH"),
        Change::Unset(b"LC_?"),
        Change::Map { name: b"OLD_PATH", from: b"PATH" },
        Change::Prepend(b"PATH", template(&[Part::Slot(0), Part::Literal(b"/bin")])),
        Change::Set(b"EMPTY", template(&[])),
        Change::Set(b"HOME", template(&[Part::State])),
    ];
    draft
}

pub(crate) fn full() -> Draft<'static> {
    let mut draft = Draft::with_slot("full_1.x-y", &tree_slot(), 1, b"bin/hello");
    let identity = &mut draft.manifest.identity;
    identity.version = "1.22.333-rc.4+build.5";
    identity.target = "x86_64-linux-gnu";
    identity.channel = "nightly";
    identity.sequence = u64::MAX;
    draft.add_slot("data", Lifecycle::Lazy, &Slot::tree(&[file(b"d", b"data")], b"data"));
    draft.add_slot("tool", Lifecycle::Cache, &Slot::file(b"tool", SCRIPT));
    let mut admin = start(2, 0, b"tool");
    admin.slots = 0b111;
    admin.arguments = vec![template(&[Part::Slot(1), Part::Literal(b"/d")])];
    let mut prepared = host(b"");
    prepared.program = Program::Prepared { path: b"bin/made" };
    prepared.slots = 0b101;
    prepared.cwd = Some(template(&[Part::Prepared]));
    draft.manifest.entries.push(EntryPoint { name: "admin", command: admin });
    draft.manifest.entries.push(EntryPoint { name: "prepared", command: prepared });
    let mut setup = start(0, 1, b"bin/hello");
    setup.arguments = vec![template(&[Part::Literal(b"--to")]), template(&[Part::Prepared])];
    draft.manifest.setup = vec![setup, host(b"true")];
    draft.add_document("provenance.json", Stored::raw(b"{}"));
    draft.add_document(
        "sbom.cdx.json",
        Stored::compressed(&[b"{\"components\":[", &text()[..], b"]}"].concat()),
    );
    draft.manifest.information =
        vec![("description", "every section\nis here: é"), ("homepage", ""), ("license", "Apache-2.0")];
    draft.manifest.unknown =
        vec![Unknown { kind: 8, body: b"" }, Unknown { kind: 0x8000, body: b"\xffgrease\0" }];
    draft.signers = vec![(PUBLISHER, "release"), (WITNESS, "build-farm-0123"), (3, "")];
    draft
}

fn minor() -> Vec<u8> {
    let mut draft = Draft::new("later");
    draft.manifest.minor = 7;
    draft.manifest.unknown = vec![Unknown { kind: 9, body: b"what version 1.7 has" }];
    draft.finish()
}

fn empty_tree() -> Vec<u8> {
    let mut draft = Draft::new("empty-tree");
    draft.add_slot("nothing", Lifecycle::Cache, &Slot::tree(&[], b""));
    draft.finish()
}

/// Cuts `bytes` into frames of these sizes, again and again; every other one is compressed.
fn cut(bytes: &[u8], sizes: &[usize]) -> Vec<Stored> {
    let mut rest = bytes;
    let mut frames = vec![];
    for (number, size) in sizes.iter().cycle().enumerate() {
        let (content, after) = rest.split_at((*size).min(rest.len()));
        frames.push(if number % 2 == 0 { Stored::compressed(content) } else { Stored::raw(content) });
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    frames
}

pub(crate) fn frames() -> Draft<'static> {
    let big = text();
    let entries =
        [file(b"a", b"1"), file(b"b", b""), program(b"big", &big), file(b"c", b"22"), file(b"d", b"")];
    let data = [b"1", &big[..], b"22"].concat();
    let mut slot = Slot::tree(&entries, &data);
    slot.index_frames = cut(&psp_format::index::encode(&entries), &[1, 30, 200]);
    slot.data_frames = cut(&data, &[500, 1, 7, 1000]);
    Draft::with_slot("frames", &slot, 2, b"big")
}

fn frame_variants() -> Vec<u8> {
    let text = text();
    let level = CParameter::CompressionLevel(9);
    let plain = compress(&text, &[level]);
    // A dictionary number of one byte, zero, stands behind the descriptor and says that there is none.
    let zero_dictionary = [&plain[..4], &[plain[4] | 1, 0], &plain[5..]].concat();
    let repeated =
        [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0][..], &4000u32.to_le_bytes(), &[0x03, 0x7d, 0], b"r"].concat();
    // The window is stated, 8 MiB, and the size in four bytes; the content is one raw and one repeated block.
    let window = [
        &[0x28, 0xb5, 0x2f, 0xfd, 0x80, 0x68, 104, 0, 0, 0][..],
        &[0x20, 0, 0],
        b"abcd",
        &[0x23, 3, 0],
        b"w",
    ]
    .concat();
    let windowed = [&b"abcd"[..], &[b'w'; 100]].concat();
    let contents = [&text[..], &text, &text, &[b'r'; 4000], &windowed];
    let stored = [
        plain.clone(),
        compress(&text, &[level, CParameter::ChecksumFlag(true)]),
        zero_dictionary,
        repeated,
        window,
    ];
    let data = contents.concat();
    let mut slot = Slot::tree(&[program(b"all", &data)], &data);
    slot.data_frames = stored
        .into_iter()
        .zip(contents)
        .map(|(bytes, content)| Stored { bytes, size: content.len() })
        .collect();
    Draft::with_slot("frame-variants", &slot, 0, b"all").finish()
}

fn frame_of_8_mib() -> Vec<u8> {
    let content = vec![0; 8 << 20];
    Draft::with_slot("frame-8-mib", &Slot::file(b"zeros", &content), 0, b"zeros").finish()
}

pub(crate) fn lifecycles() -> Vec<u8> {
    let mut draft = Draft::new("lifecycles");
    let tree = Slot::tree(&[program(b"p", SCRIPT)], SCRIPT);
    draft.add_slot("cache", Lifecycle::Cache, &tree);
    draft.add_slot("temporary", Lifecycle::Temporary, &tree);
    draft.add_slot("memory", Lifecycle::Memory, &Slot::file(b"m", SCRIPT));
    draft.add_slot("lazy", Lifecycle::Lazy, &tree);
    let mut lazy = start(3, 0, b"p");
    lazy.slots = 0b1111;
    draft.manifest.entries.push(EntryPoint { name: "lazy", command: lazy });
    draft.finish()
}

fn no_stub() -> Vec<u8> {
    let mut draft = Draft::new("no-stub");
    draft.stub = vec![];
    draft.manifest.stub.size = 0;
    draft.manifest.stub.digest = psp_format::Digest::of(b"");
    draft.finish()
}

fn cases() -> Vec<u8> {
    let slot = Slot::tree(&[file(b"README", b""), file(b"readme", b"")], b"");
    let mut draft = Draft::new("cases");
    draft.add_slot("app", Lifecycle::Cache, &slot);
    draft.finish()
}

fn folds_ascii_only() -> Vec<u8> {
    let slot = Slot::tree(&[file("É".as_bytes(), b""), file("é".as_bytes(), b"")], b"");
    let mut draft = Draft::new("folds-ascii-only");
    draft.manifest.identity.target = "aarch64-macos";
    draft.add_slot("app", Lifecycle::Cache, &slot);
    draft.finish()
}
