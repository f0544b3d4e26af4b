//! Child processes of the build: interpreters running our short scripts, uv, pip.
//!
//! They see the build's environment without `PYTHON*`, which would bend the interpreter that is asked where it lives, and run in
//! the work directory, so that nothing in the project's directory is imported by accident.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use foundation::process::{Output, Run};
use foundation::redact;

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

/// How long an interpreter may take to answer a question about itself: a site's start-up code may hang.
const ANSWER_TIME: Duration = Duration::from_secs(300);

/// Runs a command to its end, or until somebody wishes the build to end; nothing that it started stays behind.
pub(super) fn run(command: Command, context: &Context<'_>) -> Result<Output, PythonError> {
    finish(Run::new(command), context)
}

fn finish(run: Run, context: &Context<'_>) -> Result<Output, PythonError> {
    let interrupt = context.interrupt.clone();
    run.stop_when(move || interrupt.signal().is_some()).run().map_err(PythonError::from)
}

/// Runs a command that answers with pairs of name and value, each ended by a zero byte.
pub(super) fn ask(
    command: Command,
    action: &'static str,
    context: &Context<'_>,
) -> Result<BTreeMap<String, OsString>, PythonError> {
    let program = PathBuf::from(command.get_program());
    let output = finish(Run::new(command).timeout(ANSWER_TIME), context)?;
    let failed = || PythonError::Interpreter {
        program: program.clone(),
        action,
        output: last_lines(&output.stderr, output.status),
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

/// The last lines a failed program wrote: what a person would look at first. Passwords in addresses are masked.
pub(super) fn last_lines(stderr: &[u8], status: ExitStatus) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let tail = lines[lines.len().saturating_sub(5)..].join("; ");
    if tail.is_empty() { format!("it ended with {status}") } else { redact::text(&tail).into_owned() }
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
