//! The command line: one module for each command.

mod build;
mod environment;
mod exit;
mod keys;
mod report;
mod signals;
mod ticker;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::Exit;

/// One signed executable out of a program and all that it needs.
#[derive(Debug, Parser)]
#[command(name = "psp", version, disable_help_subcommand = true, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Build),
}

/// Reads the command line, runs the command, and says how it went.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let result = match cli.command {
        Command::Build(build) => build.run(),
    };
    match result {
        Ok(exit) => exit.code(),
        Err(report) => {
            report.print();
            if let Exit::Signal(signal) = report.exit {
                signals::end_by(signal);
            }
            report.exit.code()
        }
    }
}

/// What clap has to say: help and version are answers, everything else is wrong usage.
fn usage(error: &clap::Error) -> ExitCode {
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
    match error.print() {
        Ok(()) => exit.code(),
        Err(_) => Exit::No.code(), // Nobody is left to tell.
    }
}
