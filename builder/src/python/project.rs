//! A copy of a project, to be built outside its source tree: build back ends write `build/`, `*.egg-info` and generated files
//! beside the sources, and take old ones along.

use std::fs;
use std::path::{Path, PathBuf};

use super::tree::{self, Fate, Links};
use super::{Context, PythonError};

/// Environments, caches and artefacts: never a part of a build's input, and large.
const LEFT_OUT: [&str; 14] = [
    ".venv",
    "venv",
    ".tox",
    ".nox",
    "node_modules",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".hypothesis",
    ".eggs",
    ".psp",
    ".idea",
    ".vscode",
];

/// Copies a project into the work directory and returns the copy. `.git` comes along: some projects take their version from it.
pub(super) fn copy(project: &Path, context: &Context<'_>) -> Result<PathBuf, PythonError> {
    let project = fs::canonicalize(project).map_err(PythonError::io("read", project))?;
    let is_project = project.join("pyproject.toml").is_file() || project.join("setup.py").is_file();
    if !is_project {
        return Err(PythonError::Project { path: project });
    }
    // Some back ends take the directory's name for the project's.
    let name = project.file_name().map_or_else(|| "project".into(), ToOwned::to_owned);
    let target = context.work_dir.join("project").join(name);
    let work = fs::canonicalize(context.work_dir).map_err(PythonError::io("read", context.work_dir))?;
    tree::copy(&project, &target, Links::Keep, &|path| choose(&project, &work, path))?;
    Ok(target)
}

fn choose(project: &Path, work: &Path, path: &Path) -> Fate {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let is_build = path.parent().is_some_and(|parent| parent == Path::new("build"))
        && (name.starts_with("lib") || name.starts_with("bdist.") || name.starts_with("temp."));
    let is_egg_info = name.ends_with(".egg-info") && path.components().count() <= 2;
    let full = project.join(path);
    let is_environment = full.join("pyvenv.cfg").is_file();
    let is_special =
        full.symlink_metadata().is_ok_and(|data| !data.is_dir() && !data.is_file() && !data.is_symlink());
    let is_work = work.starts_with(&full);
    let leave =
        LEFT_OUT.contains(&&*name) || is_build || is_egg_info || is_environment || is_special || is_work;
    if leave { Fate::Leave } else { Fate::Keep }
}
