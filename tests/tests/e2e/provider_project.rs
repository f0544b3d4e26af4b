//! `psp init --provider`: the project compiles, passes its own tests, is packaged, and Terraform applies it, by its own README.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::{World, built, text};

use super::support::run;
use super::terraform::lacks_terraform;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What a user's shell has and this world does not: cargo's own directories, and the tools on PATH.
fn with_cargo(command: &mut Command, target: &Path) {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        command.env(name, std::env::var_os(name).unwrap_or_else(|| home.join(folder).into()));
    }
    let binaries = built("psp");
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .env("PATH", format!("{}:{path}", binaries.parent().unwrap().display()))
        .env("CARGO_TARGET_DIR", target)
        // Quick to build; what is tested is not its speed.
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CHECKPOINT_DISABLE", "1");
    if std::env::var_os("CI").is_some() {
        command.env("CI", "true");
    }
}

/// The shell blocks of the project's README, with its binary where the manifest looks for it.
fn script(project: &Path) -> String {
    let page = fs::read_to_string(project.join("README.md")).unwrap();
    let blocks: Vec<_> = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 1, "{page}");
    let built = "cargo build --release";
    let placed = format!(
        "{built}\nmkdir -p target/release && cp \"$CARGO_TARGET_DIR/release/terraform-provider-acme\" target/release/"
    );
    format!("set -euo pipefail\n{}", blocks[0].replace(built, &placed))
}

#[test]
fn a_new_provider_is_tested_packaged_and_applied_as_its_readme_says() {
    if lacks_terraform() {
        return;
    }
    let world = World::new();
    let output = run(world.psp().args(["init", "--provider", "acme", "--sdk", ROOT]));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let project = world.path("terraform-provider-acme");
    // The versions that are built here anyway.
    fs::copy(Path::new(ROOT).join("Cargo.lock"), project.join("Cargo.lock")).unwrap();
    let target = built("psp").with_file_name("provider-project");
    let mut command = world.command("bash");
    command.arg("-c").arg(script(&project)).current_dir(&project);
    with_cargo(&mut command, &target);
    let output = run(&mut command);
    let said = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(said.contains("3 passed") && said.contains("1 added") && said.contains("It works."), "{said}");
}

#[test]
fn a_directory_with_something_in_it_is_left_alone() {
    let world = World::new();
    world.write("mine/README.md", "mine");
    let output = run(world.psp().args(["init", "mine", "--provider", "acme"]));
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("init-not-empty"), "{}", text(&output.stderr));
    assert_eq!(fs::read_dir(world.path("mine")).unwrap().count(), 1);
}
