//! The search for canaries in everything that a workspace keeps.

use std::fs;
use std::path::{Path, PathBuf};

use crate::canary::{Canaries, CanaryError};
use crate::terraform::{CommandError, Workspace};

use super::failure::StepProblem;

/// Searches what commands printed, what the provider logged, and the state. The saved plan is a compressed archive that holds the
/// configuration: it is searched as the text and the JSON that Terraform makes of it.
pub(super) fn search(workspace: &Workspace, canaries: &Canaries) -> Result<(), StepProblem> {
    if canaries.is_empty() {
        return Ok(());
    }
    for path in files(&workspace.path().join("runs"))? {
        search_file(&path, workspace.path(), canaries)?;
    }
    for path in files(&workspace.config_path())? {
        let is_state = path.file_name().is_some_and(|name| name.to_string_lossy().contains(".tfstate"));
        if is_state {
            search_file(&path, workspace.path(), canaries)?;
        }
    }
    Ok(())
}

fn search_file(path: &Path, base: &Path, canaries: &Canaries) -> Result<(), StepProblem> {
    let name = path.strip_prefix(base).unwrap_or(path).display().to_string();
    let bytes = fs::read(path).map_err(|source| CommandError::File { path: path.into(), source })?;
    Ok(search_document(&name, &bytes, canaries)?)
}

/// A whole file of JSON is a state or a plan; anything else is text.
fn search_document(name: &str, bytes: &[u8], canaries: &Canaries) -> Result<(), CanaryError> {
    match serde_json::from_slice::<serde_json::Value>(bytes) {
        Ok(json) if json.get("format_version").or(json.get("lineage")).is_some() => {
            canaries.search_json(name, &json)
        }
        // `output -json` has no version: an object of outputs, each with its value.
        Ok(json) if name.contains("-output.") => canaries.search_json(name, &json),
        _ => canaries.search_text(name, bytes),
    }
}

fn files(directory: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let error = |source| CommandError::File { path: directory.into(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(error)? {
        let path = entry.map_err(error)?.path();
        if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
