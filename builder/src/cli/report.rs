//! How errors look: code, message, the manifest's line with a caret, and what helps.

use std::io::{IsTerminal, Write};
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use psp_builder::diagnostic::Diagnostic;
use psp_builder::manifest::ManifestErrors;

use super::exit::Exit;

/// Everything that a failed command has to say.
#[derive(Debug)]
pub(crate) struct Report {
    /// How the command ends.
    pub(crate) exit: Exit,
    source: Option<Source>,
    notes: Vec<Note>,
}

/// The manifest that the notes point into.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Its path, as it was given.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

#[derive(Debug)]
struct Note {
    code: &'static str,
    message: String,
    causes: Vec<String>,
    help: String,
    label: String,
    place: Option<Range<usize>>,
    other: Option<(Range<usize>, &'static str)>,
}

impl Report {
    /// One error that ended the command.
    pub(crate) fn failure(error: &dyn Diagnostic, source: Option<&Source>) -> Self {
        Self { exit: Exit::No, source: source.cloned(), notes: vec![Note::of(error)] }
    }

    /// Nothing to say.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self { exit, source: None, notes: Vec::new() }
    }

    /// Several errors that ended the command.
    pub(crate) fn failures<'e>(errors: impl Iterator<Item = &'e dyn Diagnostic>, source: &Source) -> Self {
        Self { exit: Exit::No, source: Some(source.clone()), notes: errors.map(Note::of).collect() }
    }

    /// All mistakes of a manifest.
    pub(crate) fn manifest(errors: &ManifestErrors) -> Self {
        let source = Source { path: errors.path.display().to_string(), text: errors.text.clone() };
        let notes = errors.errors.iter().map(|error| Note::of(error)).collect();
        Self { exit: Exit::No, source: Some(source), notes }
    }

    /// Prints it to standard error, in colours on a terminal.
    pub(crate) fn print(&self) {
        if self.notes.is_empty() {
            return;
        }
        let mut stderr = std::io::stderr().lock();
        let colours =
            stderr.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        // Standard error may be closed; then there is nobody left to tell.
        let _ = stderr.write_all(self.render(colours).as_bytes());
    }

    fn render(&self, colours: bool) -> String {
        let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
        let renderer = renderer.decor_style(DecorStyle::Ascii);
        let mut text = String::new();
        for note in &self.notes {
            let group = note.group(self.source.as_ref());
            text.push_str(&renderer.render(&[group]));
            text.push_str("\n\n");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

/// One line to standard error.
pub(crate) fn tell(word: &str, text: &str) {
    // Standard error may be closed; then there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "psp: {word}: {text}");
}

impl Note {
    fn of(error: &dyn Diagnostic) -> Self {
        let message = error.to_string();
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            // Some errors speak with the words of their cause.
            if cause.to_string() != message {
                causes.push(cause.to_string());
            }
            source = cause.source();
        }
        Self {
            code: error.code().code,
            message,
            causes,
            help: error.help(),
            label: error.label(),
            place: error.place(),
            other: error.other_place(),
        }
    }

    fn group<'a>(&'a self, source: Option<&'a Source>) -> Group<'a> {
        let mut group = Group::with_title(Level::ERROR.primary_title(&self.message).id(self.code));
        if let (Some(source), Some(place)) = (source, &self.place) {
            let place = within(place, &source.text);
            let mut snippet = Snippet::source(&source.text).path(&source.path);
            snippet = snippet.annotation(AnnotationKind::Primary.span(place).label(&self.label));
            if let Some((other, label)) = &self.other {
                let other = within(other, &source.text);
                snippet = snippet.annotation(AnnotationKind::Context.span(other).label(*label));
            }
            group = group.element(snippet);
        }
        for cause in &self.causes {
            group = group.element(Level::NOTE.message(cause));
        }
        group.element(Level::HELP.message(&self.help))
    }
}

/// The place, shortened to one line so that the caret stays readable.
fn within(place: &Range<usize>, text: &str) -> Range<usize> {
    let start = place.start.min(text.len());
    let end = place.end.clamp(start, text.len());
    let line_end = text[start..end].find('\n').map_or(end, |at| start + at);
    start..line_end
}
