//! The project's chores: `cargo xtask vectors | tidy | ci`.
//!
//! Must never be needed to build or use what the project makes. Start with [`main`].
#![forbid(unsafe_code)]

mod tree;
mod vectors;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask vectors [--check]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = tree::Root::find();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["vectors"] => vectors::write(&root).map_err(|error| error.to_string()),
        ["vectors", "--check"] => vectors::check(&root).map_err(|error| error.to_string()),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(done) => {
            println!("{done}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
