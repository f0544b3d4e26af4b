//! One run of Terraform: what was asked, how it ended, and what it said.

use std::fmt;
use std::path::PathBuf;

use foundation::process::RunError;
use serde::Deserialize;

use super::{Diagnostic, Severity};

/// A run that came to its end, well or not.
#[derive(Clone, Debug)]
pub struct Run {
    /// The arguments: `["plan", "-json", …]`.
    pub arguments: Vec<String>,
    /// The exit code; None if a signal ended it.
    pub code: Option<i32>,
    /// Errors and warnings in the order in which they were said.
    pub diagnostics: Vec<Diagnostic>,
    /// All of standard output.
    pub stdout: String,
    /// All of standard error.
    pub stderr: String,
}

/// A command that has no result.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It did not start, or did not end in time.
    #[error("terraform {} did not run to its end", arguments.join(" "))]
    Run {
        /// The arguments.
        arguments: Vec<String>,
        /// Why not.
        source: RunError,
    },
    /// It failed where it has to succeed.
    #[error("{0}")]
    Failed(Box<Run>),
    /// Its JSON is not what this version reads.
    #[error("terraform {} does not print the expected JSON", arguments.join(" "))]
    Json {
        /// The arguments.
        arguments: Vec<String>,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A file of the workspace could not be written or read.
    #[error("cannot access {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
}

impl Run {
    /// True if it ended with code 0.
    pub fn is_success(&self) -> bool {
        self.code == Some(0)
    }

    /// Its errors.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Its warnings.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning)
    }

    /// Itself, if it succeeded.
    pub fn succeeded(self) -> Result<Self, CommandError> {
        if self.is_success() { Ok(self) } else { Err(CommandError::Failed(Box::new(self))) }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "terraform {} ", self.arguments.join(" "))?;
        match self.code {
            Some(0) => f.write_str("succeeded")?,
            Some(code) => write!(f, "failed with code {code}")?,
            None => f.write_str("was ended by a signal")?,
        }
        for diagnostic in &self.diagnostics {
            write!(f, "\n  {}", diagnostic.to_string().replace('\n', "\n  "))?;
        }
        if self.diagnostics.is_empty() && !self.is_success() {
            let said = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
            said.trim()
                .lines()
                .rev()
                .take(20)
                .collect::<Vec<_>>()
                .iter()
                .rev()
                .try_for_each(|line| write!(f, "\n  {line}"))?;
        }
        Ok(())
    }
}

/// The diagnostics of a run: those in JSON lines, in the document of `validate -json`, and in text.
pub(super) fn diagnostics(stdout: &str, stderr: &str) -> Vec<Diagnostic> {
    #[derive(Deserialize)]
    struct Document {
        diagnostics: Vec<Diagnostic>,
    }
    #[derive(Deserialize)]
    struct Line {
        diagnostic: Diagnostic,
    }
    if let Ok(document) = serde_json::from_str::<Document>(stdout) {
        return document.diagnostics;
    }
    let lines = stdout.lines().filter(|line| line.starts_with('{'));
    let mut found: Vec<_> = lines
        .filter_map(|line| serde_json::from_str::<Line>(line).ok())
        .map(|line| line.diagnostic)
        .collect();
    for text in [stdout, stderr] {
        for diagnostic in Diagnostic::parse_text(text) {
            if !found.iter().any(|known| known.summary == diagnostic.summary) {
                found.push(diagnostic);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diagnostics_of_every_form() {
        let document = r#"{"valid":false,"diagnostics":[{"severity":"error","summary":"A","detail":"a"}]}"#;
        assert_eq!(diagnostics(document, "")[0].summary, "A");
        let lines = "{\"@message\":\"hello\"}\n{\"@message\":\"Error: B\",\"type\":\"diagnostic\",\"diagnostic\":{\"severity\":\"warning\",\"summary\":\"B\"}}\nnoise\n";
        let found = diagnostics(lines, "Error: C\n\nDetail.\n\nWarning: B\n\nsaid already\n");
        let summaries: Vec<_> = found.iter().map(|d| (d.severity, d.summary.as_str())).collect();
        assert_eq!(summaries, [(Severity::Warning, "B"), (Severity::Error, "C")]);
    }

    #[test]
    fn a_failure_says_what_it_can() {
        let mut run = Run {
            arguments: vec!["state".into(), "rm".into()],
            code: Some(1),
            diagnostics: Vec::new(),
            stdout: String::new(),
            stderr: "one\ntwo\n".into(),
        };
        assert_eq!(run.to_string(), "terraform state rm failed with code 1\n  one\n  two");
        run.diagnostics = diagnostics("", "Error: Bad\n\nVery.\n");
        assert_eq!(run.to_string(), "terraform state rm failed with code 1\n  error: Bad\n      Very.");
        assert!(matches!(run.succeeded(), Err(CommandError::Failed(_))));
    }
}
