//! The cargo inside cargo.
//!
//! It has a target directory of its own, as the outer one holds the lock of its own until this ends; and an environment of its
//! own, so that wrappers, flags and profiles meant for the outer build (clippy's, a coverage tool's) do not reach the stub.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::flags;
use crate::variable;

/// All that the outer environment hands on: where tools are, where they keep things, and the outer build's share of processors.
const KEPT: [&str; 10] = [
    "PATH",
    "HOME",
    "USER",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "RUSTC",
    "CARGO_MAKEFLAGS",
];

/// Builds the stub and gives its path. Nothing is downloaded: whatever it needs, the builder needs too.
pub(crate) fn build(workspace: &Path, target_dir: &Path) -> Result<PathBuf, String> {
    require_c_compiler()?;
    let folders =
        flags::Folders { workspace, cargo_home: &cargo_home()?, sysroot: &sysroot()?, commit: &commit()? };
    let mut cargo = Command::new(variable("CARGO")?);
    cargo
        .args(["build", "--package=psp-launcher", "--bin=psp-launcher", "--features=stub", "--profile=stub"])
        .args(["--locked", "--offline", "--target", flags::TARGET, "--target-dir"])
        .arg(target_dir)
        .current_dir(workspace)
        .env_clear()
        .envs(KEPT.iter().filter_map(|name| Some((name, env::var_os(name)?))))
        .env("CARGO_ENCODED_RUSTFLAGS", flags::rust(&folders)?)
        .env(format!("CFLAGS_{}", flags::TARGET.replace('-', "_")), flags::c())
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TERM_COLOR", "never")
        .stdin(Stdio::null());
    let output = cargo.output().map_err(|error| format!("cargo can't be started: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("the launcher's stub could not be built:\n{said}"));
    }
    Ok(target_dir.join(flags::TARGET).join("stub/psp-launcher"))
}

/// Says at once what a failure deep inside would say badly.
fn require_c_compiler() -> Result<(), String> {
    let found = Command::new("cc").arg("--version").stdin(Stdio::null()).output();
    match found {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err("the launcher's zstd decoder needs a C compiler, and there is no working `cc` on PATH\n\
             help: install one, on Debian and Ubuntu with `apt-get install gcc libc6-dev`"
            .to_owned()),
    }
}

/// Where cargo keeps what it downloads.
pub(crate) fn cargo_home() -> Result<PathBuf, String> {
    match env::var_os("CARGO_HOME") {
        Some(home) => Ok(PathBuf::from(home)),
        None => Ok(env::home_dir().ok_or("neither CARGO_HOME nor HOME is set")?.join(".cargo")),
    }
}

/// Where the compiler's own library is.
pub(crate) fn sysroot() -> Result<PathBuf, String> {
    Ok(PathBuf::from(ask_compiler(&["--print", "sysroot"])?.trim_end()))
}

/// The commit the compiler was built from.
fn commit() -> Result<String, String> {
    let version = ask_compiler(&["--version", "--verbose"])?;
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: "));
    Ok(commit.unwrap_or("unknown").to_owned())
}

fn ask_compiler(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(variable("RUSTC")?).args(arguments).output();
    let output = output.map_err(|error| format!("the compiler can't be started: {error}"))?;
    String::from_utf8(output.stdout).map_err(|_| "the compiler's answer is not text".to_owned())
}
