//! `cargo xtask bench [--quick] [--psp FILE] [NAME…]`, `bench provider`, `bench python-provider` and `bench sdk`: how fast and how
//! small, side by side with others in one run.
//!
//! Everything is a ratio between contestants that took turns on the same machine, so that a busy machine slows all of them.
//! What lacks its peer (`zstd`, a package from the Python index) is left out by name, never silently. Must never be a test:
//! no number here fails anything. Start with [`run`].

mod build;
mod cold;
mod contest;
mod error;
mod memory;
mod peer;
mod provider;
mod python_provider;
mod sdk;
mod table;
mod tree;
mod warm;
mod workplace;

use std::path::PathBuf;

use crate::tree::Root;
pub(crate) use error::BenchError;
use table::Table;
use workplace::Workplace;

/// A bench, by its name on the command line.
type Bench = (&'static str, fn(&Workplace) -> Result<Table, BenchError>);

/// The benches, in the order of the table.
const BENCHES: &[Bench] = &[
    ("stub", warm::stub),
    ("warm", warm::tiny),
    ("large", warm::large),
    ("cold", cold::wall),
    ("memory", cold::memory),
    ("build", build::full),
    ("rebuild", build::again),
];

/// What was asked for.
#[derive(Debug, Default)]
struct Options {
    /// A tenth of the rounds.
    is_quick: bool,
    /// A `psp` that was built elsewhere.
    psp: Option<PathBuf>,
    names: Vec<String>,
}

/// Measures, and gives the tables as markdown.
///
/// # Errors
/// What could not be prepared, or a program that did not do what it was measured for.
pub(crate) fn run(root: &Root, arguments: &[&str]) -> Result<String, BenchError> {
    match arguments {
        ["sdk", options @ ..] => return sdk::run(root, options),
        ["provider", options @ ..] => return provider::run(root, options),
        ["python-provider", options @ ..] => return python_provider::run(root, options),
        _ => {}
    }
    let options = Options::parse(arguments)?;
    let wanted = |name: &str| options.names.is_empty() || options.names.iter().any(|wanted| wanted == name);
    let place = Workplace::prepare(root, options.psp.as_deref(), options.is_quick)?;
    let mut printed = workplace::machine();
    for (name, bench) in BENCHES.iter().filter(|(name, _)| wanted(name)) {
        eprintln!("bench {name} …");
        let table = bench(&place)?.to_string();
        eprintln!("{table}");
        printed.push_str(&format!("\n### {name}\n\n{table}"));
    }
    Ok(printed)
}

impl Options {
    fn parse(arguments: &[&str]) -> Result<Options, BenchError> {
        let mut options = Options::default();
        let mut arguments = arguments.iter();
        while let Some(&argument) = arguments.next() {
            match argument {
                "--quick" => options.is_quick = true,
                "--psp" => options.psp = arguments.next().map(PathBuf::from),
                name if BENCHES.iter().any(|(known, _)| *known == name) => {
                    options.names.push(name.to_owned())
                }
                unknown => return Err(BenchError::Unknown(unknown.to_owned())),
            }
        }
        Ok(options)
    }

    /// The names that can be asked for.
    fn names() -> String {
        BENCHES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments() {
        let options = Options::parse(&["warm", "--quick", "--psp", "/p", "stub"]).expect("known");
        assert!(options.is_quick);
        assert_eq!(options.psp, Some(PathBuf::from("/p")));
        assert_eq!(options.names, ["warm", "stub"]);
        for unknown in ["warmth", "--slow", ""] {
            let error = Options::parse(&["warm", unknown]).expect_err(unknown);
            assert!(error.to_string().contains("warm, large"), "{error}");
        }
    }
}
