//! Entry points and commands that break a rule of SPEC 4.4 or 4.8, signed all the same.

use psp_format::command::{Change, Part, Program};
use psp_format::manifest::EntryPoint;
use psp_format::slot::Lifecycle;

use super::Vector;
use super::draft::{Draft, host, start, template};
use super::manifest::{ENTRIES, base, bent, cut, cut_of};
use super::slot::Slot;

pub(crate) fn vectors() -> Vec<Vector> {
    let mut list = entries();
    list.extend(commands());
    list.extend(environment());
    list
}

fn entries() -> Vec<Vector> {
    let with = |name: &str, expect: &[&str], note: &str, names: [&'static str; 3]| {
        bent(name, expect, note, |d| {
            let entry = d.manifest.entries[0].clone();
            d.manifest.entries = names.map(|name| EntryPoint { name, ..entry.clone() }).to_vec();
        })
    };
    let mut lazy = base();
    lazy.manifest.slots[0].lifecycle = Lifecycle::Lazy;
    lazy.command().slots = 0;
    vec![
        with("entry-order", &["entry-order"], "entry points out of order", ["", "b", "a"]),
        with("entry-twice", &["entry-order"], "an entry point twice", ["", "a", "a"]),
        with("entry-default-twice", &["entry-order"], "two default entry points", ["", "", "a"]),
        with("entry-missing", &["entry-missing"], "no default entry point", ["a", "b", "c"]),
        with("entry-name", &["name"], "an entry point that is not a name", ["", "a/b", "c"]),
        bent("command-slots-absent", &["command-slots"], "a slot that is not there is asked for", |d| {
            d.command().slots |= 1 << 63;
        }),
        bent("command-slots-always", &["command-slots"], "a slot that is not lazy is not asked for", |d| {
            d.manifest.entries[0].command = host(b"true");
        }),
        Vector::invalid(
            "command-slots-named",
            &["command-slots"],
            "a lazy slot is named and not asked for",
            lazy.finish(),
        ),
        bent(
            "command-slots-argument",
            &["command-slots"],
            "a lazy slot is named in an argument and not asked for",
            |d| {
                d.add_slot("lazy", Lifecycle::Lazy, &Slot::tree(&[], b""));
                d.command().arguments = vec![template(&[Part::Slot(1)])];
            },
        ),
    ]
}

/// The default entry's command begins 4 bytes into the section; its path is `p`.
const COMMAND: usize = 4;
const FLAGS: usize = COMMAND + 1 + 2 + 4 + 2 + 1;
const ARGUMENTS: usize = FLAGS + 2 + 8;
const CWD: usize = ARGUMENTS + 2;
const CHANGES: usize = CWD + 1;

