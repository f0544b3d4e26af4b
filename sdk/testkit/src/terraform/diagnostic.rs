//! What Terraform says went wrong: from its JSON where a command has it, else from its text.

use std::fmt;

use serde::Deserialize;

/// One error or warning.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// One line.
    pub summary: String,
    /// Sentences; may be empty.
    #[serde(default)]
    pub detail: String,
    /// The resource it is about, if Terraform says so.
    #[serde(default)]
    pub address: Option<String>,
    /// Where in the configuration.
    #[serde(default)]
    pub range: Option<SourceRange>,
    /// The lines it is about.
    #[serde(default)]
    pub snippet: Option<Snippet>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The command failed.
    Error,
    /// It went on.
    Warning,
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SourceRange {
    /// The file, relative to the configuration.
    pub filename: String,
    /// Where it begins.
    pub start: Position,
    /// Where it ends; exclusive.
    pub end: Position,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// From 0, in bytes.
    pub byte: u32,
}

/// Lines of a file, with a part of them marked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Snippet {
    /// The block: `resource "acc_item" "a"`.
    #[serde(default)]
    pub context: Option<String>,
    /// The lines.
    pub code: String,
    /// The number of the first of them, from 1.
    pub start_line: u32,
    /// Where the marked part begins in `code`, in bytes.
    pub highlight_start_offset: usize,
    /// Where it ends.
    pub highlight_end_offset: usize,
}

impl Diagnostic {
    /// The address of the resource: what Terraform says, else that of the block the diagnostic points into.
    pub fn resource(&self) -> Option<String> {
        if let Some(address) = &self.address {
            return Some(address.clone());
        }
        let context = self.snippet.as_ref()?.context.as_ref()?;
        let mut quoted = context.split('"');
        let (kind, ty, name) = (quoted.next()?.trim(), quoted.next()?, quoted.nth(1)?);
        match kind {
            "resource" => Some(format!("{ty}.{name}")),
            "data" | "ephemeral" => Some(format!("{kind}.{ty}.{name}")),
            _ => None,
        }
    }

    /// The name of the attribute or block that it points at; None if it points at a whole resource.
    ///
    /// Terraform says no attribute paths, only places in the configuration: this is the name in front of the place.
    pub fn attribute(&self) -> Option<&str> {
        let snippet = self.snippet.as_ref()?;
        let marked = snippet.code.get(snippet.highlight_start_offset..)?;
        let before = snippet.code.get(..snippet.highlight_start_offset)?;
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        match before[line_start..].trim_end().strip_suffix('=') {
            Some(name) => last_name(name),
            None if before[line_start..].contains('=') => last_name(before[line_start..].rsplit_once('=')?.0),
            None => {
                let first =
                    marked.split(|c: char| !is_name_character(c)).next().filter(|name| !name.is_empty());
                first.filter(|name| !["resource", "data", "ephemeral", "provider", "module"].contains(name))
            }
        }
    }

