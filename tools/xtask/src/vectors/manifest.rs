//! Manifests that break a rule of SPEC 4 (commands apart) and are signed all the same: what a faulty or hostile builder could make.

use psp_format::manifest::Unknown;
use psp_format::slot::{Kind, Lifecycle};

use super::Vector;
use super::draft::{Draft, Sections};
use super::slot::{Slot, Stored, program};
use super::valid::SCRIPT;

const PACKAGE: u16 = 1;
const STUB: u16 = 2;
const SLOTS: u16 = 3;
pub(crate) const ENTRIES: u16 = 4;
const DOCUMENTS: u16 = 6;
const INFORMATION: u16 = 7;

pub(crate) fn vectors() -> Vec<Vector> {
    let mut list = header();
    list.extend(sections());
    list.extend(identity());
    list.extend(slots());
    list.extend(counts());
    list.extend(lists());
    list
}

/// A package with one slot of kind tree that holds one program, `p`.
pub(crate) fn base() -> Draft<'static> {
    Draft::with_slot("bent", &Slot::tree(&[program(b"p", SCRIPT)], SCRIPT), 0, b"p")
}

/// A draft bent through its values.
pub(crate) fn bent(
    name: &str,
    expect: &[&str],
    note: &str,
    bend: impl FnOnce(&mut Draft<'static>),
) -> Vector {
    let mut draft = base();
    bend(&mut draft);
    Vector::invalid(name, expect, note, draft.finish())
}

/// A draft bent through its sections.
pub(crate) fn cut(name: &str, expect: &[&str], note: &str, bend: impl FnOnce(&mut Sections)) -> Vector {
    cut_of(&base(), name, expect, note, bend)
}

pub(crate) fn cut_of(
    draft: &Draft<'_>,
    name: &str,
    expect: &[&str],
    note: &str,
    bend: impl FnOnce(&mut Sections),
) -> Vector {
    let mut sections = draft.sections();
    bend(&mut sections);
    Vector::invalid(name, expect, note, draft.seal(&sections.join()))
}

fn header() -> Vec<Vector> {
    let draft = base();
    let manifest = draft.manifest.encode();
    let sealed = |name: &str, expect: &[&str], note: &str, bend: &dyn Fn(&mut Vec<u8>)| {
        let mut manifest = manifest.clone();
        bend(&mut manifest);
        Vector::invalid(name, expect, note, draft.seal(&manifest))
    };
    vec![
        sealed("manifest-magic", &["manifest-magic"], "another magic", &|m| m[0] = b'Q'),
        sealed("manifest-major-2", &["version-mismatch"], "another major version than the trailer's", &|m| {
            m[8] = 2
        }),
        sealed("manifest-minor-1", &["version-mismatch"], "another minor version than the trailer's", &|m| {
            m[10] = 1
        }),
        sealed("sections-2-31", &["limit"], "2^31 sections", &|m| m[15] = 0x80),
        sealed("sections-one-more", &["truncated"], "a section more than there is", &|m| m[12] += 1),
        sealed("sections-one-less", &["trailing", "section-missing"], "a section less than there is", &|m| {
            m[12] -= 1
        }),
        sealed("manifest-trailing", &["trailing"], "a byte after the last section", &|m| m.push(0)),
        sealed("manifest-cut", &["truncated"], "the manifest's last byte is missing", &|m| {
            m.truncate(m.len() - 1)
        }),
        sealed("section-2-31", &["truncated", "limit"], "a section of 2^31 bytes", &|m| m[23] = 0x80),
    ]
}

fn sections() -> Vec<Vector> {
    let missing: &[&str] = &["section-missing"];
    let remove = |kind: u16| move |s: &mut Sections| s.list.retain(|section| section.0 != kind);
    let mut grease = base();
    grease.manifest.unknown = vec![Unknown { kind: 0x8001, body: b"grease" }];
    grease.manifest.information = vec![("license", "MIT")];
    vec![
        cut("section-swapped", &["section-order"], "two sections change places", |s| s.list.swap(0, 1)),
        cut("section-twice", &["section-order"], "a section twice", |s| s.list.insert(1, s.list[0].clone())),
        cut("section-flags", &["reserved"], "a reserved flag of a section", |s| s.section(PACKAGE).1 = 3),
        cut("section-flags-high", &["reserved"], "the last flag of a section", |s| {
            s.section(STUB).1 = 0x8001
        }),
        cut("section-not-critical", &["section-flags"], "the package section is not critical", |s| {
            s.section(PACKAGE).1 = 0
        }),
        cut_of(&grease, "section-critical", &["section-flags"], "the information section is critical", |s| {
            s.section(INFORMATION).1 = 1;
        }),
        cut_of(
            &grease,
            "section-unknown",
            &["unknown-section"],
            "a critical section of an unknown type",
            |s| {
                s.section(0x8001).1 = 1;
            },
        ),
        cut("section-unknown-0", &["unknown-section"], "a critical section of type 0", |s| {
            s.list.insert(0, (0, 1, vec![]))
        }),
        cut_of(
            &grease,
            "section-unknown-flags",
            &["reserved"],
            "a reserved flag of an unknown section",
            |s| {
                s.section(0x8001).1 = 2;
            },
        ),
        cut("section-empty-slots", &["empty-section"], "a list of no slots", |s| {
            s.section(SLOTS).2 = vec![0, 0]
        }),
        cut("section-empty-setup", &["empty-section"], "a list of no setup commands", |s| {
            s.list.push((5, 1, vec![0, 0]))
        }),
        cut("section-empty-information", &["empty-section"], "a list of no information", |s| {
            s.list.push((7, 0, vec![0, 0]))
        }),
        cut("section-package-missing", missing, "no package section", remove(PACKAGE)),
        cut("section-stub-missing", missing, "no stub section", remove(STUB)),
        cut("section-entries-missing", missing, "no entries section", remove(ENTRIES)),
        cut("section-trailing", &["trailing"], "a byte left over in a section", |s| {
            s.section(STUB).2.push(0)
        }),
        cut("section-cut", &["truncated"], "a section that ends in its last field", |s| {
            s.section(STUB).2.truncate(39)
        }),
        cut("section-no-body", &["truncated"], "a section without a body", |s| s.section(STUB).2.clear()),
    ]
}

fn identity() -> Vec<Vector> {
    let name = |name: &str, value: &'static str| {
        bent(&format!("name-{name}"), &["name", "text"], "a package name", |d| {
            d.manifest.identity.name = value
        })
    };
    let version = |name: &str, value: &'static str| {
        bent(&format!("version-{name}"), &["version"], value, |d| d.manifest.identity.version = value)
    };
    let target = |name: &str, value: &'static str| {
        bent(&format!("target-{name}"), &["target"], value, |d| d.manifest.identity.target = value)
    };
    vec![
        name("empty", ""),
        name("upper", "Hello"),
        name("dot", ".hidden"),
        name("slash", "a/b"),
        name("climbs", "../../etc"),
        name("not-ascii", "é"),
        version("two", "1.2"),
        version("zero", "1.02.3"),
        version("v", "v1.2.3"),
        version("empty-pre", "1.2.3-"),
        version("pre-zero", "1.2.3-rc.01"),
        version("space", "1.2.3 "),
        target("one", "linux"),
        target("four", "x86_64-linux-gnu-x"),
        target("upper", "X86_64-linux"),
        target("empty-part", "x86_64--gnu"),
        bent("channel", &["name"], "a channel that is not a name", |d| d.manifest.identity.channel = "a b"),
        // The name is two bytes into the body and four bytes long.
        cut("text-utf-8", &["text"], "a name that is not UTF-8", |s| s.section(PACKAGE).2[2] = 0xff),
        bent("text-control", &["text", "version"], "a version with a control character", |d| {
            d.manifest.identity.version = "1.2.3\u{1b}[2J";
        }),
        bent("text-control-c1", &["text", "target"], "a target with a control character of two bytes", |d| {
            d.manifest.identity.target = "x86_64-linux\u{85}";
        }),
        cut("name-overruns", &["truncated", "limit"], "a name of 2^16 - 1 bytes", |s| {
            s.section(PACKAGE).2[..2].copy_from_slice(&[0xff, 0xff]);
        }),
    ]
}

