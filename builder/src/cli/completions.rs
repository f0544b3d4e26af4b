//! `psp completions`: what a shell completes.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::Cli;
use super::exit::Exit;
use super::failure::{Form, finish, say};

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Exit {
        let mut script = Vec::new();
        generate(self.shell, &mut Cli::command(), "psp", &mut script);
        finish(Form::Text, say(&String::from_utf8_lossy(&script)).map(|()| Exit::Done))
    }
}
