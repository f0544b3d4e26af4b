//! Terraform's commands, each with its typed result.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::Workspace;
use crate::terraform::{CommandError, Output, Plan, Run, State};

/// The file of the saved plan.
const PLAN_FILE: &str = "test.tfplan";

/// The file of the state that `terraform import` makes apart from the state proper.
const IMPORT_STATE_FILE: &str = "import.tfstate";

/// How to plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    arguments: Vec<String>,
}

impl PlanOptions {
    /// Plan to destroy everything.
    #[must_use]
    pub fn destroy(self) -> Self {
        self.with("-destroy")
    }

    /// Plan to bring the state up to date, and nothing else.
    #[must_use]
    pub fn refresh_only(self) -> Self {
        self.with("-refresh-only")
    }

    /// Take the state as it is; nothing is read again.
    #[must_use]
    pub fn without_refresh(self) -> Self {
        self.with("-refresh=false")
    }

    /// Only this object, and what it depends on.
    #[must_use]
    pub fn target(self, address: &str) -> Self {
        self.with(&format!("-target={address}"))
    }

    /// Replace this object whatever changes.
    #[must_use]
    pub fn replace(self, address: &str) -> Self {
        self.with(&format!("-replace={address}"))
    }

    /// Writes configuration for what `import` blocks name, into this file.
    #[must_use]
    pub fn generate_config(self, file: &str) -> Self {
        self.with(&format!("-generate-config-out={file}"))
    }

    fn with(mut self, argument: &str) -> Self {
        self.arguments.push(argument.into());
        self
    }
}

impl Workspace {
    /// `terraform init`. With `dev_overrides` there is nothing to do, and nothing is done.
    pub fn init(&self) -> Result<Option<Run>, CommandError> {
        if !self.source.needs_init() {
            return Ok(None);
        }
        // Before 1.9 there is no JSON; text is read then.
        let form = if self.terraform.is_at_least(1, 9) { "-json" } else { "-no-color" };
        self.run(&["init", form, "-input=false"]).map(Some)
    }

    /// `terraform validate -json`.
    pub fn validate(&self) -> Result<Run, CommandError> {
        self.run(&["validate", "-json"])
    }

    /// `terraform plan -json -out=…`; see [`Workspace::show_plan`].
    pub fn plan(&self, options: &PlanOptions) -> Result<Run, CommandError> {
        let out = format!("-out={PLAN_FILE}");
        let mut arguments = vec!["plan", "-json", "-input=false", out.as_str()];
        arguments.extend(options.arguments.iter().map(String::as_str));
        self.run(&arguments)
    }

    /// The saved plan, typed.
    pub fn show_plan(&self) -> Result<Plan, CommandError> {
        self.json(&["show", "-json", PLAN_FILE])
    }

    /// The saved plan as people read it.
    pub fn show_plan_text(&self) -> Result<Run, CommandError> {
        self.run(&["show", "-no-color", PLAN_FILE])?.succeeded()
    }

    /// `terraform apply -json` of the saved plan.
    pub fn apply(&self) -> Result<Run, CommandError> {
        self.run(&["apply", "-json", "-input=false", PLAN_FILE])
    }

    /// `terraform destroy -json`.
    pub fn destroy(&self) -> Result<Run, CommandError> {
        self.run(&["destroy", "-json", "-input=false", "-auto-approve"])
    }

    /// `terraform refresh -json`.
    pub fn refresh(&self) -> Result<Run, CommandError> {
        self.run(&["refresh", "-json", "-input=false"])
    }

    /// `terraform import`, into the state.
    pub fn import(&self, address: &str, id: &str) -> Result<Run, CommandError> {
        self.run(&["import", "-no-color", "-input=false", address, id])
    }

    /// `terraform import` into an empty state beside the state proper, and what it then holds; None if it failed.
    pub fn import_apart(&self, address: &str, id: &str) -> Result<(Run, Option<State>), CommandError> {
        let path = self.config_path().join(IMPORT_STATE_FILE);
        if path.exists() {
            std::fs::remove_file(&path).map_err(|source| CommandError::File { path, source })?;
        }
        let state = format!("-state={IMPORT_STATE_FILE}");
        let run = self.run(&["import", "-no-color", "-input=false", &state, address, id])?;
        if !run.is_success() {
            return Ok((run, None));
        }
        let state = self.json(&["show", "-json", IMPORT_STATE_FILE])?;
        Ok((run, Some(state)))
    }

    /// The state, typed.
    pub fn show_state(&self) -> Result<State, CommandError> {
        self.json(&["show", "-json"])
    }

    /// `terraform state list`.
    pub fn state_list(&self) -> Result<Vec<String>, CommandError> {
        let run = self.run(&["state", "list"])?.succeeded()?;
        Ok(run.stdout.lines().map(Into::into).collect())
    }

    /// `terraform state rm`.
    pub fn state_rm(&self, address: &str) -> Result<Run, CommandError> {
        self.run(&["state", "rm", address])
    }

    /// The outputs of the root module.
    pub fn outputs(&self) -> Result<BTreeMap<String, Output>, CommandError> {
        self.json(&["output", "-json"])
    }

    /// `terraform providers schema -json`, as it is.
    pub fn provider_schemas(&self) -> Result<serde_json::Value, CommandError> {
        self.json(&["providers", "schema", "-json"])
    }

    fn json<T: DeserializeOwned>(&self, arguments: &[&str]) -> Result<T, CommandError> {
        let run = self.run(arguments)?.succeeded()?;
        serde_json::from_str(&run.stdout)
            .map_err(|source| CommandError::Json { arguments: run.arguments, source })
    }
}
