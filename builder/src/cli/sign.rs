//! `psp sign`: a signature more, in the package or beside it.

use std::path::{Path, PathBuf};

use psp_builder::escaped;
use psp_builder::keys::{KEY_VARIABLE, SecretKey};
use psp_builder::sign::{Signed, detach, embed};
use psp_format::signature::Purpose;

use super::environment::Environment;
use super::exit::Exit;
use super::failure::{Failure, Form, finish, say};
use super::keys::SigningKeys;
use super::report::tell;

/// Add a signature to a package, or write one beside it
#[derive(Debug, clap::Args)]
pub(crate) struct Sign {
    /// The package; it is verified whole before it is signed
    #[arg(value_name = "PKG")]
    package: PathBuf,
    /// Sign with this secret key, or with the one on standard input for `-` [default: the one in PSP_SIGNING_KEY]
    #[arg(long = "key", value_name = "KEY")]
    keys: Vec<String>,
    /// Leave the package as it is and write the signature to a file of its own
    #[arg(long)]
    detached: bool,
    /// What the signature is for: up to 16 of a-z, 0-9 and `-`
    #[arg(long, value_parser = parse_purpose)]
    purpose: Option<Purpose>,
    /// The file of a detached signature [default: PKG.sig]
    #[arg(short, long, value_name = "OUT", requires = "detached")]
    output: Option<PathBuf>,
}

fn parse_purpose(text: &str) -> Result<Purpose, &'static str> {
    Purpose::new(text).ok_or("a purpose is up to 16 of a-z, 0-9 and `-`")
}

impl Sign {
    pub(crate) fn run(self) -> Exit {
        finish(Form::Text, self.sign())
    }

    fn sign(&self) -> Result<Exit, Failure> {
        if self.keys.is_empty() && std::env::var_os(KEY_VARIABLE).is_none() {
            let help = format!("name a key with --key, or put one into {KEY_VARIABLE}");
            return Err(Failure::usage("no key to sign with", help));
        }
        if self.detached && self.keys.len() > 1 {
            return Err(Failure::usage(
                "a detached signature is of one key",
                "run the command once for each key",
            ));
        }
        let keys = SigningKeys::find(&self.keys, &Environment::read())?;
        keys.notices.iter().for_each(|notice| tell("warning", notice));
        for key in &keys.keys {
            let signed = self.sign_with(key)?;
            say(&format!("{}: signed by {}\n", escaped::path(&signed.path), key.public().hex()))?;
        }
        Ok(Exit::Done)
    }

    fn sign_with(&self, key: &SecretKey) -> Result<Signed, Failure> {
        let purpose = self.purpose.unwrap_or(Purpose::NONE);
        let package: &Path = &self.package;
        let signed = match self.detached {
            true => detach(package, key, purpose, self.output.as_deref()),
            false => embed(package, key, purpose),
        };
        Ok(signed?)
    }
}
