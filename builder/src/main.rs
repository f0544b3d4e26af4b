//! The command `psp`: arguments in, exit code out. What it does is in the library; how it speaks is in [`cli`].
#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
