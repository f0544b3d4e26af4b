//! Where a value came from.

use crate::failure::{Place, line_column};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The program.
    Default,
    /// A place in a file.
    File {
        /// The file.
        file: Arc<SourceFile>,
        /// The value's bytes in it.
        span: Range<usize>,
    },
    /// An environment variable of exactly this name.
    Variable(String),
    /// A flag of the command line, dashes included.
    Flag(String),
}

/// A configuration file as it was read.
#[derive(PartialEq, Eq)]
pub struct SourceFile {
    pub(super) name: String,
    pub(super) text: String,
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SourceFile").field(&self.name).finish()
    }
}

impl fmt::Display for Origin {
    /// `app.toml:7:3`, `variable ACME_PORT`, `flag --port`, `default`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { file, span } => {
                let (line, column) = line_column(&file.text, span.start);
                write!(f, "{}:{line}:{column}", file.name)
            }
            Origin::Variable(name) => write!(f, "variable {name}"),
            Origin::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

impl Origin {
    /// The place in the file, if it is one. Only the line itself is shown, and of a secret nothing: other lines
    /// may hold secrets that only their types tell.
    pub(super) fn place(&self, label: &str, secret: bool) -> Option<Place> {
        let Origin::File { file, span } = self else { return None };
        let start = crate::failure::floor_boundary(&file.text, span.start);
        let end = crate::failure::floor_boundary(&file.text, span.end).max(start);
        let from = file.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let to = file.text[end..].find('\n').map_or(file.text.len(), |newline| end + newline);
        let mut text = blank(&file.text[..from], ' ');
        if secret {
            let shown = shown_len(&file.text[from..start]);
            text.push_str(&file.text[from..from + shown]);
            text.push_str(&blank(&file.text[from + shown..to], '*'));
        } else {
            text.push_str(&file.text[from..to]);
        }
        text.push_str(&blank(&file.text[to..], ' '));
        Some(Place { file: file.name.clone(), text, span: start..end, label: label.to_owned() })
    }
}

/// How much of a line, up to a secret or an error of syntax, surely holds no value: its key, or the header of a
/// table. A line without either may be in the middle of a text.
fn shown_len(head: &str) -> usize {
    match head.find(['=', '"', '\'', ':']) {
        Some(sign) if head.as_bytes()[sign] == b'=' => sign + 1,
        None if head.trim_start().starts_with('[') => head.len(),
        _ => 0,
    }
}

/// As many bytes, line breaks kept.
fn blank(text: &str, with: char) -> String {
    text.bytes().map(|byte| if byte == b'\n' { '\n' } else { with }).collect()
}
