//! Pages whose shell blocks are run as they stand, one after the other, in a world of their own.

use std::fs;
use std::path::{Path, PathBuf};

use end_to_end::{World, built, text};

use super::support::run;

/// The top of the repository.
pub(super) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The shell blocks of a page, by its path in the repository.
pub(super) fn blocks(page: &str) -> Vec<String> {
    let text = read(page);
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.map(str::to_owned).collect()
}

/// Runs a guide of the builder; comes back with what was said on both channels.
#[track_caller]
pub(super) fn follow(world: &World, guide: &str) -> String {
    let guide = format!("builder/docs/{guide}");
    let blocks = blocks(&guide);
    let fences = read(&guide).lines().filter(|line| line.starts_with("```")).count();
    assert_eq!(blocks.len() * 2, fences, "only shell blocks");
    // A block may leave a server running.
    let stop = "trap 'kill ${server-} 2> /dev/null || true' EXIT";
    let mut command = world.command("bash");
    command.arg("-c").arg(format!("set -euo pipefail\n{stop}\n{}", blocks.join("\n")));
    command.env("PATH", path()).env("CHECKPOINT_DISABLE", "1");
    // Where this machine gets Python's packages from.
    let is_installers = |name: &str| name.starts_with("PIP_") || name.starts_with("UV_");
    command.envs(std::env::vars().filter(|(name, _)| is_installers(name)));
    let output = run(&mut command);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success(), "{said}");
    said
}

/// The user's PATH, with the built `psp` first.
pub(super) fn path() -> String {
    let binaries = built("psp");
    let binaries = binaries.parent().map(PathBuf::from).unwrap_or_default();
    format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap_or_default())
}

fn read(page: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(page)).expect(page)
}
