//! Manifests and trees as a builder could make them, at random. What they borrow is leaked: a test's worth of bytes.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use psp_format::command::{Change, Command, Part, Program, Template};
use psp_format::document::Document;
use psp_format::index::{Entry, Node};
use psp_format::manifest::{EntryPoint, Identity, Manifest, Stub, UNASSIGNED_TYPES, Unknown};
use psp_format::slot::{Content, Kind, Lifecycle, Slot};
use psp_format::{Digest, Key, limits};

type Text = &'static str;
type Bytes = &'static [u8];

fn leak_text(text: String) -> Text {
    text.leak()
}

fn leak_bytes(bytes: Vec<u8>) -> Bytes {
    bytes.leak()
}

pub(crate) fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest)
}

fn key() -> impl Strategy<Value = Key> {
    any::<[u8; 32]>().prop_map(Key)
}

fn name() -> impl Strategy<Value = Text> {
    "[a-z0-9][a-z0-9._-]{0,63}".prop_map(leak_text)
}

/// Ascending names, each once.
fn names(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Text>> {
    btree_set(name(), count).prop_map(|names| names.into_iter().collect())
}

fn component() -> impl Strategy<Value = Vec<u8>> {
    let plain = |part: &Vec<u8>| part != b"." && part != b"..";
    vec((1..=255u8).prop_filter("no slash", |byte| *byte != b'/'), 1..12).prop_filter("plain", plain)
}

fn path() -> impl Strategy<Value = Bytes> {
    vec(component(), 1..4).prop_map(|parts| leak_bytes(parts.join(&b'/')))
}

fn variable() -> impl Strategy<Value = Bytes> {
    vec((1..=255u8).prop_filter("no `=`", |byte| *byte != b'='), 1..20).prop_map(leak_bytes)
}

fn content(kind: Kind) -> impl Strategy<Value = Content> {
    let index = (1..limits::INDEX_ENTRIES, 1..100u32, 1..limits::INDEX_BYTES);
    let index = if kind == Kind::File {
        index.prop_map(|(_, frames, size)| (1, frames, size)).boxed()
    } else {
        prop_oneof![Just((0, 0, 0)), index].boxed()
    };
    let data = prop_oneof![Just((0, 0)), (1..limits::FRAMES - 100, 1..limits::SLOT_BYTES)];
    (index, data, 0..limits::SLOT_BYTES / 4, digest()).prop_map(move |(index, data, stored, table)| Content {
        kind,
        entry_count: index.0,
        index_frames: index.1,
        data_frames: data.0,
        index_size: index.2,
        data_size: data.1,
        stored_size: u64::from(index.1 + data.0) * 40 + stored,
        table,
    })
}

fn slot(id: Text) -> impl Strategy<Value = Slot<'static>> {
    let tree = (
        prop::sample::select(vec![Lifecycle::Cache, Lifecycle::Temporary, Lifecycle::Lazy]),
        content(Kind::Tree),
    )
        .prop_map(move |(lifecycle, content)| Slot { id, lifecycle, file: b"", content });
    let any = vec![Lifecycle::Cache, Lifecycle::Temporary, Lifecycle::Lazy, Lifecycle::Memory];
    let file = (prop::sample::select(any), component(), content(Kind::File))
        .prop_map(move |(lifecycle, file, content)| Slot { id, lifecycle, file: leak_bytes(file), content });
    prop_oneof![tree, file]
}

fn part(slots: u16, prepared: bool) -> impl Strategy<Value = Part<'static>> {
    let literal = vec(1..=255u8, 1..30).prop_map(|bytes| Part::Literal(leak_bytes(bytes)));
    let mut kinds = vec![literal.boxed(), Just(Part::State).boxed()];
    if slots > 0 {
        kinds.push((0..slots).prop_map(Part::Slot).boxed());
    }
    if prepared {
        kinds.push(Just(Part::Prepared).boxed());
    }
    proptest::strategy::Union::new(kinds)
}

