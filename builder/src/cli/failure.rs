//! Errors of the commands that answer: one line with a code and a place, and what helps; or the same as a document.

use std::io;

use psp_builder::diagnostic::Diagnostic;
use psp_builder::escaped;
use serde_json::{Value, json};

use super::console;
use super::exit::Exit;
use super::report::tell;

/// Which form an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Text,
    /// For programs: one document on standard output, errors included.
    Json,
}

impl Form {
    /// The form that `--json` asks for.
    pub(crate) fn of(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }
}

/// Why a command ended without what was asked for.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    code: &'static str,
    message: String,
    help: String,
}

impl<E: Diagnostic> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message = format!("{message}: {cause}");
            source = cause.source();
        }
        Self {
            exit: Exit::No,
            code: error.code().code,
            message: one_line(&message),
            help: one_line(&error.help()),
        }
    }
}

impl Failure {
    /// The command line cannot be understood.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, code: "usage", message: message.into(), help: help.into() }
    }

    /// The same failure with another way to end.
    pub(crate) fn ending(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// The failure in one line, as a launcher would print it.
    pub(crate) fn line(&self) -> String {
        format!("psp: error[{}]: {}; help: {}\n", self.code, self.message, self.help)
    }

    /// How the command ends.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// Code, message and help, for documents.
    pub(crate) fn json(&self) -> Value {
        json!({ "code": self.code, "message": self.message, "help": self.help })
    }
}

/// What names of files hold must not make a second line of it.
fn one_line(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| escaped::bytes(line.trim_end().as_bytes()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Says how it ended.
pub(crate) fn finish(form: Form, result: Result<Exit, Failure>) -> Exit {
    match result {
        Ok(exit) => exit,
        Err(failure) => {
            match form {
                Form::Text => {
                    tell(&format!("error[{}]", failure.code), &failure.message);
                    tell_help(&failure.help);
                }
                // Whoever asked for a document can't be told otherwise.
                Form::Json => {
                    let _ = document("psp-error/1", json!({ "error": failure.json() }));
                }
            }
            failure.exit
        }
    }
}

fn tell_help(help: &str) {
    use io::Write;
    // Standard error may be closed; then there is nobody left to tell.
    let _ = writeln!(io::stderr(), "help: {help}");
}

/// Prints a document, its schema first.
pub(crate) fn document(schema: &str, fields: Value) -> Result<(), Failure> {
    let mut document = json!({ "schema": schema });
    if let (Value::Object(document), Value::Object(fields)) = (&mut document, fields) {
        document.extend(fields);
    }
    say(&format!("{document:#}\n"))
}

/// Prints an answer.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    console::print(text).map_err(|error| Failure {
        exit: Exit::No,
        code: "output-write",
        message: format!("the answer cannot be written to standard output: {error}"),
        help: "see where standard output goes".to_owned(),
    })
}

/// A path in a document: as text where it is text; else what can be shown, with the bytes beside it.
pub(crate) fn json_path(fields: &mut Value, path: &[u8]) {
    match std::str::from_utf8(path) {
        Ok(text) => fields["path"] = json!(text),
        Err(_) => {
            let digits: String = path.iter().map(|byte| format!("{byte:02x}")).collect();
            fields["path"] = json!(String::from_utf8_lossy(path));
            fields["path_bytes"] = json!(digits);
        }
    }
}
