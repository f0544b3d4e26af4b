//! Steps: a configuration, and what is expected of planning and applying it.

use std::ffi::OsString;

use serde_json::Value as Json;

use super::check::{CheckError, PlanCheck, StateCheck};
use super::import::Import;
use crate::expected::Expected;
use crate::known::{Known, not_null, unknown};
use crate::terraform::{Action, Plan, PlanOptions, State};

/// One step of a [`crate::TestCase`].
#[derive(Debug)]
#[must_use = "a step is taken when it is part of a case"]
pub struct Step {
    pub(super) kind: Kind,
    pub(super) files: Vec<(String, String)>,
    pub(super) variables: Vec<(String, Json)>,
    pub(super) environment: Vec<(String, OsString)>,
    pub(super) options: PlanOptions,
    pub(super) plan_checks: Vec<PlanCheck>,
    pub(super) state_checks: Vec<StateCheck>,
    pub(super) error: Option<Expected>,
    pub(super) warnings: Vec<Expected>,
    pub(super) second_plan: SecondPlan,
}

#[derive(Debug)]
pub(super) enum Kind {
    Apply,
    Plan,
    Refresh,
    Import(Import),
}

/// What planning once more after applying should find.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum SecondPlan {
    Empty,
    NotEmpty,
    Unchecked,
}

impl Step {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            files: Vec::new(),
            variables: Vec::new(),
            environment: Vec::new(),
            options: PlanOptions::default(),
            plan_checks: Vec::new(),
            state_checks: Vec::new(),
            error: None,
            warnings: Vec::new(),
            second_plan: SecondPlan::Empty,
        }
    }

    /// Plans and applies this configuration. Where it names no required providers, the one under test is required for it.
    pub fn config(text: &str) -> Self {
        Self::new(Kind::Apply).file("main.tf", text)
    }

    /// Plans and applies the configuration of the step before again.
    pub fn again() -> Self {
        Self::new(Kind::Apply)
    }

    /// Destroys everything, with the configuration of the step before.
    pub fn destroy() -> Self {
        let step = Self::new(Kind::Apply);
        Self { options: PlanOptions::default().destroy(), second_plan: SecondPlan::Unchecked, ..step }
    }

    /// Brings the state up to date with what is there.
    pub fn refresh() -> Self {
        Self { second_plan: SecondPlan::Unchecked, ..Self::new(Kind::Refresh) }
    }

    /// Imports an object apart from the state, and compares it with the one in the state.
    pub fn import(address: &str) -> Import {
        Import::new(address)
    }

    pub(super) fn of_import(import: Import, error: Option<Expected>) -> Self {
        Self { error, ..Self::new(Kind::Import(import)) }
    }

    /// Plans and checks the plan, and does not apply it.
    pub fn plan_only(self) -> Self {
        Self { kind: Kind::Plan, ..self }
    }

    /// A further file of the configuration; it stays for the steps that follow.
    pub fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push((name.into(), text.into()));
        self
    }

    /// The value of an input variable; it stays for the steps that follow. Secrets go in this way: Terraform quotes the configuration
    /// in its messages.
    pub fn variable(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// A variable of the environment for this step alone.
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// How to plan.
    pub fn plan_options(self, options: PlanOptions) -> Self {
        Self { options, ..self }
    }

    /// This is done with the object.
    pub fn expect_action(self, address: &str, action: Action) -> Self {
        self.check_plan(PlanCheck::action(address, action))
    }

    /// Nothing is planned in the first place.
    pub fn expect_empty_plan(self) -> Self {
        self.check_plan(PlanCheck::empty())
    }

    /// Planning finds something to do, and after applying it once more.
    pub fn expect_nonempty_plan(self) -> Self {
        Self { second_plan: SecondPlan::NotEmpty, ..self.check_plan(PlanCheck::not_empty()) }
    }

    /// Leaves out the plan after applying.
    pub fn without_second_plan(self) -> Self {
        Self { second_plan: SecondPlan::Unchecked, ..self }
    }

    /// The attribute is known only after applying.
    pub fn expect_unknown_value(self, address: &str, path: &str) -> Self {
        self.check_plan(PlanCheck::value(address, path, unknown()))
    }

    /// The attribute is known in the plan, and is this.
    pub fn expect_known_value(self, address: &str, path: &str, known: impl Into<Known>) -> Self {
        self.check_plan(PlanCheck::value(address, path, known.into()))
    }

    /// The attribute is sensitive in the plan.
    pub fn expect_sensitive(self, address: &str, path: &str) -> Self {
        self.check_plan(PlanCheck::sensitive(address, path))
    }

    /// The attribute is why the object is replaced.
    pub fn expect_replaced_by(self, address: &str, path: &str) -> Self {
        self.check_plan(PlanCheck::replaced_by(address, path))
    }

    /// A check of the plan.
    pub fn check_plan(mut self, check: PlanCheck) -> Self {
        self.plan_checks.push(check);
        self
    }

    /// A check of the plan by a function.
    pub fn check_plan_with(
        self,
        test: impl Fn(&Plan) -> Result<(), CheckError> + Send + Sync + 'static,
    ) -> Self {
        self.check_plan(PlanCheck::new(test))
    }

    /// The attribute's value after applying.
    pub fn expect_value(self, address: &str, path: &str, known: impl Into<Known>) -> Self {
        self.check_state(StateCheck::value(address, path, known.into()))
    }

    /// The attribute has some value after applying.
    pub fn expect_set(self, address: &str, path: &str) -> Self {
        self.check_state(StateCheck::value(address, path, not_null()))
    }

    /// The object is in the state.
    pub fn expect_present(self, address: &str) -> Self {
        self.check_state(StateCheck::value(address, "", not_null()))
    }

    /// The object is not in the state.
    pub fn expect_absent(self, address: &str) -> Self {
        self.check_state(StateCheck::absent(address))
    }

    /// The object is in the state, tainted. For steps that fail as expected.
    pub fn expect_tainted(self, address: &str) -> Self {
        self.check_state(StateCheck::tainted(address))
    }

    /// The value of an output.
    pub fn expect_output(self, name: &str, known: impl Into<Known>) -> Self {
        self.check_state(StateCheck::output(name, known.into()))
    }

    /// A check of the state. After a step that fails as expected, the state is checked too.
    pub fn check_state(mut self, check: StateCheck) -> Self {
        self.state_checks.push(check);
        self
    }

    /// A check of the state by a function.
    pub fn check_state_with(
        self,
        test: impl Fn(&State) -> Result<(), CheckError> + Send + Sync + 'static,
    ) -> Self {
        self.check_state(StateCheck::new(test))
    }

    /// The step fails, in planning or in applying, and one of its errors is this.
    pub fn expect_error(self, error: impl Into<Expected>) -> Self {
        Self { error: Some(error.into()), ..self }
    }

    /// Planning or applying gives this warning.
    pub fn expect_warning(mut self, warning: impl Into<Expected>) -> Self {
        self.warnings.push(warning.into());
        self
    }
}
