//! Providers: `[terraform]` in a manifest, `psp install`, `psp mirror`, `psp release`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::bench::{Bench, text};

mod bad_input;
mod build;
mod foreign;
mod forged;
mod full;
mod install;
mod interrupted;
mod mirror;
mod release;
mod writers;

/// What makes something of packages in a directory.
const COMMANDS: [&str; 3] = ["install", "mirror", "release"];

/// Says that it listens, in whatever version it is asked for, and waits.
const PLUGIN: &str = "#!/bin/sh\necho \"1|$PLUGIN_PROTOCOL_VERSIONS|unix|/tmp/none|grpc|\"\nexec sleep 100\n";

const NAME: &str = "terraform-provider-foundry_v1.2.3";
const ARCHIVE: &str = "terraform-provider-foundry_1.2.3_linux_amd64.zip";

fn manifest(version: &str) -> String {
    format!(
        "[package]\nname = \"foundry\"\nversion = \"{version}\"\n[terraform]\nsource = \"registry.example.com/foundry/foundry\"\nprotocols = [\"6.0\", \"5.0\"]\n[run]\ncommand = [\"{{slot:app}}/plugin\"]\n[[slot]]\nid = \"app\"\nsource = \"plugin\"\n"
    )
}

/// A bench with a provider's manifest, and the provider by key 1.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("manifest.toml", &manifest("1.2.3"));
    plugin(&bench, PLUGIN);
    bench.done(&["build", "--key", "1.key", "-q"]);
    bench
}

fn plugin(bench: &Bench, script: &str) {
    bench.write("plugin/plugin", script);
    bench.mode("plugin/plugin", 0o755);
}

fn bytes(path: PathBuf) -> Vec<u8> {
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All that is below a directory: what it is with its mode, and what it holds or where it leads.
fn tree(root: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut queue = vec![root.to_owned()];
    while let Some(directory) = queue.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let (path, metadata) = (entry.path(), entry.metadata().unwrap());
            let content = match metadata.file_type() {
                kind if kind.is_file() => bytes(path.clone()),
                kind if kind.is_symlink() => fs::read_link(&path).unwrap().as_os_str().as_bytes().to_vec(),
                _ => Vec::new(),
            };
            if metadata.is_dir() {
                queue.push(path.clone());
            }
            found.insert(path.strip_prefix(root).unwrap().to_owned(), (metadata.mode(), content));
        }
    }
    found
}

/// The arguments of a command that puts a package into a directory.
fn put<'a>(command: &'a str, package: &'a str, target: &'a str) -> Vec<&'a str> {
    let key: &[&str] = if command == "install" { &[] } else { &["--key", "1.key"] };
    [&[command, package, "--terraform", target], key].concat()
}

/// The command ends with 1, this code and a line of help, and its target is byte by byte as it was, or not there.
#[track_caller]
fn refused(bench: &Bench, arguments: &[&str], target: &str, code: &str) -> String {
    let before = (bench.path(target).exists(), tree(&bench.path(target)));
    let said = bench.refused(arguments, code);
    let after = (bench.path(target).exists(), tree(&bench.path(target)));
    assert!(before == after, "{arguments:?} changed {target}: {:?}", after.1.keys());
    said
}

/// Another provider of the same version, of other bytes: `other`.
fn other(bench: &Bench) -> &'static str {
    plugin(bench, &format!("{PLUGIN}# changed\n"));
    bench.done(&["build", "--key", "1.key", "-q", "-o", "other"]);
    "other"
}

/// A psp that may write only where everybody may.
fn unprivileged(bench: &Bench, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_psp")]);
    command.args(arguments).current_dir(bench.path("")).env_clear().env("HOME", "/nonexistent");
    command.output().unwrap()
}

/// Runs a script as root in a mount namespace of its own; `$0` is psp.
fn mounted(bench: &Bench, script: &str, arguments: &[&str]) -> std::process::Output {
    let psp = bench.command(arguments);
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-e", "-c", script]).arg(psp.get_program()).args(arguments);
    command
        .current_dir(bench.path(""))
        .env_clear()
        .envs(psp.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").output().unwrap()
}

/// Whether a test, or the rest of one, must be left out as only root can do it.
fn lacks_root() -> bool {
    let is_root = fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0);
    if !is_root {
        eprintln!("SKIPPED: root is lacking");
    }
    !is_root
}
