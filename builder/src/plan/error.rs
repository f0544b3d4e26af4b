//! Why a manifest cannot be carried out on this machine's files.

use std::path::PathBuf;

use psp_format::escape::Escaped;

use super::SlotPlan;
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::manifest::{Span, closest};
use crate::native::{PortabilityError, SurveyError};
use crate::python::PythonError;
use crate::source::{SourceError, SourceProblem};

/// Everything that keeps a plan from being made.
#[derive(Debug, thiserror::Error)]
#[error("{} problems", .0.len())]
pub struct PlanErrors(pub Vec<PlanError>);

/// One thing that keeps a plan from being made, with the place in the manifest that led to it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum PlanError {
    #[error("the source of slot `{id}`: {problem}")]
    Source { span: Span, id: String, problem: SourceProblem },
    #[error("the source of slot `{id}` has {count} more problems")]
    MoreProblems { span: Span, id: String, count: usize },
    #[error("{source}")]
    Python { span: Span, source: PythonError },
    #[error("the staged application starts in a way that cannot be stated: {text}")]
    PythonCommand { span: Span, text: String },
    #[error("the native files cannot be looked at")]
    Survey { source: SurveyError },
    #[error("{source}")]
    NotPortable { source: PortabilityError },
    #[error("nothing says what the package starts")]
    NothingToRun,
    #[error("a Python application cannot be staged for target {target}")]
    PythonTarget { span: Span, target: String },
    #[error("a glob cannot be used")]
    Glob { span: Span, source: globset::Error },
    #[error("slot `{id}` is to run from memory, but is not a single executable file")]
    NotForMemory { span: Span, id: String },
    #[error("the output {} is inside the source of slot `{id}`", output.display())]
    OutputInside { span: Span, id: String, output: PathBuf },
    #[error("slot `{id}` is not there for target {target}")]
    SlotNotForTarget { span: Span, id: String, target: String },
    #[error("there is no `{}` in slot `{id}`", Escaped(path))]
    NotInSlot { span: Span, id: String, path: Vec<u8>, suggestion: Option<String> },
    #[error("slot `{id}` is a single file: nothing is inside it")]
    InsideFile { span: Span, id: String },
    #[error("`{}` in slot `{id}` is not executable", Escaped(path))]
    NotExecutable { span: Span, id: String, path: Vec<u8> },
    #[error("the command names a directory of slot `{id}`")]
    ProgramIsDirectory { span: Span, id: String },
    #[error("the working directory is a file of slot `{id}`")]
    NotDirectory { span: Span, id: String },
}

/// How many problems of one source are shown.
const SHOWN_PROBLEMS: usize = 10;

impl PlanError {
    pub(super) fn of_source(id: &str, span: Span, error: SourceError) -> Vec<Self> {
        let more = error.problems.len().saturating_sub(SHOWN_PROBLEMS);
        let shown = error.problems.into_iter().take(SHOWN_PROBLEMS);
        let mut errors: Vec<_> =
            shown.map(|problem| Self::Source { span: span.clone(), id: id.to_owned(), problem }).collect();
        if more > 0 {
            errors.push(Self::MoreProblems { span, id: id.to_owned(), count: more });
        }
        errors
    }

    /// The first problem of a tree that psp itself has staged.
    pub(super) fn of_staged(id: &str, span: Span, error: SourceError) -> Self {
        let count = error.problems.len();
        let first = error.problems.into_iter().next();
        let more = || Self::MoreProblems { span: span.clone(), id: id.to_owned(), count };
        first.map_or_else(more, |problem| Self::Source { span: span.clone(), id: id.to_owned(), problem })
    }

    /// `missing` is as far as the path could be followed.
    pub(super) fn not_in_slot(slot: &SlotPlan, path: &str, missing: Vec<u8>, span: &Span) -> Self {
        let suggestion = if missing == path.as_bytes() { similar(slot, path) } else { None };
        Self::NotInSlot { span: span.clone(), id: slot.id.clone(), path: missing, suggestion }
    }
}

/// A path of the slot that was probably meant: spelt alike, or the same name elsewhere.
fn similar(slot: &SlotPlan, path: &str) -> Option<String> {
    let paths = || slot.tree.entries.iter().filter_map(|entry| std::str::from_utf8(&entry.path).ok());
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    closest(path, paths()).or_else(|| paths().find(|other| name(other) == name(path)).map(str::to_owned))
}

impl Diagnostic for PlanError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Source { problem, .. } => problem.code(),
            Self::MoreProblems { .. } => &codes::SOURCE_MORE,
            Self::Python { source, .. } => codes::find(source.code()).unwrap_or(&codes::PYTHON),
            Self::Survey { source } => codes::find(source.code()).unwrap_or(&codes::NATIVE_READ),
            Self::NotPortable { source } => codes::find(source.code()).unwrap_or(&codes::NATIVE_WRONG_TARGET),
            Self::NothingToRun => &codes::MANIFEST_MISSING_KEY,
            Self::PythonCommand { .. } | Self::PythonTarget { .. } => &codes::PYTHON,
            Self::Glob { .. } => &codes::MANIFEST_VALUE,
            Self::NotForMemory { .. } => &codes::SLOT_MEMORY,
            Self::OutputInside { .. } => &codes::OUTPUT_INSIDE,
            Self::SlotNotForTarget { .. } => &codes::SLOT_TARGET,
            Self::NotInSlot { .. } | Self::InsideFile { .. } => &codes::PROGRAM_MISSING,
            Self::NotExecutable { .. } | Self::ProgramIsDirectory { .. } => &codes::PROGRAM_NOT_EXECUTABLE,
            Self::NotDirectory { .. } => &codes::MANIFEST_PATH,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Source { problem, .. } => problem.help(),
            Self::Python { source, .. } => source.help(),
            Self::NotPortable { source } => source.help(),
            Self::NotExecutable { path, .. } => {
                format!("chmod +x it, or set the bit in the package: exec = [\"{}\"]", Escaped(path))
            }
            Self::InsideFile { id, .. } => format!("write \"{{slot:{id}}}\" and nothing after it"),
            Self::OutputInside { output, .. } => {
                let name = output.file_name().unwrap_or_default().to_string_lossy();
                format!("write it elsewhere with -o, or leave it out: exclude = [\"**/{name}\"]")
            }
            _ => self.code().advice(),
        }
    }

    fn place(&self) -> Option<Span> {
        match self {
            Self::NothingToRun | Self::Survey { .. } | Self::NotPortable { .. } => None,
            Self::Source { span, .. }
            | Self::MoreProblems { span, .. }
            | Self::Python { span, .. }
            | Self::PythonCommand { span, .. }
            | Self::PythonTarget { span, .. }
            | Self::Glob { span, .. }
            | Self::NotForMemory { span, .. }
            | Self::OutputInside { span, .. }
            | Self::SlotNotForTarget { span, .. }
            | Self::NotInSlot { span, .. }
            | Self::InsideFile { span, .. }
            | Self::NotExecutable { span, .. }
            | Self::ProgramIsDirectory { span, .. }
            | Self::NotDirectory { span, .. } => Some(span.clone()),
        }
    }

    fn label(&self) -> String {
        match self {
            Self::NotInSlot { suggestion: Some(path), .. } => format!("did you mean `{path}`?"),
            _ => String::new(),
        }
    }
}
