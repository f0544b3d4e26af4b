//! `cargo xtask ci`: everything that must hold before a change is taken, the same on every machine.
//!
//! One step is one function in [`STEPS`]; the tests come last, so that the output ends with what the test runner says.
//! `cargo xtask ci NAME…` runs only the steps of these names. Must never change a file of the tree.

use std::ffi::OsString;
use std::fmt;
use std::process::{Command, Stdio};

use crate::tree::Root;
use crate::{proto, tidy, vectors};

/// A step, and how it is done.
struct Step {
    name: &'static str,
    run: fn(&Root) -> Result<(), CiError>,
}

/// In this order: what is quick and often wrong comes first.
const STEPS: &[Step] = &[
    Step { name: "fmt", run: formatted },
    Step { name: "tidy", run: tidied },
    Step { name: "vectors", run: vectors_are_current },
    Step { name: "proto", run: generated_code_is_current },
    Step { name: "clippy", run: linted },
    Step { name: "docs", run: documented },
    Step { name: "doctests", run: examples_run },
    Step { name: "tests", run: tested },
];

/// Why the tree is not good.
#[derive(Debug)]
pub(crate) enum CiError {
    /// There is no such step.
    Unknown(String),
    /// A step failed.
    Step { name: &'static str, source: Box<CiError> },
    /// A command could not be started.
    Start { command: String, source: std::io::Error },
    /// A command did not succeed.
    Command { command: String, status: std::process::ExitStatus },
    /// The tree is untidy.
    Tidy(tidy::TidyError),
    /// The generated code is stale.
    Proto(proto::ProtoError),
    /// The vectors are stale.
    Vectors(vectors::VectorError),
}

impl fmt::Display for CiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CiError::Unknown(name) => {
                let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
                write!(f, "no step is called {name}; there are {}", names.join(", "))
            }
            CiError::Step { name, source } => write!(f, "ci step {name}: {source}"),
            CiError::Start { command, source } => write!(f, "cannot start `{command}`: {source}"),
            CiError::Command { command, status } => write!(f, "`{command}` failed ({status})"),
            CiError::Tidy(error) => error.fmt(f),
            CiError::Proto(error) => error.fmt(f),
            CiError::Vectors(error) => error.fmt(f),
        }
    }
}

/// Runs the steps of these names, or all of them. Stops at the first that fails.
pub(crate) fn run(root: &Root, names: &[&str]) -> Result<(), CiError> {
    if let Some(name) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        return Err(CiError::Unknown((*name).to_owned()));
    }
    for step in STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name)) {
        eprintln!("ci: {}", step.name);
        (step.run)(root).map_err(|source| CiError::Step { name: step.name, source: Box::new(source) })?;
    }
    Ok(())
}

fn formatted(root: &Root) -> Result<(), CiError> {
    cargo(root, &["fmt", "--all", "--check"], &[])?;
    cargo(root, &["fmt", "--manifest-path", "tests/fuzz/Cargo.toml", "--check"], &[])
}

fn tidied(root: &Root) -> Result<(), CiError> {
    tidy::check(root).map(drop).map_err(CiError::Tidy)
}

fn vectors_are_current(root: &Root) -> Result<(), CiError> {
    vectors::check(root).map(drop).map_err(CiError::Vectors)
}

fn generated_code_is_current(root: &Root) -> Result<(), CiError> {
    proto::check(root).map(drop).map_err(CiError::Proto)
}

fn linted(root: &Root) -> Result<(), CiError> {
    cargo(root, &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"], &[])
}

fn documented(root: &Root) -> Result<(), CiError> {
    cargo(root, &["doc", "--workspace", "--no-deps", "--quiet"], &[("RUSTDOCFLAGS", "-D warnings")])
}

fn examples_run(root: &Root) -> Result<(), CiError> {
    cargo(root, &["test", "--workspace", "--doc", "--quiet"], &[])
}

/// By nextest where it is installed, else by cargo's own runner.
fn tested(root: &Root) -> Result<(), CiError> {
    let found = command(root, &["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        cargo(root, &["nextest", "run", "--workspace", "--no-fail-fast"], &[])
    } else {
        // Some tests start examples, which cargo's own runner leaves out when it is told what to test.
        cargo(root, &["build", "--workspace", "--examples"], &[])?;
        cargo(root, &["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"], &[])
    }
}

fn command(root: &Root, arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(root.path());
    command
}

fn cargo(root: &Root, arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), CiError> {
    let said = || format!("cargo {}", arguments.join(" "));
    let mut command = command(root, arguments);
    command.envs(environment.iter().copied());
    let status = command.status().map_err(|source| CiError::Start { command: said(), source })?;
    if status.success() { Ok(()) } else { Err(CiError::Command { command: said(), status }) }
}
