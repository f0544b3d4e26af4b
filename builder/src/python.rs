//! Python applications: from a `[python]` table to staged directories and a command.
//!
//! [`plan()`] makes two trees: `python`, a relocatable copy of an interpreter that is the same bytes for every application that
//! uses it, and `site`, the application's packages in the layout of a virtual environment. [`PythonPlan`] says how to start them.
//! The reasons, measured, are in `docs/PYTHON.md`.
//!
//! It asks the interpreter itself where it lives, lets uv or pip resolve, and never writes into the project's source tree or
//! into the interpreter's installation. It reads no environment of its own: [`Context::environment`] is what it and its child
//! processes see. Start at [`plan()`]; the steps are the modules in the order below.

mod interpreter;
mod process;

mod stage;
mod stage_cache;
mod sysconfig;

mod app;
mod install;
mod project;
mod prune;
mod record;

mod check;
mod compile;
mod start;
mod tree;

mod error;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::interrupt::Interrupt;
use crate::native::{self, PortabilityReport, Target, Tree};

pub use app::Distribution;
pub use error::PythonError;
pub use interpreter::Interpreter;

/// The environment variable that tells the packaged interpreter which application it serves.
pub const APP_VARIABLE: &str = "PSP_PYTHON_APP";
/// The environment variable in which the launcher hands over argv\[0\] as the user typed it; removed before the application runs.
pub const ARGV0_VARIABLE: &str = "PSP_ARGV0";

/// The id of the interpreter's slot.
pub const PYTHON_SLOT: &str = "python";
/// The id of the application's slot.
pub const SITE_SLOT: &str = "site";

/// What the `[python]` table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PythonSpec {
    /// `3.11`, `3.11.7`, a prefix directory, an executable's path, or a program's name on PATH.
    pub interpreter: String,
    /// Requirements as pip takes them; also `-r FILE` and `-c FILE`. Relative paths start at the base directory.
    pub requirements: Vec<String>,
    /// Globs of wheels; each must match.
    pub wheels: Vec<String>,
    /// A project to build and install: the directory of a `pyproject.toml`.
    pub project: Option<PathBuf>,
    /// The function to call: `pkg.mod:func`.
    pub entry: Option<String>,
    /// The module to run, as `python -m` does.
    pub module: Option<String>,
    /// Copy the host libraries that extension modules need.
    pub bundle_libs: bool,
    /// Parts of the standard library to keep that are left out by default; see [`stdlib_groups()`].
    pub keep_stdlib: Vec<String>,
    /// Options of the interpreter: `-u`, `-X dev`, `-O`, ….
    pub options: Vec<String>,
    /// Which tool resolves and installs.
    pub installer: Installer,
}

/// The tool that resolves and installs requirements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Installer {
    /// uv when it is on PATH and pip is not configured for another index than uv would use; else pip.
    #[default]
    Auto,
    /// uv.
    Uv,
    /// The interpreter's own pip, else one on PATH.
    Pip,
}

/// Where and how to stage.
pub struct Context<'a> {
    /// Relative paths of the spec start here: the manifest's directory.
    pub base_dir: &'a Path,
    /// An empty directory outside the source tree; the staged trees live in it until the caller removes it.
    pub work_dir: &'a Path,
    /// Where staged interpreters are kept from build to build; `None`: stage anew.
    pub cache_dir: Option<&'a Path>,
    /// The package's target.
    pub target: Target,
    /// Processes at once.
    pub jobs: usize,
    /// The environment of the build. `PYTHON*` does not reach child processes; PIP_ and UV_ settings do.
    pub environment: &'a BTreeMap<OsString, OsString>,
    /// Whether somebody wants it to end.
    pub interrupt: &'a Interrupt,
    /// Told what is going on.
    pub progress: &'a dyn Fn(Progress<'_>),
}

/// What is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'a> {
    /// The interpreter was found.
    Interpreter {
        /// Its version.
        version: &'a str,
        /// Its executable.
        executable: &'a Path,
    },
    /// Its tree is copied.
    Staging,
    /// Its tree was staged before.
    Staged,
    /// Requirements are resolved and installed by that tool.
    Installing {
        /// `uv` or `pip`.
        tool: &'a str,
    },
    /// Modules are compiled.
    Compiling {
        /// How many are done.
        done: usize,
        /// How many there are.
        total: usize,
    },
    /// The staged trees are tried.
    Checking,
}

/// A staged directory that becomes a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PythonSlot {
    /// [`PYTHON_SLOT`] or [`SITE_SLOT`].
    pub id: &'static str,
    /// The directory.
    pub source: PathBuf,
}

/// Operations on the environment of the started program, to come before the manifest's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvironmentPlan {
    /// Globs to remove.
    pub unset: Vec<String>,
    /// Values to set, with placeholders.
    pub set: Vec<(String, String)>,
    /// Directories to put in front, with placeholders. Empty unless a file had no room for a search path.
    pub prepend: Vec<(String, String)>,
}

/// Something the user should know that is no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Host libraries of extension modules that were not found on this machine either.
    MissingLibraries {
        /// Their names.
        names: Vec<String>,
    },
    /// Modules that the interpreter cannot compile (templates, code for other versions); they are kept as they are.
    Uncompiled {
        /// Their paths in the slot.
        paths: Vec<String>,
    },
    /// Native files that need LD_LIBRARY_PATH to find their libraries.
    LibraryPath {
        /// Their paths in the slot.
        paths: Vec<PathBuf>,
    },
}

