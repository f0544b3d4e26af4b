//! Small pieces that only the end-to-end tests need.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use end_to_end::lacking;

/// Run a command to its end.
#[track_caller]
pub(super) fn run(command: &mut Command) -> Output {
    command.output().expect("a program that can be started")
}

/// Start a package whose program answers `ready` and then waits for its standard input to end.
pub(super) fn start_waiting(command: &mut Command) -> Child {
    let mut child =
        command.arg("wait").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a start");
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().expect("its output")).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    child
}

/// Let a waiting program end.
pub(super) fn finish(mut child: Child) {
    drop(child.stdin.take());
    assert!(child.wait().expect("its end").success());
}

/// Every path below a directory, sorted; the directory itself left out. Links are not followed.
pub(super) fn listing(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut queue = vec![directory.to_path_buf()];
    while let Some(next) = queue.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                queue.push(path.clone());
            }
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The only entry of a cache: the directory of its one slot.
#[track_caller]
pub(super) fn only_entry(cache: &Path) -> PathBuf {
    let entries: Vec<_> = std::fs::read_dir(cache.join("slots")).expect("slots").flatten().collect();
    assert_eq!(entries.len(), 1, "one entry");
    entries[0].path()
}

/// What unfinished starts have left.
pub(super) fn left_over(cache: &Path) -> Vec<PathBuf> {
    listing(&cache.join("work"))
}

/// Whether a test must be left out for want of a Python that packages can be made of.
#[track_caller]
pub(super) fn lacks_python() -> bool {
    let python = Command::new("python3.11").args(["-c", "import pip, ssl"]).output();
    lacking("Python 3.11 with pip", python.is_ok_and(|output| output.status.success()))
}

/// Whether a test must be left out because the Python package index, or this of it, cannot be had.
#[track_caller]
pub(super) fn lacks_pypi(requirement: &str) -> bool {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let mut pip = Command::new("python3.11");
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"]).arg(folder.path());
    let output = pip.arg(requirement).output();
    lacking(&format!("PyPI with {requirement}"), output.is_ok_and(|output| output.status.success()))
}
