//! `cargo xtask bench provider [--quick]`: what the reference provider costs as a signed package, beside its bare binary.
//!
//! The binary is built as it is shipped, with the profile `provider`. The page is `tools/terraform-provider-foundry/BENCHMARKS.md`.
//! Start with [`run`].

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::BenchError;
use super::contest::{Contestant, command, compete};
use super::error::at;
use super::table::{Table, bytes};
use super::workplace::{finish, machine};
use crate::tree::Root;

const SOURCE: &str = "registry.example.com/foundry/foundry";
/// What Terraform sets so that a plugin knows that it was not started by hand.
const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// The provider, bare and packaged, and room for projects.
struct Place {
    bare: PathBuf,
    package: PathBuf,
    directory: TempDir,
    is_quick: bool,
}

/// Measures, and gives the tables as markdown.
pub(super) fn run(root: &Root, options: &[&str]) -> Result<String, BenchError> {
    let is_quick = match options {
        [] => false,
        ["--quick"] => true,
        [unknown, ..] => return Err(BenchError::Unknown((*unknown).to_owned())),
    };
    let place = Place::prepare(root, is_quick)?;
    let mut printed = machine();
    for (name, bench) in [("size", size as fn(&Place) -> _), ("handshake", handshake), ("plan", plan)] {
        eprintln!("bench provider, {name} …");
        let table: Table = bench(&place)?;
        eprintln!("{table}");
        printed.push_str(&format!("\n### {name}\n\n{table}"));
    }
    Ok(printed)
}

impl Place {
    fn prepare(root: &Root, is_quick: bool) -> Result<Self, BenchError> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let build = |arguments: &[&str]| {
            let mut build = Command::new(&cargo);
            build.arg("build").args(arguments).arg("--target-dir").arg(&target);
            finish(build.current_dir(root.path()))
        };
        build(&["--profile=provider", "--package=terraform-provider-foundry"])?;
        build(&["--release", "--package=psp-builder", "--bin=psp"])?;
        let directory = tempfile::tempdir().map_err(at(&std::env::temp_dir()))?;
        let path = |name: &str| directory.path().join(name);
        for name in ["bare", "package", "home"] {
            fs::create_dir(path(name)).map_err(at(&path(name)))?;
        }
        let built = target.join("provider/terraform-provider-foundry");
        let (bare, slot) = (path("bare/terraform-provider-foundry"), path("provider"));
        for copy in [&bare, &slot] {
            fs::copy(&built, copy).map_err(at(&built))?;
        }
        let manifest = path("manifest.toml");
        let text = format!(
            "[package]\nname = \"foundry\"\nversion = \"0.1.0\"\n[terraform]\nsource = \"{SOURCE}\"\nprotocols = [\"5.0\", \"6.0\"]\n\
             [run]\ncommand = [\"{{slot:provider}}\"]\n[[slot]]\nid = \"provider\"\nsource = \"provider\"\nlevel = 19\n"
        );
        fs::write(&manifest, text).map_err(at(&manifest))?;
        let package = path("package/terraform-provider-foundry");
        let mut build = command(&target.join("release/psp"), &[("HOME", &path("home"))]);
        finish(build.arg("build").arg(&manifest).arg("-o").arg(&package).arg("--quiet"))?;
        Ok(Self { bare, package, directory, is_quick })
    }

    fn rounds(&self, rounds: usize) -> usize {
        if self.is_quick { (rounds / 10).max(3) } else { rounds }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

fn size(place: &Place) -> Result<Table, BenchError> {
    let mut table = Table::new(&["file", "bytes"]);
    for (name, path) in [("binary, stripped", &place.bare), ("package", &place.package)] {
        let length = fs::metadata(path).map_err(at(path))?.len();
        table.row([name.to_owned(), bytes(length)]);
    }
    Ok(table)
}

/// From before the process is made to its handshake line, as Terraform asks for it: with a certificate of its own.
fn handshake(place: &Place) -> Result<Table, BenchError> {
    let start = |program: &Path| {
        let mut start =
            command(program, &[("HOME", &place.path("home")), ("TMPDIR", place.directory.path())]);
        start.env("TF_PLUGIN_MAGIC_COOKIE", COOKIE).env("PLUGIN_PROTOCOL_VERSIONS", "5,6");
        start
    };
    let with_certificate = |program: &Path| {
        let mut start = start(program);
        start.env("PLUGIN_CLIENT_CERT", include_str!("../../../../plugin/rpc/tests/data/p521.pem"));
        start
    };
    let contestant = |name: &str, command| Contestant::new(name, command).until_line();
    let mut contestants = [
        contestant("binary, AutoMTLS", with_certificate(&place.bare)),
        contestant("package, AutoMTLS", with_certificate(&place.package)),
        contestant("binary, without TLS", start(&place.bare)),
        contestant("package, without TLS", start(&place.package)),
    ];
    compete(&mut contestants, place.rounds(300))?;
    Ok(Table::durations(&contestants, 0))
}

/// A whole `terraform plan` of one resource that exists.
fn plan(place: &Place) -> Result<Table, BenchError> {
    let planning = |name: &str, folder: &str| -> Result<Contestant<'static>, BenchError> {
        let project = place.path(&format!("project-{folder}"));
        fs::create_dir(&project).map_err(at(&project))?;
        let text = format!(
            "terraform {{\n  required_providers {{\n    foundry = {{\n      source = \"{SOURCE}\"\n    }}\n  }}\n}}\n\
             resource \"foundry_file_content\" \"a\" {{\n  filename = \"a.txt\"\n  content  = \"a\"\n}}\n"
        );
        let settings = format!(
            "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n    {SOURCE:?} = {:?}\n  }}\n  direct {{}}\n}}\n",
            place.path(folder).display().to_string()
        );
        for (name, text) in [("main.tf", text), ("cli.tfrc", settings)] {
            fs::write(project.join(name), text).map_err(at(&project))?;
        }
        let terraform = |arguments: &[&str]| {
            let settings = project.join("cli.tfrc");
            let environment = [("HOME", place.path("home")), ("TMPDIR", place.directory.path().to_owned())];
            let mut terraform = command(Path::new("terraform"), &[]);
            terraform.envs(environment).env("TF_CLI_CONFIG_FILE", settings).env("CHECKPOINT_DISABLE", "1");
            terraform.args(arguments).current_dir(&project).stdout(std::process::Stdio::null());
            terraform.stderr(std::process::Stdio::null());
            terraform
        };
        finish(&mut terraform(&["apply", "-input=false", "-auto-approve"]))?;
        Ok(Contestant::new(name, terraform(&["plan", "-input=false"])))
    };
    let mut contestants = [planning("bare binary", "bare")?, planning("package", "package")?];
    compete(&mut contestants, place.rounds(60))?;
    Ok(Table::durations(&contestants, 0))
}
