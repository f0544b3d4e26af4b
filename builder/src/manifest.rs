//! `manifest.toml`: what a person writes to have a package built.
//!
//! [`Manifest::parse`] turns the text into typed values and never touches the file system: whether a source exists or a
//! program is executable is found out when the package is planned. All mistakes that can be found are reported at
//! once, each with its place in the text ([`ManifestErrors`]). Start at [`Manifest`].

mod command;
mod document;
mod environment;
mod error;
mod generated;
mod name;
mod package;
mod python;
mod slot;
mod span;
mod suggest;
mod template;
mod terraform;

use std::path::Path;

pub use command::{Base, Command, Program, Workdir};
pub use environment::Environment;
pub use error::{ManifestError, ManifestErrors, ManifestProblem, ManifestUnreadable};
pub use package::PackageInfo;
pub use python::{INTERPRETER_SLOT, PythonStart, PythonTable, SITE_SLOT};
pub use slot::{Codec, DEFAULT_LEVEL, Lifecycle, MAX_LEVEL, SlotSource, Symlinks};
pub use span::{Span, Spanned};
pub use template::{Part, Template};
pub use terraform::TerraformTable;

pub(crate) use generated::Generated;
pub(crate) use suggest::closest;

use command::CommandContext;
use document::{Problems, Table};
use template::Scope;

/// The largest manifest that is read, in bytes.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;

/// A whole manifest, checked as far as its text alone allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// `[package]`.
    pub package: PackageInfo,
    /// `[run]`: what starts by default. Absent only where `[python]` says what starts.
    pub run: Option<Command>,
    /// `[entry.NAME]`, by name. What an entry leaves out of `env` and `cwd` is taken from `[run]`.
    pub entries: Vec<(String, Command)>,
    /// `[[slot]]`, in the manifest's order.
    pub slots: Vec<SlotSource>,
    /// `[[setup]]`, in the manifest's order.
    pub setup: Vec<Command>,
    /// `[python]`.
    pub python: Option<PythonTable>,
    /// `[terraform]`.
    pub terraform: Option<TerraformTable>,
}

impl Manifest {
    /// Parses the text of a manifest. `path` is used in messages only.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Box<ManifestErrors>> {
        let mut problems = Problems::new(text);
        let manifest = parse_text(text, &mut problems);
        match (manifest, problems.into_errors()) {
            (Some(manifest), errors) if errors.is_empty() => Ok(manifest),
            (_, errors) => {
                Err(Box::new(ManifestErrors { path: path.to_owned(), text: text.to_owned(), errors }))
            }
        }
    }
}

fn parse_text(text: &str, problems: &mut Problems<'_>) -> Option<Manifest> {
    if text.len() > MAX_MANIFEST_BYTES {
        problems
            .add(0..0, ManifestProblem::TooLarge { size_bytes: text.len(), limit_bytes: MAX_MANIFEST_BYTES });
        return None;
    }
    let (document, syntax) = toml::de::DeTable::parse_recoverable(text);
    for error in &syntax {
        problems.syntax(error);
    }
    if !syntax.is_empty() {
        return None; // What recovery guessed would only add misleading reports.
    }
    let mut root = Table::root(document.get_ref());
    let package = PackageInfo::read(&mut root, problems);
    let (slots, all_slots_known) = SlotSource::read_all(&mut root, problems);
    let python = PythonTable::read(&mut root, problems);
    let terraform = TerraformTable::read(&mut root, package.as_ref(), problems);
    python::check_reserved_slots(python.as_ref(), &slots, problems);
    let mut scope = Scope::new(package.as_ref(), &slots, root.has("python"), root.has("setup"));
    scope.all_slots_known = all_slots_known;
    let (run, entries, setup) = read_commands(&mut root, &scope, problems);
    if run.is_none() && python.is_none() && !root.has_similar("run") && !root.has_similar("python") {
        problems.add(root.span(), ManifestProblem::NothingToRun);
    }
    root.finish(problems);
    Some(Manifest { package: package?, run, entries, slots, setup, python, terraform })
}

type Commands = (Option<Command>, Vec<(String, Command)>, Vec<Command>);

fn read_commands(root: &mut Table<'_>, scope: &Scope<'_>, problems: &mut Problems<'_>) -> Commands {
    let run_table = root.table("run", problems);
    let context = CommandContext { scope, host: Vec::new(), base: None };
    let (run, host) = match run_table {
        Some(mut table) => Command::read(&mut table, &context, problems),
        None => (None, Vec::new()),
    };
    let mut entries = Vec::new();
    if let Some(mut table) = root.table("entry", problems) {
        for (name, mut entry) in table.tables(problems) {
            name::check(&name, "an entry point's name", psp_format::limits::ID_BYTES, problems);
            let context = CommandContext { scope, host: host.clone(), base: run.as_ref() };
            if let (Some(command), _) = Command::read(&mut entry, &context, problems) {
                entries.push((name.value, command));
            }
        }
    }
    let mut setup = Vec::new();
    for mut table in root.array_of_tables("setup", problems) {
        let context = CommandContext { scope, host: host.clone(), base: None };
        setup.extend(Command::read(&mut table, &context, problems).0);
    }
    (run, entries, setup)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The blocks of a page that are marked as TOML.
    fn blocks(page: &str) -> Vec<&str> {
        page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
    }

    #[test]
    fn every_manifest_of_the_guide_is_one() {
        let blocks = blocks(include_str!("../docs/MANIFEST.md"));
        assert!(blocks.len() >= 4);
        for block in blocks {
            if let Err(errors) = Manifest::parse(Path::new("MANIFEST.md"), block) {
                panic!("{errors:?}\n{block}");
            }
        }
    }

    #[test]
    fn entries_take_what_they_leave_out_from_run() {
        let text = r#"
            package = { name = "x", version = "1.0.0" }
            [run]
            command = ["{slot:a}/x"]
            cwd = "{slot:a}"
            env.set = { A = "1", B = "2" }
            env.unset = ["L*"]
            [entry.e]
            command = ["{slot:a}/y"]
            env.set = { B = "3", C = "{package.name}-{package.version}" }
            env.unset = ["M*", "L*"]
            [[slot]]
            id = "a"
            source = "a"
        "#;
        let manifest = Manifest::parse(Path::new("m"), text).unwrap();
        let (name, entry) = &manifest.entries[0];
        let set: Vec<_> =
            entry.env.set.iter().map(|(name, value)| (name.as_str(), value.parts.as_slice())).collect();
        let literal = |text: &str| vec![Part::Literal(text.to_owned())];
        let (one, three, both) = (literal("1"), literal("3"), literal("x-1.0.0"));
        assert_eq!(set, [("A", one.as_slice()), ("B", three.as_slice()), ("C", both.as_slice())]);
        assert_eq!(entry.env.unset, ["L*", "M*"]);
        assert_eq!((name.as_str(), &entry.cwd), ("e", &manifest.run.as_ref().unwrap().cwd));
    }
}
