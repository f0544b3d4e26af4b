//! The project's chores: `cargo xtask vectors`, `proto`, `tidy`, `bench` and `ci`.
//!
//! Must never be needed to build or use what the project makes. Start with [`main`].
#![forbid(unsafe_code)]

mod bench;
mod ci;
mod proto;
mod tidy;
mod tree;
mod vectors;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND
  bench [--quick] [--psp FILE] [NAME…]
                     how fast and how small, beside others: all of it, or these
  bench python-provider [--quick] [--psp FILE]
                     a provider in Python as a package, beside the same by pip
  bench sdk [--quick]
                     what a Terraform provider costs, beside what is built into Terraform
  bench provider [--quick]
                     what the reference provider costs as a package, beside its bare binary
  ci [STEP]…         everything that must hold, or these steps of it
  proto [--check]    make the Rust of .proto files, or compare it with what would be made
  tidy               what STYLE.md asks of the tree
  vectors [--check]  make format-spec/vectors, or compare it with what would be made";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = tree::Root::find();
    let result = match &words[..] {
        ["bench", options @ ..] => bench::run(&root, options).map(Some).map_err(|error| error.to_string()),
        ["ci", steps @ ..] => ci::run(&root, steps).map(|()| None).map_err(|error| error.to_string()),
        ["proto"] => proto::write(&root).map(Some).map_err(|error| error.to_string()),
        ["proto", "--check"] => proto::check(&root).map(Some).map_err(|error| error.to_string()),
        ["tidy"] => tidy::check(&root).map(Some).map_err(|error| error.to_string()),
        ["vectors"] => vectors::write(&root).map(Some).map_err(|error| error.to_string()),
        ["vectors", "--check"] => vectors::check(&root).map(Some).map_err(|error| error.to_string()),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(done) => {
            // `ci` ends with what its last step printed.
            done.iter().for_each(|done| println!("{done}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
