//! `[python]`: a Python application with its interpreter.

use std::path::PathBuf;

use crate::python::Installer;

use super::{ManifestProblem, SlotSource, Span, Spanned, document::Problems, document::Table};

/// The id of the slot that holds the interpreter.
pub const INTERPRETER_SLOT: &str = "python";
/// The id of the slot that holds the application and what it depends on.
pub const SITE_SLOT: &str = "site";

/// `[python]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonTable {
    /// A version such as `3.11`, sought on PATH, or the prefix directory of an installation.
    pub interpreter: Spanned<String>,
    /// Requirements as pip takes them.
    pub requirements: Vec<Spanned<String>>,
    /// Globs of wheel files; relative to the manifest.
    pub wheels: Vec<Spanned<String>>,
    /// A directory with a `pyproject.toml`; relative to the manifest.
    pub project: Option<Spanned<PathBuf>>,
    /// What starts. Absent only where `[run]` says what starts.
    pub start: Option<Spanned<PythonStart>>,
    /// Whether the shared libraries that extension modules need of the host are put into the package.
    pub bundle_libs: bool,
    /// Parts of the standard library that are kept although they are left out by default.
    pub keep_stdlib: Vec<Spanned<String>>,
    /// Options of the interpreter.
    pub options: Vec<Spanned<String>>,
    /// What installs.
    pub installer: Installer,
    /// Where the table stands.
    pub span: Span,
}

/// How a Python application starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PythonStart {
    /// `entry = "MODULE:FUNCTION"`.
    Entry {
        /// The module, dotted.
        module: String,
        /// The function, which may be dotted too.
        function: String,
    },
    /// `module = "MODULE"`, as `python -m` would.
    Module(String),
}

impl PythonTable {
    pub(crate) fn read(root: &mut Table<'_>, problems: &mut Problems<'_>) -> Option<Self> {
        let has_run = root.has("run");
        let mut table = root.table("python", problems)?;
        let interpreter = table.required_string("interpreter", problems);
        let requirements = table.strings("requirements", problems);
        let wheels = table.strings("wheels", problems);
        let project = table.string("project", problems);
        let entry = table.string("entry", problems);
        let module = table.string("module", problems);
        let keep_stdlib = table.strings("keep-stdlib", problems);
        let options = table.strings("options", problems);
        let installers = [("auto", Installer::Auto), ("uv", Installer::Uv), ("pip", Installer::Pip)];
        let installer = table.choice("installer", &installers, problems);
        let bundle_libs = table.boolean("bundle-libs", problems);
        table.finish(problems);
        if let (Some(entry), Some(module)) = (&entry, &module) {
            problems.add_with(module.span.clone(), ManifestProblem::TwoStarts, entry.span.clone());
        }
        if !has_run && !table.has("entry") && !table.has("module") {
            problems.add(table.span(), ManifestProblem::NoPythonStart);
        }
        let start = entry.and_then(|entry| read_entry(entry, problems));
        let start = start.or_else(|| module.and_then(|module| read_module(module, problems)));
        Some(Self {
            interpreter: interpreter?,
            requirements,
            wheels,
            project: project.map(|project| Spanned::new(PathBuf::from(project.value), project.span)),
            start,
            bundle_libs: bundle_libs.unwrap_or(false),
            keep_stdlib,
            options,
            installer: installer.map_or(Installer::Auto, |installer| installer.value),
            span: table.span(),
        })
    }
}

/// A `[python]` table brings two slots of its own: a `[[slot]]` can't have their ids.
pub(crate) fn check_reserved_slots(
    python: Option<&PythonTable>,
    slots: &[SlotSource],
    problems: &mut Problems<'_>,
) {
    let Some(python) = python else { return };
    for slot in slots.iter().filter(|slot| [INTERPRETER_SLOT, SITE_SLOT].contains(&slot.id.value.as_str())) {
        let problem = ManifestProblem::ReservedSlot { id: slot.id.value.clone() };
        problems.add_with(slot.id.span.clone(), problem, python.span.clone());
    }
}

fn read_entry(entry: Spanned<String>, problems: &mut Problems<'_>) -> Option<Spanned<PythonStart>> {
    match entry.value.split_once(':') {
        Some((module, function)) if is_dotted(module) && is_dotted(function) => {
            let start = PythonStart::Entry { module: module.to_owned(), function: function.to_owned() };
            Some(Spanned::new(start, entry.span))
        }
        _ => {
            problems.add(entry.span, ManifestProblem::BadPythonEntry { value: entry.value });
            None
        }
    }
}

fn read_module(module: Spanned<String>, problems: &mut Problems<'_>) -> Option<Spanned<PythonStart>> {
    if is_dotted(&module.value) {
        return Some(Spanned::new(PythonStart::Module(module.value), module.span));
    }
    problems.add(module.span, ManifestProblem::BadPythonModule { value: module.value });
    None
}

/// Whether it is one or more of Python's identifiers, joined by dots.
fn is_dotted(text: &str) -> bool {
    let identifier = |part: &str| {
        part.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    text.split('.').all(identifier)
}
