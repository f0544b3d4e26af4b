//! Slots that break a rule of SPEC 5 or 6: tables, frames and indices, signed or edited afterwards.

use psp_format::digest::Digest;
use psp_format::index::{Entry, Node, encode};
use psp_format::slot::Kind;
use zstd_safe::CParameter;

use super::Vector;
use super::draft::{Draft, STUB};
use super::slot::{Slot, Stored, compress, directory, file, hardlink, program, symlink};
use super::valid::{SCRIPT, text, tree, tree_slot};

pub(crate) fn vectors() -> Vec<Vector> {
    let mut list = edited();
    list.extend(tables());
    list.extend(frames());
    list.extend(trees());
    list.extend(indices());
    list
}

/// Content replaced in a finished package, with as much set right as goes without a key.
fn edited() -> Vec<Vector> {
    let draft = tree();
    let mut other = tree_slot();
    other.data_frames =
        vec![Stored::compressed(&[&b"#!/bin/sh\nevil 0\n"[..], &text(), b"not UTF-8"].concat())];
    assert_eq!(other.data_frames[0].size, other.data_size, "the same sizes");
    let (content, bytes) = other.finish();
    let good = &draft.slots[0];
    let table = content.table_size() as usize;

    // The frame alone; the old table stays.
    let mut frame_only = draft.clone();
    frame_only.slots[0] = [&good[..table], &bytes[table..]].concat();
    let frame_codes: &[&str] = &["frame-digest", "layout"];

    // The frame and its record in the table; the content record in the manifest stays.
    let mut with_table = draft.clone();
    with_table.slots[0] = bytes.clone();
    let signed = draft.finish();
    let splice = |slot: &[u8]| {
        let end = STUB.len() + good.len();
        [&signed[..STUB.len()], slot, &signed[end..]].concat()
    };
    let same_size = good.len() == bytes.len();
    assert!(same_size, "{} {}", good.len(), bytes.len());

    // Everything that needs no key: frame, table, content record, root.
    let mut rehashed = draft.clone();
    rehashed.manifest.slots[0].content = content;
    rehashed.slots[0] = bytes.clone();
    let stale = psp_format::signature::parse_list(&signed[signed.len() - 64 - 112..signed.len() - 64], 1)
        .expect("the list of a valid vector");
    let rehashed = rehashed.seal_with(&rehashed.manifest.encode(), &stale);
    vec![
        Vector::invalid("replaced-frame", frame_codes, "a frame replaced", splice(&frame_only.slots[0])),
        Vector::invalid(
            "replaced-table",
            &["table-digest"],
            "a frame replaced and its record set right",
            splice(&bytes),
        ),
        Vector::invalid(
            "replaced-rehashed",
            &["signature-invalid"],
            "a frame replaced, table, content record and root set right",
            rehashed,
        ),
    ]
}

fn with_frame(bytes: Vec<u8>, size: usize, content: &[u8]) -> Vec<u8> {
    let mut slot = Slot::file(b"p", content);
    slot.data_frames = vec![Stored { bytes, size }];
    slot.data_size = size;
    Draft::with_slot("frame", &slot, 0, b"p").finish()
}

