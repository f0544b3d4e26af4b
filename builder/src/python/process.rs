//! Child processes of the build: interpreters running our short scripts, uv, pip.
//!
//! They see the build's environment without `PYTHON*`, which would bend the interpreter that is asked where it lives, and run in
//! the work directory, so that nothing in the project's directory is imported by accident.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{Context, PythonError};

/// A command in the work directory, with the build's environment less `PYTHON*`.
pub(super) fn command(program: &Path, context: &Context<'_>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().current_dir(context.work_dir).stdin(Stdio::null());
    command.envs(context.environment.iter().filter(|(name, _)| !is_python(name)));
    command
}

fn is_python(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b"PYTHON") || name == b"__PYVENV_LAUNCHER__"
}

/// Runs a command to its end.
pub(super) fn run(command: &mut Command) -> Result<Output, PythonError> {
    let program = PathBuf::from(command.get_program());
    command.output().map_err(|source| PythonError::Spawn { program, source })
}

/// Runs a command that answers with pairs of name and value, each ended by a zero byte.
pub(super) fn ask(
    command: &mut Command,
    action: &'static str,
) -> Result<BTreeMap<String, OsString>, PythonError> {
    let output = run(command)?;
    let failed = || PythonError::Interpreter {
        program: PathBuf::from(command.get_program()),
        action,
        output: last_lines(&output),
    };
    if !output.status.success() {
        return Err(failed());
    }
    pairs(&output.stdout).ok_or_else(failed)
}

fn pairs(bytes: &[u8]) -> Option<BTreeMap<String, OsString>> {
    // What a site's own start-up code prints comes before the marker.
    let start = bytes.windows(MARKER.len()).position(|window| window == MARKER)? + MARKER.len();
    let mut fields = bytes[start..].split(|byte| *byte == 0);
    let mut answer = BTreeMap::new();
    while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
        answer.insert(String::from_utf8(name.to_vec()).ok()?, os_string(value));
    }
    Some(answer)
}

const MARKER: &[u8] = b"\0psp-answer\0";

#[cfg(unix)]
pub(super) fn os_string(bytes: &[u8]) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
pub(super) fn os_string(bytes: &[u8]) -> OsString {
    OsString::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The last lines a failed program wrote: what a person would look at first.
pub(super) fn last_lines(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let tail = lines[lines.len().saturating_sub(5)..].join("; ");
    if tail.is_empty() { format!("it ended with {}", output.status) } else { tail }
}

/// A program of that name on the build's PATH.
pub(super) fn find_on_path(name: &str, context: &Context<'_>) -> Option<PathBuf> {
    let path = context.environment.get(OsStr::new("PATH"))?;
    std::env::split_paths(path)
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join(name))
        .find(|file| is_executable(file))
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}
