//! `psp mirror`: providers in a directory that is a mirror and a registry.

use std::path::PathBuf;

use psp_builder::escaped;
use psp_builder::interrupt::Interrupt;
use psp_builder::terraform::mirror::{self, MirrorError, Mirrored};
use serde_json::json;

use super::exit::Exit;
use super::failure::{Failure, Form, document, finish, say};
use super::providers;
use super::signals;

/// Put Terraform providers into a directory that is a mirror and a registry
#[derive(Debug, clap::Args)]
pub(crate) struct Mirror {
    /// The mirror's directory; it is made if there is none
    #[arg(long, value_name = "DIR")]
    terraform: PathBuf,
    /// The packages; each is verified whole, and this machine's policy applies
    #[arg(value_name = "PKG", required = true)]
    packages: Vec<PathBuf>,
    /// Sign the registry's checksums with this secret key, or with the one on standard input for `-` [default: as `psp build`]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Answer with a document of schema psp-mirror/1
    #[arg(long)]
    json: bool,
}

impl Mirror {
    pub(crate) fn run(self) -> Exit {
        let form = Form::of(self.json);
        let interrupt = signals::catch().unwrap_or_default();
        finish(form, self.mirror(form, &interrupt))
    }

    fn mirror(&self, form: Form, interrupt: &Interrupt) -> Result<Exit, Failure> {
        let packages = providers::open(&self.packages)?;
        let key = providers::signing_key(self.key.as_deref())?;
        let plan = mirror::plan(&self.terraform, &packages, &key, interrupt);
        let mirrored = plan.and_then(|plan| plan.run(interrupt)).map_err(|error| {
            match (&error, interrupt.signal()) {
                (MirrorError::Interrupted, Some(signal)) => Failure::from(error).ending(Exit::Signal(signal)),
                _ => error.into(),
            }
        })?;
        match form {
            Form::Text => say(&mirrored.iter().map(line).collect::<String>())?,
            Form::Json => {
                let providers: Vec<_> = mirrored.iter().map(provider).collect();
                document("psp-mirror/1", json!({ "providers": providers }))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn line(mirrored: &Mirrored) -> String {
    let word = if mirrored.is_known { "there already" } else { "added" };
    format!("{}: {word}\n", escaped::path(&mirrored.path))
}

fn provider(mirrored: &Mirrored) -> serde_json::Value {
    let provider = &mirrored.provider;
    json!({
        "source": provider.address.to_string(),
        "version": provider.version.to_string(),
        "platform": provider.platform.to_string(),
        "path": mirrored.path.to_string_lossy(),
        "hashes": [mirrored.hashes.h1, mirrored.hashes.zh()],
        "added": !mirrored.is_known,
    })
}
