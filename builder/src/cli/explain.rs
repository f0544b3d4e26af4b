//! `psp explain`: what a code means and what to do about it.

use psp_builder::codes::{self, Code};
use psp_builder::diagnostic::Diagnostic;
use serde_json::{Value, json};

use super::console::{Console, Style, left, table};
use super::exit::Exit;
use super::failure::{Failure, Form, document, finish, say};

/// Explain an error code; without one, list them all
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// The code, as it stands in brackets: `psp: error[CODE]`
    code: Option<String>,
    /// Answer with a document of schema psp-explain/1
    #[arg(long)]
    json: bool,
}

/// There is no such code.
#[derive(Debug, thiserror::Error)]
#[error("`{}` is no code of psp's", psp_builder::escaped::bytes(code.as_bytes()))]
struct Unknown {
    code: String,
}

impl Diagnostic for Unknown {
    fn code(&self) -> &'static Code {
        &codes::CODE_UNKNOWN
    }

    fn help(&self) -> String {
        let near = all().map(|(_, code)| (strsim::jaro_winkler(&self.code, code.code), code.code));
        match near.max_by(|one, other| one.0.total_cmp(&other.0)) {
            Some((likeness, code)) if likeness > 0.8 => format!("did you mean `{code}`?"),
            _ => self.code().advice(),
        }
    }
}

/// All codes, with who reports them.
fn all() -> impl Iterator<Item = (&'static str, &'static Code)> {
    let format = psp_format::codes::CODES.iter().map(|code| ("every reader of packages", code));
    let launcher = psp_format::codes::launcher::CODES.iter().map(|code| ("a package at its start", *code));
    let builder = codes::ALL.iter().map(|code| ("psp", *code));
    format.chain(launcher).chain(builder)
}

impl Explain {
    pub(crate) fn run(self) -> Exit {
        let form = Form::of(self.json);
        finish(form, self.explain(form))
    }

    fn explain(&self, form: Form) -> Result<Exit, Failure> {
        let Some(wanted) = &self.code else {
            list(form)?;
            return Ok(Exit::Done);
        };
        // As it is printed, brackets and all, will do.
        let bare =
            wanted.trim_start_matches("psp: ").trim_start_matches("error[").trim_end_matches([']', ':']);
        let found = all().find(|(_, code)| code.code == bare);
        let (origin, code) = found.ok_or_else(|| Unknown { code: wanted.clone() })?;
        match form {
            Form::Json => document("psp-explain/1", describe(origin, code))?,
            Form::Text => {
                let console = Console::of_stdout();
                let title = console.style(Style::Title, code.code);
                let origin = console.style(Style::Dim, &format!("reported by {origin}"));
                let cause = console.wrap(&sentence(code.cause), 2);
                let remedy = console.wrap(&format!("What to do: {}", sentence(code.remedy)), 2);
                say(&format!("{title}  {origin}\n\n{cause}\n{remedy}"))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn list(form: Form) -> Result<(), Failure> {
    match form {
        Form::Json => {
            let codes: Vec<Value> = all().map(|(origin, code)| describe(origin, code)).collect();
            document("psp-explain/1", json!({ "codes": codes }))
        }
        Form::Text => {
            let row = |(_, code): (&str, &Code)| {
                vec![left(Style::Title, code.code), left(Style::Plain, sentence(code.cause))]
            };
            say(&table(Console::of_stdout(), &all().map(row).collect::<Vec<_>>()))
        }
    }
}

fn describe(origin: &str, code: &Code) -> Value {
    json!({ "code": code.code, "cause": sentence(code.cause), "remedy": sentence(code.remedy), "reported_by": origin })
}

/// With a capital and a full stop, as the tables of the crates differ in that.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let capital: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{capital}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_has_one_meaning() {
        let mut seen = BTreeSet::new();
        for (origin, code) in all() {
            assert!(seen.insert(code.code), "{} of {origin} is there twice", code.code);
        }
    }

    #[test]
    fn the_launchers_codes_are_known() {
        // Whatever the launcher's sources name as a code of its own is in the shared table.
        let table = include_str!("../../../launcher/src/codes.rs");
        assert!(
            table.contains("pub use psp_format::codes::launcher::*;"),
            "the launcher has a table of its own"
        );
        assert!(all().any(|(_, code)| code.code == "raised-privileges"));
    }

    #[test]
    fn sentences() {
        for (text, expected) in [("a b", "A b."), ("Done.", "Done."), ("`psp` x", "`psp` x."), ("", ".")] {
            assert_eq!(sentence(text), expected);
        }
    }
}
