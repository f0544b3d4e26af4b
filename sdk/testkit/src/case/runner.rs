//! The order in which a case goes: step after step, the destruction, and what is kept of a failure.

use std::collections::BTreeMap;
use std::ffi::OsString;

use serde_json::Value as Json;

use super::TestCase;
use super::check::PlanCheck;
use super::failure::{self, CaseFailure, StepProblem};
use super::import::Import;
use super::keep;
use super::step::{Kind, SecondPlan, Step};
use crate::canary::Canaries;
use crate::expected::{Expected, Place, Said};
use crate::terraform::{Diagnostic, PlanOptions, Run, Terraform, Workspace};

/// Runs a case.
pub(super) fn run(case: TestCase, terraform: &Terraform) -> Result<(), Box<CaseFailure>> {
    let terraform_name = terraform.to_string();
    let canaries = case.canaries.clone();
    let fail = |step, problem, destruction, workspace: Option<Workspace>| {
        let failure = CaseFailure {
            step,
            problem,
            destruction,
            terraform: terraform_name.clone(),
            kept: workspace.map(Workspace::keep),
            message: String::new(),
        };
        let message = canaries.redact(&message(&failure));
        Err(Box::new(CaseFailure { message, ..failure }))
    };
    if let Err(error) = canaries.check() {
        return fail(None, error.into(), None, None);
    }
    let mut workspace = match Workspace::new(terraform, case.source.clone()) {
        Ok(workspace) => workspace,
        Err(error) => return fail(None, error.into(), None, None),
    };
    case.environment.iter().for_each(|(name, value)| workspace.set_env(name, value));
    case.time_limit.into_iter().for_each(|limit| workspace.set_time_limit(limit));
    let environment = &case.environment;
    let mut runner = Runner { workspace, environment, canaries: &canaries, variables: BTreeMap::new() };
    let count = case.steps.len();
    for (index, step) in case.steps.iter().enumerate() {
        if let Err(problem) = runner.take(step) {
            let destruction = runner.destroy().err();
            return fail(Some((index + 1, count)), problem, destruction, Some(runner.workspace));
        }
    }
    let searched = |runner: &Runner<'_>| keep::search(&runner.workspace, runner.canaries);
    match runner.destroy().and_then(|()| searched(&runner)) {
        Ok(()) => Ok(()),
        Err(problem) => fail(None, problem, None, Some(runner.workspace)),
    }
}

fn message(failure: &CaseFailure) -> String {
    let mut text = match failure.step {
        Some((step, count)) => format!("step {step} of {count} failed: "),
        None if failure.kept.is_some() => "the destruction at the end failed: ".into(),
        None => "the case did not begin: ".into(),
    };
    text.push_str(&failure::with_causes(&failure.problem));
    if let Some(problem) = &failure.destruction {
        text.push_str(&format!("\nthe destruction after it failed too: {}", failure::with_causes(problem)));
    }
    text.push_str(&format!("\ntested with {}", failure.terraform));
    if let Some(kept) = &failure.kept {
        text.push_str(&format!("\nconfiguration, state, plan and logs are kept in {}", kept.display()));
    }
    text
}

struct Runner<'a> {
    workspace: Workspace,
    environment: &'a [(OsString, OsString)],
    canaries: &'a Canaries,
    variables: BTreeMap<String, Json>,
}

