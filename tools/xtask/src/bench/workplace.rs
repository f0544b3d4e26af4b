//! Where benches work: `bench` in cargo's target directory and a folder in memory, `psp`, the tiny program, the peer.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::BenchError;
use super::contest::command;
use super::error::at;
use super::peer::Peer;
use crate::tree::Root;

/// All that is prepared before the first run.
pub(super) struct Workplace {
    /// On the disk that holds cargo's target directory.
    pub(super) disk: PathBuf,
    /// In memory, if the system has a place there; emptied in the end.
    pub(super) memory: Option<PathBuf>,
    /// The builder.
    pub(super) psp: PathBuf,
    /// A program that does nothing.
    pub(super) tiny: PathBuf,
    /// Flavorpack; or why it is not here.
    pub(super) peer: Result<Peer, String>,
    is_quick: bool,
}

impl Workplace {
    /// Builds `psp` and the tiny program, and fetches the peer.
    pub(super) fn prepare(root: &Root, psp: Option<&Path>, is_quick: bool) -> Result<Workplace, BenchError> {
        let disk = disk(root)?;
        let psp = find_psp(root, psp)?;
        let tiny = disk.join("tiny");
        let source = root.join("test-fixtures/payloads/tiny.c");
        let mut compile = Command::new("cc");
        compile.args(["-O1", "-static", "-nostdlib", "-s", "-Wl,--build-id=none", "-o"]);
        finish(compile.arg(&tiny).arg(&source))?;
        let peer = Peer::fetch(&disk.join("peer"));
        Ok(Workplace { memory: in_memory(), disk, psp, tiny, peer, is_quick })
    }

    /// So many rounds, or a tenth of them.
    pub(super) fn rounds(&self, rounds: usize) -> usize {
        if self.is_quick { (rounds / 10).max(3) } else { rounds }
    }

    /// The places on each file system, with what it is called.
    pub(super) fn places(&self) -> Vec<(&'static str, &Path)> {
        let memory = self.memory.as_deref().map(|path| ("tmpfs", path));
        memory.into_iter().chain([("disk", self.disk.as_path())]).collect()
    }

    /// `psp build` of a manifest, with a home of its own.
    pub(super) fn build(&self, manifest: &Path, output: &Path) -> Command {
        let mut build = command(&self.psp, &[("HOME", &self.disk.join("home"))]);
        build.arg("build").arg(manifest).arg("-o").arg(output).arg("--quiet");
        build
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        if let Some(memory) = &self.memory {
            let _ = fs::remove_dir_all(memory);
        }
    }
}

/// Cargo's target directory.
fn target(root: &Root) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// The folder for what stays from run to run.
pub(super) fn disk(root: &Root) -> Result<PathBuf, BenchError> {
    let disk = target(root).join("bench");
    fs::create_dir_all(&disk).map_err(at(&disk))?;
    disk.canonicalize().map_err(at(&disk))
}

/// The `psp` that was named, else the one of this tree, built as it is released.
pub(super) fn find_psp(root: &Root, named: Option<&Path>) -> Result<PathBuf, BenchError> {
    if let Some(psp) = named {
        return Ok(psp.to_owned());
    }
    let target = target(root);
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--release", "--package=psp-builder", "--bin=psp", "--target-dir"]).arg(&target);
    finish(build.current_dir(root.path()))?;
    Ok(target.join("release/psp"))
}

/// The real Terraform.
pub(super) fn terraform() -> Result<PathBuf, BenchError> {
    let search = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&search).map(|folder| folder.join("terraform")).find(|path| path.is_file());
    found.ok_or_else(|| BenchError::Failed { command: "terraform".into(), said: "it is not on PATH".into() })
}

fn in_memory() -> Option<PathBuf> {
    let path = PathBuf::from(format!("/dev/shm/psp-bench-{}", std::process::id()));
    fs::create_dir(&path).ok().map(|()| path)
}

/// Runs a command that must succeed.
pub(super) fn finish(command: &mut Command) -> Result<(), BenchError> {
    let name = format!("{:?}", command.get_program());
    match command.output() {
        Err(source) => Err(BenchError::Start { command: name, source }),
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(BenchError::Failed { command: name, said })
        }
    }
}

/// Removes a folder and all in it, if it is there.
pub(super) fn clear(folder: &Path) -> Result<(), BenchError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(at(folder)(error)),
        _ => Ok(()),
    }
}

/// Whether a program is on PATH.
pub(super) fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// A line on the machine.
pub(super) fn machine() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let (processors, load) = (read("/proc/cpuinfo"), read("/proc/loadavg"));
    let model = processors.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |model| model.trim_start_matches([' ', '\t', ':']));
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{count} × {model}, Linux {}, load {} at the start\n",
        read("/proc/sys/kernel/osrelease").trim(),
        load.split(' ').take(3).collect::<Vec<_>>().join(" ")
    )
}
