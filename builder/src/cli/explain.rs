//! `psp explain`: what a code means and what to do about it.

use foundation::codes::{Catalog, Entry};
use psp_builder::catalog::catalog;
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
    nearest: Option<String>,
}

impl Diagnostic for Unknown {
    fn code(&self) -> &'static Code {
        &codes::CODE_UNKNOWN
    }

    fn help(&self) -> String {
        match &self.nearest {
            Some(code) => format!("did you mean `{code}`?"),
            None => self.code().advice(),
        }
    }
}

impl Unknown {
    fn of(wanted: &str, bare: &str, catalog: &Catalog) -> Self {
        let nearest = foundation::codes::nearest(bare, catalog.iter().map(|code| code.code));
        Self { code: wanted.to_owned(), nearest }
    }
}

impl Explain {
    pub(crate) fn run(self) -> Exit {
        let form = Form::of(self.json);
        finish(form, self.explain(form))
    }

    fn explain(&self, form: Form) -> Result<Exit, Failure> {
        let catalog = catalog();
        let Some(wanted) = &self.code else {
            list(&catalog, form)?;
            return Ok(Exit::Done);
        };
        // As it is printed, brackets and all, will do.
        let bare =
            wanted.trim_start_matches("psp: ").trim_start_matches("error[").trim_end_matches([']', ':']);
        let code = catalog.get(bare).ok_or_else(|| Unknown::of(wanted, bare, &catalog))?;
        match form {
            Form::Json => document("psp-explain/1", describe(code))?,
            Form::Text => {
                let console = Console::of_stdout();
                let title = console.style(Style::Title, code.code);
                let origin = console.style(Style::Dim, &format!("reported by {}", code.owner));
                let cause = console.wrap(&sentence(code.cause), 2);
                let remedy = console.wrap(&format!("What to do: {}", sentence(code.remedy)), 2);
                say(&format!("{title}  {origin}\n\n{cause}\n{remedy}"))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn list(catalog: &Catalog, form: Form) -> Result<(), Failure> {
    match form {
        Form::Json => {
            let codes: Vec<Value> = catalog.iter().map(describe).collect();
            document("psp-explain/1", json!({ "codes": codes }))
        }
        Form::Text => {
            let row =
                |code: &Entry| vec![left(Style::Title, code.code), left(Style::Plain, sentence(code.cause))];
            say(&table(Console::of_stdout(), &catalog.iter().map(row).collect::<Vec<_>>()))
        }
    }
}

fn describe(code: &Entry) -> Value {
    json!({
        "code": code.code,
        "cause": sentence(code.cause),
        "remedy": sentence(code.remedy),
        "reported_by": code.owner,
        "docs": code.docs,
    })
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
    use super::*;

    #[test]
    fn the_launchers_codes_are_known() {
        // Whatever the launcher's sources name as a code of its own is in the shared table.
        let table = include_str!("../../../launcher/src/codes.rs");
        assert!(
            table.contains("pub use psp_format::codes::launcher::*;"),
            "the launcher has a table of its own"
        );
        assert!(catalog().get("raised-privileges").is_some());
    }

    #[test]
    fn sentences() {
        for (text, expected) in [("a b", "A b."), ("Done.", "Done."), ("`psp` x", "`psp` x."), ("", ".")] {
            assert_eq!(sentence(text), expected);
        }
    }
}
