//! The command line: one module for each command.

mod build;
mod cache;
mod completions;
mod console;
mod diff;
mod environment;
mod exit;
mod explain;
mod extract;
mod failure;
mod init;
mod inspect;
mod install;
mod keygen;
mod keys;
mod log;
mod mirror;
mod providers;
mod release;
mod report;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod sign;
mod signals;
mod ticker;
mod trust;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::Exit;

/// One signed executable out of a program and all that it needs.
#[derive(Debug, Parser)]
#[command(name = "psp", version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Build(build::Build),
    Run(run::Run),
    Inspect(inspect::Inspect),
    Verify(verify::Verify),
    Extract(extract::Extract),
    Keygen(keygen::Keygen),
    Sign(sign::Sign),
    Trust(trust::Trust),
    Install(install::Install),
    Mirror(mirror::Mirror),
    Release(release::Release),
    #[cfg(feature = "serve")]
    Serve(serve::Serve),
    Cache(cache::Cache),
    #[command(name = "diff")]
    Diff(diff::DiffCommand),
    Explain(explain::Explain),
    Completions(completions::Completions),
}

/// Reads the command line, runs the command, and says how it went.
pub(crate) fn run() -> ExitCode {
    // Until the end: dropping it writes out what is still to be written.
    let _log = log::start();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let result = match cli.command {
        Command::Init(init) => Ok(init.run()),
        Command::Build(build) => build.run(),
        Command::Run(run) => Ok(run.run()),
        Command::Inspect(inspect) => Ok(inspect.run()),
        Command::Verify(verify) => Ok(verify.run()),
        Command::Extract(extract) => Ok(extract.run()),
        Command::Keygen(keygen) => Ok(keygen.run()),
        Command::Sign(sign) => Ok(sign.run()),
        Command::Trust(trust) => Ok(trust.run()),
        Command::Install(install) => Ok(install.run()),
        Command::Mirror(mirror) => Ok(mirror.run()),
        Command::Release(release) => Ok(release.run()),
        #[cfg(feature = "serve")]
        Command::Serve(serve) => Ok(serve.run()),
        Command::Cache(cache) => Ok(cache.run()),
        Command::Diff(diff) => Ok(diff.run()),
        Command::Explain(explain) => Ok(explain.run()),
        Command::Completions(completions) => Ok(completions.run()),
    };
    let exit = result.unwrap_or_else(|report| {
        report.print();
        report.exit
    });
    if let Exit::Signal(signal) = exit {
        log::flush();
        signals::end_by(signal);
    }
    exit.code()
}

/// What clap has to say: help and version are answers, everything else is wrong usage.
fn usage(error: &clap::Error) -> ExitCode {
    let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
    match error.print() {
        Ok(()) => exit.code(),
        Err(_) => Exit::No.code(), // Nobody is left to tell.
    }
}
