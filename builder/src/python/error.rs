//! Why a Python application could not be staged: each with a stable code and a remedy.

use std::io;
use std::path::{Path, PathBuf};

use foundation::process::RunError;

use crate::native::SurveyError;
use crate::native::bundle::BundleError;

/// Why a Python application could not be staged.
#[derive(Debug, thiserror::Error)]
pub enum PythonError {
    /// No such interpreter.
    #[error("no Python interpreter `{wanted}`: {found}")]
    InterpreterNotFound {
        /// What the manifest asks for.
        wanted: String,
        /// What there is instead.
        found: String,
    },
    /// The interpreter is of another version.
    #[error("{} is Python {found}, the manifest asks for {wanted}", executable.display())]
    InterpreterVersion {
        /// Which was tried.
        executable: PathBuf,
        /// Its version.
        found: String,
        /// The manifest's.
        wanted: String,
    },
    /// The interpreter is one that cannot be packaged.
    #[error("{} cannot be packaged: {reason}", executable.display())]
    InterpreterUnsupported {
        /// Which.
        executable: PathBuf,
        /// Why.
        reason: String,
    },
    /// A helper script failed in the interpreter.
    #[error("{} failed to {action}: {output}", program.display())]
    Interpreter {
        /// The interpreter that ran.
        program: PathBuf,
        /// What it was to do.
        action: &'static str,
        /// The last lines it wrote.
        output: String,
    },
    /// A program could not be started.
    #[error("cannot start {}", program.display())]
    Spawn {
        /// Which.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A program was ended before it was done.
    #[error(transparent)]
    Run(RunError),
    /// A part of the standard library that has no such name.
    #[error("unknown part of the standard library `{name}`")]
    StdlibGroup {
        /// As given.
        name: String,
        /// The nearest name there is.
        nearest: Option<&'static str>,
    },
    /// Both `entry` and `module`.
    #[error("both an entry and a module are named")]
    TwoStarts,
    /// An entry that is not `pkg.mod:func`, or a module's name that is none.
    #[error("`{given}` is not {expected}")]
    StartSyntax {
        /// As given.
        given: String,
        /// What was expected.
        expected: &'static str,
    },
    /// The module to start is not installed.
    #[error("there is no module `{module}` in the application")]
    NoModule {
        /// Which.
        module: String,
        /// Names that are near.
        nearest: Vec<String>,
    },
    /// The module has no such function.
    #[error("module `{module}` has no `{name}`")]
    NoFunction {
        /// Which.
        module: String,
        /// What was asked for.
        name: String,
        /// Names that are near.
        nearest: Vec<String>,
    },
    /// `module` names a package that cannot be run.
    #[error("`{module}` is a package without a `__main__` module")]
    NotRunnable {
        /// Which.
        module: String,
    },
    /// A requirement that is an option of the installer.
    #[error("`{requirement}` is not a requirement")]
    Requirement {
        /// As given.
        requirement: String,
    },
    /// A glob that is none.
    #[error("`{pattern}` is not a glob")]
    WheelPattern {
        /// As given.
        pattern: String,
        /// Why.
        source: globset::Error,
    },
    /// A glob that matches no wheel.
    #[error("no wheel matches `{pattern}` in {}", base_dir.display())]
    NoWheel {
        /// As given.
        pattern: String,
        /// Where it was looked for.
        base_dir: PathBuf,
    },
    /// A project without pyproject.toml and setup.py.
    #[error("{} is not a Python project", path.display())]
    Project {
        /// Which.
        path: PathBuf,
    },
    /// Neither uv nor pip.
    #[error("{} has no pip, and neither uv nor another pip is on PATH", executable.display())]
    NoInstaller {
        /// The interpreter.
        executable: PathBuf,
    },
    /// uv was asked for and is not there.
    #[error("uv is not on PATH")]
    NoUv,
    /// The installer refused.
    #[error("{tool} could not install the application:\n{}", lines.join("\n"))]
    Install {
        /// `uv` or `pip`.
        tool: &'static str,
        /// The lines that matter.
        lines: Vec<String>,
        /// What to do.
        help: &'static str,
    },
    /// The staged interpreter does not work on its own.
    #[error("the staged interpreter is not self-contained: {problem}")]
    SelfCheck {
        /// What is wrong.
        problem: String,
    },
    /// A file could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A link leads nowhere or out of the tree.
    #[error("{} is a link to {}, which is not in the installed tree", path.display(), target.display())]
    Link {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A native file could not be adjusted.
    #[error("native files of the application could not be adjusted")]
    Native(#[source] BundleError),
    /// Native files could not be looked at.
    #[error("native files of the application could not be surveyed")]
    Survey(#[source] SurveyError),
}

impl PythonError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InterpreterNotFound { .. } => "python-not-found",
            Self::InterpreterVersion { .. } => "python-version",
            Self::InterpreterUnsupported { .. } => "python-unsupported",
            Self::Interpreter { .. } => "python-failed",
            Self::Spawn { .. } => "python-spawn",
            Self::Run(RunError::Stopped { .. }) => "interrupted",
            Self::Run(RunError::TimedOut { .. }) => "python-timeout",
            Self::Run(RunError::Asks { .. }) => "python-asks",
            Self::Run(_) => "python-failed",
            Self::StdlibGroup { .. } => "python-stdlib",
            Self::TwoStarts => "python-start",
            Self::StartSyntax { .. } => "python-start-syntax",
            Self::NoModule { .. } => "python-no-module",
            Self::NoFunction { .. } => "python-no-function",
            Self::NotRunnable { .. } => "python-not-runnable",
            Self::Requirement { .. } => "python-requirement",
            Self::WheelPattern { .. } => "python-wheel-pattern",
            Self::NoWheel { .. } => "python-no-wheel",
            Self::Project { .. } => "python-project",
            Self::NoInstaller { .. } => "python-no-installer",
            Self::NoUv => "python-no-uv",
            Self::Install { .. } => "python-install",
            Self::SelfCheck { .. } => "python-self-check",
            Self::Io { .. } => "python-io",
            Self::Link { .. } => "python-link",
            Self::Native(error) => error.code(),
            Self::Survey(error) => error.code(),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::InterpreterNotFound { .. } => {
                "put it on PATH, or give the directory it is installed in: interpreter = \"/opt/python-3.11\"".to_owned()
            }
            Self::InterpreterVersion { found, .. } => {
                format!("write interpreter = \"{found}\", or put the version you want first on PATH")
            }
            Self::InterpreterUnsupported { .. } => "use a CPython interpreter of version 3.8 or later".to_owned(),
            Self::Interpreter { .. } => "try whether the interpreter runs at all: it must be whole, with its standard library".to_owned(),
            Self::Spawn { .. } => "check that the program exists and may be executed".to_owned(),
            Self::Run(RunError::Asks { .. }) => {
                "give it what it asks for in advance: an agent for keys, a token, a configuration file".to_owned()
            }
            Self::Run(RunError::Stopped { .. }) => "start it again".to_owned(),
            Self::Run(_) => "try whether the interpreter runs at all, with its site's start-up code".to_owned(),
            Self::StdlibGroup { nearest: Some(name), .. } => format!("did you mean `{name}`?"),
            Self::StdlibGroup { .. } => {
                let names: Vec<&str> = super::stdlib_groups().collect();
                format!("one of {}", names.join(", "))
            }
            Self::TwoStarts => "write either entry = \"package.module:function\" or module = \"package.module\"".to_owned(),
            Self::StartSyntax { .. } => "for example entry = \"httpie.__main__:main\" or module = \"http.server\"".to_owned(),
            Self::NoModule { nearest, .. } => {
                did_you_mean(nearest, "check the name, and that a requirement, wheel or project installs it")
            }
            Self::NoFunction { nearest, .. } => did_you_mean(nearest, "check the name after the colon"),
            Self::NotRunnable { module } => format!("name a module in it, or a function: entry = \"{module}:main\""),
            Self::Requirement { .. } => {
                "requirements are `name==1.2`, paths, URLs, `-r FILE` or `-c FILE`; set other options through PIP_ variables".to_owned()
            }
            Self::WheelPattern { .. } => "for example wheels = [\"dist/*.whl\"]".to_owned(),
            Self::NoWheel { .. } => "build the wheel first (pip wheel --no-deps -w dist .), or write project = \".\"".to_owned(),
            Self::Project { .. } => "project is the directory that holds pyproject.toml or setup.py".to_owned(),
            Self::NoInstaller { .. } => {
                "install pip for it (Debian: apt install python3-pip; others: python -m ensurepip), or uv".to_owned()
            }
            Self::NoUv => "install uv, or leave installer out".to_owned(),
            Self::Install { help, .. } => (*help).to_owned(),
            Self::SelfCheck { .. } => "this interpreter cannot be moved; use another build of it".to_owned(),
            Self::Io { .. } | Self::Native(_) | Self::Survey(_) => "check permissions and free space".to_owned(),
            Self::Link { .. } => "install the package in another way, or replace the link by the file".to_owned(),
        }
    }

    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

impl From<RunError> for PythonError {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Spawn { program, source } => Self::Spawn { program, source },
            error => Self::Run(error),
        }
    }
}

fn did_you_mean(nearest: &[String], otherwise: &str) -> String {
    match nearest {
        [] => otherwise.to_owned(),
        names => format!("did you mean `{}`?", names.join("` or `")),
    }
}
