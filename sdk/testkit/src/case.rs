//! Test cases: steps that the real Terraform takes, each checked before and after.
//!
//! A step plans, checks the plan, applies it, checks the state, and demands that planning once more finds nothing left to do. At the
//! end everything is destroyed, also after a failure. What a failed case leaves is kept, and its message says where.

mod change;
mod check;
mod failure;
mod import;
mod keep;
mod runner;
mod step;

use std::ffi::OsString;
use std::time::Duration;

pub(crate) use change::describe_differences;
pub(crate) use check::has;
pub use check::{CheckError, PlanCheck, StateCheck};
pub use failure::{CaseFailure, StepProblem};
pub use import::Import;
pub use step::Step;

use crate::canary::{Canaries, Canary};
use crate::terraform::{ProviderSource, Terraform};

/// Steps with one provider.
///
/// ```
/// use tf_testkit::terraform::{Action, ProviderSource};
/// use tf_testkit::{Step, TestCase, known};
///
/// TestCase::new(ProviderSource::Builtin)
///     .step(
///         Step::config(r#"resource "terraform_data" "a" { input = "one" }"#)
///             .expect_action("terraform_data.a", Action::Create)
///             .expect_unknown_value("terraform_data.a", "id")
///             .expect_value("terraform_data.a", "output", "one")
///             .expect_value("terraform_data.a", "id", known::string_regex("^[0-9a-f-]{36}$")),
///     )
///     .step(
///         Step::config(r#"resource "terraform_data" "a" { input = "two" }"#)
///             .expect_action("terraform_data.a", Action::Update),
///     )
///     .run();
/// ```
#[derive(Debug)]
#[must_use = "a case does nothing until it is run"]
pub struct TestCase {
    source: ProviderSource,
    steps: Vec<Step>,
    environment: Vec<(OsString, OsString)>,
    canaries: Canaries,
    time_limit: Option<Duration>,
    least_version: Option<(u32, u32)>,
}

impl TestCase {
    /// A case without steps.
    pub fn new(source: impl Into<ProviderSource>) -> Self {
        Self {
            source: source.into(),
            steps: Vec::new(),
            environment: Vec::new(),
            canaries: Canaries::default(),
            time_limit: None,
            least_version: None,
        }
    }

    /// Adds a step.
    pub fn step(mut self, step: impl Into<Step>) -> Self {
        self.steps.push(step.into());
        self
    }

    /// Sets a variable of Terraform's and the provider's environment for the whole case. A provider that is served by the test's
    /// own process does not see it.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Looks for this secret after each step: in logs, in what Terraform prints, in state and plan. See [`Canary`].
    pub fn canary(mut self, canary: impl Into<Canary>) -> Self {
        self.canaries.push(canary.into());
        self
    }

    /// The time that each command of Terraform has; 5 minutes if not said.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Skips the case, and says so, with a Terraform before this version.
    pub fn requires(mut self, major: u32, minor: u32) -> Self {
        self.least_version = Some((major, minor));
        self
    }

    /// Runs the case with the Terraform that is here. Where there is none, the case is skipped and standard error says so.
    ///
    /// # Panics
    ///
    /// If a step fails; and where the environment has `CI=true` and there is no Terraform.
    #[track_caller]
    pub fn run(self) {
        let Some(terraform) = Terraform::or_skip() else { return };
        if let Some((major, minor)) = self.least_version
            && !terraform.is_at_least(major, minor)
        {
            eprintln!("skipped: {terraform} is older than {major}.{minor}");
            return;
        }
        if let Err(failure) = self.try_run(&terraform) {
            panic!("{failure}");
        }
    }

    /// Runs the case with this Terraform.
    pub fn try_run(self, terraform: &Terraform) -> Result<(), Box<CaseFailure>> {
        runner::run(self, terraform)
    }
}
