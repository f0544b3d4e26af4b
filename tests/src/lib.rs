//! What end-to-end tests share: a world of their own with a home, a cache and keys, the built `psp`, and a telling payload.
//!
//! Nothing here may reach out of the world's directory, and nothing may be skipped silently: see [`lacking`].

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A directory with a home, and packages built in it.
pub struct World {
    directory: TempDir,
}

impl Default for World {
    fn default() -> Self {
        World::new()
    }
}

impl World {
    /// A new, empty world.
    pub fn new() -> World {
        let directory =
            tempfile::Builder::new().prefix("psp world ").tempdir().expect("a temporary directory");
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).expect("chmod");
        for name in ["home", "tmp"] {
            fs::create_dir(directory.path().join(name)).expect("a directory");
        }
        fs::set_permissions(directory.path().join("tmp"), fs::Permissions::from_mode(0o1777)).expect("chmod");
        World { directory }
    }

    /// A path in this world.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The cache that packages of this world use by default.
    pub fn cache(&self) -> PathBuf {
        self.path("home/.cache/psp/v1")
    }

    /// Write a file, and the directories above it.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        fs::write(&path, content).expect("a file");
        path
    }

    /// Write an executable file.
    pub fn write_program(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.write(name, content);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("chmod");
        path
    }

    /// A command with this world's environment and nothing else.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.path("home"))
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
        command.env("TMPDIR", self.path("tmp"));
        command.current_dir(self.directory.path()).stdin(Stdio::null());
        command
    }

    /// The built `psp`.
    pub fn psp(&self) -> Command {
        self.command(built("psp"))
    }

    /// Build a package from a manifest's text; sources are relative to the world's directory. Gives the package's path.
    pub fn build(&self, name: &str, manifest: &str) -> PathBuf {
        self.build_with(name, manifest, &[])
    }

    /// Build a package with further arguments to `psp build`.
    pub fn build_with(&self, name: &str, manifest: &str, arguments: &[&str]) -> PathBuf {
        let manifest = self.write(&format!("{name}.toml"), manifest);
        let package = self.path(format!("{name}.psp"));
        let output = self.psp().arg("build").arg(&manifest).arg("-o").arg(&package).args(arguments).output();
        let output = output.expect("psp build");
        assert!(output.status.success(), "psp build failed:\n{}", text(&output.stderr));
        package
    }

    /// A package `hello` whose slot `app` is a tree with the probe as `bin/probe` and some data.
    pub fn probe_package(&self) -> PathBuf {
        self.probe_tree();
        self.build("hello", PROBE_MANIFEST)
    }

    /// The tree that [`PROBE_MANIFEST`] packages, at `tree`.
    pub fn probe_tree(&self) -> PathBuf {
        self.write_program("tree/bin/probe", probe());
        self.write("tree/share/data.txt", "some data\n");
        self.write("tree/share/many.bin", noise(3_000_000));
        self.path("tree")
    }
}

/// A manifest for [`World::probe_tree`].
pub const PROBE_MANIFEST: &str = r#"
[package]
name = "hello"
version = "1.2.3"
[run]
command = ["{slot:app}/bin/probe"]
[[slot]]
id = "app"
source = "tree"
"#;

/// A binary that cargo has built beside the tests.
pub fn built(name: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("the test's own path");
    let directory = tests.parent().and_then(Path::parent).expect("the target directory");
    let path = directory.join(name);
    assert!(path.exists(), "{} is not built: run `cargo build --bins` first", path.display());
    path
}

/// The bytes of a binary that cargo has built beside the tests, without its symbols.
pub fn stripped(name: &str) -> Vec<u8> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let small = directory.path().join(name);
    let output = Command::new("strip").arg("-o").arg(&small).arg(built(name)).output().expect("strip");
    assert!(output.status.success(), "{}", text(&output.stderr));
    fs::read(small).expect("the binary")
}

/// The bytes of the probe (test-fixtures/payloads/probe.c), compiled once.
pub fn probe() -> Vec<u8> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-fixtures/payloads/probe.c");
    let target = std::env::current_exe().expect("the test's own path").with_file_name("probe-payload");
    let is_fresh = |path: &Path| {
        let made = fs::metadata(path).and_then(|m| m.modified()).ok();
        made.is_some_and(|made| {
            fs::metadata(&source).and_then(|m| m.modified()).is_ok_and(|changed| changed < made)
        })
    };
    if !is_fresh(&target) {
        let unfinished = target.with_extension(std::process::id().to_string());
        let output =
            Command::new("cc").args(["-O1", "-static", "-s", "-o"]).arg(&unfinished).arg(&source).output();
        let output = output.expect("a C compiler");
        assert!(output.status.success(), "{}", text(&output.stderr));
        fs::rename(&unfinished, &target).expect("rename");
    }
    fs::read(target).expect("the probe")
}

/// Bytes that do not compress, the same each time.
pub fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(count).collect()
}

/// What was printed, as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The strings of a NUL-separated list.
pub fn strings(bytes: &[u8]) -> Vec<String> {
    let list = bytes.strip_suffix(b"\0").unwrap_or(bytes);
    list.split(|byte| *byte == 0).map(text).collect()
}

/// Asserts that a start worked and said nothing on standard error; gives what the program printed.
#[track_caller]
pub fn started(output: &Output) -> Vec<u8> {
    assert_eq!(text(&output.stderr), "", "standard error");
    assert!(output.status.success(), "{:?}", output.status);
    output.stdout.clone()
}

/// Asserts that a start was refused: exit code 125, nothing on standard output, one line with this code.
#[track_caller]
pub fn refused(output: &Output, code: &str) -> String {
    let line = text(&output.stderr);
    assert_eq!(output.status.code(), Some(125), "{:?}: {line}", output.status);
    assert_eq!(text(&output.stdout), "");
    assert_eq!(line.lines().count(), 1, "one line: {line:?}");
    assert!(line.starts_with(&format!("psp: error[{code}]: ")), "{code}: {line}");
    assert!(line.contains("; help: "), "{line}");
    line
}

/// Whether a test must be left out because something is lacking here. Says so by name; where `CI` is set it is a failure.
#[track_caller]
pub fn lacking(what: &str, is_there: bool) -> bool {
    if is_there {
        return false;
    }
    assert!(
        std::env::var_os("CI").is_none_or(|value| value != "true"),
        "{what} is lacking, and CI must have it"
    );
    eprintln!("SKIPPED: {what} is lacking");
    true
}

/// Whether the tests run as root, which mounts, chroots and other users need.
pub fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout == b"0\n")
}
