//! The real lane: Terraform itself, driven in a directory of its own.
//!
//! [`Terraform`] is the program, [`Workspace`] a directory with a configuration, a state and an environment of its own, and each
//! command returns a [`Run`] with what it said, typed where Terraform can say it in JSON. [`crate::TestCase`] is built on these.
//!
//! Nothing of the user's own Terraform is used: no home, no CLI configuration, no plugin cache, no credentials, no variables.

mod binary;
mod diagnostic;
mod json;
mod plan;
mod run;
mod source;
mod state;
mod workspace;

pub use binary::{Terraform, TerraformError};
pub use diagnostic::{Diagnostic, Position, Severity, Snippet, SourceRange};
pub use json::Sensitivity;
pub use plan::{Action, Change, OutputChange, Plan, ResourceChange};
pub use run::{CommandError, Run};
pub use source::{ProviderAddress, ProviderAddressError, ProviderSource};
pub use state::{Module, Output, Resource, State, Values};
pub use workspace::{PlanOptions, Workspace, WorkspaceError};
