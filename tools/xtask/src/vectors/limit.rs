//! Valid packages at the format's limits, and invalid ones just above them.

use psp_format::command::{Change, Part};
use psp_format::limits;
use psp_format::manifest::{EntryPoint, UNASSIGNED_TYPES, Unknown};
use psp_format::slot::Lifecycle;

use super::Vector;
use super::draft::{Draft, PUBLISHER, host, template};
use super::slot::{Slot, Stored, directory, file, symlink};

/// At the limits.
pub(crate) fn vectors() -> Vec<Vector> {
    let names = Names::new();
    vec![
        Vector::valid(
            "limit-counts",
            "every count at its limit that fits into a small file",
            counts(&names).finish(),
        ),
        Vector::valid(
            "limit-lengths",
            "every length at its limit that fits into a small file",
            lengths(&names),
        ),
    ]
}

/// One above each count.
pub(crate) fn violations() -> Vec<Vector> {
    let names = Names::new();
    let too_many = |what: &str, bend: fn(&mut Draft<'_>)| {
        let mut draft = Draft::new("limit");
        draft.add_slot("app", Lifecycle::Cache, &Slot::tree(&[], b""));
        bend(&mut draft);
        Vector::invalid(
            &format!("limit-{what}"),
            &["limit"],
            &format!("one too many: {what}"),
            draft.finish(),
        )
    };
    let mut list = vec![
        too_many("slots", |d| d.manifest.slots = vec![d.manifest.slots[0].clone(); 65]),
        too_many("entries", |d| d.manifest.entries = vec![d.manifest.entries[0].clone(); 257]),
        too_many("setup", |d| d.manifest.setup = vec![host(b"true"); 65]),
        too_many("arguments", |d| d.command().arguments = vec![template(&[]); 4097]),
        too_many("environment", |d| d.command().environment = vec![Change::Pass(b"A"); 1025]),
        too_many("parts", |d| d.command().arguments = vec![template(&[Part::State; 257])]),
        too_many("documents", |d| {
            d.add_document("a", Stored::raw(b"x"));
            d.manifest.documents = vec![d.manifest.documents[0].clone(); 17];
        }),
        too_many("information", |d| d.manifest.information = vec![("a", ""); 65]),
        too_many("sections", |d| {
            d.manifest.unknown = (0..62).map(|n| Unknown { kind: 0x8000 + n, body: b"" }).collect();
        }),
    ];
    let mut long = Draft::new(&names.text[..limits::NAME_BYTES + 1]);
    list.push(Vector::invalid("limit-name", &["limit", "name"], "a name of 129 bytes", long.finish()));
    long = Draft::new("long");
    let version = format!("1.0.0-{}", "v".repeat(123));
    long.manifest.identity.version = &version;
    list.push(Vector::invalid(
        "limit-version",
        &["limit", "version"],
        "a version of 129 bytes",
        long.finish(),
    ));
    list
}

/// What the vectors at the limits borrow.
struct Names {
    /// 64, ascending.
    numbered: Vec<String>,
    /// As long as the longest text.
    text: String,
    path: Vec<u8>,
    target: String,
    version: String,
}

impl Names {
    fn new() -> Names {
        // 15 components of 255 bytes and one of 128, with the slashes between: 3,968 bytes.
        let path = [[b'p'; 255].as_slice(); 15].join(&b'/');
        Names {
            numbered: (0..256).map(|number| format!("n{number:03}")).collect(),
            text: "t".repeat(usize::from(limits::ENVIRONMENT_NAME_BYTES)),
            path: [&path[..], b"/", &[b'q'; 128]].concat(),
            target: format!("{}-linux-gnu", "t".repeat(limits::TARGET_BYTES - 10)),
            version: format!("1.0.0-{}", "v".repeat(limits::NAME_BYTES - 6)),
        }
    }
}

fn counts(names: &Names) -> Draft<'_> {
    let mut draft = Draft::new("limit-counts");
    let command = draft.command();
    command.arguments = vec![template(&[]); usize::from(limits::ARGUMENTS) - 1];
    command.arguments.push(template(&[Part::State; limits::TEMPLATE_PARTS as usize]));
    command.environment = vec![Change::Unset(b"A"); usize::from(limits::ENVIRONMENT_CHANGES)];
    for name in &names.numbered[1..] {
        draft.manifest.entries.push(EntryPoint { name, command: host(b"true") });
    }
    for name in &names.numbered[..usize::from(limits::SLOTS)] {
        draft.add_slot(name, Lifecycle::Lazy, &Slot::tree(&[], b""));
    }
    draft.command().slots = u64::MAX;
    draft.manifest.setup = vec![host(b"true"); usize::from(limits::SETUP_COMMANDS)];
    for name in &names.numbered[..usize::from(limits::DOCUMENTS)] {
        draft.add_document(name, Stored::raw(b"x"));
    }
    draft.manifest.information = names.numbered[..usize::from(limits::INFORMATION_PAIRS)]
        .iter()
        .map(|name| (name.as_str(), ""))
        .collect();
    let known = 7;
    draft.manifest.unknown =
        (known..limits::SECTIONS as u16).map(|n| Unknown { kind: UNASSIGNED_TYPES + n, body: b"" }).collect();
    draft.signers = (0..limits::SIGNATURES as u8).map(|n| (PUBLISHER + n, "")).collect();
    draft
}

fn lengths(names: &Names) -> Vec<u8> {
    let mut draft = Draft::new(&names.text[..limits::NAME_BYTES]);
    let identity = &mut draft.manifest.identity;
    identity.channel = &names.text[..limits::NAME_BYTES];
    identity.target = &names.target;
    identity.version = &names.version;
    let path = &names.path[..];
    let directories = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| &path[..at]);
    let mut entries: Vec<_> = directories.map(directory).collect();
    entries.push(file(path, b""));
    entries.push(symlink(b"z", path));
    draft.add_slot(&names.text[..limits::ID_BYTES], Lifecycle::Cache, &Slot::tree(&entries, b""));
    let variable = &names.text.as_bytes()[..usize::from(limits::ENVIRONMENT_NAME_BYTES)];
    let command = draft.command();
    command.environment = vec![Change::Set(variable, template(&[]))];
    draft.manifest.information = vec![(&names.text[..limits::ID_BYTES], "")];
    draft.signers = vec![(PUBLISHER, "sixteen-letters-")];
    draft.finish()
}
