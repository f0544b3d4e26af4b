//! Tries the staged trees: is the interpreter self-contained, are the packages on its path once, can it start what it is to
//! start? A mistake shows here, not on a user's machine. Nothing of the application is run.

use std::path::Path;

use super::app::Application;
use super::process::{ask, command};
use super::stage::Staged;
use super::start::Start;
use super::{APP_VARIABLE, Context, PythonError, tree};

const SCRIPT: &str = include_str!("check.py");

/// Checks; the error names the problem.
pub(super) fn check(
    python: &Staged,
    app: &Application,
    version: &str,
    start: Option<&Start>,
    context: &Context<'_>,
) -> Result<(), PythonError> {
    let script = context.work_dir.join("check.py");
    tree::write(&script, SCRIPT)?;
    let (module, function) = start.map_or(("", ""), Start::names);
    let mut command = command(&python.program, context);
    command.args([
        Path::new(python.isolation),
        &script,
        Path::new(module),
        Path::new(function),
        Path::new(version),
        &python.root,
        &app.root,
    ]);
    command.env(APP_VARIABLE, &app.root);
    let answer = ask(command, "try the staged application", context)?;
    let text = |name| answer.get(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default();
    if !text("problem").is_empty() {
        return Err(PythonError::SelfCheck { problem: text("problem") });
    }
    let nearest: Vec<String> = text("near").lines().map(str::to_owned).collect();
    let (module, name) = (module.to_owned(), function.to_owned());
    match text("start").as_str() {
        "no-module" => Err(PythonError::NoModule { module, nearest }),
        "no-function" => Err(PythonError::NoFunction { module, name, nearest }),
        "not-runnable" => Err(PythonError::NotRunnable { module }),
        _ => Ok(()),
    }
}
