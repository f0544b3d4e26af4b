//! `psp release`: the files of one version as registries fetch them.

use std::path::PathBuf;

use psp_builder::escaped;
use psp_builder::interrupt::Interrupt;
use psp_builder::terraform::openpgp::OpenPgpKey;
use psp_builder::terraform::release::{ReleaseError, release};

use super::exit::Exit;
use super::failure::{Failure, Form, finish, say};
use super::providers;
use super::signals;

/// Write what a Terraform registry needs of a version: archives, manifest, checksums and their signature
#[derive(Debug, clap::Args)]
pub(crate) struct Release {
    /// The directory; it is made if there is none
    #[arg(long, value_name = "DIR", required_unless_present = "public_key")]
    terraform: Option<PathBuf>,
    /// The packages of one version, one for each platform
    #[arg(value_name = "PKG", required_unless_present = "public_key", conflicts_with = "public_key")]
    packages: Vec<PathBuf>,
    /// Sign with this secret key, or with the one on standard input for `-` [default: as `psp build`]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Print the public key in OpenPGP's form, as registries ask for it, and do nothing else
    #[arg(long)]
    public_key: bool,
}

impl Release {
    pub(crate) fn run(self) -> Exit {
        let interrupt = signals::catch().unwrap_or_default();
        finish(Form::Text, self.release(&interrupt))
    }

    fn release(&self, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let Some(directory) = self.terraform.as_deref().filter(|_| !self.public_key) else {
            say(&OpenPgpKey::of(&providers::signing_key(self.key.as_deref())?).armored())?;
            return Ok(Exit::Done);
        };
        let packages = providers::open(&self.packages)?;
        let key = providers::signing_key(self.key.as_deref())?;
        let written = release(directory, &packages, &key, interrupt);
        let written = written.map_err(|error| match (&error, interrupt.signal()) {
            (ReleaseError::Interrupted, Some(signal)) => Failure::from(error).ending(Exit::Signal(signal)),
            _ => error.into(),
        })?;
        say(&written.iter().map(|path| format!("{}\n", escaped::path(path))).collect::<String>())?;
        Ok(Exit::Done)
    }
}
