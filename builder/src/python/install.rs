//! Requirements, wheels and a project, resolved and installed together by uv or pip into the application's slot.
//!
//! Settings of the user's (indexes, proxies, constraints: PIP_ and UV_ variables, configuration files) hold; only those that say
//! where to install are ours.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use foundation::das;
use foundation::process::Output;
use foundation::redact;
use globset::GlobBuilder;

use super::app::Application;
use super::interpreter::Interpreter;
use super::process::{command, find_on_path, run};
use super::{Context, Installer, Progress, PythonError, PythonSpec, project, tree};

/// Directories below a wheel pattern's fixed part nest no deeper.
const PATTERN_DEPTH_MAX: usize = 16;
/// How many lines of an installer's complaint are shown.
const LINES_MAX: usize = 12;
/// PIP_ settings that would send packages elsewhere, or stop an installation outside a virtual environment.
const PLACE_SETTINGS: [&str; 7] = [
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_USER",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_DRY_RUN",
    "PIP_REPORT",
];
/// Settings that choose packages: where pip has some and uv does not know them, pip is used.
const SOURCE_SETTINGS: [&str; 9] = [
    "index-url",
    "extra-index-url",
    "find-links",
    "no-index",
    "constraint",
    "require-hashes",
    "only-binary",
    "no-binary",
    "pre",
];

/// What is to be installed, as arguments.
#[derive(Debug, Default)]
pub(super) struct Sources {
    arguments: Vec<OsString>,
    project: Option<PathBuf>,
}

impl Sources {
    /// Reads requirements, wheels and the project's place; nothing is installed yet.
    pub(super) fn read(spec: &PythonSpec, context: &Context<'_>) -> Result<Self, PythonError> {
        // The installer runs in another directory.
        let base_dir =
            std::path::absolute(context.base_dir).map_err(PythonError::io("find", context.base_dir))?;
        let mut arguments = Vec::new();
        for requirement in &spec.requirements {
            arguments.extend(requirement_arguments(requirement, &base_dir)?);
        }
        for pattern in &spec.wheels {
            arguments.extend(wheels(pattern, &base_dir)?.into_iter().map(PathBuf::into_os_string));
        }
        let project = spec.project.as_ref().map(|path| base_dir.join(path));
        if let Some(path) = project.as_ref().filter(|path| !path.is_dir()) {
            return Err(PythonError::Project { path: path.clone() });
        }
        Ok(Self { arguments, project })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.arguments.is_empty() && self.project.is_none()
    }
}

/// A requirement; or `-r FILE`, `-c FILE`. Relative paths start at `base_dir`.
fn requirement_arguments(requirement: &str, base_dir: &Path) -> Result<Vec<OsString>, PythonError> {
    let requirement = requirement.trim();
    let refused = || PythonError::Requirement { requirement: requirement.to_owned() };
    for (long, short) in [("--requirement", "-r"), ("--constraint", "-c")] {
        let rest = requirement.strip_prefix(long).or_else(|| requirement.strip_prefix(short));
        if let Some(rest) = rest {
            let file = rest.trim_start_matches('=').trim();
            let is_separate = rest.starts_with([' ', '\t', '=']);
            return if is_separate && !file.is_empty() {
                Ok(vec![short.into(), base_dir.join(file).into_os_string()])
            } else {
                Err(refused())
            };
        }
    }
    if requirement.is_empty() || requirement.starts_with('-') {
        return Err(refused());
    }
    let looks_like_a_path =
        requirement.contains('/') && !requirement.contains("://") && !requirement.contains('@');
    let is_archive = [".whl", ".tar.gz", ".zip"].iter().any(|ending| requirement.ends_with(ending));
    let is_path = (looks_like_a_path || is_archive) && base_dir.join(requirement).exists();
    Ok(vec![if is_path { base_dir.join(requirement).into_os_string() } else { requirement.into() }])
}

