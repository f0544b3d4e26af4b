//! `cargo xtask bench python-provider [--quick] [--psp FILE]`: a provider in Python as a package, beside the same provider installed
//! by pip.
//!
//! Both have the same interpreter and the versions of `test-fixtures/pyvider/requirements.txt`, lie in mirrors of the same layout,
//! and are started by the real Terraform. Start with [`run`].

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

use tempfile::TempDir;

use super::contest::{Contestant, command, compete};
use super::error::at;
use super::table::{Table, bytes};
use super::workplace::{disk, find_psp, finish, machine, terraform};
use super::{BenchError, Options};
use crate::tree::Root;

const FIXTURE: &str = "test-fixtures/pyvider";
const NAME: &str = "terraform-provider-pyvider_v0.8.1";
/// Where a mirror has it, unpacked.
const INSIDE: &str = "registry.example.com/local/pyvider/0.8.1/linux_amd64";
const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    pyvider = {
      source  = "registry.example.com/local/pyvider"
      version = "0.8.1"
    }
  }
}

resource "pyvider_file_content" "note" {
  filename = "${path.module}/note.txt"
  content  = "a note"
}
"#;
/// A plan; and what starts the provider once.
const COMMANDS: [(&str, &[&str]); 2] =
    [("plan", &["plan", "-input=false"]), ("schema", &["providers", "schema", "-json"])];

/// Measures, and gives the tables as markdown.
pub(super) fn run(root: &Root, options: &[&str]) -> Result<String, BenchError> {
    let options = Options::parse(options)?;
    if let Some(name) = options.names.into_iter().next() {
        return Err(BenchError::Unknown(name));
    }
    let disk = disk(root)?;
    let package = package(root, &find_psp(root, options.psp.as_deref())?, &disk)?;
    let script = script(root, &disk)?;
    let place = tempfile::tempdir().map_err(at(&std::env::temp_dir()))?;
    let by_pip = Project::new(&place, "pip", &script)?;
    let packaged = Project::new(&place, "psp", &package)?;
    let rounds = if options.is_quick { 5 } else { 20 };
    let mut printed = machine();
    for (name, arguments) in COMMANDS {
        eprintln!("bench python-provider, {name} …");
        let table = race(&by_pip, &packaged, arguments, rounds)?.to_string();
        eprintln!("{table}");
        printed.push_str(&format!("\n### python-provider, {name}\n\n{table}"));
    }
    let length = fs::metadata(&package).map_err(at(&package))?.len();
    printed.push_str(&format!("\nThe package has {} bytes.\n", bytes(length)));
    Ok(printed)
}

/// One of Terraform's commands with both; a few times also with a package that is not in the cache.
fn race(
    by_pip: &Project,
    packaged: &Project,
    arguments: &[&str],
    rounds: usize,
) -> Result<Table, BenchError> {
    let cache = packaged.folder.join(format!("cold-{}", arguments.concat()));
    let mut cold = packaged.terraform(arguments);
    cold.env("PSP_CACHE_DIR", &cache);
    // Put away, not removed: ext4 looks for inodes that were not freed within the last seconds one by one.
    let mut number = 0;
    let put_away = || {
        number += 1;
        let aside = cache.with_extension(number.to_string());
        fs::rename(&cache, aside).or_else(ignore_missing).map_err(at(&cache))
    };
    let mut contestants = [
        Contestant::new("installed by pip", by_pip.terraform(arguments)),
        Contestant::new("packaged", packaged.terraform(arguments)),
        Contestant::new("packaged, the cache empty", cold).after(put_away).every(5),
    ];
    compete(&mut contestants, rounds)?;
    let mut table = Table::durations(&contestants, 0);
    let ratio = contestants[1].ratio(&contestants[0]);
    table.note(format!(
        "packaged / pip, round by round: median {:.3} (quartiles {:.3} … {:.3})",
        ratio.median, ratio.low, ratio.high
    ));
    Ok(table)
}

fn ignore_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Builds the package. Where packages come from is the user's own business, so the environment is the user's.
fn package(root: &Root, psp: &Path, disk: &Path) -> Result<PathBuf, BenchError> {
    eprintln!("building the package …");
    let home = disk.join("home");
    fs::create_dir_all(&home).map_err(at(&home))?;
    let package = disk.join(NAME);
    let mut build = Command::new(psp);
    build.arg("build").arg(root.join(FIXTURE).join("manifest.toml")).arg("-o").arg(&package).arg("--quiet");
    build.env("XDG_CONFIG_HOME", home.join(".config")).env("PSP_BUILD_CACHE_DIR", home.join("build"));
    finish(&mut build)?;
    Ok(package)
}

/// Installs the same by pip, and gives the console script, which Terraform starts under the provider's name.
fn script(root: &Root, disk: &Path) -> Result<PathBuf, BenchError> {
    eprintln!("installing by pip …");
    let folder = disk.join("pyvider");
    if !folder.join("bin/pip").exists() {
        finish(Command::new("python3.11").args(["-m", "venv"]).arg(&folder))?;
    }
    let mut pip = Command::new(folder.join("bin/pip"));
    finish(pip.args(["install", "--quiet", "-r"]).arg(root.join(FIXTURE).join("requirements.txt")))?;
    Ok(folder.join("bin/pyvider"))
}

/// A configuration, a mirror with one provider in it, and a home.
struct Project {
    terraform: PathBuf,
    folder: PathBuf,
}

impl Project {
    fn new(place: &TempDir, name: &str, provider: &Path) -> Result<Self, BenchError> {
        let folder = place.path().join(name);
        let mirror = folder.join("mirror");
        let inside = mirror.join(INSIDE);
        fs::create_dir_all(&inside).map_err(at(&inside))?;
        fs::copy(provider, inside.join(NAME)).map_err(at(provider))?;
        let settings = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
            mirror.display().to_string()
        );
        for (name, text) in [("main.tf", CONFIGURATION), ("terraformrc", settings.as_str())] {
            let path = folder.join(name);
            fs::write(&path, text).map_err(at(&path))?;
        }
        let project = Self { terraform: terraform()?, folder };
        finish(&mut project.terraform(&["init", "-input=false"]))?;
        Ok(project)
    }

    /// Terraform in this project, silent.
    fn terraform(&self, arguments: &[&str]) -> Command {
        let settings = self.folder.join("terraformrc");
        let mut command =
            command(&self.terraform, &[("HOME", &self.folder), ("TF_CLI_CONFIG_FILE", &settings)]);
        command.args(arguments).current_dir(&self.folder).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}
