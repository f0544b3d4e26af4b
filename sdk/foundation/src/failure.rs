//! What a user is told when something fails: one value, rendered as a line, as JSON, or drawn with its source.
//!
//! Library errors are enums that implement [`Coded`]. At the edge a program makes a [`Failure`] of one with
//! its [`Catalog`], prints it and ends with its exit code. Every text in it is redacted, so an error that
//! carries a password cannot print it.

use crate::codes::{Catalog, did_you_mean};
use crate::exit::Exit;
use crate::json::Object;
use crate::redact;
use std::error::Error;
use std::fmt;
use std::ops::Range;

/// An error with a stable code.
pub trait Coded: Error {
    /// The kebab-case code; it is in the crate's table.
    fn code(&self) -> &'static str;

    /// Advice that knows more than the table's remedy.
    fn help(&self) -> Option<String> {
        None
    }

    /// The place in a file the error is about.
    fn place(&self) -> Option<Place> {
        None
    }

    /// How the program ends because of it.
    fn exit(&self) -> Exit {
        Exit::No
    }
}

/// A place in a text that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file's name as the user knows it.
    pub file: String,
    /// The whole text of the file.
    pub text: String,
    /// The bytes of `text` that are meant.
    pub span: Range<usize>,
    /// What is wrong there, a few words.
    pub label: String,
}

impl Place {
    /// Line and column of the span's start, from 1; the column counts characters. A span beyond the text is
    /// taken as its end.
    pub fn line_column(&self) -> (usize, usize) {
        line_column(&self.text, self.span.start)
    }
}

/// Line and column of byte `at` of `text`, both from 1, the column in characters.
pub fn line_column(text: &str, at: usize) -> (usize, usize) {
    let at = floor_boundary(text, at);
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[..at].bytes().filter(|&byte| byte == b'\n').count() + 1;
    (line, text[line_start..at].chars().count() + 1)
}

pub(crate) fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A failure ready to be shown. Everything in it is redacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    code: String,
    message: String,
    causes: Vec<String>,
    help: Option<String>,
    docs: Option<String>,
    place: Option<Place>,
    exit: Exit,
}

/// The longest chain of causes that is shown; a longer one (or a cycle) is cut.
const CAUSES_MAX: usize = 16;

impl Failure {
    /// Makes a failure of `error`. The help is the error's own or the catalog's remedy.
    pub fn new(error: &dyn Coded, catalog: &Catalog) -> Failure {
        let entry = catalog.get(error.code());
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source.take_if(|_| causes.len() < CAUSES_MAX) {
            causes.push(redact::text(&cause.to_string()).into_owned());
            source = cause.source();
        }
        Failure {
            code: error.code().to_owned(),
            message: redact::text(&error.to_string()).into_owned(),
            causes,
            help: error
                .help()
                .or_else(|| entry.map(|entry| entry.remedy.to_owned()))
                .map(|help| redact::text(&help).into_owned()),
            docs: entry.map(|entry| entry.docs.clone().into_owned()),
            place: error.place().map(redacted_place),
            exit: error.exit(),
        }
    }

    /// A failure of the command line itself, which no library knows: exit code 2.
    pub fn usage(code: &'static str, message: &str, nearest: Option<&str>) -> Failure {
        Failure {
            code: code.to_owned(),
            message: redact::text(message).into_owned() + &did_you_mean(nearest),
            causes: Vec::new(),
            help: None,
            docs: None,
            place: None,
            exit: Exit::Usage,
        }
    }

    /// The code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The message of the outermost error.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The messages of the errors below it, outermost first.
    pub fn causes(&self) -> &[String] {
        &self.causes
    }

    /// What to do.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The documentation anchor.
    pub fn docs(&self) -> Option<&str> {
        self.docs.as_deref()
    }

    /// The place in a file.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// How the program ends.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// Exactly one line: `psp: error[code]: message: cause (file:line:column); help: advice`.
    pub fn to_line(&self, program: &str) -> String {
        let mut line = format!("{program}: error[{}]: {}", self.code, self.message);
        for cause in &self.causes {
            line.push_str(": ");
            line.push_str(cause);
        }
        if let Some(place) = &self.place {
            let (row, column) = place.line_column();
            let shown = format!("{}:{row}:{column}", place.file);
            if !self.message.contains(&shown) {
                line.push_str(&format!(" ({shown})"));
            }
        }
        if let Some(help) = &self.help {
            line.push_str("; help: ");
            line.push_str(help);
        }
        escape_controls(&line)
    }