fn slots() -> Vec<Vector> {
    // count, length of the id, `app`, lifecycle, length of the file's name, and then the content record.
    let lifecycle = 2 + 2 + 3;
    let content = lifecycle + 1 + 2;
    let consistent: &[&str] = &["content"];
    vec![
        bent("slot-duplicate", &["slot-duplicate"], "two slots of one id", |d| {
            d.add_slot("app", Lifecycle::Cache, &Slot::tree(&[], b""));
        }),
        bent("slot-name", &["name"], "a slot's id that is not a name", |d| d.manifest.slots[0].id = "App"),
        bent("slot-name-empty", &["name"], "a slot without an id", |d| d.manifest.slots[0].id = ""),
        cut("slot-lifecycle", &["value"], "an unknown lifecycle", |s| s.section(SLOTS).2[lifecycle] = 4),
        cut("slot-kind", &["value"], "an unknown kind of content", |s| s.section(SLOTS).2[content] = 2),
        cut("slot-reserved", &["reserved"], "a reserved byte of the content record", |s| {
            s.section(SLOTS).2[content + 3] = 1
        }),
        bent("slot-file-tree", &["content"], "a tree that is called as a file", |d| {
            d.manifest.slots[0].file = b"p"
        }),
        file_called("empty", &["path"], b""),
        file_called("slash", &["path"], b"a/b"),
        file_called("dot-dot", &["path"], b".."),
        file_called("nul", &["path"], b"p\0"),
        file_called("256", &["limit", "path"], &[b'p'; 256]),
        file_called("other", &["content"], b"q"),
        bent("lifecycle", &["lifecycle"], "a tree to be run from memory", |d| {
            d.manifest.slots[0].lifecycle = Lifecycle::Memory;
        }),
        bent("content-no-entries", consistent, "an index without entries", |d| {
            d.manifest.slots[0].content.entry_count = 0
        }),
        bent("content-no-index", consistent, "an index without bytes", |d| {
            d.manifest.slots[0].content.index_size = 0
        }),
        bent("content-no-index-frames", consistent, "an index without frames", |d| {
            d.manifest.slots[0].content.index_frames = 0
        }),
        bent("content-no-data", consistent, "data frames without data", |d| {
            d.manifest.slots[0].content.data_size = 0
        }),
        bent("content-no-data-frames", consistent, "data without frames", |d| {
            d.manifest.slots[0].content.data_frames = 0
        }),
        bent("content-file-of-two", consistent, "a file slot of two entries", |d| {
            d.manifest.slots[0].content.kind = Kind::File;
            d.manifest.slots[0].file = b"p";
            d.manifest.slots[0].content.entry_count = 2;
        }),
        bent("content-no-room", &["content", "layout"], "a slot smaller than its frame table", |d| {
            d.manifest.slots[0].content.stored_size = 79;
        }),
        bent("content-index-size", consistent, "an index larger than its frames", |d| {
            d.manifest.slots[0].content.index_size += 1
        }),
        bent("content-data-size", consistent, "data larger than its frames", |d| {
            d.manifest.slots[0].content.data_size += 1
        }),
        bent("content-entries-more", &["truncated"], "an entry more than the index has", |d| {
            d.manifest.slots[0].content.entry_count = 2;
        }),
    ]
}