impl Runner<'_> {
    /// Takes a step, and looks for canaries in whatever came of it.
    fn take(&mut self, step: &Step) -> Result<(), StepProblem> {
        self.prepare(step)?;
        step.environment.iter().for_each(|(name, value)| self.workspace.set_env(name, value));
        let result = self.go(step);
        step.environment.iter().for_each(|(name, _)| self.workspace.remove_env(name));
        self.environment.iter().for_each(|(name, value)| self.workspace.set_env(name, value));
        result.and(keep::search(&self.workspace, self.canaries))
    }

    fn prepare(&mut self, step: &Step) -> Result<(), StepProblem> {
        for (name, text) in &step.files {
            match name.as_str() {
                "main.tf" => self.workspace.configure(text)?,
                _ => self.workspace.write(name, text)?,
            }
        }
        if !step.variables.is_empty() {
            self.variables.extend(step.variables.iter().cloned());
            let text = Json::from_iter(self.variables.clone()).to_string();
            self.workspace.write("terraform.tfvars.json", &text)?;
        }
        Ok(())
    }

    fn go(&self, step: &Step) -> Result<(), StepProblem> {
        if !step.files.is_empty() || matches!(step.kind, Kind::Import(_)) {
            match self.workspace.init()? {
                Some(run) if !run.is_success() => return expected_failure(step, run).map(drop),
                _ => {}
            }
        }
        match &step.kind {
            Kind::Import(import) => self.import(step, import),
            Kind::Refresh => {
                let run = self.workspace.refresh()?;
                self.finish(step, &[run])
            }
            Kind::Plan | Kind::Apply => self.plan_and_apply(step),
        }
    }

    fn plan_and_apply(&self, step: &Step) -> Result<(), StepProblem> {
        let planned = self.workspace.plan(&step.options)?;
        if !planned.is_success() {
            return self.finish(step, &[planned]);
        }
        let plan = self.workspace.show_plan()?;
        if !self.canaries.is_empty() {
            self.workspace.show_plan_text()?;
        }
        step.plan_checks.iter().try_for_each(|check| check.check(&plan)).map_err(StepProblem::Plan)?;
        if matches!(step.kind, Kind::Plan) {
            return self.finish(step, &[planned]);
        }
        let applied = self.workspace.apply()?;
        let is_done = applied.is_success();
        self.finish(step, &[planned, applied])?;
        if is_done { self.plan_again(step) } else { Ok(()) }
    }

    /// What the runs of a step gave, and what the state is then.
    fn finish(&self, step: &Step, runs: &[Run]) -> Result<(), StepProblem> {
        match (runs.last().filter(|run| !run.is_success()), &step.error) {
            (Some(run), _) => expected_failure(step, run.clone())?,
            (None, Some(expected)) => return Err(StepProblem::NoError(expected.to_string())),
            (None, None) => {}
        }
        expected_warnings(step, runs)?;
        if step.state_checks.is_empty() {
            return Ok(());
        }
        let state = self.workspace.show_state()?;
        step.state_checks.iter().try_for_each(|check| check.check(&state)).map_err(StepProblem::State)
    }

    fn plan_again(&self, step: &Step) -> Result<(), StepProblem> {
        let check = match step.second_plan {
            SecondPlan::Empty => PlanCheck::empty(),
            SecondPlan::NotEmpty => PlanCheck::not_empty(),
            SecondPlan::Unchecked => return Ok(()),
        };
        let run = self.workspace.plan(&PlanOptions::default())?;
        if !run.is_success() {
            return Err(StepProblem::Unexpected(Box::new(run)));
        }
        check.check(&self.workspace.show_plan()?).map_err(StepProblem::SecondPlan)
    }

    fn import(&self, step: &Step, import: &Import) -> Result<(), StepProblem> {
        let state = self.workspace.show_state()?;
        let id = import.find_id(&state)?;
        let (run, imported) = self.workspace.import_apart(&import.address, &id)?;
        self.finish(step, &[run])?;
        imported.map_or(Ok(()), |imported| import.verify(&imported, &state))
    }

    /// Destroys what is left, with the configuration as it is; without a valid one, by the state alone.
    fn destroy(&self) -> Result<(), StepProblem> {
        if !self.workspace.config_path().join("terraform.tfstate").exists() {
            return Ok(());
        }
        if self.workspace.show_state()?.is_empty() {
            return Ok(());
        }
        let mut run = self.workspace.destroy()?;
        if !run.is_success() {
            // The configuration of a step that failed may be none at all.
            self.workspace.configure("")?;
            let again = self.workspace.destroy()?;
            run = if again.is_success() { again } else { run };
        }
        if !run.is_success() {
            return Err(StepProblem::Unexpected(Box::new(run)));
        }
        let state = self.workspace.show_state()?;
        let left = state.resources().into_iter().filter(|resource| resource.mode == "managed");
        let left: Vec<String> = left.map(|resource| resource.address.clone()).collect();
        if left.is_empty() { Ok(()) } else { Err(StepProblem::Remains(left)) }
    }
}

/// A run that failed: whether it should have.
fn expected_failure(step: &Step, run: Run) -> Result<(), StepProblem> {
    match &step.error {
        None => Err(StepProblem::Unexpected(Box::new(run))),
        Some(expected) if run.errors().any(|error| expected.is(&said(error))) => Ok(()),
        Some(expected) => Err(StepProblem::OtherError { expected: expected.to_string(), run: Box::new(run) }),
    }
}

fn expected_warnings(step: &Step, runs: &[Run]) -> Result<(), StepProblem> {
    let is_there = |expected: &Expected| runs.iter().flat_map(Run::warnings).any(|w| expected.is(&said(w)));
    match step.warnings.iter().find(|expected| !is_there(expected)) {
        None => Ok(()),
        Some(expected) => Err(StepProblem::NoWarning {
            expected: expected.to_string(),
            found: runs.iter().flat_map(Run::warnings).map(ToString::to_string).collect(),
        }),
    }
}

fn said(diagnostic: &Diagnostic) -> Said {
    Said {
        summary: diagnostic.summary.clone(),
        detail: diagnostic.detail.clone(),
        address: diagnostic.resource(),
        place: Place::Name(diagnostic.attribute().map(Into::into)),
    }
}
