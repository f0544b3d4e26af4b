//! What can be wrong with a manifest: each mistake with its place, its code and, where there is one, its remedy.

use std::io;
use std::path::PathBuf;

use super::{Span, name};
use crate::codes;
use crate::diagnostic::Diagnostic;

/// All mistakes of one manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} in {}", count(.errors.len()), .path.display())]
pub struct ManifestErrors {
    /// The manifest's path, as it was given.
    pub path: PathBuf,
    /// The manifest's text.
    pub text: String,
    /// The mistakes, in the order of the text.
    pub errors: Vec<ManifestError>,
}

fn count(errors: usize) -> String {
    if errors == 1 { "one mistake".to_owned() } else { format!("{errors} mistakes") }
}

/// A manifest that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the manifest {} cannot be read", path.display())]
pub struct ManifestUnreadable {
    /// Its path, as it was given.
    pub path: PathBuf,
    /// The system's reason.
    pub source: io::Error,
}

impl Diagnostic for ManifestUnreadable {
    fn code(&self) -> &'static codes::Code {
        &codes::MANIFEST_READ
    }
}

/// One mistake of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ManifestError {
    /// What is wrong.
    pub problem: ManifestProblem,
    /// Where.
    pub span: Span,
    /// A second place that explains it.
    pub other: Option<Span>,
}

