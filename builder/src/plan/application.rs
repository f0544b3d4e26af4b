//! A `[python]` table as slots and a command: the application is staged, its trees are scanned like any other.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::{Options, PlanError, SlotPlan};
use crate::buildcache::BuildCache;
use crate::codec::Coding;
use crate::interrupt::Interrupt;
use crate::manifest::{
    Command, DEFAULT_LEVEL, Generated, INTERPRETER_SLOT, Lifecycle, Manifest, PackageInfo, Program,
    PythonStart, PythonTable, Symlinks,
};
use crate::progress::{Progress, Step};
use crate::python::{self, Context, Notice, PythonPlan, PythonSpec};
use crate::source::{Rules, scan};

/// What staging needs beside the plan's options.
#[derive(Debug)]
pub struct Staging<'a> {
    /// An empty directory that lives until the package is built.
    pub work_dir: &'a Path,
    /// Where staged interpreters are kept from build to build.
    pub cache_dir: Option<&'a Path>,
    /// What earlier builds have worked out.
    pub cache: Option<&'a BuildCache>,
    /// Processes at once.
    pub jobs: usize,
    /// The environment that installers see.
    pub environment: &'a BTreeMap<OsString, OsString>,
    /// Whether somebody wants it to end.
    pub interrupt: &'a Interrupt,
    /// How far it has come.
    pub progress: &'a Progress,
}

/// A staged application.
#[derive(Debug)]
pub(super) struct Application {
    /// Its slots.
    pub(super) slots: Vec<SlotPlan>,
    /// What starts it, if the table says.
    run: Option<Command>,
    /// What every command of the package needs in its environment.
    environment: crate::manifest::Environment,
    /// All that was found out.
    pub(super) details: PythonPlan,
}

/// Stages the application of a `[python]` table.
pub(super) fn stage(
    table: &PythonTable,
    package: &PackageInfo,
    options: &Options,
    staging: &Staging<'_>,
) -> Result<Application, PlanError> {
    let span = || table.span.clone();
    let target = options
        .target
        .as_str()
        .parse()
        .map_err(|_| PlanError::PythonTarget { span: span(), target: options.target.as_str().to_owned() })?;
    let context = Context {
        base_dir: &options.base_dir,
        work_dir: staging.work_dir,
        cache_dir: staging.cache_dir,
        target,
        jobs: staging.jobs,
        environment: staging.environment,
        interrupt: staging.interrupt,
        progress: &|progress| staging.progress.begin(step(&progress)),
    };
    let details =
        python::plan(&spec(table), &context).map_err(|source| PlanError::Python { span: span(), source })?;
    let slots = details.slots.iter().map(|slot| plan_slot(slot, table, options)).collect::<Result<_, _>>()?;
    let environment = &details.environment;
    let generated = Generated {
        words: &details.command,
        unset: &environment.unset,
        set: &environment.set,
        prepend: &environment.prepend,
    };
    let (environment, run) =
        generated.read(package).map_err(|text| PlanError::PythonCommand { span: span(), text })?;
    Ok(Application { slots, run, environment, details })
}

impl Application {
    /// The manifest with what the application needs in every command, and with its slots' own start where there is none.
    pub(super) fn complete(&self, manifest: &Manifest) -> (Manifest, Option<Command>) {
        let with = |command: &Command| Command {
            env: command.env.clone().on_top_of(&self.environment),
            // An interpreter finds its library by its own path.
            full_argv0: command.full_argv0 || starts_interpreter(command),
            ..command.clone()
        };
        let mut manifest = manifest.clone();
        manifest.setup = manifest.setup.iter().map(with).collect();
        manifest.entries =
            manifest.entries.iter().map(|(name, command)| (name.clone(), with(command))).collect();
        let run = manifest.run.as_ref().or(self.run.as_ref()).map(with);
        (manifest, run)
    }
}

/// What was found out while staging, in words.
pub(super) fn notice(notice: &Notice) -> String {
    let list = |paths: &[std::path::PathBuf]| {
        paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    };
    match notice {
        Notice::MissingLibraries { names } => {
            format!("libraries that extension modules need are not on this machine: {}", names.join(", "))
        }
        Notice::Uncompiled { paths } => {
            format!("modules that the interpreter cannot compile are kept as they are: {}", paths.join(", "))
        }
        Notice::LibraryPath { paths } => {
            format!(
                "files without room for a search path find their libraries by LD_LIBRARY_PATH: {}",
                list(paths)
            )
        }
    }
}

fn starts_interpreter(command: &Command) -> bool {
    matches!(&command.program.value, Program::Slot { id, .. } if id == INTERPRETER_SLOT)
}

fn spec(table: &PythonTable) -> PythonSpec {
    let texts =
        |list: &[crate::manifest::Spanned<String>]| list.iter().map(|item| item.value.clone()).collect();
    let (entry, module) = match table.start.as_ref().map(|start| &start.value) {
        None => (None, None),
        Some(PythonStart::Entry { module, function }) => (Some(format!("{module}:{function}")), None),
        Some(PythonStart::Module(module)) => (None, Some(module.clone())),
    };
    PythonSpec {
        interpreter: table.interpreter.value.clone(),
        requirements: texts(&table.requirements),
        wheels: texts(&table.wheels),
        project: table.project.as_ref().map(|project| project.value.clone()),
        entry,
        module,
        bundle_libs: table.bundle_libs,
        keep_stdlib: texts(&table.keep_stdlib),
        options: texts(&table.options),
        installer: table.installer,
    }
}

fn plan_slot(
    slot: &python::PythonSlot,
    table: &PythonTable,
    options: &Options,
) -> Result<SlotPlan, PlanError> {
    let span = || table.span.clone();
    let rules = Rules::new(Vec::new(), Vec::new(), Vec::new(), Symlinks::Keep, &options.target);
    let rules = rules.map_err(|source| PlanError::Glob { span: span(), source })?;
    let tree = scan(&slot.source, &rules).map_err(|error| PlanError::of_staged(slot.id, span(), error))?;
    let coding = Coding::Zstd { level: options.level.unwrap_or(DEFAULT_LEVEL) };
    Ok(SlotPlan { id: slot.id.to_owned(), lifecycle: Lifecycle::Cache, tree, coding, source: None })
}

fn step(progress: &python::Progress<'_>) -> Step {
    let action = match progress {
        python::Progress::Interpreter { .. } => "looking at the interpreter",
        python::Progress::Staging => "copying the interpreter",
        python::Progress::Staged => "the interpreter was copied before",
        python::Progress::Installing { .. } => "installing requirements",
        python::Progress::Compiling { .. } => "compiling modules",
        python::Progress::Checking => "trying the application",
    };
    Step { action, ..Step::default() }
}