fn commands() -> Vec<Vector> {
    let literal = |text: &'static [u8]| template(&[Part::Literal(text)]);
    let cwd = |name: &str, parts: Vec<Part<'static>>| {
        bent(
            &format!("cwd-{name}"),
            &["cwd"],
            "a working directory that is not below what it begins with",
            |d| {
                d.command().cwd = Some(template(&parts));
            },
        )
    };
    let with_program = |name: &str, expect: &[&str], note: &str, program: Program<'static>| {
        bent(name, expect, note, |d| d.command().program = program)
    };
    let mut argument = base();
    argument.command().arguments = vec![template(&[Part::State])];
    let mut of_host = base();
    of_host.command().program = Program::Host { name: b"t" };
    vec![
        cut("command-origin", &["value"], "an unknown origin", |s| s.section(ENTRIES).2[COMMAND] = 3),
        cut("command-flags", &["reserved"], "a reserved flag", |s| s.section(ENTRIES).2[FLAGS] = 2),
        cut("command-cwd", &["value"], "neither with nor without a working directory", |s| {
            s.section(ENTRIES).2[CWD] = 2
        }),
        cut("command-arguments", &["limit"], "65,535 arguments", |s| {
            s.section(ENTRIES).2[ARGUMENTS..CWD].copy_from_slice(&[0xff, 0xff]);
        }),
        cut("command-changes", &["limit"], "65,535 changes to the environment", |s| {
            s.section(ENTRIES).2[CHANGES..].copy_from_slice(&[0xff, 0xff]);
        }),
        cut_of(&of_host, "command-host-slot", &["reserved"], "a program of the host in a slot", |s| {
            s.section(ENTRIES).2[COMMAND + 1] = 1
        }),
        cut_of(&of_host, "command-host-entry", &["reserved"], "a program of the host with an entry", |s| {
            s.section(ENTRIES).2[COMMAND + 3] = 1
        }),
        cut_of(&argument, "template-part", &["value"], "an unknown kind of part", |s| {
            s.section(ENTRIES).2[ARGUMENTS + 4] = 4
        }),
        with_program(
            "command-slot",
            &["slot-unknown"],
            "a program in a slot that is not there",
            start(1, 0, b"p").program,
        ),
        with_program(
            "command-host-path",
            &["path"],
            "a program of the host by its path",
            Program::Host { name: b"bin/p" },
        ),
        with_program(
            "command-host-absolute",
            &["path"],
            "a program of the host by its absolute path",
            Program::Host { name: b"/bin/sh" },
        ),
        with_program(
            "command-host-dots",
            &["path"],
            "a program of the host called `..`",
            Program::Host { name: b".." },
        ),
        with_program("command-climbs", &["path"], "a program outside its slot", start(0, 0, b"../p").program),
        with_program(
            "prepared-program",
            &["prepared"],
            "a prepared program without setup",
            Program::Prepared { path: b"p" },
        ),
        with_program(
            "program-entry",
            &["program"],
            "a program that is not in the index",
            start(0, 1, b"p").program,
        ),
        with_program(
            "program-path",
            &["program"],
            "a program whose entry has another path",
            start(0, 0, b"q").program,
        ),
        bent("template-slot", &["slot-unknown"], "a slot in a template that is not there", |d| {
            d.command().arguments = vec![template(&[Part::Slot(1)])];
        }),
        bent("template-slot-65535", &["slot-unknown"], "slot 65,535 in a template", |d| {
            d.command().arguments = vec![template(&[Part::Slot(u16::MAX)])];
        }),
        bent("template-literals", &["template"], "two literals in a row", |d| {
            d.command().arguments = vec![template(&[Part::Literal(b"a"), Part::Literal(b"b")])];
        }),
        bent("template-empty", &["template"], "an empty literal", |d| {
            d.command().arguments = vec![literal(b"")]
        }),
        bent("template-nul", &["template"], "a literal with a NUL", |d| {
            d.command().arguments = vec![literal(b"a\0b")]
        }),
        cut_of(
            &argument_literal(),
            "template-2-31",
            &["limit", "truncated"],
            "a literal of 2^31 bytes",
            |s| {
                s.section(ENTRIES).2[ARGUMENTS + 8] = 0x80;
            },
        ),
        bent("prepared-argument", &["prepared"], "{prepared} without setup", |d| {
            d.command().arguments = vec![template(&[Part::Prepared])];
        }),
        cwd("literal", vec![Part::Literal(b"/etc")]),
        cwd("relative", vec![Part::Literal(b"etc"), Part::Slot(0)]),
        cwd("empty", vec![]),
        cwd("climbs", vec![Part::Slot(0), Part::Literal(b"/../..")]),
        cwd("no-slash", vec![Part::Slot(0), Part::Literal(b"x")]),
        cwd("slash", vec![Part::State, Part::Literal(b"/")]),
        cwd("two-slashes", vec![Part::Slot(0), Part::Literal(b"//etc")]),
        cwd("more", vec![Part::Slot(0), Part::Literal(b"/a"), Part::State]),
        cwd("two", vec![Part::Slot(0), Part::Slot(0)]),
    ]
}

fn argument_literal() -> Draft<'static> {
    let mut draft = base();
    draft.command().arguments = vec![template(&[Part::Literal(b"x")])];
    draft
}

fn environment() -> Vec<Vector> {
    let changes = |name: &str, expect: &[&str], note: &str, changes: Vec<Change<'static>>| {
        bent(name, expect, note, |d| d.command().environment = changes)
    };
    let set = |name: &'static [u8]| Change::Set(name, template(&[]));
    let mut one = base();
    one.command().environment = vec![set(b"A")];
    vec![
        changes("env-order", &["env-order"], "a pass after a set", vec![set(b"A"), Change::Pass(b"B")]),
        changes(
            "env-order-map",
            &["env-order"],
            "an unset after a map",
            vec![Change::Map { name: b"A", from: b"B" }, Change::Unset(b"C")],
        ),
        changes("env-name-empty", &["env-name"], "a variable without a name", vec![set(b"")]),
        changes("env-name-equals", &["env-name"], "a variable whose name holds `=`", vec![set(b"A=B")]),
        changes("env-name-nul", &["env-name"], "a variable whose name holds a NUL", vec![set(b"A\0")]),
        changes(
            "env-name-map",
            &["env-name"],
            "an old name that holds `=`",
            vec![Change::Map { name: b"A", from: b"=" }],
        ),
        changes(
            "env-slot",
            &["slot-unknown"],
            "a value that names a slot that is not there",
            vec![Change::Set(b"A", template(&[Part::Slot(7)]))],
        ),
        cut_of(&one, "env-kind", &["value"], "an unknown kind of change", |s| {
            s.section(ENTRIES).2[CHANGES + 2] = 5
        }),
    ]
}