/// The wheels that a pattern matches, sorted; there must be one.
fn wheels(pattern: &str, base_dir: &Path) -> Result<Vec<PathBuf>, PythonError> {
    let bad = |source| PythonError::WheelPattern { pattern: pattern.to_owned(), source };
    let glob = GlobBuilder::new(pattern).literal_separator(true).build().map_err(bad)?.compile_matcher();
    let is_fixed = |part: &&str| !part.contains(['*', '?', '[', '{']);
    let parts: Vec<&str> = pattern.split('/').collect();
    let fixed: PathBuf =
        parts[..parts.len() - 1].iter().copied().take_while(is_fixed).collect::<Vec<_>>().join("/").into();
    let start = if pattern.starts_with('/') { Path::new("/").join(&fixed) } else { fixed };
    let mut found = Vec::new();
    let mut pending = vec![(start, 0)];
    while let Some((directory, depth)) = pending.pop() {
        for name in tree::entries(&base_dir.join(&directory)).unwrap_or_default() {
            let path = directory.join(name);
            let full = base_dir.join(&path);
            if full.is_dir() && depth < PATTERN_DEPTH_MAX {
                pending.push((path, depth + 1));
            } else if glob.is_match(&path) && full.is_file() {
                found.push(full);
            }
        }
    }
    found.sort();
    let none = || PythonError::NoWheel { pattern: pattern.to_owned(), base_dir: base_dir.to_owned() };
    if found.is_empty() { Err(none()) } else { Ok(found) }
}

/// A tool that can install for the interpreter.
struct Tool {
    name: &'static str,
    command: Command,
}

/// Installs into the application's site-packages.
pub(super) fn install(
    interpreter: &Interpreter,
    installer: Installer,
    sources: &Sources,
    app: &Application,
    context: &Context<'_>,
) -> Result<(), PythonError> {
    let mut tool = choose(interpreter, installer, context)?;
    (context.progress)(Progress::Installing { tool: tool.name });
    tool.command.arg("--target").arg(&app.site_packages).args(&sources.arguments);
    if let Some(project) = &sources.project {
        tool.command.arg(project::copy(project, context)?);
    }
    PLACE_SETTINGS.iter().for_each(|name| {
        tool.command.env_remove(name);
    });
    // A configuration file may say so, too.
    tool.command.env("PIP_REQUIRE_VIRTUALENV", "0").env("PIP_USER", "0");
    das!(Process, Execute, Started, program = tool.name, arguments = sources.arguments.len());
    let output = run(tool.command, context)?;
    if output.status.success() {
        das!(Process, Execute, Success, program = tool.name);
        return Ok(());
    }
    das!(Process, Execute, Failure, program = tool.name, ended = %output.status);
    let lines = important_lines(&output);
    Err(PythonError::Install { tool: tool.name, help: help_for(&lines), lines })
}

fn choose(
    interpreter: &Interpreter,
    installer: Installer,
    context: &Context<'_>,
) -> Result<Tool, PythonError> {
    let uv = find_on_path("uv", context);
    match (installer, uv) {
        (Installer::Uv, Some(uv)) => Ok(uv_tool(&uv, interpreter, context)),
        (Installer::Uv, None) => Err(PythonError::NoUv),
        (Installer::Auto, Some(uv)) if !is_pip_configured(context) => Ok(uv_tool(&uv, interpreter, context)),
        (Installer::Auto | Installer::Pip, uv) => match pip_tool(interpreter, context)? {
            Some(tool) => Ok(tool),
            None => match uv.filter(|_| installer == Installer::Auto) {
                Some(uv) => Ok(uv_tool(&uv, interpreter, context)),
                None => Err(PythonError::NoInstaller { executable: interpreter.asked.clone() }),
            },
        },
    }
}

/// Files are copied out of uv's cache, not linked: what is changed here must not change there.
fn uv_tool(uv: &Path, interpreter: &Interpreter, context: &Context<'_>) -> Tool {
    let mut command = command(uv, context);
    command.args(["pip", "install", "--no-progress", "--color", "never", "--link-mode", "copy", "--python"]);
    command.arg(&interpreter.asked);
    Tool { name: "uv", command }
}

