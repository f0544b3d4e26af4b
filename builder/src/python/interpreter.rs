//! Finds the interpreter and asks it where it lives.
//!
//! A `python3.11` on PATH may be a shim (a shell script), a link or a virtual environment's; so it is run, and what it says of its
//! base installation is what counts.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::process::{ask, command, find_on_path};
use super::{Context, PythonError};

const PROBE: &str = include_str!("probe.py");
/// The oldest 3.x that is packaged: unchecked-hash bytecode came with 3.7, sys._base_executable with 3.8.
const MINOR_MIN: u32 = 8;

/// An interpreter, as it described itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// `3.11.7`.
    pub version: String,
    /// The 11 of 3.11.7.
    pub minor: u32,
    /// `sys.version`: with the build's date and compiler.
    pub build: String,
    /// The base installation's executable, never a shim.
    pub executable: PathBuf,
    /// The executable that was asked: of a virtual environment, perhaps, whose pip is used.
    pub asked: PathBuf,
    /// Where it is installed, and where it was configured to be.
    pub prefixes: Vec<PathBuf>,
    /// Where it was compiled.
    pub build_dir: PathBuf,
    /// Its standard library.
    pub stdlib: PathBuf,
    /// Its extension modules, if they lie outside the standard library.
    pub dynload: Option<PathBuf>,
    /// `lib`, or `lib64` where the distribution has it so.
    pub library_dir: String,
    /// Where a shared libpython would be.
    pub libdir: PathBuf,
    /// Where its OpenSSL looks for certificates: a file and a directory.
    pub certificates: (PathBuf, PathBuf),
}

impl Interpreter {
    /// `python3.11`.
    pub fn program_name(&self) -> String {
        format!("python3.{}", self.minor)
    }

    /// The name of the standard library's directory: `python3.11`, `python3.13t`.
    pub(super) fn stdlib_name(&self) -> String {
        let name = self.stdlib.file_name().map(|name| name.to_string_lossy().into_owned());
        name.unwrap_or_else(|| self.program_name())
    }

    /// The standard library's place in the staged tree.
    pub(super) fn stdlib_inside(&self) -> PathBuf {
        Path::new(&self.library_dir).join(self.stdlib_name())
    }
}

/// Finds what the manifest asks for.
pub(super) fn find(wanted: &str, context: &Context<'_>) -> Result<Interpreter, PythonError> {
    if let Some(version) = Version::parse(wanted) {
        return find_version(&version, wanted, context);
    }
    let path = context.base_dir.join(wanted);
    if path.is_dir() {
        let names = ["bin/python3", "bin/python", "python3", "python"];
        let executable =
            names.iter().map(|name| path.join(name)).chain(numbered(&path)).find(|file| file.is_file());
        return match executable {
            Some(executable) => probe(&executable, context),
            None => Err(not_found(wanted, format!("{} holds no bin/python3", path.display()))),
        };
    }
    let is_path = wanted.contains('/') || wanted.contains('\\');
    match (path.is_file(), is_path) {
        (true, _) => probe(&path, context),
        (false, true) => Err(not_found(wanted, format!("there is no file {}", path.display()))),
        (false, false) => match find_on_path(wanted, context) {
            Some(executable) => probe(&executable, context),
            None => Err(not_found(
                wanted,
                "it is neither a version, nor on PATH, nor a file or directory".to_owned(),
            )),
        },
    }
}

/// `bin/python3.N` of a prefix that has no unnumbered name.
fn numbered(prefix: &Path) -> Vec<PathBuf> {
    (MINOR_MIN..40).rev().map(|minor| prefix.join(format!("bin/python3.{minor}"))).collect()
}

/// A version as the manifest writes it: 3.11 or 3.11.7.
struct Version {
    minor: u32,
    patch: Option<u32>,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let numbers: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
        match numbers?.as_slice() {
            [3, minor] => Some(Self { minor: *minor, patch: None }),
            [3, minor, patch] => Some(Self { minor: *minor, patch: Some(*patch) }),
            _ => None,
        }
    }

    fn accepts(&self, found: &str) -> bool {
        let wanted = format!("3.{}", self.minor);
        match self.patch {
            Some(patch) => found == format!("{wanted}.{patch}"),
            None => found.strip_prefix(&wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        }
    }
}

/// Tries every candidate on PATH, in order; the first that fits is it. Shims of versions that are not installed fail to run and
/// are passed over.
fn find_version(version: &Version, wanted: &str, context: &Context<'_>) -> Result<Interpreter, PythonError> {
    let names = [format!("python3.{}", version.minor), "python3".to_owned(), "python".to_owned()];
    let mut others: Vec<(PathBuf, String)> = Vec::new();
    let mut failures: Vec<String> = Vec::new();
    for executable in names.iter().flat_map(|name| all_on_path(name, context)) {
        match probe(&executable, context) {
            Ok(interpreter) if version.accepts(&interpreter.version) => return Ok(interpreter),
            Ok(interpreter) => others.push((executable, interpreter.version)),
            Err(error) => failures.push(error.to_string()),
        }
    }
    match (others.first(), failures.into_iter().next()) {
        (Some((executable, found)), _) => Err(PythonError::InterpreterVersion {
            executable: executable.clone(),
            found: found.clone(),
            wanted: wanted.to_owned(),
        }),
        (None, Some(failure)) => Err(not_found(wanted, failure)),
        (None, None) => Err(not_found(wanted, format!("no {} on PATH", names.join(", ")))),
    }
}

