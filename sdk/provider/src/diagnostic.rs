//! What a provider tells its user: errors and warnings, each with a summary, a detail and the attribute it is about.
//!
//! A function of an author returns [`Result`]; `?` makes a diagnostic of any error, and [`Diagnose`] gives it a summary.

use std::error::Error;
use std::fmt;

use tf_cty::Path;

/// What an author's functions return.
pub type Result<T, E = Diagnostics> = std::result::Result<T, E>;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The operation failed.
    Error,
    /// The operation went on.
    Warning,
}

/// One message for the user.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// One line, without a full stop.
    pub summary: String,
    /// Sentences: what happened, and what to do. May be empty.
    pub detail: String,
    /// The attribute it is about; None for the object as a whole.
    pub path: Option<Path>,
}

impl Diagnostic {
    /// An error.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Error, summary: summary.into(), detail: detail.into(), path: None }
    }

    /// A warning.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(summary, detail) }
    }

    /// The same about an attribute.
    #[must_use]
    pub fn at(self, path: Path) -> Self {
        Self { path: Some(path), ..self }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.summary)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        match &self.path {
            Some(path) if !path.is_empty() => write!(f, " (at {})", path.to_string().trim_start_matches('.')),
            _ => Ok(()),
        }
    }
}

/// Messages in the order in which they arose. What is equal to one already there is not added again.
#[derive(Clone, Default, PartialEq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No message.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Adds all of another.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Diagnostic>) {
        others.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// True if one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(iter: I) -> Self {
        let mut all = Self::new();
        all.extend(iter);
        all
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

/// Any error is a diagnostic: its own words are the summary, those of its causes the detail.
impl<E: Error + 'static> From<E> for Diagnostics {
    fn from(error: E) -> Self {
        Diagnostic::error(capitalised(&error.to_string()), causes(error.source())).into()
    }
}

/// Gives an error its summary.
pub trait Diagnose<T> {
    /// The error as a diagnostic with this summary; the error's own words and those of its causes are the detail.
    fn diagnose(self, summary: impl Into<String>) -> Result<T, Diagnostic>;
}

impl<T, E: Error + 'static> Diagnose<T> for std::result::Result<T, E> {
    fn diagnose(self, summary: impl Into<String>) -> Result<T, Diagnostic> {
        self.map_err(|error| Diagnostic::error(summary, causes(Some(&error))))
    }
}

/// The text with a capital at its beginning.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// An error's text as a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let stop = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    capitalised(text) + stop
}

/// An error and what caused it, in one line.
fn causes(mut error: Option<&(dyn Error + 'static)>) -> String {
    let mut text = String::new();
    while let Some(e) = error {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&e.to_string());
        error = e.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read() -> Result<String> {
        Ok(std::fs::read_to_string("/nowhere/at/all")?)
    }

    #[test]
    fn any_error_is_a_diagnostic() {
        let list: Vec<Diagnostic> = read().unwrap_err().into_iter().collect();
        assert_eq!(list.len(), 1);
        assert!(list[0].summary.starts_with("No such file"), "{:?}", list[0]);
    }

    #[test]
    fn a_summary_of_ones_own() {
        let error = std::fs::read("/nowhere/at/all").diagnose("Cannot read the item").unwrap_err();
        assert_eq!(error.summary, "Cannot read the item");
        assert!(error.detail.starts_with("No such file"));
        assert_eq!(error.at(Path::new().attr("a").index(1)).to_string().split(" (at ").nth(1), Some("a[1])"));
    }

    #[test]
    fn the_same_message_is_said_once() {
        let mut all = Diagnostics::new();
        all.push(Diagnostic::warning("Careful", ""));
        all.push(Diagnostic::warning("Careful", ""));
        assert_eq!((all.iter().count(), all.has_errors()), (1, false));
    }
}