/// The interpreter's own pip; else one on PATH that installs for other interpreters (22.3 and later).
fn pip_tool(interpreter: &Interpreter, context: &Context<'_>) -> Result<Option<Tool>, PythonError> {
    const OPTIONS: [&str; 6] = [
        "install",
        "--no-compile",
        "--no-warn-script-location",
        "--disable-pip-version-check",
        "--no-input",
        "--no-color",
    ];
    for executable in [&interpreter.asked, &interpreter.executable] {
        let mut version = command(executable, context);
        version.args(["-m", "pip", "--version"]);
        if run(version, context)?.status.success() {
            let mut command = command(executable, context);
            command.args(["-m", "pip"]).args(OPTIONS).args(["--root-user-action", "ignore"]);
            return Ok(Some(Tool { name: "pip", command }));
        }
    }
    for pip in ["pip3", "pip"].iter().filter_map(|name| find_on_path(name, context)) {
        let mut version = command(&pip, context);
        version.arg("--python").arg(&interpreter.executable).arg("--version");
        if run(version, context)?.status.success() {
            let mut command = command(&pip, context);
            command.arg("--python").arg(&interpreter.executable).args(OPTIONS);
            return Ok(Some(Tool { name: "pip", command }));
        }
    }
    Ok(None)
}

/// Has the user told pip where packages come from, and not told uv?
fn is_pip_configured(context: &Context<'_>) -> bool {
    let has_prefix =
        |prefix: &str| context.environment.keys().any(|name| name.to_string_lossy().starts_with(prefix));
    let variables =
        SOURCE_SETTINGS.iter().map(|name| format!("PIP_{}", name.replace('-', "_").to_uppercase()));
    let in_environment =
        variables.into_iter().any(|name| context.environment.contains_key(OsStr::new(&name)));
    let uv_knows = ["UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX", "UV_FIND_LINKS", "UV_NO_INDEX"]
        .into_iter()
        .any(has_prefix);
    let files = pip_files(context.environment);
    let in_files =
        files.iter().filter_map(|file| fs::read_to_string(file).ok()).any(|text| names_a_source(&text));
    (in_environment || in_files) && !uv_knows
}

fn pip_files(environment: &BTreeMap<OsString, OsString>) -> Vec<PathBuf> {
    let variable = |name: &str| environment.get(OsStr::new(name)).map(PathBuf::from);
    let mut files: Vec<PathBuf> = variable("PIP_CONFIG_FILE").into_iter().collect();
    if let Some(home) = variable("HOME") {
        let config = variable("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"));
        files.extend([config.join("pip/pip.conf"), home.join(".pip/pip.conf")]);
    }
    files.push(PathBuf::from("/etc/pip.conf"));
    files
}

fn names_a_source(text: &str) -> bool {
    let keys = text
        .lines()
        .filter_map(|line| line.split_once(['=', ':']))
        .map(|(key, _)| key.trim().replace('_', "-"));
    keys.into_iter().any(|key| SOURCE_SETTINGS.contains(&key.as_str()))
}

/// The lines of an installer's output that say what is wrong.
fn important_lines(output: &Output) -> Vec<String> {
    let text =
        format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // An index's address may hold a password.
    let text = redact::text(&text);
    let marks = [
        "ERROR:",
        "error:",
        "Error:",
        "×",
        "hint:",
        "╰─>",
        "Because",
        "and because",
        "we can conclude",
        "fatal:",
    ];
    let all: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut lines: Vec<String> = Vec::new();
    for line in all.iter().filter(|line| marks.iter().any(|mark| line.contains(mark))) {
        if !lines.iter().any(|known| known == line) {
            lines.push((*line).to_owned());
        }
    }
    if lines.is_empty() {
        lines = all[all.len().saturating_sub(LINES_MAX)..].iter().map(|line| (*line).to_owned()).collect();
    }
    // The last lines sum up.
    lines.drain(..lines.len().saturating_sub(LINES_MAX));
    lines
}

