//! The programs that the tests start, each made once for all tests of a run.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use tf_plugin::host::Ended;

/// Where Debian puts the sources of its Go packages.
const GOPATH: &str = "/usr/share/gocode";

/// The key-value plugin in Rust: examples/kv_plugin.rs.
pub(crate) fn kv_plugin() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| example("kv_plugin"))
}

/// The provider of examples/bare_provider.
pub(crate) fn bare_provider() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| example("bare_provider"))
}

/// The key-value plugin in Go, host and plugin in one, of tests/go. None if this machine has no Go or no go-plugin.
pub(crate) fn go_peer() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    BUILT.get_or_init(build_go_peer).as_deref()
}

/// Says that a test is skipped for want of something; where nothing may be wanting, fails.
pub(crate) fn skip(wanted: &str) {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{wanted} is not here");
    println!("skipped: {wanted} is not here");
}

/// Waits until no other process makes what has this name, and lets none do so until the file is dropped: nextest gives each test a
/// process, and several of them would write the same files at once.
pub(crate) fn alone(name: &str) -> File {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("lock");
    let lock = File::create(path).expect("a file");
    lock.lock().expect("a lock");
    lock
}

/// How a plugin ended. A host kills what does not end within 2 s, and so may a busy machine: then there is another attempt, up to
/// three in all. The last one counts, whatever its end.
pub(crate) async fn patiently(attempt: impl AsyncFn() -> Ended) -> Ended {
    for _ in 0..2 {
        let ended = attempt().await;
        if ended != Ended::Killed {
            return ended;
        }
    }
    attempt().await
}

fn example(name: &str) -> PathBuf {
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    // As one with all others, or their dependencies would be built a second time with the features of this one alone.
    let arguments = ["build", "--quiet", "--workspace", "--message-format", "json"];
    let mut build = Command::new(env!("CARGO"));
    // What cargo told this test of its package would be news to the build scripts: everything would be built again, also what other
    // tests are starting just then.
    let told = |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.starts_with(start));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(told)) {
        build.env_remove(name);
    }
    build.args(arguments).args(["--profile", profile, "--example", name]);
    let output = build.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo is here");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    let program = |line: &str| {
        let message: Value = serde_json::from_str(line).ok()?;
        let is_it = message["target"]["name"] == name;
        message["executable"].as_str().filter(|_| is_it).map(PathBuf::from)
    };
    messages.lines().find_map(program).expect("cargo names what it made")
}

fn build_go_peer() -> Option<PathBuf> {
    if !Path::new(GOPATH).join("src/github.com/hashicorp/go-plugin").is_dir() {
        skip("Debian's golang-github-hashicorp-go-plugin-dev");
        return None;
    }
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-peer");
    // Whoever comes later finds it done: go does not write again what is up to date.
    let _alone = alone("go-peer");
    let mut build = Command::new("go");
    build
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/go"));
    build.env("GO111MODULE", "off").env("GOPATH", GOPATH).env("GOFLAGS", "");
    if std::env::var_os("HOME").is_none() {
        build.env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-cache"));
    }
    match build.output() {
        Ok(output) => {
            assert!(output.status.success(), "go build: {}", String::from_utf8_lossy(&output.stderr));
            Some(program)
        }
        Err(_) => {
            skip("go");
            None
        }
    }
}
