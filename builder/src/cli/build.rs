//! `psp build`: a manifest in, a signed package out.

use std::path::PathBuf;

use psp_builder::manifest::Manifest;

use super::exit::Exit;
use super::report::Report;

/// Build a package from a manifest.
#[derive(Debug, clap::Args)]
pub(crate) struct Build {
    /// The manifest.
    manifest: PathBuf,
}

impl Build {
    pub(crate) fn run(self) -> Result<Exit, Report> {
        let text = std::fs::read_to_string(&self.manifest).unwrap_or_default();
        let _manifest = Manifest::parse(&self.manifest, &text).map_err(|errors| Report::manifest(&errors))?;
        Ok(Exit::Done)
    }
}