fn template(slots: u16, prepared: bool) -> impl Strategy<Value = Template<'static>> {
    vec(part(slots, prepared), 0..6).prop_map(|mut parts| {
        parts.dedup_by(|b, a| matches!((a, b), (Part::Literal(_), Part::Literal(_))));
        Template { parts }
    })
}

fn cwd(slots: u16, prepared: bool) -> impl Strategy<Value = Option<Template<'static>>> {
    let first = part(slots, prepared).prop_filter("no literal", |part| !matches!(part, Part::Literal(_)));
    let rest = prop::option::of(path().prop_map(|path| Part::Literal(leak_bytes([b"/", path].concat()))));
    prop::option::of(
        (first, rest).prop_map(|(first, rest)| Template {
            parts: [Some(first), rest].into_iter().flatten().collect(),
        }),
    )
}

fn changes(slots: u16, prepared: bool) -> impl Strategy<Value = Vec<Change<'static>>> {
    let value = move || template(slots, prepared);
    (
        vec(variable().prop_map(Change::Pass), 0..3),
        vec(variable().prop_map(Change::Unset), 0..3),
        vec((variable(), variable()).prop_map(|(name, from)| Change::Map { name, from }), 0..3),
        vec((variable(), value()).prop_map(|(name, value)| Change::Prepend(name, value)), 0..3),
        vec((variable(), value()).prop_map(|(name, value)| Change::Set(name, value)), 0..3),
    )
        .prop_map(|(a, b, c, d, e)| [a, b, c, d, e].concat())
}

fn program(slots: u16, prepared: bool) -> impl Strategy<Value = Program<'static>> {
    let mut kinds = vec![component().prop_map(|name| Program::Host { name: leak_bytes(name) }).boxed()];
    if slots > 0 {
        kinds.push(
            (0..slots, any::<u32>(), path())
                .prop_map(|(slot, entry, path)| Program::Slot { slot, entry, path })
                .boxed(),
        );
    }
    if prepared {
        kinds.push(path().prop_map(|path| Program::Prepared { path }).boxed());
    }
    proptest::strategy::Union::new(kinds)
}

/// A command that asks for the slots of `always` and for what it names.
fn command(slots: u16, always: u64, prepared: bool) -> impl Strategy<Value = Command<'static>> {
    (
        program(slots, prepared),
        any::<bool>(),
        vec(template(slots, prepared), 0..4),
        cwd(slots, prepared),
        changes(slots, prepared),
    )
        .prop_map(move |(program, argv0_is_program, arguments, cwd, environment)| {
            let mut command = Command { program, argv0_is_program, slots: 0, arguments, cwd, environment };
            command.slots = always | command.named_slots();
            command
        })
}

fn identity() -> impl Strategy<Value = Identity<'static>> {
    let version = "(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})(-[a-z][a-z0-9-]{0,5}(\\.[1-9][0-9]{0,3})?)?(\\+[0-9a-z.]{1}[a-z0-9]{1,8})?";
    let version = version
        .prop_filter("semver", |text: &String| psp_format::semver::is_version(text))
        .prop_map(leak_text);
    let target = "[a-z0-9_]{1,10}-[a-z0-9_]{1,10}(-[a-z0-9_]{1,10})?".prop_map(leak_text);
    (name(), version, target, prop_oneof![Just(""), name()], any::<u64>(), key()).prop_map(
        |(name, version, target, channel, sequence, primary)| Identity {
            name,
            version,
            target,
            channel,
            sequence,
            primary,
        },
    )
}

fn documents() -> impl Strategy<Value = Vec<Document<'static>>> {
    let document = |name: Text| {
        let sizes = (1..=u64::from(limits::FRAME_BYTES)).prop_flat_map(|size| (1..=size, Just(size)));
        (sizes, digest()).prop_map(move |((stored_size, size), digest)| Document {
            name,
            stored_size,
            size,
            digest,
        })
    };
    names(0..4).prop_flat_map(move |names| names.into_iter().map(document).collect::<Vec<_>>())
}