/// What is wrong at one place of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum ManifestProblem {
    #[error("the manifest has {size_bytes} bytes, more than {limit_bytes}")]
    TooLarge { size_bytes: usize, limit_bytes: usize },
    #[error("not valid TOML: {message}")]
    Syntax { message: String },
    #[error("unknown key `{key}` in {table}")]
    UnknownKey { table: String, key: String, known: Vec<&'static str>, suggestion: Option<String> },
    #[error("{table} needs `{key}`")]
    MissingKey { table: String, key: &'static str },
    #[error("`{key}` must be {expected}, not {found}")]
    WrongType { key: String, expected: &'static str, found: &'static str, hint: Option<&'static str> },
    #[error("`{key}` must be from {min} to {max}, not {found}")]
    OutOfRange { key: &'static str, found: String, min: u64, max: u64 },
    #[error("`{found}` is no value of `{key}`")]
    UnknownWord { key: &'static str, found: String, allowed: Vec<&'static str>, suggestion: Option<String> },
    #[error("`{key}` is longer than {limit_bytes} bytes")]
    TextTooLong { key: &'static str, limit_bytes: usize },
    #[error("more than {limit} {what}")]
    TooMany { what: &'static str, limit: usize },
    #[error("{value:?} cannot be {what}")]
    BadName { what: &'static str, value: String, max_bytes: usize },
    #[error("{value:?} is not a semantic version: {reason}")]
    BadVersion { value: String, reason: String, suggestion: Option<String> },
    #[error("{value:?} is not a version of glibc")]
    BadGlibc { value: String },
    #[error("`{value}` is not a target")]
    BadTarget { value: String, suggestion: Option<String> },
    #[error("there are two slots `{id}`")]
    DuplicateSlot { id: String },
    #[error("the slot id `{id}` is taken by [python]")]
    ReservedSlot { id: String },
    #[error("`source` is empty or holds a NUL byte")]
    BadSource,
    #[error("`level` has no meaning with codec = \"store\"")]
    LevelOfStore,
    #[error("{glob:?} is not a glob: {reason}")]
    BadGlob { glob: String, reason: String },
    #[error("nothing says what the package starts")]
    NothingToRun,
    #[error("`command` is empty")]
    EmptyCommand,
    #[error("unknown slot `{id}`")]
    UnknownSlot { id: String, known: Vec<String>, suggestion: Option<String> },
    #[error("unknown placeholder `{{{name}}}`")]
    UnknownPlaceholder { name: String, suggestion: Option<String> },
    #[error("a lone `{brace}`")]
    LoneBrace { brace: String },
    #[error("a NUL byte")]
    NulByte,
    #[error("the text is too long or has too many placeholders")]
    TemplateTooLong,
    #[error("`{{prepared}}` in a package without a [[setup]]")]
    PreparedWithoutSetup,
    #[error("`{program}` is not in the package")]
    ProgramOutside { program: String },
    #[error("`{program}` is neither in the package nor declared to come from the host")]
    ProgramNotDeclared { program: String, suggestion: Option<String> },
    #[error("`{path}` is not in the package")]
    WorkdirOutside { path: String },
    #[error("`{word}` leads out of its slot")]
    ClimbsOut { word: String },
    #[error("`{word}` holds an empty component or `.`")]
    NotPlainPath { word: String },
    #[error("there is no `/` after the placeholder in `{word}`")]
    NoSlash { word: String },
    #[error("{name:?} cannot be a program of the host's")]
    BadHostName { name: String },
    #[error("{name:?} cannot be the name of an environment variable")]
    BadVariable { name: String },
    #[error("`entry` and `module` both say what starts")]
    TwoStarts,
    #[error("[python] does not say what starts")]
    NoPythonStart,
    #[error("{value:?} is not MODULE:FUNCTION")]
    BadPythonEntry { value: String },
    #[error("{value:?} is not the name of a Python module")]
    BadPythonModule { value: String },
    #[error("{value:?} is not a provider's source address: {reason}")]
    BadProviderSource { value: String, reason: &'static str },
    #[error("{value:?} is no version of the plugin protocol that Terraform speaks")]
    BadProtocol { value: String },
    #[error("`protocols` is empty")]
    NoProtocol,
    #[error("the package's version {value} has build metadata, which Terraform's registries do not take")]
    BuildMetadata { value: String },
}

impl Diagnostic for ManifestError {
    fn code(&self) -> &'static codes::Code {
        use ManifestProblem as P;
        match &self.problem {
            P::TooLarge { .. } | P::TextTooLong { .. } | P::TooMany { .. } | P::TemplateTooLong => {
                &codes::MANIFEST_LIMIT
            }
            P::Syntax { .. } => &codes::MANIFEST_SYNTAX,
            P::UnknownKey { .. } => &codes::MANIFEST_UNKNOWN_KEY,
            P::MissingKey { .. } | P::NothingToRun | P::NoPythonStart => &codes::MANIFEST_MISSING_KEY,
            P::WrongType { .. } => &codes::MANIFEST_TYPE,
            P::OutOfRange { .. } | P::UnknownWord { .. } | P::BadSource | P::BadGlob { .. } => {
                &codes::MANIFEST_VALUE
            }
            P::BadPythonEntry { .. }
            | P::BadPythonModule { .. }
            | P::BadVariable { .. }
            | P::BadProtocol { .. }
            | P::NoProtocol
            | P::BadGlibc { .. } => &codes::MANIFEST_VALUE,
            P::LevelOfStore | P::TwoStarts => &codes::MANIFEST_CONFLICT,
            P::BadName { .. } | P::BadHostName { .. } => &codes::MANIFEST_NAME,
            P::BadVersion { .. } | P::BuildMetadata { .. } => &codes::MANIFEST_VERSION,
            P::BadProviderSource { .. } => &codes::TERRAFORM_SOURCE,
            P::BadTarget { .. } => &codes::MANIFEST_TARGET,
            P::DuplicateSlot { .. } | P::ReservedSlot { .. } => &codes::MANIFEST_DUPLICATE_SLOT,
            P::UnknownSlot { .. } => &codes::MANIFEST_UNKNOWN_SLOT,
            P::UnknownPlaceholder { .. } | P::LoneBrace { .. } | P::NulByte | P::PreparedWithoutSetup => {
                &codes::MANIFEST_PLACEHOLDER
            }
            P::EmptyCommand | P::ProgramOutside { .. } | P::ProgramNotDeclared { .. } => {
                &codes::MANIFEST_COMMAND
            }
            P::WorkdirOutside { .. } | P::ClimbsOut { .. } | P::NotPlainPath { .. } | P::NoSlash { .. } => {
                &codes::MANIFEST_PATH
            }
        }
    }

    fn place(&self) -> Option<Span> {
        Some(self.span.clone())
    }

    fn label(&self) -> String {
        use ManifestProblem as P;
        match &self.problem {
            P::UnknownKey { suggestion: Some(word), .. } | P::UnknownWord { suggestion: Some(word), .. } => {
                format!("did you mean `{word}`?")
            }
            P::UnknownSlot { suggestion: Some(word), .. } => format!("did you mean `{{slot:{word}}}`?"),
            P::UnknownPlaceholder { suggestion: Some(word), .. } => format!("did you mean `{{{word}}}`?"),
            P::BadTarget { suggestion: Some(word), .. } => format!("did you mean `{word}`?"),
            P::BadVersion { suggestion: Some(word), .. } => format!("did you mean \"{word}\"?"),
            P::ProgramNotDeclared { suggestion: Some(word), .. } => format!("did you mean `{word}`?"),
            P::BadName { value, .. } => match name::repaired(value) {
                Some(word) => format!("did you mean \"{word}\"?"),
                None => String::new(),
            },
            P::WrongType { hint: Some(hint), .. } => (*hint).to_owned(),
            P::LoneBrace { brace } if brace == "{" => "close it with `}`, or write `{{`".to_owned(),
            P::LoneBrace { .. } => "write `}}`".to_owned(),
            P::MissingKey { key, .. } => format!("`{key}` is missing here"),
            P::ClimbsOut { .. } => "`..` is not allowed here".to_owned(),
            _ => String::new(),
        }
    }

    fn other_place(&self) -> Option<(Span, &'static str)> {
        let label = match &self.problem {
            ManifestProblem::DuplicateSlot { .. } => "the first one",
            ManifestProblem::ReservedSlot { .. } => "brings the slots `python` and `site`",
            _ => "the other one",
        };
        self.other.clone().map(|span| (span, label))
    }

    fn help(&self) -> String {
        use ManifestProblem as P;
        let list =
            |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        match &self.problem {
            P::UnknownKey { known, table, .. } if known.is_empty() => format!("{table} has no keys"),
            P::UnknownKey { known, table, .. } => format!("the keys of {table} are {}", list(known)),
            P::UnknownWord { allowed, key, .. } => format!("`{key}` is one of {}", list(allowed)),
            P::UnknownSlot { known, .. } if known.is_empty() => "add a [[slot]] with that id".to_owned(),
            P::UnknownSlot { known, .. } => {
                format!("the manifest has {}", list(&known.iter().map(String::as_str).collect::<Vec<_>>()))
            }
            P::BadName { max_bytes, .. } => {
                format!(
                    "a name is made of a-z, 0-9, `.`, `_` and `-`, begins with a letter or digit, and has at most {max_bytes} bytes"
                )
            }
            P::NothingToRun => {
                "add [run] with command = [\"{slot:ID}/PROGRAM\"], or a [python] table".to_owned()
            }
            P::NoPythonStart => "add entry = \"MODULE:FUNCTION\" or module = \"MODULE\"".to_owned(),
            P::ProgramNotDeclared { program, .. } => {
                format!(
                    "begin it with {{slot:ID}}/, or add host = [{program:?}] if it is meant to come from the host"
                )
            }
            P::WrongType { expected, .. } => format!("write {expected}"),
            P::OutOfRange { min, max, .. } => format!("write a number from {min} to {max}"),
            P::BadSource => "name a directory or a file, relative to the manifest".to_owned(),
            P::BadGlob { .. } => {
                "`*` stays within a name, `**` does not, `{a,b}` is a choice, `[x]` stands for a literal x"
                    .to_owned()
            }
            P::BadVariable { .. } => "a name is not empty and holds neither `=` nor NUL".to_owned(),
            P::BadGlibc { .. } => "write, for example, \"2.31\"".to_owned(),
            P::BadProtocol { .. } | P::NoProtocol => {
                "write protocols = [\"6.0\"], or \"5.0\", or both; without the key it is 6.0".to_owned()
            }
            P::BuildMetadata { .. } => "leave out what begins with `+`".to_owned(),
            P::BadHostName { .. } => "write a bare name, without `/`; it is sought on PATH".to_owned(),
            P::BadPythonEntry { .. } => "write, for example, \"httpie.__main__:main\"".to_owned(),
            P::BadPythonModule { .. } => "write, for example, \"http.server\"".to_owned(),
            P::PreparedWithoutSetup => "add a [[setup]] that fills {prepared}, or use {state}".to_owned(),
            P::EmptyCommand => "write command = [\"{slot:ID}/PROGRAM\"]".to_owned(),
            P::DuplicateSlot { .. } => {
                "give one of them another id, or a `target` that the other does not have".to_owned()
            }
            _ => self.code().advice(),
        }
    }
}
