//! `psp extract`: the content of slots, verified, in a directory.

use std::path::PathBuf;

use psp_builder::escaped;
use psp_builder::extraction::{ExtractError, Extracted, extract};
use psp_builder::interrupt::Interrupt;
use psp_builder::package_file::PackageFile;
use psp_builder::progress::megabytes;
use serde_json::json;

use super::console::count;
use super::exit::Exit;
use super::failure::{Failure, Form, document, finish, say};
use super::signals;

/// Extract the slots of a package to a directory
#[derive(Debug, clap::Args)]
pub(crate) struct Extract {
    /// The package
    #[arg(value_name = "PKG")]
    package: PathBuf,
    /// Where the slots go, each into a directory of its own [default: ./NAME-VERSION]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Extract this slot alone
    #[arg(long, value_name = "ID")]
    slot: Option<String>,
    /// Answer with a document of schema psp-extract/1
    #[arg(long)]
    json: bool,
}

impl Extract {
    pub(crate) fn run(self) -> Exit {
        let form = Form::of(self.json);
        let interrupt = signals::catch().unwrap_or_default();
        let extracted = self.extract(&interrupt).map_err(|error| match (&error, interrupt.signal()) {
            (ExtractError::Interrupted, Some(signal)) => Failure::from(error).ending(Exit::Signal(signal)),
            _ => error.into(),
        });
        finish(form, extracted.and_then(|extracted| tell(form, &extracted)))
    }

    fn extract(&self, interrupt: &Interrupt) -> Result<Vec<Extracted>, ExtractError> {
        let file = PackageFile::open(&self.package)?;
        let package = file.verified()?;
        let identity = &package.manifest.identity;
        let default = || PathBuf::from(format!("{}-{}", identity.name, identity.version));
        let directory = self.output.clone().unwrap_or_else(default);
        let ids = match &self.slot {
            Some(id) => vec![id.as_str()],
            None => package.manifest.slots.iter().map(|slot| slot.id).collect(),
        };
        // All or nothing, as far as can be told before.
        if let Some(path) =
            ids.iter().map(|id| directory.join(id)).find(|path| path.symlink_metadata().is_ok())
        {
            return Err(ExtractError::Exists { path });
        }
        ids.into_iter().map(|id| extract(&file, &package, id, &directory, interrupt)).collect()
    }
}

fn tell(form: Form, extracted: &[Extracted]) -> Result<Exit, Failure> {
    match form {
        Form::Text => {
            let line = |slot: &Extracted| {
                let entries = count(slot.entries, "entry", "entries");
                format!("{}: {entries}, {}\n", escaped::path(&slot.path), megabytes(slot.size))
            };
            say(&extracted.iter().map(line).collect::<String>())?;
        }
        Form::Json => {
            let slots = extracted.iter().map(|slot| {
                json!({ "id": slot.id, "path": slot.path.to_string_lossy(), "entries": slot.entries, "size": slot.size })
            });
            document("psp-extract/1", json!({ "slots": slots.collect::<Vec<_>>() }))?;
        }
    }
    Ok(Exit::Done)
}
