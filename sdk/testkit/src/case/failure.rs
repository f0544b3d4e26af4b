//! Why a case failed, and what is left of it.

use std::fmt;
use std::path::PathBuf;

use super::check::CheckError;
use crate::canary::CanaryError;
use crate::terraform::{CommandError, Run, WorkspaceError};

/// A case that failed. Prints which step, why, with which Terraform, and where configuration, state, plan and logs are kept.
#[derive(Debug)]
pub struct CaseFailure {
    /// The step, from 1, and how many there are; None if it is the destruction at the end, or no step was begun.
    pub step: Option<(usize, usize)>,
    /// Why.
    pub problem: StepProblem,
    /// What went wrong with the destruction that follows a failure.
    pub destruction: Option<StepProblem>,
    /// The Terraform that ran.
    pub terraform: String,
    /// Where everything is kept; None if there was nothing yet.
    pub kept: Option<PathBuf>,
    /// The whole message, with canaries made unreadable.
    pub(super) message: String,
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StepProblem {
    /// The directory could not be made.
    #[error("the workspace could not be made")]
    Workspace(#[from] WorkspaceError),
    /// A command had no result.
    #[error("a command failed")]
    Command(#[from] CommandError),
    /// Terraform failed where no error was expected.
    #[error("no error was expected, but {0}")]
    Unexpected(Box<Run>),
    /// Terraform failed, and not as expected.
    #[error("an error {expected} was expected, but {run}")]
    OtherError {
        /// What was expected.
        expected: String,
        /// What happened.
        run: Box<Run>,
    },
    /// Terraform did not fail.
    #[error("an error {0} was expected, but everything succeeded")]
    NoError(String),
    /// A warning did not come.
    #[error("a warning {expected} was expected{}", warnings(found))]
    NoWarning {
        /// What was expected.
        expected: String,
        /// The warnings that came.
        found: Vec<String>,
    },
    /// A check of the plan failed.
    #[error("check of the plan: {0}")]
    Plan(CheckError),
    /// A check of the state failed.
    #[error("check of the state: {0}")]
    State(CheckError),
    /// The plan after applying is not as it should be.
    #[error("plan after apply: {0}")]
    SecondPlan(CheckError),
    /// The import's id cannot be found.
    #[error("there is no id to import {address} by: its attribute {path} is no string in the state")]
    NoImportId {
        /// The object.
        address: String,
        /// The attribute.
        path: String,
    },
    /// The import brought another object or none.
    #[error("the import did not bring {address}")]
    NotImported {
        /// The object.
        address: String,
    },
    /// The state has no object to compare with.
    #[error("there is no {address} in the state to compare the import with")]
    NothingToCompare {
        /// The object.
        address: String,
    },
    /// What was imported is not what is there.
    #[error("the imported {address} differs:{differences}")]
    ImportDiffers {
        /// The object.
        address: String,
        /// A line for each attribute.
        differences: String,
    },
    /// A secret is where it should not be.
    #[error("secrets")]
    Canary(#[from] CanaryError),
    /// Objects are left after everything was destroyed.
    #[error("destroyed everything, but the state still has {}", .0.join(", "))]
    Remains(Vec<String>),
}

fn warnings(found: &[String]) -> String {
    if found.is_empty() {
        return "; there were none".into();
    }
    found.iter().map(|warning| format!("\n  {}", warning.replace('\n', "\n  "))).collect()
}

/// A problem with what caused it.
pub(super) fn with_causes(problem: &StepProblem) -> String {
    let mut text = problem.to_string();
    let mut cause = std::error::Error::source(problem);
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

impl fmt::Display for CaseFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for CaseFailure {}
