//! `psp keygen`: a new key pair.

use std::path::PathBuf;

use psp_builder::escaped;
use psp_builder::keys::{SecretKey, write_pair};

use super::exit::Exit;
use super::failure::{Failure, Form, finish, say};

/// Make a key pair: PREFIX.key signs and is secret, PREFIX.pub verifies
#[derive(Debug, clap::Args)]
pub(crate) struct Keygen {
    /// Where the keys go, without their endings
    #[arg(short, long, value_name = "PREFIX")]
    output: PathBuf,
}

impl Keygen {
    pub(crate) fn run(self) -> Exit {
        finish(Form::Text, self.keygen())
    }

    fn keygen(&self) -> Result<Exit, Failure> {
        let key = SecretKey::generate()?;
        let files = write_pair(&self.output, &key)?;
        say(&format!(
            "secret key  {}  keep it to yourself, and keep a copy: it can't be had again\npublic key  {}\nkey id      {}\n",
            escaped::path(&files.secret),
            escaped::path(&files.public),
            key.public().hex()
        ))?;
        Ok(Exit::Done)
    }
}
