//! A directory with a home of its own, and packages to try things on.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use ed25519_dalek::SigningKey;
use psp_format::Key;
use serde_json::Value;

pub(crate) const MANIFEST: &str = r#"
[package]
name = "hello"
version = "1.2.3"
description = "Says hello, and what it was given."
license = "MIT"
homepage = "https://example.org/hello"
channel = "stable"
sequence = 7
[run]
command = ["{slot:app}/bin/hello", "--flag"]
env.set = { GREETING = "hello" }
[entry.admin]
command = ["{slot:app}/bin/admin"]
cwd = "{slot:app}/lib"
[[slot]]
id = "app"
source = "app"
[[slot]]
id = "data"
source = "data.bin"
codec = "store"
lifecycle = "lazy"
"#;

/// Prints its arguments, its environment's words of ours, or waits for its standard input to end.
const HELLO: &str = r#"#!/bin/sh
case "$2" in
  exit) exit "$3" ;;
  wait) echo ready; cat; exit 0 ;;
  package) echo "$PSP_PACKAGE $PSP_VERSION ${PSP_ENTRY-none}"; exit 0 ;;
esac
printf '%s\n' "$GREETING" "$@"
"#;

pub(crate) struct Bench {
    root: tempfile::TempDir,
}

impl Bench {
    /// A project, not yet built.
    pub(crate) fn new() -> Self {
        let bench = Self { root: tempfile::tempdir().unwrap() };
        // Whatever the umask: the launcher and psp look at who could write above a cache.
        fs::set_permissions(bench.root.path(), fs::Permissions::from_mode(0o755)).unwrap();
        bench.write("manifest.toml", MANIFEST);
        bench.program("app/bin/hello", HELLO);
        bench.program("app/bin/admin", "#!/bin/sh\npwd\n");
        bench.write("app/lib/words.txt", &"words that repeat ".repeat(9000));
        fs::create_dir_all(bench.path("app/empty")).unwrap();
        bench.write("data.bin", &"x".repeat(300_000));
        std::os::unix::fs::symlink("../lib/words.txt", bench.path("app/bin/words")).unwrap();
        fs::hard_link(bench.path("app/lib/words.txt"), bench.path("app/lib/same.txt")).unwrap();
        for number in [1, 2, 3] {
            bench.key(number);
        }
        bench
    }

    /// A project, and `hello.psp` by key 1.
    pub(crate) fn built() -> Self {
        let bench = Self::new();
        bench.done(&["build", "--key", "1.key", "-q"]);
        bench
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn program(&self, path: &str, content: &str) {
        self.write(path, content);
        self.mode(path, 0o755);
    }

    pub(crate) fn mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Key pairs from fixed seeds: `N.key`, `N.pub`. Comes back with the public key's digits.
    fn key(&self, number: u8) {
        let hex = key_id(number);
        let seed: String = std::iter::repeat_n(format!("{number:02x}"), 32).collect();
        self.write(&format!("{number}.key"), &format!("psp-secret-key-1 {seed} {hex}\n"));
        self.mode(&format!("{number}.key"), 0o600);
        self.write(&format!("{number}.pub"), &format!("psp-public-key-1 {hex}\n"));
    }

    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_psp"));
        command.args(arguments).current_dir(self.root.path()).env_clear().stdin(Stdio::null());
        command.env("HOME", self.path("home")).env("PATH", "/usr/bin:/bin");
        command.env("PSP_CACHE_DIR", self.path("cache")).env("PSP_BUILD_CACHE_DIR", self.path("build-cache"));
        command
    }

    pub(crate) fn psp(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Succeeds, silent on standard error; comes back with standard output.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let output = self.psp(arguments);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success() && stderr.is_empty(), "{arguments:?}: {stdout}{stderr}");
        stdout
    }

    /// Ends with 1 and this code on standard error, in one line and one of help.
    pub(crate) fn refused(&self, arguments: &[&str], code: &str) -> String {
        let output = self.psp(arguments);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(stderr.starts_with(&format!("psp: error[{code}]: ")), "{arguments:?}: {stderr}");
        assert!(stderr.lines().count() == 2 && stderr.contains("\nhelp: "), "{arguments:?}: {stderr}");
        stderr
    }

    /// The document of a command, and the exit code.
    pub(crate) fn json(&self, arguments: &[&str]) -> (Value, i32) {
        let output = self.psp(&[arguments, &["--json"]].concat());
        assert!(output.stderr.is_empty(), "{arguments:?}: {}", text(&output.stderr));
        let document: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", text(&output.stdout)));
        (document, output.status.code().unwrap())
    }

    /// The user's trust file.
    pub(crate) fn trust(&self, lines: &str) {
        self.write("home/.config/psp/trust", &format!("psp-trust 1\n{lines}"));
        self.mode("home/.config/psp/trust", 0o644);
    }

    pub(crate) fn trust_text(&self) -> String {
        fs::read_to_string(self.path("home/.config/psp/trust")).unwrap_or_default()
    }

    /// The names in a directory.
    pub(crate) fn names(&self, path: &str) -> Vec<String> {
        names(&self.path(path))
    }
}

/// The digits of the public key of this number.
pub(crate) fn key_id(number: u8) -> String {
    Key(SigningKey::from_bytes(&[number; 32]).verifying_key().to_bytes()).hex().to_string()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Bytes that do not compress, the same each time.
pub(crate) fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(count + 8);
    while bytes.len() < count {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(count);
    bytes
}