/// A slot of kind file whose record calls its file something that it is not.
fn file_called(name: &str, expect: &[&str], file: &'static [u8]) -> Vector {
    let mut draft = Draft::with_slot("bent", &Slot::file(b"p", SCRIPT), 0, b"p");
    draft.manifest.slots[0].file = file;
    Vector::invalid(
        &format!("slot-file-{name}"),
        expect,
        "a file slot that calls its file what it is not",
        draft.finish(),
    )
}

/// Counts and sizes of 2^31, 2^40 and 2^63 wherever the manifest has one.
fn counts() -> Vec<Vector> {
    let content = |name: &str, expect: &[&str], bend: fn(&mut psp_format::Content)| {
        bent(&format!("huge-{name}"), expect, "a count or size far above the file", |d| {
            bend(&mut d.manifest.slots[0].content);
        })
    };
    let limit: &[&str] = &["limit"];
    let layout: &[&str] = &["layout"];
    let stub = |name: &str, size: u64, expect: &[&str]| {
        bent(&format!("huge-stub-{name}"), expect, "a stub far above the file", |d| {
            d.manifest.stub.size = size
        })
    };
    vec![
        content("entries-2-31", limit, |c| c.entry_count = 1 << 31),
        content("entries-1", limit, |c| c.entry_count = (1 << 20) + 1),
        content("index-frames-2-31", limit, |c| c.index_frames = 1 << 31),
        content("data-frames-2-31", limit, |c| c.data_frames = 1 << 31),
        content("frames", limit, |c| c.data_frames = 65_536),
        content("index-2-31", limit, |c| c.index_size = 1 << 31),
        content("index-2-63", limit, |c| c.index_size = 1 << 63),
        content("index-64-mib", &["content"], |c| c.index_size = 64 << 20),
        content("data-2-40", &["content"], |c| c.data_size = 1 << 40),
        content("data-2-63", limit, |c| c.data_size = 1 << 63),
        content("data-max", limit, |c| c.data_size = u64::MAX),
        content("stored-2-31", layout, |c| c.stored_size = 1 << 31),
        content("stored-2-40", layout, |c| c.stored_size = 1 << 40),
        content("stored-2-63", limit, |c| c.stored_size = 1 << 63),
        content("stored-max", limit, |c| c.stored_size = u64::MAX),
        content("frames-65535", &["content", "layout"], |c| c.data_frames = 65_535),
        stub("1", (64 << 20) + 1, limit),
        stub("2-31", 1 << 31, limit),
        stub("2-40", 1 << 40, limit),
        stub("2-63", 1 << 63, limit),
        stub("64-mib", 64 << 20, layout),
        bent("stub-short", layout, "a stub a byte smaller than there is", |d| d.manifest.stub.size -= 1),
    ]
}