    /// Reads what Terraform prints for people, with or without its boxes, in the order of the text.
    pub fn parse_text(text: &str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        let mut lines = text.lines().map(unboxed).peekable();
        while let Some(line) = lines.next() {
            let Some((severity, summary)) = heading(line) else { continue };
            let mut body: Vec<&str> = Vec::new();
            while lines.peek().is_some_and(|next| heading(next).is_none() && *next != END) {
                body.extend(lines.next());
            }
            found.push(of_text(severity, summary, &body));
        }
        found
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{severity}: {}", self.summary)?;
        if let Some(address) = self.resource() {
            write!(f, " ({address}")?;
            if let Some(attribute) = self.attribute() {
                write!(f, ", {attribute}")?;
            }
            f.write_str(")")?;
        }
        if !self.detail.is_empty() {
            write!(f, "\n    {}", self.detail.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}

fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

fn last_name(text: &str) -> Option<&str> {
    let name = text.trim_end().trim_end_matches('"');
    let start = name.rfind(|c| !is_name_character(c)).map_or(0, |end| end + 1);
    name.get(start..).filter(|name| !name.is_empty())
}

/// The line that closes a box.
const END: &str = "╵";

/// A line without the bar of its box.
fn unboxed(line: &str) -> &str {
    match line.strip_prefix('│') {
        Some(inner) => inner.strip_prefix(' ').unwrap_or(inner),
        None => line,
    }
}

fn heading(line: &str) -> Option<(Severity, &str)> {
    let error = line.strip_prefix("Error: ").map(|summary| (Severity::Error, summary));
    error.or_else(|| line.strip_prefix("Warning: ").map(|summary| (Severity::Warning, summary)))
}

/// Indented lines up front say where it is, the rest is the detail, broken into lines for the screen.
fn of_text(severity: Severity, summary: &str, body: &[&str]) -> Diagnostic {
    let places = body.iter().take_while(|line| line.is_empty() || line.starts_with(' ')).count();
    let address = body[..places]
        .iter()
        .find_map(|line| line.trim().strip_prefix("with ").and_then(|rest| rest.strip_suffix([',', ':'])));
    let paragraphs = body[places..].split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    let detail: Vec<String> = paragraphs.map(|lines| lines.join(" ")).collect();
    Diagnostic {
        severity,
        summary: summary.trim_end().into(),
        detail: detail.join("\n\n"),
        address: address.map(Into::into),
        range: None,
        snippet: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(code: &str, marked: &str) -> Diagnostic {
        let start = code.find(marked).unwrap();
        Diagnostic {
            severity: Severity::Error,
            summary: "Bad".into(),
            detail: String::new(),
            address: None,
            range: None,
            snippet: Some(Snippet {
                context: Some("resource \"acc_item\" \"a\"".into()),
                code: code.into(),
                start_line: 1,
                highlight_start_offset: start,
                highlight_end_offset: start + marked.len(),
            }),
        }
    }

    #[test]
    fn the_place_says_the_attribute() {
        for (code, marked, attribute) in [
            ("  size = 1.5", "1.5", Some("size")),
            ("  network = { cidr = \"x\" }", "\"x\"", Some("cidr")),
            ("  network = { \"cidr\" = 1 }", "1 ", Some("cidr")),
            ("  tags = [1, \"b\"]", "\"b\"", Some("tags")),
            ("  colour = 1", "colour", Some("colour")),
            ("  rule {", "rule", Some("rule")),
            ("resource \"acc_item\" \"a\" {", "resource \"acc_item\" \"a\"", None),
        ] {
            assert_eq!(at(code, marked).attribute(), attribute, "{code}");
        }
        assert_eq!(at("size = 1", "1").resource().as_deref(), Some("acc_item.a"));
    }

    #[test]
    fn a_snippet_that_does_not_fit_says_nothing() {
        let mut diagnostic = at("size = 1", "1");
        diagnostic.snippet.as_mut().unwrap().highlight_start_offset = 1000;
        assert_eq!(diagnostic.attribute(), None);
        diagnostic.snippet.as_mut().unwrap().context = Some("output".into());
        assert_eq!(diagnostic.resource(), None);
    }

    #[test]
    fn text_is_read_with_and_without_boxes() {
        let boxed = "noise\n╷\n│ Error: Unexpected Import Identifier\n│ \n│   with acc_item.a,\n│   on main.tf line 2, in resource \"acc_item\" \"a\":\n│    2: resource {\n│ \n│ The id must begin\n│ with item-.\n│ \n│ Really.\n╵\n╷\n│ Warning: Careful\n│ \n╵\n";
        let plain = "\nError: Unexpected Import Identifier\n\n  with acc_item.a,\n\nThe id must begin\nwith item-.\n\nReally.\n\nWarning: Careful\n";
        for text in [boxed, plain] {
            let found = Diagnostic::parse_text(text);
            assert_eq!(found.len(), 2, "{found:?}");
            assert_eq!(found[0].summary, "Unexpected Import Identifier");
            assert_eq!(found[0].detail, "The id must begin with item-.\n\nReally.");
            assert_eq!(found[0].address.as_deref(), Some("acc_item.a"));
            assert_eq!((found[1].severity, found[1].summary.as_str()), (Severity::Warning, "Careful"));
            assert_eq!(found[1].detail, "");
        }
        assert!(Diagnostic::parse_text("all is well\nan Error: inside\n").is_empty());
    }
}