    /// One JSON object on one line, version 1 of its shape:
    /// `{"version":1,"error":{"code","message","causes":[…],"help"?,"docs"?,"place"?:{"file","line","column","label"},"exit"}}`.
    /// Members may be added without a new version.
    pub fn to_json(&self) -> String {
        let mut error = Object::new();
        error.string("code", &self.code).string("message", &self.message).strings("causes", &self.causes);
        error.optional("help", self.help.as_deref()).optional("docs", self.docs.as_deref());
        if let Some(place) = &self.place {
            let (line, column) = place.line_column();
            let mut at = Object::new();
            at.string("file", &place.file).number("line", line as u64).number("column", column as u64);
            at.string("label", &place.label);
            error.object("place", at);
        }
        error.number("exit", u64::from(self.exit.code()));
        let mut document = Object::new();
        document.number("version", 1).object("error", error);
        document.finish()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The text keeps its length and line breaks, so the span still fits.
fn redacted_place(place: Place) -> Place {
    let text = redact::same_length(&place.text);
    let end = floor_boundary(&text, place.span.end);
    let span = floor_boundary(&text, place.span.start).min(end)..end;
    Place { text, span, label: redact::text(&place.label).into_owned(), ..place }
}

/// Control characters, and those that reorder or hide text, as visible escapes: nothing in a message can move
/// the cursor or forge a second line.
pub fn escape_controls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\t' => out.push(' '),
            hostile if is_hostile(hostile) => out.extend(hostile.escape_unicode()),
            plain => out.push(plain),
        }
    }
    out
}

/// Controls, line separators, and the marks that reorder or hide what follows them.
pub(crate) fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{CODES, Row};

    #[derive(Debug, thiserror::Error)]
    enum Sample {
        #[error("cannot reach the registry")]
        Registry(#[source] Inner),
        #[error("line\nbreak \u{1b}[31m\u{202e}")]
        Hostile,
        #[error("wrong type")]
        Typed,
    }

    #[derive(Debug, thiserror::Error)]
    #[error("GET https://bob:hunter2@example.com: password=hunter2 refused")]
    struct Inner;

    impl Coded for Sample {
        fn code(&self) -> &'static str {
            match self {
                Sample::Registry(_) => "circuit-open",
                Sample::Hostile => "not-in-the-table",
                Sample::Typed => "config-wrong-type",
            }
        }
        fn place(&self) -> Option<Place> {
            let text = "a = 1\npassword = \"hunter2\"\nport = \"é\" \n".to_owned();
            let span = text.find("\"é").unwrap()..text.find("\" \n").unwrap() + 1;
            matches!(self, Sample::Typed).then(|| Place {
                file: "app.toml".into(),
                text,
                span,
                label: "text".into(),
            })
        }
        fn exit(&self) -> Exit {
            if matches!(self, Sample::Typed) { Exit::Usage } else { Exit::No }
        }
    }

    fn failure(error: &Sample) -> Failure {
        Failure::new(error, &Catalog::new(&[("foundation", CODES as &[Row])]))
    }

    #[test]
    fn the_line_has_code_causes_and_remedy_but_no_secret() {
        let line = failure(&Sample::Registry(Inner)).to_line("psp");
        assert!(
            line.starts_with(
                "psp: error[circuit-open]: cannot reach the registry: GET https://bob:***@example.com"
            ),
            "{line}"
        );
        assert!(line.contains("; help: wait for the time"), "{line}");
        assert!(!line.contains("hunter2"), "{line}");
    }

    #[test]
    fn hostile_text_stays_one_line() {
        let line = failure(&Sample::Hostile).to_line("psp");
        assert_eq!(line, "psp: error[not-in-the-table]: line\\nbreak \\u{1b}[31m\\u{202e}");
    }

    #[test]
    fn json_carries_everything_and_the_place_counts_characters() {
        let failure = failure(&Sample::Typed);
        let value: serde_json::Value = serde_json::from_str(&failure.to_json()).unwrap();
        assert_eq!(value["version"], 1);
        let error = &value["error"];
        assert_eq!(error["code"], "config-wrong-type");
        assert_eq!(error["docs"], "errors#config-wrong-type");
        assert_eq!((error["place"]["line"].as_u64(), error["place"]["column"].as_u64()), (Some(3), Some(8)));
        assert_eq!(error["exit"], 2);
        assert!(!failure.place().unwrap().text.contains("hunter2"));
    }

    #[test]
    fn a_place_out_of_the_text_is_its_end() {
        for (text, at, expected) in
            [("", 0, (1, 1)), ("", 9, (1, 1)), ("a\nb", 99, (2, 2)), ("é", 1, (1, 1)), ("\n", 1, (2, 1))]
        {
            assert_eq!(line_column(text, at), expected, "{text:?} {at}");
        }
    }
}
