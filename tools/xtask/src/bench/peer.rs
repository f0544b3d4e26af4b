//! Flavorpack, the package that ours is measured against: its own builders and launchers, out of its wheel.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use serde_json::json;

use super::BenchError;
use super::contest::command;
use super::error::at;
use super::workplace::finish;

/// What is asked of the Python index.
const REQUIREMENT: &str = "flavorpack==0.5.4";
/// Its launchers, and how they are called in tables.
const LAUNCHERS: [(&str, &str); 2] =
    [("flavor-rs-launcher-", "flavorpack, Rust"), ("flavor-go-launcher-", "flavorpack, Go")];
const BUILDER: &str = "flavor-rs-builder-";

/// Its builder and launchers.
#[derive(Debug)]
pub(super) struct Peer {
    builder: PathBuf,
    /// Each with its name in tables.
    pub(super) launchers: Vec<(&'static str, PathBuf)>,
}

/// One slot of a package.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot<'a> {
    pub(super) id: &'a str,
    pub(super) source: &'a Path,
    /// Where it goes in the work environment.
    pub(super) target: &'a str,
    /// Empty for a file as it is, `tgz` for a packed tree.
    pub(super) operations: &'a str,
}

impl Peer {
    /// Installs it into a virtual environment; the reason if that can't be done here.
    pub(super) fn fetch(folder: &Path) -> Result<Peer, String> {
        let pip = folder.join("bin/pip");
        if !pip.exists() {
            finish(Command::new("python3").args(["-m", "venv"]).arg(folder))
                .map_err(|error| error.to_string())?;
        }
        let helpers = folder.join("lib");
        if let Some(peer) = Peer::find(&helpers) {
            return Ok(peer);
        }
        finish(Command::new(pip).args(["install", "--quiet", "--no-deps", REQUIREMENT]))
            .map_err(|error| error.to_string())?;
        Peer::find(&helpers).ok_or_else(|| format!("{REQUIREMENT} has no builder for this machine"))
    }

    fn find(folder: &Path) -> Option<Peer> {
        let helpers = folders(folder).ok()?.into_iter().find(|path| path.join("site-packages").exists())?;
        let helpers = helpers.join("site-packages/flavor/helpers/bin");
        let find = |prefix: &str| {
            let named = |path: &PathBuf| {
                path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))
            };
            folders(&helpers).ok()?.into_iter().find(named)
        };
        let launchers = LAUNCHERS.iter().filter_map(|(prefix, name)| Some((*name, find(prefix)?))).collect();
        Some(Peer { builder: find(BUILDER)?, launchers })
    }

    /// Builds a package that starts `program` of its work environment.
    pub(super) fn build(
        &self,
        launcher: &Path,
        slots: &[Slot<'_>],
        program: &str,
        output: &Path,
    ) -> Result<(), BenchError> {
        let slots: Vec<_> = (0..).zip(slots).map(|(number, slot)| slot.manifest(number)).collect();
        let manifest = json!({
            "package": { "name": "bench", "version": "1.0.0" },
            "execution": { "command": format!("{{workenv}}/{program}") },
            "slots": slots,
        });
        let path = output.with_extension("json");
        fs::write(&path, manifest.to_string()).map_err(at(&path))?;
        let mut build = command(&self.builder, &[]);
        build.arg("--manifest").arg(&path).arg("--output").arg(output).arg("--launcher-bin").arg(launcher);
        finish(build.args(["--key-seed", "bench"]))
    }
}

impl Slot<'_> {
    fn manifest(&self, number: u32) -> serde_json::Value {
        json!({
            "slot": number,
            "id": self.id,
            "source": self.source.to_string_lossy(),
            "target": self.target,
            "operations": self.operations,
            "purpose": "payload",
            "lifecycle": "cache",
            "permissions": "0755",
        })
    }
}

/// Starts a package of it, as quietly as it can.
pub(super) fn start(package: &Path, cache: &Path) -> Command {
    let mut start = command(package, &[("FLAVOR_CACHE_DIR", cache), ("HOME", cache)]);
    start.env("FLAVOR_LOG_LEVEL", "error").env("FLAVOR_LAUNCHER_LOG_LEVEL", "error");
    start
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort_by_key(|path| path.file_name().map(OsString::from));
    Ok(paths)
}
