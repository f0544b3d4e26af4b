//! The programs that are measured: our examples, Go's plugin of tests/go, the Python provider.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The Python packages that the Python provider is made of.
const PACKAGES: [&str; 2] = ["pyvider==0.8.1", "pyvider-components==0.8.1"];
const GOPATH: &str = "/usr/share/gocode";

/// What there is to measure.
#[derive(Debug)]
pub(crate) struct Peers {
    /// examples/kv_plugin.rs
    pub(crate) ours: PathBuf,
    /// examples/bare_provider
    pub(crate) provider: PathBuf,
    /// tests/go
    pub(crate) go: Option<PathBuf>,
    /// A command that is the Python provider.
    pub(crate) python: Option<PathBuf>,
    /// What is not here.
    pub(crate) missing: Vec<String>,
}

impl Peers {
    /// Builds and installs what can be.
    pub(crate) fn find() -> Result<Peers, Box<dyn Error>> {
        let workplace = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (ours, provider) = (example("kv_plugin")?, example("bare_provider")?);
        let (go, python) = (go(workplace), python(workplace));
        let named = [(go.is_none(), "Go's go-plugin"), (python.is_none(), "pyvider")];
        let missing = named.iter().filter(|(is_missing, _)| *is_missing).map(|(_, name)| (*name).to_owned());
        Ok(Peers { ours, provider, go, python, missing: missing.collect() })
    }

    /// Ours and Go's, by name, as far as they are here.
    pub(crate) fn plugins(&self) -> Vec<(&'static str, &Path)> {
        let go = self.go.as_deref().map(|path| ("Go, go-plugin 1.0.1", path));
        [("ours", self.ours.as_path())].into_iter().chain(go).collect()
    }
}

fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn example(name: &str) -> Result<PathBuf, Box<dyn Error>> {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--release", "--package", "tf-plugin", "--example", name]);
    build.args(["--message-format", "json"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let messages = String::from_utf8(build.output()?.stdout)?;
    let program = messages.lines().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let is_it = message["target"]["name"] == name;
        message["executable"].as_str().filter(|_| is_it).map(PathBuf::from)
    });
    program.ok_or_else(|| format!("cargo cannot build {name}").into())
}

fn go(workplace: &Path) -> Option<PathBuf> {
    let program = workplace.join("go-peer");
    let mut build = Command::new("go");
    build
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/go"));
    succeeds(build.env("GO111MODULE", "off").env("GOPATH", GOPATH)).then_some(program)
}

fn python(workplace: &Path) -> Option<PathBuf> {
    let folder = workplace.join("pyvider-provider");
    let program = folder.join("bin/pyvider");
    if !program.exists() {
        let made = succeeds(Command::new("python3.11").args(["-m", "venv"]).arg(&folder));
        let mut install = Command::new(folder.join("bin/python"));
        let installed = made && succeeds(install.args(["-m", "pip", "install", "--quiet"]).args(PACKAGES));
        return (installed && program.exists()).then_some(program);
    }
    Some(program)
}
