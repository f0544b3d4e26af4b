//! Every shell block of README, run as it stands, with the `psp` that the tests have.

use std::path::Path;
use std::process::Command;

use end_to_end::{World, text};

use super::guide::{self, ROOT};
use super::support::{lacks_python, run};

/// The shell blocks, with the commands that build `psp` itself replaced by the one that is built.
fn blocks() -> Vec<String> {
    let blocks = guide::blocks("README.md").into_iter().filter(|block| !block.contains("cargo xtask ci"));
    blocks
        .map(|block| {
            block
                .replace("cargo run --release --bin psp --", "psp")
                .replace("cargo build --release --bin psp", "true")
        })
        .collect()
}

#[test]
fn the_blocks_of_readme_work_one_after_the_other() {
    if lacks_python() {
        return;
    }
    let world = World::new();
    let blocks = blocks();
    assert_eq!(blocks.len(), 3, "{blocks:?}");
    std::os::unix::fs::symlink(Path::new(ROOT).join("test-fixtures"), world.path("test-fixtures")).unwrap();
    let script = format!("set -e\n{}", blocks.join("\n"));
    // The user's own PATH, and pip's settings: a home of this world's own, but the machine's Python.
    let mut command = Command::new("bash");
    command
        .arg("-c")
        .arg(script)
        .current_dir(world.path(""))
        .env("PATH", guide::path())
        .env("HOME", world.path("home"));
    for name in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "PSP_CACHE_DIR", "PSP_BUILD_CACHE_DIR"] {
        command.env_remove(name);
    }
    let output = run(&mut command);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", text(&output.stderr));
    assert!(said.contains("3.2.4\n") && said.contains("hello, world\n"), "{said}");
}
