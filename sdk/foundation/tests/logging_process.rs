//! What only a process of its own can show: panics, signals, `kill -9`, broken standard errors. Each test
//! starts this test binary again with a role, which [`role`] plays.
#![cfg(unix)]

use foundation::logging::Builder;
use serde_json::Value;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ROLE: &str = "FOUNDATION_TEST_ROLE";
const FILE: &str = "FOUNDATION_TEST_FILE";
const RECORDS: u64 = 50_000;
/// So many fit into a pipe: they arrive however late they are read.
const PIPED: u64 = 400;

/// A child of this binary playing `role`.
fn child(role: &str, file: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["role", "--exact", "--nocapture", "--test-threads=1"]).env(ROLE, role).env(FILE, file);
    for name in ["FOUNDRY_LOG", "TF_LOG", "TF_LOG_PROVIDER", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn play(role: &str, file: &Path) -> Output {
    child(role, file).output().unwrap()
}

fn records(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn many() {
    (0..RECORDS).for_each(|number| tracing::info!(number, "one of many"));
}

fn kill_self(signal: rustix::process::Signal) {
    rustix::process::kill_process(rustix::process::getpid(), signal).unwrap();
    loop {
        std::thread::park();
    }
}

/// A value that logs while it is formatted, and may panic. (A subscriber that is not the process's own never
/// sees such records: tracing itself keeps them away.)
struct Noisy(bool);

impl std::fmt::Debug for Noisy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        tracing::info!("from inside");
        assert!(!self.0, "on purpose");
        f.write_str("noisy")
    }
}

/// Does nothing unless this process is a [`child`].
#[test]
fn role() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let file = PathBuf::from(std::env::var_os(FILE).unwrap());
    let to_file = || Builder::new().filter("info").file(&file);
    match role.as_str() {
        "exit" => {
            let guard = to_file().init();
            many();
            drop(guard);
        }
        "panic" => {
            let _guard = to_file().init();
            many();
            let _ = std::thread::spawn(|| panic!("on purpose")).join();
            kill_self(rustix::process::Signal::KILL);
        }
        "sigterm" => {
            let _guard = to_file().flush_on_sigterm().init();
            many();
            kill_self(rustix::process::Signal::TERM);
        }
        "audit" => {
            let _guard = Builder::new().audit(&file).writer(std::io::sink()).init();
            (0..500u64).for_each(|number| tracing::info!(target: "audit", number));
            kill_self(rustix::process::Signal::KILL);
        }
        "provider" => {
            let _guard = Builder::new().provider("acc").default_filter("info").init();
            (0..PIPED).for_each(|number| tracing::info!(number, "creating"));
            let _ = std::thread::spawn(|| panic!("password=canary at\nwork")).join();
        }
        "closed" => {
            let _guard = Builder::new().provider("acc").default_filter("info").init();
            std::io::stdin().lines().next();
            many();
            std::fs::write(&file, "alive").unwrap();
        }
        "stuck" => {
            let _guard = Builder::new().provider("acc").default_filter("info").init();
            many();
            std::fs::write(&file, "alive").unwrap();
        }
        "noisy" => {
            let _guard = to_file().init();
            tracing::info!(value = ?Noisy(false), "outside");
            let _ = std::panic::catch_unwind(|| tracing::info!(value = ?Noisy(true), "never"));
            tracing::info!("after");
        }
        "unopenable" => {
            let _guard = to_file().init();
            many();
            tracing::error!("and this");
        }
        other => panic!("no role {other}"),
    }
}

#[test]
fn nothing_is_lost_at_exit_panic_or_sigterm() {
    let folder = tempfile::tempdir().unwrap();
    for (role, signal) in [("exit", None), ("panic", Some(9)), ("sigterm", Some(15))] {
        let file = folder.path().join(role);
        let output = play(role, &file);
        assert_eq!(output.status.signal(), signal, "{role} {output:?}");
        let numbers: Vec<_> =
            records(&file).iter().map(|record| record["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (0..RECORDS).collect::<Vec<_>>(), "{role}");
    }
}

#[test]
fn values_may_log_and_panic() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    assert!(play("noisy", &file).status.success());
    let records = records(&file);
    let texts: Vec<_> = records.iter().map(|record| record["event"].as_str().unwrap()).collect();
    assert_eq!(texts, ["from inside", "outside", "from inside", "after"]);
}

#[test]
fn the_audit_log_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit");
    assert_eq!(play("audit", &file).status.signal(), Some(9));
    assert_eq!(records(&file).len(), 500);
}

#[test]
fn a_provider_writes_hclog_and_announces_its_panic() {
    let folder = tempfile::tempdir().unwrap();
    let output = play("provider", folder.path());
    let text = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('{')).collect();
    assert_eq!(lines.len() as u64, PIPED, "{text}");
    assert!(lines.iter().all(|line| serde_json::from_str::<Value>(line).unwrap()["@message"] == "creating"));
    let panic: Vec<&str> = text.lines().filter(|line| line.starts_with("panic: ")).collect();
    assert!(
        panic.len() == 1 && panic[0].contains("password=***") && panic[0].contains("logging_process.rs"),
        "{panic:?}"
    );
}

#[test]
fn a_closed_standard_error_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let mut child = child("closed", &file).stdin(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "alive");
}

/// Nobody reads the pipe and nobody closes it.
#[test]
fn a_stuck_standard_error_does_not_stop_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    let mut child = child("stuck", &file).stdout(Stdio::null()).spawn().unwrap();
    let stderr = child.stderr.take();
    assert!(child.wait().unwrap().success());
    assert_eq!(std::fs::read_to_string(file).unwrap(), "alive");
    drop(stderr);
}

#[test]
fn a_sink_that_cannot_be_used_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = vec![folder.path().to_path_buf(), folder.path().join("no/such/folder")];
    files.extend(Path::new("/dev/full").exists().then(|| PathBuf::from("/dev/full")));
    for file in files {
        let output = play("unopenable", &file);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(text.matches("cannot write the log").count(), 1, "{text}");
        assert!(text.contains(file.to_str().unwrap()), "{text}");
    }
}