fn all_on_path(name: &str, context: &Context<'_>) -> Vec<PathBuf> {
    let Some(path) = context.environment.get(std::ffi::OsStr::new("PATH")) else { return Vec::new() };
    let mut found: Vec<PathBuf> = Vec::new();
    for file in std::env::split_paths(path).filter(|dir| dir.is_absolute()).map(|dir| dir.join(name)) {
        if file.is_file() && !found.contains(&file) {
            found.push(file);
        }
    }
    found
}

fn not_found(wanted: &str, found: String) -> PythonError {
    PythonError::InterpreterNotFound { wanted: wanted.to_owned(), found }
}

/// Runs the probe. A virtual environment's answer names its base, which is then asked itself.
fn probe(executable: &Path, context: &Context<'_>) -> Result<Interpreter, PythonError> {
    let first = ask_probe(executable, context)?;
    let base = path(&first, "executable");
    let current = path(&first, "current");
    let is_same = base == current || !base.is_file();
    let answer = if is_same { first } else { ask_probe(&base, context)? };
    interpret(&answer, current)
}

fn ask_probe(executable: &Path, context: &Context<'_>) -> Result<BTreeMap<String, OsString>, PythonError> {
    let mut command = command(executable, context);
    command.args(["-I", "-c", PROBE]);
    ask(command, "tell where it lives", context)
}

fn path(answer: &BTreeMap<String, OsString>, name: &str) -> PathBuf {
    answer.get(name).map(PathBuf::from).unwrap_or_default()
}

fn text(answer: &BTreeMap<String, OsString>, name: &str) -> String {
    answer.get(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
}

fn interpret(answer: &BTreeMap<String, OsString>, asked: PathBuf) -> Result<Interpreter, PythonError> {
    let executable = path(answer, "executable");
    let executable = executable.canonicalize().unwrap_or(executable);
    let unsupported =
        |reason: String| PythonError::InterpreterUnsupported { executable: executable.clone(), reason };
    let (implementation, version) = (text(answer, "implementation"), text(answer, "version"));
    if implementation != "cpython" {
        return Err(unsupported(format!("it is {implementation}, not CPython")));
    }
    let minor = version.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0);
    if !version.starts_with("3.") || minor < MINOR_MIN {
        return Err(unsupported(format!(
            "it is Python {version}; 3.{MINOR_MIN} is the oldest that is packaged"
        )));
    }
    let stdlib = path(answer, "stdlib");
    if !stdlib.join("os.py").is_file() {
        return Err(unsupported(format!(
            "its standard library is not a directory of modules: {}",
            stdlib.display()
        )));
    }
    let mut prefixes: Vec<PathBuf> = Vec::new();
    for prefix in ["prefix", "exec_prefix", "configured_prefix"].map(|name| path(answer, name)) {
        if prefix.is_absolute() && prefix != Path::new("/") && !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
    }
    let dynload = path(answer, "dynload");
    let elsewhere = path(answer, "platstdlib").join("lib-dynload");
    let dynload = [dynload, elsewhere].into_iter().find(|dir| dir.is_dir() && !dir.starts_with(&stdlib));
    let has_own = stdlib.join("lib-dynload").is_dir();
    Ok(Interpreter {
        minor,
        build: text(answer, "build"),
        asked: if asked.is_file() { asked } else { executable.clone() },
        prefixes,
        build_dir: path(answer, "build_dir"),
        dynload: dynload.filter(|_| !has_own),
        library_dir: text(answer, "platlibdir"),
        libdir: path(answer, "libdir"),
        certificates: (path(answer, "openssl_cafile"), path(answer, "openssl_capath")),
        stdlib,
        executable,
        version,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        for (wanted, found, expected) in [
            ("3.11", "3.11.7", true),
            ("3.11.7", "3.11.7", true),
            ("3.1", "3.11.7", false),
            ("3.11", "3.1.7", false),
            ("3.11.7", "3.11.70", false),
            ("3.12", "3.11.7", false),
        ] {
            let version = Version::parse(wanted).expect(wanted);
            assert_eq!(version.accepts(found), expected, "{wanted} {found}");
        }
        for text in ["", "3", "2.7", "3.11.7.1", "3.x", "python3.11", "/usr", ".3.11", "3."] {
            assert!(Version::parse(text).is_none(), "{text}");
        }
    }
}
