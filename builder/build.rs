//! Builds the launcher's stub, whose bytes `psp` carries, with a cargo of its own: it needs another profile (it aborts, it is
//! small) and another way of generating code than the program it is put into.
//!
//! Must never depend on where it runs: the stub's bytes are the same in every checkout, home and target directory. Exports
//! `PSP_STUB`, the path of the stub, for `include_bytes!`.

#[path = "build/flags.rs"]
mod flags;
#[path = "build/nested.rs"]
mod nested;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What the stub is made of, relative to the workspace: a change there makes it anew.
const INPUTS: [&str; 10] = [
    "builder/build.rs",
    "builder/build",
    "launcher/Cargo.toml",
    "launcher/build.rs",
    "launcher/discard.ld",
    "launcher/src",
    "format-spec/Cargo.toml",
    "format-spec/src",
    "Cargo.toml",
    "Cargo.lock",
];

fn main() -> ExitCode {
    match stub() {
        Ok(path) => {
            println!("cargo::rustc-env=PSP_STUB={}", path.display());
            ExitCode::SUCCESS
        }
        Err(why) => {
            for line in why.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

fn stub() -> Result<PathBuf, String> {
    let workspace = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let workspace = workspace.parent().ok_or("the builder's folder has no parent")?;
    for input in INPUTS {
        println!("cargo::rerun-if-changed={}", workspace.join(input).display());
    }
    let out = PathBuf::from(variable("OUT_DIR")?);
    let built = nested::build(workspace, &out.join("stub-target"))?;
    let stub = out.join("psp-launcher");
    std::fs::copy(&built, &stub).map_err(|error| format!("{}: {error}", built.display()))?;
    refuse_paths(&stub, workspace)?;
    Ok(stub)
}

/// A stub that names a folder of this machine would differ on the next one, and tell of it to everybody.
fn refuse_paths(stub: &Path, workspace: &Path) -> Result<(), String> {
    let bytes = std::fs::read(stub).map_err(|error| format!("{}: {error}", stub.display()))?;
    for folder in [workspace.to_path_buf(), nested::cargo_home()?, nested::sysroot()?] {
        let name = folder.as_os_str().as_encoded_bytes();
        // A folder directly below the root could be anybody's.
        if folder.components().count() > 2 && bytes.windows(name.len()).any(|window| window == name) {
            return Err(format!("the stub's bytes hold the path {}", folder.display()));
        }
    }
    Ok(())
}

fn variable(name: &str) -> Result<std::ffi::OsString, String> {
    env::var_os(name).ok_or_else(|| format!("{name} is not set: this program is to be run by cargo"))
}