fn help_for(lines: &[String]) -> &'static str {
    let text = lines.join("\n").to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["resolutionimpossible", "conflicting dependencies"]) {
        "two requirements exclude each other: loosen one of them"
    } else if has(&["no matching distribution", "there is no version", "was not found in the package"]) {
        "check the name and the version, and that the index has it for this Python and platform"
    } else if has(&["no solution found"]) {
        "two requirements exclude each other, or have no version for this Python: loosen one of them"
    } else if has(&[
        "connection",
        "resolve host",
        "name resolution",
        "timed out",
        "certificate",
        "proxy",
        "dns error",
    ]) {
        "check the network, or name your index: PIP_INDEX_URL for pip, UV_DEFAULT_INDEX for uv"
    } else if has(&[
        "failed building",
        "subprocess-exited",
        "failed to build",
        "gcc",
        "compiler",
        "metadata-generation-failed",
    ]) {
        "it has to be built from source here: install a compiler and what it needs, or choose a version that has a wheel"
    } else if has(&["invalid requirement", "expected end or semicolon", "failed to parse"]) {
        "requirements are written as in requirements.txt: name==1.2"
    } else if has(&["no space left"]) {
        "make room on the disk"
    } else {
        "the lines above are the installer's; try the same requirements with it directly"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements() {
        let base = tempfile::tempdir().unwrap();
        fs::create_dir(base.path().join("dist")).unwrap();
        fs::write(base.path().join("dist/x-1-py3-none-any.whl"), "").unwrap();
        let path = |inside: &str| base.path().join(inside).to_string_lossy().into_owned();
        for (given, expected) in [
            ("httpie==3.2.4", vec!["httpie==3.2.4".to_owned()]),
            (" a>=1,<2 ; python_version > '3' ", vec!["a>=1,<2 ; python_version > '3'".to_owned()]),
            ("-r requirements.txt", vec!["-r".to_owned(), path("requirements.txt")]),
            ("--constraint=c.txt", vec!["-c".to_owned(), path("c.txt")]),
            ("dist/x-1-py3-none-any.whl", vec![path("dist/x-1-py3-none-any.whl")]),
            ("a @ file:///x/y", vec!["a @ file:///x/y".to_owned()]),
        ] {
            let expected: Vec<OsString> = expected.into_iter().map(OsString::from).collect();
            assert_eq!(requirement_arguments(given, base.path()).unwrap(), expected, "{given}");
        }
        for given in
            ["", "  ", "--index-url=x", "-e .", "-i x", "-r", "-rfile", "--requirement", "-", "--pre"]
        {
            assert_eq!(
                requirement_arguments(given, base.path()).unwrap_err().code(),
                "python-requirement",
                "{given}"
            );
        }
    }

    #[test]
    fn wheel_patterns() {
        let base = tempfile::tempdir().unwrap();
        for file in ["dist/b.whl", "dist/a.whl", "dist/a.txt", "dist/old/c.whl", "top.whl"] {
            let path = base.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        for (pattern, expected) in [
            ("dist/*.whl", vec!["dist/a.whl", "dist/b.whl"]),
            ("dist/a.whl", vec!["dist/a.whl"]),
            ("*.whl", vec!["top.whl"]),
            ("**/c.whl", vec!["dist/old/c.whl"]),
            ("d?st/{a,b}.whl", vec!["dist/a.whl", "dist/b.whl"]),
        ] {
            let expected: Vec<PathBuf> = expected.iter().map(|file| base.path().join(file)).collect();
            assert_eq!(wheels(pattern, base.path()).unwrap(), expected, "{pattern}");
        }
        for (pattern, code) in [
            ("dist/*.zip", "python-no-wheel"),
            ("none/*.whl", "python-no-wheel"),
            ("", "python-no-wheel"),
            ("dist", "python-no-wheel"),
            ("a[", "python-wheel-pattern"),
        ] {
            assert_eq!(wheels(pattern, base.path()).unwrap_err().code(), code, "{pattern}");
        }
    }

    #[test]
    fn pip_configuration_is_noticed() {
        assert!(names_a_source("[global]\nindex-url = https://example.org/simple\n"));
        assert!(names_a_source("[install]\nfind_links: /x\n"));
        assert!(!names_a_source("[global]\ncert = /x\ntimeout = 3\n"));
    }
}
