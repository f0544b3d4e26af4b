//! Terraform driven command by command, where a test does something in between.

use tf_testkit::Known;
use tf_testkit::attribute::AttributePath;
use tf_testkit::terraform::{Action, Diagnostic, Plan, PlanOptions, Run, State, Terraform, Workspace};

use crate::remote::{Remote, source};

/// A workspace and a store.
pub(crate) struct World {
    pub(crate) workspace: Workspace,
    pub(crate) remote: Remote,
}

impl World {
    /// A new one; None where there is no Terraform.
    pub(crate) fn new() -> Option<Self> {
        let (terraform, remote) = (Terraform::or_skip()?, Remote::new());
        let mut workspace = Workspace::new(&terraform, source()).unwrap();
        workspace.set_env("ACC_ROOT", remote.path());
        Some(Self { workspace, remote })
    }

    pub(crate) fn configure(&self, config: &str) {
        self.workspace.configure(config).unwrap();
    }

    /// A plan of the configuration as it is, which has to succeed.
    pub(crate) fn plan(&self) -> Plan {
        self.plan_with(&PlanOptions::default())
    }

    pub(crate) fn plan_with(&self, options: &PlanOptions) -> Plan {
        self.workspace.plan(options).unwrap().succeeded().unwrap_or_else(|error| panic!("{error}"));
        self.workspace.show_plan().unwrap()
    }

    /// Plans and applies a configuration, which has to succeed.
    pub(crate) fn apply(&self, config: &str) -> Run {
        self.configure(config);
        self.plan();
        self.workspace.apply().unwrap().succeeded().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Plans a configuration, and applies it if it can be planned: one of both has to fail.
    pub(crate) fn fails(&self, config: &str) -> Run {
        self.configure(config);
        let planned = self.workspace.plan(&PlanOptions::default()).unwrap();
        let run = if planned.is_success() { self.workspace.apply().unwrap() } else { planned };
        assert!(!run.is_success(), "no failure: {run}");
        run
    }

    pub(crate) fn state(&self) -> State {
        self.workspace.show_state().unwrap()
    }
}

/// What a run said, but for Terraform's own warning of `dev_overrides`.
pub(crate) fn said(run: &Run) -> Vec<&Diagnostic> {
    run.diagnostics.iter().filter(|d| d.summary != "Provider development overrides are in effect").collect()
}

/// The part of the configuration that a diagnostic marks.
pub(crate) fn marked(diagnostic: &Diagnostic) -> &str {
    let snippet = diagnostic.snippet.as_ref().unwrap();
    &snippet.code[snippet.highlight_start_offset..snippet.highlight_end_offset]
}

/// The only action planned for an object, by its address.
#[track_caller]
pub(crate) fn action(plan: &Plan, address: &str) -> Action {
    let change = plan.change(address).unwrap_or_else(|| panic!("{address} is not in the plan"));
    change.change.action().unwrap()
}

/// The state has this value.
#[track_caller]
pub(crate) fn has(state: &State, address: &str, path: &str, known: impl Into<Known>) {
    let resource = state.resource(address).unwrap_or_else(|| panic!("{address} is not in the state"));
    let value = AttributePath::parse(path).unwrap().find(&resource.values).unwrap();
    if let Err(mismatch) = known.into().check(&value) {
        panic!("{address}, {path}: {mismatch}");
    }
}