/// Staged trees and how to start them.
#[derive(Debug, Clone)]
pub struct PythonPlan {
    /// The slots: interpreter, application.
    pub slots: Vec<PythonSlot>,
    /// The command, with placeholders; the user's arguments are appended. argv\[0\] must be the interpreter's path. Empty when the
    /// spec names neither entry nor module: then the manifest says what starts.
    pub command: Vec<String>,
    /// The environment.
    pub environment: EnvironmentPlan,
    /// The interpreter that was staged.
    pub interpreter: Interpreter,
    /// What is installed in the application's slot: the start of an SBOM.
    pub distributions: Vec<Distribution>,
    /// Native files of both slots against the target.
    pub portability: PortabilityReport,
    /// Libraries that were bundled, by name.
    pub bundled: Vec<String>,
    /// Things to tell.
    pub notices: Vec<Notice>,
}

/// The names of [`PythonSpec::keep_stdlib`].
pub fn stdlib_groups() -> impl Iterator<Item = &'static str> {
    stage::GROUPS.iter().map(|group| group.name)
}

/// Stages interpreter and application.
pub fn plan(spec: &PythonSpec, context: &Context<'_>) -> Result<PythonPlan, PythonError> {
    let start = start::Start::parse(spec)?;
    stage::check_groups(&spec.keep_stdlib)?;
    let sources = install::Sources::read(spec, context)?;
    let interpreter = interpreter::find(&spec.interpreter, context)?;
    (context.progress)(Progress::Interpreter {
        version: &interpreter.version,
        executable: &interpreter.executable,
    });
    let python = stage::stage(&interpreter, spec, context)?;
    let app = app::Application::new(context.work_dir, &interpreter)?;
    if !sources.is_empty() {
        install::install(&interpreter, spec.installer, &sources, &app, context)?;
    }
    app.clean()?;
    let natives = app.natives(spec, &interpreter, context.target.arch)?;
    if let Some(start) = &start {
        app.write_start(&start.script())?;
    }
    (context.progress)(Progress::Checking);
    check::check(&python, &app, &interpreter.build, start.as_ref(), context)?;
    let skipped = app.compile(&python, context)?;
    let trees = [tree_of(PYTHON_SLOT, &python.root), tree_of(SITE_SLOT, &app.root)];
    let portability = native::survey(&trees, &context.target).map_err(PythonError::Survey)?;
    Ok(PythonPlan {
        slots: vec![
            PythonSlot { id: PYTHON_SLOT, source: python.root.clone() },
            PythonSlot { id: SITE_SLOT, source: app.root.clone() },
        ],
        command: if start.is_some() { command(spec, &interpreter) } else { Vec::new() },
        environment: environment(&python.natives, &natives, &interpreter),
        distributions: app.distributions()?,
        bundled: bundled(&python.natives, &natives),
        notices: notices(&python.natives, &natives, skipped),
        portability,
        interpreter,
    })
}

fn tree_of(id: &str, root: &Path) -> Tree {
    Tree { id: id.to_owned(), root: root.to_owned() }
}

/// `-P` keeps the script's directory and, in children that multiprocessing starts, the working directory from sys.path. It came
/// with 3.11; before, `-I` is the only option that does so, at the price of deafness for PYTHON* variables of the manifest.
fn command(spec: &PythonSpec, interpreter: &Interpreter) -> Vec<String> {
    let isolation = if interpreter.minor >= 11 { "-P" } else { "-I" };
    let mut command =
        vec![format!("{{slot:{PYTHON_SLOT}}}/bin/{}", interpreter.program_name()), isolation.to_owned()];
    command.extend(spec.options.iter().cloned());
    command.push(format!("{{slot:{SITE_SLOT}}}/{}", start::FILE));
    command
}

fn environment(python: &app::Natives, app: &app::Natives, interpreter: &Interpreter) -> EnvironmentPlan {
    let mut plan = EnvironmentPlan {
        unset: vec!["PYTHON*".to_owned(), "__PYVENV_LAUNCHER__".to_owned()],
        set: vec![
            (APP_VARIABLE.to_owned(), format!("{{slot:{SITE_SLOT}}}")),
            // glibc finds $ORIGIN of a program through /proc; where that is not mounted (a bare chroot), it takes this, and only
            // there.
            ("LD_ORIGIN_PATH".to_owned(), format!("{{slot:{PYTHON_SLOT}}}/bin")),
        ],
        prepend: Vec::new(),
    };
    for (natives, slot, directory) in
        [(app, SITE_SLOT, "lib"), (python, PYTHON_SLOT, interpreter.library_dir.as_str())]
    {
        if !natives.unpatched.is_empty() {
            plan.prepend.push(("LD_LIBRARY_PATH".to_owned(), format!("{{slot:{slot}}}/{directory}")));
        }
    }
    plan
}

fn bundled(python: &app::Natives, app: &app::Natives) -> Vec<String> {
    let names: BTreeSet<&String> = python.bundled.iter().chain(&app.bundled).collect();
    names.into_iter().cloned().collect()
}

fn notices(python: &app::Natives, app: &app::Natives, skipped: Vec<String>) -> Vec<Notice> {
    let mut notices = Vec::new();
    let missing: BTreeSet<String> = python.missing.iter().chain(&app.missing).cloned().collect();
    if !missing.is_empty() {
        notices.push(Notice::MissingLibraries { names: missing.into_iter().collect() });
    }
    let paths: Vec<PathBuf> = python.unpatched.iter().chain(&app.unpatched).cloned().collect();
    if !paths.is_empty() {
        notices.push(Notice::LibraryPath { paths });
    }
    if !skipped.is_empty() {
        notices.push(Notice::Uncompiled { paths: skipped });
    }
    notices
}
