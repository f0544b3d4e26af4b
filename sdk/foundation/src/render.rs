//! A [`Failure`] drawn for people: code, message, causes, the source line with a caret, help. At a CLI's edge
//! only; libraries never depend on how an error looks.

use crate::failure::{Failure, escape_controls};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use std::error::Error;
use std::fmt;
use std::io::IsTerminal;

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours.
    pub colour: bool,
    /// Line-drawing characters beyond ASCII.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
}

impl Style {
    /// No colour, ASCII, 80 columns: for logs and snapshots.
    pub const PLAIN: Style = Style { colour: false, unicode: false, width: 80 };

    /// What standard error asks for: colours on a terminal only, `NO_COLOR` obeyed, the terminal's width.
    pub fn for_stderr() -> Style {
        let stderr = std::io::stderr();
        let terminal = stderr.is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let columns = terminal.then(|| columns(&stderr)).flatten();
        Style {
            colour: terminal && !no_colour && !dumb,
            unicode: terminal && !dumb,
            width: columns.unwrap_or(100).clamp(40, 200),
        }
    }
}

#[cfg(unix)]
fn columns(stderr: &std::io::Stderr) -> Option<usize> {
    rustix::termios::tcgetwinsize(stderr)
        .ok()
        .map(|size| usize::from(size.ws_col))
        .filter(|&columns| columns > 0)
}

#[cfg(not(unix))]
fn columns(_: &std::io::Stderr) -> Option<usize> {
    None
}

/// Draws `failure`; ends with a newline.
pub fn draw(failure: &Failure, style: Style) -> String {
    let theme = match (style.unicode, style.colour) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => {
            GraphicalTheme { styles: GraphicalTheme::unicode().styles, ..GraphicalTheme::ascii() }
        }
        (false, false) => GraphicalTheme::none(),
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(style.width).with_links(false);
    let drawn = Drawn::new(failure);
    let mut out = String::new();
    match handler.render_report(&mut out, &drawn) {
        Ok(()) => out,
        Err(fmt::Error) => failure.to_line("error") + "\n",
    }
}

/// The failure as miette sees it. All text is free of control characters.
#[derive(Debug)]
struct Drawn {
    code: String,
    message: String,
    help: Option<String>,
    cause: Option<Cause>,
    source: Option<(NamedSource<String>, LabeledSpan)>,
}

#[derive(Debug)]
struct Cause {
    message: String,
    next: Option<Box<Cause>>,
}

impl Drawn {
    fn new(failure: &Failure) -> Drawn {
        let link = |next: Option<Box<Cause>>, message: &String| {
            Some(Box::new(Cause { message: escape_controls(message), next }))
        };
        let source = failure.place().map(|place| {
            let text: String = place.text.chars().map(visible).collect();
            let label =
                LabeledSpan::new(Some(escape_controls(&place.label)), place.span.start, place.span.len());
            (NamedSource::new(escape_controls(&place.file), text), label)
        });
        Drawn {
            code: failure.code().to_owned(),
            message: escape_controls(failure.message()),
            help: failure.help().map(escape_controls),
            cause: failure.causes().iter().rev().fold(None, link).map(|cause| *cause),
            source,
        }
    }
}

/// Replaces a control character of a source line by one of the same length in bytes.
fn visible(character: char) -> char {
    match character {
        '\n' | '\t' => character,
        control if control.is_control() && control.len_utf8() == 1 => '?',
        control if crate::failure::is_hostile(control) && control.len_utf8() == 2 => '¿',
        hostile if crate::failure::is_hostile(hostile) => '\u{fffd}',
        plain => plain,
    }
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Drawn {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as &dyn Error)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.next.as_deref().map(|cause| cause as &dyn Error)
    }
}

impl miette::Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|(source, _)| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.source
            .as_ref()
            .map(|(_, label)| Box::new(std::iter::once(label.clone())) as Box<dyn Iterator<Item = _>>)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{CODES, Catalog};
    use crate::failure::{Coded, Place};

    #[derive(Debug, thiserror::Error)]
    #[error("port must be a number")]
    struct Bad(#[source] std::num::ParseIntError);

    impl Coded for Bad {
        fn code(&self) -> &'static str {
            "config-wrong-type"
        }
        fn place(&self) -> Option<Place> {
            let text = "name = \"x\"\napi_key = \"canary-5f2\"\nport = \"ab\u{1b}c\"\n".to_owned();
            let start = text.find("\"ab").unwrap();
            Some(Place { file: "app.toml".into(), span: start..start + 6, text, label: "text".into() })
        }
    }

    #[test]
    fn the_source_line_is_shown_with_a_caret_and_the_secret_is_not() {
        let error = Bad("x".parse::<u16>().unwrap_err());
        let failure = Failure::new(&error, &Catalog::new(&[("foundation", CODES)]));
        for style in [
            Style::PLAIN,
            Style { colour: true, unicode: true, width: 60 },
            Style { colour: true, ..Style::PLAIN },
        ] {
            let text = draw(&failure, style);
            assert!(text.contains("config-wrong-type") && text.contains("port must be a number"), "{text}");
            assert!(text.contains("invalid digit") && text.contains("app.toml:3:8"), "{text}");
            assert!(text.contains("help:"), "{text}");
            assert!(!text.contains("canary") && !text.contains("ab\u{1b}c"), "{text}");
            assert_eq!(text.contains('\u{1b}'), style.colour, "{text}");
            if style == Style::PLAIN {
                assert!(text.is_ascii() && text.contains('^'), "{text}");
            }
        }
    }
}