fn tables() -> Vec<Vector> {
    let base = || Slot::tree(&[program(b"p", SCRIPT)], SCRIPT);
    let sized = |name: &str, expect: &[&str], note: &str, stored: u32, size: u32| {
        let slot = base();
        let mut draft = Draft::with_slot("table", &slot, 0, b"p");
        let (mut table, _) = slot.table();
        table[40..44].copy_from_slice(&stored.to_le_bytes());
        table[44..48].copy_from_slice(&size.to_le_bytes());
        draft.slots[0][..80].copy_from_slice(&table);
        draft.manifest.slots[0].content.table =
            Digest::labelled(psp_format::digest::Label::FrameTable, &table);
        Vector::invalid(&format!("frame-size-{name}"), expect, note, draft.finish())
    };
    let size = SCRIPT.len() as u32;
    let impossible: &[&str] = &["frame-size"];
    let mut unsigned = Draft::with_slot("table", &base(), 0, b"p");
    unsigned.slots[0][41] ^= 1;
    let mut plain = Draft::with_slot("table", &base(), 0, b"p");
    plain.manifest.slots[0].content.table = Digest::of(&plain.slots[0][..80]);
    let mut wrong = base();
    wrong.data_size -= 1;
    let mut damaged = Draft::with_slot("table", &base(), 0, b"p");
    damaged.slots[0][80 + 10] ^= 1;
    vec![
        sized("zero", impossible, "a frame of no bytes", 0, 0),
        sized("stored-zero", impossible, "a frame stored in no bytes", 0, size),
        sized("grows", impossible, "a frame stored in more bytes than it has", size + 1, size),
        sized("8-mib", impossible, "a frame of a byte above 8 MiB", size, (8 << 20) + 1),
        sized("2-31", impossible, "a frame of 2^31 bytes", size, 1 << 31),
        sized("stored-2-31", impossible, "a frame of 2^31 bytes, stored as it is", 1 << 31, 1 << 31),
        sized("more", &["content"], "a frame of a byte more than the data has", size, size + 1),
        sized("less", &["content"], "a frame stored in a byte less than there is", size - 1, size),
        Vector::invalid(
            "table-digest",
            &["table-digest"],
            "a frame table that is not the one signed",
            unsigned.finish(),
        ),
        Vector::invalid(
            "table-digest-plain",
            &["table-digest"],
            "the table's digest without its label",
            plain.finish(),
        ),
        Vector::invalid(
            "table-sum",
            &["content"],
            "frames that add up to more than the data",
            Draft::with_slot("table", &wrong, 0, b"p").finish(),
        ),
        Vector::invalid(
            "frame-digest",
            &["frame-digest"],
            "an index frame that is not the one signed",
            damaged.finish(),
        ),
    ]
}

fn frames() -> Vec<Vector> {
    let text = text();
    let level = CParameter::CompressionLevel(9);
    let good = compress(&text, &[level]);
    let decode = |name: &str, note: &str, bytes: Vec<u8>| {
        let bytes = with_frame(bytes, text.len(), &text);
        Vector::invalid(&format!("frame-{name}"), &["frame-decode"], note, bytes)
    };
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, b'x'];
    let half = compress(&text[..text.len() / 2], &[level]);
    let other_half = compress(&text[text.len() / 2..], &[level]);
    let magic = [0x28, 0xb5, 0x2f, 0xfd];
    let size = (text.len() as u32).to_le_bytes();
    let size_of = |header: &[u8], blocks: &[u8]| [&magic[..], header, blocks].concat();
    // One repeated byte, as often as a block may; frames of such blocks decode to far more than they take.
    let bomb = [&[0x02, 0x00, 0x10, 0][..]; 64].concat();
    let last = [0x03, 0x00, 0x10, 0];
    let mut damaged = good.clone();
    // The first compressed block's header of literals: they would be more than a block holds.
    damaged[10] ^= 0xf0;
    let mut checksum = compress(&text, &[level, CParameter::ChecksumFlag(true)]);
    if let Some(byte) = checksum.last_mut() {
        *byte ^= 1;
    }
    let mut list = vec![
        decode("trailing", "a byte after the frame", [&good[..], b"\0"].concat()),
        decode("skippable-after", "a skippable frame after it", [&good[..], &skippable].concat()),
        decode("skippable-before", "a skippable frame before it", [&skippable[..], &good].concat()),
        decode("two", "two frames that together are the content", [half, other_half].concat()),
        decode("twice", "the frame twice", [&good[..], &good].concat()),
        decode(
            "no-size",
            "a frame that does not state its size",
            compress(&text, &[level, CParameter::ContentSizeFlag(false)]),
        ),
        decode(
            "dictionary",
            "a frame that names a dictionary",
            size_of(&[0xa1, 7], &[&size[..], &good[7..]].concat()),
        ),
        decode("window", "a window of 2^41 bytes", size_of(&[0x80, 0xf8], &[&size[..], &good[7..]].concat())),
        decode(
            "window-9-mib",
            "a window of 9 MiB",
            size_of(&[0x80, 0x69], &[&size[..], &good[7..]].concat()),
        ),
        decode(
            "reserved-bit",
            "a reserved bit of the frame's header",
            size_of(&[0xa8], &[&size[..], &good[7..]].concat()),
        ),
        decode(
            "states-less",
            "a frame that states a byte less",
            size_of(&[0xa0], &[&(text.len() as u32 - 1).to_le_bytes()[..], &good[7..]].concat()),
        ),
        decode(
            "states-2-63",
            "a frame that states 2^63 bytes",
            size_of(&[0xe0], &[&(1u64 << 63).to_le_bytes()[..], &good[7..]].concat()),
        ),
        decode(
            "bomb",
            "a frame that decodes to 8 MiB and states its size",
            size_of(&[0xa0], &[&size[..], &bomb, &last].concat()),
        ),
        decode(
            "short",
            "a frame that decodes to less than it states",
            size_of(&[0xa0], &[&size[..], &[1, 0, 0]].concat()),
        ),
        decode("cut", "a frame whose last block is cut off", good[..good.len() - 1].to_vec()),
        decode(
            "block-type",
            "a block of the reserved type",
            size_of(&[0xa0], &[&size[..], &[0x0f, 0, 0, 0]].concat()),
        ),
        decode("damaged", "a frame that is damaged within", damaged),
        decode("checksum", "a frame with a wrong checksum", checksum),
        decode("magic", "not a Zstandard frame", vec![b'x'; 100]),
        decode(
            "legacy",
            "a frame of an old version of Zstandard",
            [&[0x27, 0xb5, 0x2f, 0xfd][..], &good[4..]].concat(),
        ),
    ];
    list.push(bomb_stated());
    list
}

