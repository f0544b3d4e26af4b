//! The programs that the tests start, each made once for all tests of a run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

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

fn example(name: &str) -> PathBuf {
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let arguments = ["build", "--quiet", "--package", "tf-plugin", "--message-format", "json"];
    let mut build = Command::new(env!("CARGO"));
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
