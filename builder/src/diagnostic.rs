//! What every error that people meet can say beyond its message: its code, what helps, and its place in the manifest.

use crate::codes::Code;
use crate::manifest::Span;

/// An error with a stable code.
pub trait Diagnostic: std::error::Error {
    /// The code, one of [`crate::codes::ALL`].
    fn code(&self) -> &'static Code;

    /// What to do about it.
    fn help(&self) -> String {
        self.code().advice()
    }

    /// The place in the manifest that led to it.
    fn place(&self) -> Option<Span> {
        None
    }

    /// A few words for that place.
    fn label(&self) -> String {
        String::new()
    }

    /// A second place that explains the first, with a few words.
    fn other_place(&self) -> Option<(Span, &'static str)> {
        None
    }
}