/// A bomb that is what it says, except that nobody may say it.
fn bomb_stated() -> Vector {
    let blocks = [&[0x02, 0x00, 0x10, 0][..]; 65].concat();
    let size = 66 * 131_072u32;
    let frame =
        [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0][..], &size.to_le_bytes(), &blocks, &[0x03, 0x00, 0x10, 0]].concat();
    let bytes = with_frame(frame, size as usize, &vec![0; size as usize]);
    Vector::invalid(
        "frame-size-bomb",
        &["frame-size"],
        "a frame that decodes to 8.25 MiB, and says so",
        bytes,
    )
}

/// Trees that want out of their directory, or contradict themselves.
fn trees() -> Vec<Vector> {
    let tree = |name: &str, code: &str, note: &str, entries: &[Entry<'_>]| {
        let mut draft = Draft::new("tree");
        draft.add_slot("app", psp_format::slot::Lifecycle::Cache, &Slot::tree(entries, b""));
        Vector::invalid(&format!("tree-{name}"), &[code], note, draft.finish())
    };
    let x = |path| file(path, b"");
    let long = [b'p'; 256];
    let too_long = [[b'p'; 255].as_slice(); 16].join(&b'/');
    vec![
        tree("climbs", "path", "`../x`", &[x(b"../x")]),
        tree("climbs-within", "path", "`a/../../x`", &[directory(b"a"), x(b"a/../../x")]),
        tree("climbs-and-stays", "path", "`a/../x`", &[directory(b"a"), x(b"a/../x")]),
        tree("absolute", "path", "`/etc/passwd`", &[x(b"/etc/passwd")]),
        tree("root", "path", "`/`", &[directory(b"/")]),
        tree("dot", "path", "`.`", &[directory(b".")]),
        tree("dot-dot", "path", "`..`", &[directory(b"..")]),
        tree("dot-within", "path", "`a/./b`", &[directory(b"a"), x(b"a/./b")]),
        tree("slash-last", "path", "`a/`", &[directory(b"a/")]),
        tree("slash-twice", "path", "`a//b`", &[directory(b"a"), x(b"a//b")]),
        tree("empty-path", "path", "a path of no bytes", &[x(b"")]),
        tree("nul", "path", "a path with a NUL", &[x(b"a\0b")]),
        tree("component", "path", "a component of 256 bytes", &[x(&long)]),
        tree("path-long", "limit", "a path of 4,095 bytes", &[x(&too_long)]),
        tree("order", "index-order", "entries out of order", &[x(b"b"), x(b"a")]),
        tree("twice", "index-order", "a path twice", &[x(b"a"), x(b"a")]),
        tree(
            "twice-apart",
            "index-order",
            "a path twice, with another between",
            &[x(b"a"), x(b"b"), x(b"a")],
        ),
        tree("parent", "parent", "a file in a directory that is not an entry", &[x(b"a/b")]),
        tree("parent-file", "parent", "a file in a file", &[x(b"a"), x(b"a/b")]),
        tree(
            "parent-later",
            "parent",
            "a directory that is an entry only of its own",
            &[directory(b"a"), x(b"a/b/c")],
        ),
        tree("write-through", "parent", "a file behind a symbolic link", &[symlink(b"l", b"."), x(b"l/x")]),
        tree("link-climbs", "symlink", "`l -> ..`", &[symlink(b"l", b"..")]),
        tree("link-climbs-2", "symlink", "`d/l -> ../../x`", &[directory(b"d"), symlink(b"d/l", b"../../x")]),
        tree(
            "link-climbs-later",
            "symlink",
            "`l -> d/../x`",
            &[symlink(b"d", b"."), symlink(b"l", b"d/../x")],
        ),
        tree("link-absolute", "symlink", "`l -> /etc/passwd`", &[symlink(b"l", b"/etc/passwd")]),
        tree("link-empty", "symlink", "a link to nothing", &[symlink(b"l", b"")]),
        tree("link-dot", "symlink", "`l -> ./a`", &[symlink(b"l", b"./a")]),
        tree("link-slash", "symlink", "`l -> a/`", &[symlink(b"l", b"a/")]),
        tree("link-nul", "symlink", "a target with a NUL", &[symlink(b"l", b"a\0b")]),
        tree("link-component", "symlink", "a target with a component of 256 bytes", &[symlink(b"l", &long)]),
        tree("hardlink-self", "hardlink", "a hard link to itself", &[hardlink(b"a", 0)]),
        tree("hardlink-later", "hardlink", "a hard link to a later entry", &[hardlink(b"a", 1), x(b"b")]),
        tree(
            "hardlink-directory",
            "hardlink",
            "a hard link to a directory",
            &[directory(b"a"), hardlink(b"b", 0)],
        ),
        tree(
            "hardlink-link",
            "hardlink",
            "a hard link to a symbolic link",
            &[symlink(b"a", b"x"), hardlink(b"b", 0)],
        ),
        tree(
            "hardlink-hardlink",
            "hardlink",
            "a hard link to a hard link",
            &[x(b"a"), hardlink(b"b", 0), hardlink(b"c", 1)],
        ),
        tree(
            "hardlink-outside",
            "hardlink",
            "a hard link to entry 2^32 - 1",
            &[x(b"a"), hardlink(b"b", u32::MAX)],
        ),
        case_collision("x86_64-windows", &[x(b"README"), x(b"readme")]),
        case_collision("aarch64-macos", &[directory(b"A"), x(b"A/x"), directory(b"a")]),
    ]
}

