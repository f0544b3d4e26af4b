//! `cargo xtask tidy`: what STYLE.md asks of the tree and no compiler checks.
//!
//! Which crate may use which is in [`edges`], what may stand in a file in [`files`]. Must never change anything.

mod edges;
mod files;

use std::fmt;
use std::process::Command;

use crate::tree::{self, Root};

/// Why the tree is not tidy, or could not be looked at.
#[derive(Debug)]
pub(crate) enum TidyError {
    /// What was found, one a line, each with its place.
    Findings(Vec<String>),
    /// A file could not be read.
    Tree(tree::TreeError),
    /// A command did not answer.
    Command(&'static str, String),
    /// cargo's metadata are not what they should be.
    Metadata(serde_json::Error),
}

impl fmt::Display for TidyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TidyError::Findings(list) => write!(f, "{} untidy\n{}", list.len(), list.join("\n")),
            TidyError::Tree(error) => error.fmt(f),
            TidyError::Command(command, said) => write!(f, "`{command}` failed: {said}"),
            TidyError::Metadata(error) => write!(f, "cargo's metadata: {error}"),
        }
    }
}

impl From<tree::TreeError> for TidyError {
    fn from(error: tree::TreeError) -> Self {
        TidyError::Tree(error)
    }
}

/// Looks at everything and tells of all that is wrong.
pub(crate) fn check(root: &Root) -> Result<String, TidyError> {
    let packages =
        edges::packages(&output(root, "cargo metadata --format-version 1 --no-deps")?, root.path())?;
    let mut findings = edges::check(&packages);
    let listed = output(root, "git ls-files --cached --others --exclude-standard -z")?;
    let mut paths: Vec<&str> = listed.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in &paths {
        // A file may be listed and already gone.
        if !root.join(path).is_file() {
            continue;
        }
        findings.extend(files::check_path(path));
        if let Some(text) = tree::read_text(&root.join(path))? {
            findings.extend(files::check_text(path, &text));
        }
    }
    if findings.is_empty() {
        Ok(format!("{} crates, {} files are tidy", packages.len(), paths.len()))
    } else {
        Err(TidyError::Findings(findings))
    }
}

/// What a command prints, run at the root.
fn output(root: &Root, line: &'static str) -> Result<String, TidyError> {
    let mut words = line.split(' ');
    let mut command = Command::new(words.next().unwrap_or_default());
    let output = command.args(words).current_dir(root.path()).output();
    let output = output.map_err(|error| TidyError::Command(line, error.to_string()))?;
    if !output.status.success() {
        return Err(TidyError::Command(line, String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    String::from_utf8(output.stdout).map_err(|error| TidyError::Command(line, error.to_string()))
}