fn lists() -> Vec<Vector> {
    let information = |name: &str, expect: &[&str], note: &str, pairs: Vec<(&'static str, &'static str)>| {
        bent(name, expect, note, |d| d.manifest.information = pairs)
    };
    let mut words = base();
    words.manifest.information = vec![("a", "words")];
    let mut documented = base();
    documented.add_document("a.json", Stored::raw(b"{}"));
    let document = |name: &str, expect: &[&str], note: &str, bend: fn(&mut Draft<'static>)| {
        let mut draft = documented.clone();
        bend(&mut draft);
        Vector::invalid(name, expect, note, draft.finish())
    };
    vec![
        information(
            "information-order",
            &["information-order"],
            "keys out of order",
            vec![("b", ""), ("a", "")],
        ),
        information("information-twice", &["information-order"], "a key twice", vec![("a", "1"), ("a", "2")]),
        information("information-name", &["name"], "a key that is not a name", vec![("A", "")]),
        cut_of(&words, "information-text", &["text"], "a value that is not UTF-8", |s| {
            let body = &mut s.section(INFORMATION).2;
            body[9] = 0xc0;
        }),
        cut_of(&words, "information-2-31", &["limit", "truncated"], "a value of 2^31 bytes", |s| {
            s.section(INFORMATION).2[8] = 0x80;
        }),
        document("document-order", &["document-order"], "documents out of order", |d| {
            d.add_document("a", Stored::raw(b"x"))
        }),
        document("document-twice", &["document-order"], "a document twice", |d| {
            d.add_document("a.json", Stored::raw(b"x"))
        }),
        document("document-name", &["name"], "a document whose name is a path", |d| {
            d.manifest.documents[0].name = "../a"
        }),
        document("document-digest", &["document-digest"], "a document that is not the one signed", |d| {
            d.documents[0][0] ^= 1
        }),
        document("document-empty", &["frame-size"], "a document of no bytes", |d| {
            d.manifest.documents[0].stored_size = 0
        }),
        document("document-grows", &["frame-size"], "a document smaller than stored", |d| {
            d.manifest.documents[0].size = 1
        }),
        document("document-8-mib", &["frame-size", "limit"], "a document of a byte above 8 MiB", |d| {
            d.manifest.documents[0].size = (8 << 20) + 1;
        }),
        document(
            "document-2-63",
            &["frame-size", "limit"],
            "a document of 2^63 bytes, stored as it is",
            |d| {
                d.manifest.documents[0].size = 1 << 63;
                d.manifest.documents[0].stored_size = 1 << 63;
            },
        ),
        document("document-decode", &["frame-decode"], "a document that is no Zstandard frame", |d| {
            d.manifest.documents[0].size = 3
        }),
        cut_of(&documented, "documents-65535", &["limit"], "65,535 documents", |s| {
            s.section(DOCUMENTS).2[..2].copy_from_slice(&[0xff, 0xff]);
        }),
        bent("stub-digest", &["stub-digest"], "a stub that is not the one signed", |d| d.stub[0] ^= 1),
        bent("sections-no-slots", &["slot-unknown"], "commands name a slot, and there are none", |d| {
            d.manifest.slots.clear();
            d.slots.clear();
        }),
    ]
}
