//! The Terraform program: where it is, which version it is, and what to do where there is none.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use std::time::Duration;

use foundation::process::{Run, RunError};

/// The variable that names the program, as Go's test framework has it; without it, `terraform` is looked for on `PATH`.
const PATH_VARIABLE: &str = "TF_ACC_TERRAFORM_PATH";

/// A Terraform program that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terraform {
    path: PathBuf,
    version: String,
}

/// Why there is no Terraform to test with.
#[derive(Debug, thiserror::Error)]
pub enum TerraformError {
    /// Neither the variable nor the path leads to one.
    #[error("terraform is not here: it is not on PATH, and {PATH_VARIABLE} is not set")]
    NotFound,
    /// It did not run.
    #[error("{} does not run", path.display())]
    Run {
        /// The program.
        path: PathBuf,
        /// Why not.
        source: RunError,
    },
    /// It runs, and does not say its version as Terraform does.
    #[error("{} is no terraform: `version -json` says {said:?}", path.display())]
    Foreign {
        /// The program.
        path: PathBuf,
        /// The first of what it said.
        said: String,
    },
    /// It could not be looked at.
    #[error("cannot resolve {}", path.display())]
    Resolve {
        /// The path as given.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl Terraform {
    /// the program that `TF_ACC_TERRAFORM_PATH` names, else the first `terraform` on `PATH`.
    pub fn find() -> Result<Self, TerraformError> {
        let named = std::env::var_os(PATH_VARIABLE);
        let search = std::env::var_os("PATH");
        let path = locate(named.as_deref(), search.as_deref()).ok_or(TerraformError::NotFound)?;
        Self::at(&path)
    }

    /// The program at this path.
    pub fn at(path: &Path) -> Result<Self, TerraformError> {
        let path = std::path::absolute(path)
            .map_err(|source| TerraformError::Resolve { path: path.into(), source })?;
        let mut command = Command::new(&path);
        command.args(["version", "-json"]).env("CHECKPOINT_DISABLE", "1").env_remove("TF_CLI_ARGS");
        let output = Run::new(command)
            .timeout(Duration::from_secs(60))
            .checked()
            .map_err(|source| TerraformError::Run { path: path.clone(), source })?;
        let said: Option<serde_json::Value> = serde_json::from_slice(&output.stdout).ok();
        let version = said.as_ref().and_then(|v| v.get("terraform_version")).and_then(|v| v.as_str());
        match version {
            Some(version) => Ok(Self { path, version: version.into() }),
            None => {
                let said = String::from_utf8_lossy(&output.stdout).chars().take(80).collect();
                Err(TerraformError::Foreign { path, said })
            }
        }
    }

    /// The program, or None after saying on standard error that the test is skipped.
    ///
    /// # Panics
    ///
    /// Where the environment has `CI=true`: there nothing is skipped. And where there is a program that does not run.
    #[track_caller]
    pub fn or_skip() -> Option<Self> {
        let is_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
        let found = or_skipped(Self::find(), is_ci);
        if let Some(terraform) = &found {
            static SAID: Once = Once::new();
            SAID.call_once(|| eprintln!("testing with {terraform}"));
        }
        found
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its version: `1.11.4`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// True if it is this version or a later one: `terraform.is_at_least(1, 11)` for write-only attributes.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        let mut parts = self.version.split('.').map(|part| part.parse().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (major, minor)
    }
}

impl std::fmt::Display for Terraform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "terraform {} ({})", self.version, self.path.display())
    }
}

fn locate(named: Option<&OsStr>, search: Option<&OsStr>) -> Option<PathBuf> {
    if let Some(named) = named.filter(|value| !value.is_empty()) {
        return Some(named.into());
    }
    let name = format!("terraform{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(search?).map(|directory| directory.join(&name)).find(|path| path.is_file())
}

#[track_caller]
fn or_skipped(found: Result<Terraform, TerraformError>, is_ci: bool) -> Option<Terraform> {
    match found {
        Ok(terraform) => Some(terraform),
        Err(TerraformError::NotFound) if !is_ci => {
            eprintln!("skipped: terraform is not here");
            None
        }
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|e| format!(": {e}")).unwrap_or_default();
            panic!("{error}{cause}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn program(text: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("terraform");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        (directory, path)
    }

    #[test]
    fn the_variable_goes_before_the_path() {
        let (directory, path) = program("");
        let search = directory.path().as_os_str();
        assert_eq!(locate(None, Some(search)), Some(path));
        assert_eq!(locate(Some(OsStr::new("/x/tofu")), Some(search)), Some("/x/tofu".into()));
        assert_eq!(locate(Some(OsStr::new("")), Some(OsStr::new("/nowhere:/at/all"))), None);
        assert_eq!(locate(None, None), None);
    }

    #[test]
    fn a_program_says_its_version() {
        let (_directory, path) = program("#!/bin/sh\necho '{\"terraform_version\":\"1.12.0-rc1\"}'\n");
        let terraform = Terraform::at(&path).unwrap();
        assert_eq!(terraform.version(), "1.12.0-rc1");
        assert!(terraform.is_at_least(1, 11) && terraform.is_at_least(1, 12));
        assert!(!terraform.is_at_least(1, 13) && !terraform.is_at_least(2, 0));
        assert_eq!(terraform.to_string(), format!("terraform 1.12.0-rc1 ({})", path.display()));
    }

    #[test]
    fn what_is_no_terraform_is_refused() {
        let (_directory, path) = program("#!/bin/sh\necho hello\n");
        assert!(Terraform::at(&path).unwrap_err().to_string().ends_with("says \"hello\\n\""));
        let (_directory, path) = program("#!/bin/sh\nexit 3\n");
        assert!(matches!(Terraform::at(&path), Err(TerraformError::Run { .. })));
        assert!(matches!(Terraform::at(Path::new("/nowhere/terraform")), Err(TerraformError::Run { .. })));
    }

    #[test]
    fn a_missing_program_skips_the_test() {
        assert!(or_skipped(Err(TerraformError::NotFound), false).is_none());
    }

    #[test]
    #[should_panic(expected = "terraform is not here")]
    fn ci_skips_nothing() {
        or_skipped(Err(TerraformError::NotFound), true);
    }

    #[test]
    #[should_panic(expected = "is no terraform")]
    fn a_broken_program_is_no_reason_to_skip() {
        let error = TerraformError::Foreign { path: "/x".into(), said: String::new() };
        or_skipped(Err(error), false);
    }
}