fn case_collision(target: &'static str, entries: &[Entry<'_>]) -> Vector {
    let mut draft = Draft::new("cases");
    draft.manifest.identity.target = target;
    draft.add_slot("app", psp_format::slot::Lifecycle::Cache, &Slot::tree(entries, b""));
    let note = format!("names that differ by case only, for {target}");
    Vector::invalid(&format!("case-collision-{target}"), &["case-collision"], &note, draft.finish())
}

/// Indices whose bytes, sizes or digests are wrong.
fn indices() -> Vec<Vector> {
    let index = |name: &str, expect: &[&str], note: &str, count: usize, bytes: &[u8]| {
        let slot = Slot::of_index(Kind::Tree, count, bytes, SCRIPT);
        let mut draft = Draft::new("index");
        draft.add_slot("app", psp_format::slot::Lifecycle::Cache, &slot);
        Vector::invalid(&format!("index-{name}"), expect, note, draft.finish())
    };
    let good = encode(&[program(b"p", SCRIPT)]);
    let kind = |kind: u8| [&[kind][..], &good[1..]].concat();
    let sized = |size: u64| {
        encode(&[Entry {
            path: b"p",
            node: Node::File { executable: true, size, digest: Digest::of(SCRIPT) },
        }])
    };
    let file_slot = |name: &str, entries: &[Entry<'_>], data: &[u8]| {
        let slot = Slot { file: b"p", ..Slot::of_index(Kind::File, 1, &encode(entries), data) };
        let mut draft = Draft::new("index");
        draft.add_slot("app", psp_format::slot::Lifecycle::Cache, &slot);
        Vector::invalid(
            &format!("file-slot-{name}"),
            &["content"],
            "a file slot that is not one file",
            draft.finish(),
        )
    };
    let program_at = |name: &str, note: &str, entries: &[Entry<'_>], entry: u32, path: &'static [u8]| {
        let draft = Draft::with_slot("program", &Slot::tree(entries, SCRIPT), entry, path);
        Vector::invalid(&format!("program-{name}"), &["program"], note, draft.finish())
    };
    vec![
        index("kind-5", &["value"], "an entry of kind 5: no devices, fifos or sockets", 1, &kind(5)),
        index("kind-255", &["value"], "an entry of kind 255", 1, &kind(255)),
        index("setuid", &["value"], "an entry of kind file with the set-user-id bit", 1, &kind(0x42)),
        index("cut", &["truncated"], "an index cut off in its last digest", 1, &good[..good.len() - 1]),
        index("trailing", &["trailing"], "a byte after the last entry", 1, &[&good[..], b"\0"].concat()),
        index(
            "entries-less",
            &["trailing"],
            "an entry more than declared",
            1,
            &[&good[..], &encode(&[directory(b"q")])].concat(),
        ),
        index(
            "path-65535",
            &["limit", "truncated"],
            "a path of 65,535 bytes",
            1,
            &[&[1, 0xff, 0xff][..], &good[3..]].concat(),
        ),
        index("size-less", &["content"], "a file smaller than the data", 1, &sized(SCRIPT.len() as u64 - 1)),
        index("size-more", &["content"], "a file larger than the data", 1, &sized(SCRIPT.len() as u64 + 1)),
        index("size-2-31", &["content"], "a file of 2^31 bytes", 1, &sized(1 << 31)),
        index("size-2-40", &["content"], "a file of 2^40 bytes", 1, &sized(1 << 40)),
        index("size-2-63", &["limit"], "a file of 2^63 bytes", 1, &sized(1 << 63)),
        index("size-max", &["limit"], "a file of 2^64 - 1 bytes", 1, &sized(u64::MAX)),
        index(
            "file-digest",
            &["file-digest"],
            "a file that is not what the index says",
            1,
            &encode(&[program(b"p", b"#!/bin/sh\nexit 1\n")]),
        ),
        index(
            "file-digest-empty",
            &["file-digest"],
            "an empty file with the digest of another",
            2,
            &encode(&[
                program(b"p", SCRIPT),
                Entry {
                    path: b"q",
                    node: Node::File { executable: false, size: 0, digest: Digest::of(b"x") },
                },
            ]),
        ),
        index(
            "files-swapped",
            &["file-digest"],
            "two files that have each other's content",
            2,
            &encode(&[file(b"a", &SCRIPT[9..]), file(b"b", &SCRIPT[..9])]),
        ),
        file_slot("directory", &[directory(b"p")], b""),
        file_slot("link", &[symlink(b"p", b"q")], b""),
        program_at("not-executable", "a program that is not executable", &[file(b"p", SCRIPT)], 0, b"p"),
        program_at(
            "directory",
            "a program that is a directory",
            &[program(b"a", SCRIPT), directory(b"p")],
            1,
            b"p",
        ),
        program_at(
            "symlink",
            "a program that is a symbolic link",
            &[program(b"a", SCRIPT), symlink(b"p", b"a")],
            1,
            b"p",
        ),
        program_at(
            "hardlink",
            "a program that is a hard link",
            &[program(b"a", SCRIPT), hardlink(b"p", 0)],
            1,
            b"p",
        ),
        program_at("beyond", "a program whose entry is not there", &[program(b"p", SCRIPT)], u32::MAX, b"p"),
    ]
}