fn unknown() -> impl Strategy<Value = Vec<Unknown<'static>>> {
    let kind = prop_oneof![8..100u16, UNASSIGNED_TYPES..];
    btree_map(kind, vec(any::<u8>(), 0..40), 0..4).prop_map(|sections: BTreeMap<u16, Vec<u8>>| {
        sections.into_iter().map(|(kind, body)| Unknown { kind, body: leak_bytes(body) }).collect()
    })
}

/// A manifest that a reader must accept.
pub(crate) fn manifest() -> impl Strategy<Value = Manifest<'static>> {
    let slots = names(0..5).prop_shuffle().prop_flat_map(|ids| ids.into_iter().map(slot).collect::<Vec<_>>());
    (slots, any::<bool>()).prop_flat_map(|(slots, has_setup)| {
        let count = slots.len() as u16;
        let always = slots.iter().enumerate().filter(|(_, slot)| slot.lifecycle != Lifecycle::Lazy);
        let always = always.fold(0, |mask, (number, _)| mask | 1 << number);
        let entry = move |name: Text| {
            command(count, always, has_setup).prop_map(move |command| EntryPoint { name, command })
        };
        let entries = names(0..4).prop_flat_map(move |mut names| {
            names.insert(0, "");
            names.into_iter().map(entry).collect::<Vec<_>>()
        });
        let setup = if has_setup { 1..4 } else { 0..1 };
        let information = btree_map(name(), ".{0,40}".prop_map(leak_text), 0..4);
        (
            (any::<u16>(), identity(), any::<u32>(), digest()),
            Just(slots),
            entries,
            vec(command(count, 0, has_setup), setup),
            documents(),
            information,
            unknown(),
        )
            .prop_map(
                |(
                    (minor, identity, size, digest),
                    slots,
                    entries,
                    setup,
                    documents,
                    information,
                    unknown,
                )| Manifest {
                    minor,
                    identity,
                    stub: Stub { size: u64::from(size) % (limits::STUB_BYTES + 1), digest },
                    slots,
                    entries,
                    setup,
                    documents,
                    information: information.into_iter().collect(),
                    unknown,
                },
            )
    })
}

/// A tree that a reader must accept: each path has its directories before it.
pub(crate) fn tree() -> impl Strategy<Value = Vec<Entry<'static>>> {
    let node = (0..5u8, any::<bool>(), 0..1u64 << 40, digest(), any::<prop::sample::Index>());
    vec((vec("[ab]{1,2}", 1..4), node), 0..12).prop_map(|leaves| {
        let mut paths: BTreeSet<Vec<u8>> = BTreeSet::new();
        let mut directories: BTreeSet<Vec<u8>> = BTreeSet::new();
        for (parts, _) in &leaves {
            for end in 1..=parts.len() {
                let path = parts[..end].join("/").into_bytes();
                if end < parts.len() {
                    directories.insert(path.clone());
                }
                paths.insert(path);
            }
        }
        let mut kinds = leaves.iter().cycle().map(|(_, node)| node);
        let mut entries: Vec<Entry<'static>> = vec![];
        for path in paths {
            let is_directory = directories.contains(&path);
            let kind = kinds.next().filter(|_| !is_directory);
            let node = kind.map_or(Node::Directory, |kind| leaf(kind, &path, &entries));
            entries.push(Entry { path: leak_bytes(path), node });
        }
        entries
    })
}

fn leaf(
    (kind, executable, size, digest, pick): &(u8, bool, u64, Digest, prop::sample::Index),
    path: &[u8],
    before: &[Entry<'static>],
) -> Node<'static> {
    let is_file = |entry: &Entry<'_>| matches!(entry.node, Node::File { .. });
    let files: Vec<usize> = (0..before.len()).filter(|number| is_file(&before[*number])).collect();
    let depth = path.iter().filter(|byte| **byte == b'/').count();
    match kind {
        0 => Node::Directory,
        1 if !files.is_empty() => Node::Hardlink { entry: files[pick.index(files.len())] as u32 },
        2 => {
            Node::Symlink { target: leak_bytes([&b"../".repeat(pick.index(depth + 1))[..], b"x/y"].concat()) }
        }
        3 => Node::Symlink { target: b"." },
        _ => Node::File { executable: *executable, size: *size, digest: *digest },
    }
}
