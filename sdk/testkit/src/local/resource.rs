//! One object of a managed resource, from its creation to its destruction.

use bytes::Bytes;
use tf_cty::{Path, Value};
use tf_plugin_proto::tfplugin6::provider_server::Provider as Service;
use tf_plugin_proto::tfplugin6::{self as proto, RawState};
use tf_sdk::{Diagnostic, Diagnostics};
use tonic::Request;

use super::failure::{Failure, Stage};
use super::outcome::{Applied, Destroyed, Planned, Refreshed};
use super::schema::{Schema, member};
use super::{Config, LocalProvider, Schemas, compatible, plan_valid, proposed, resolve, wire};
use crate::attribute::AttributePath;
use crate::known::exact;
use crate::terraform::Action;

/// An object of a resource, and what Terraform's state would hold of it.
pub struct LocalResource<'a, S> {
    provider: &'a LocalProvider<S>,
    type_name: String,
    state: Option<Value>,
    private: Bytes,
    is_tainted: bool,
}

impl<'a, S: Service> LocalResource<'a, S> {
    pub(super) fn new(provider: &'a LocalProvider<S>, type_name: &str) -> Self {
        Self { provider, type_name: type_name.into(), state: None, private: Bytes::new(), is_tainted: false }
    }

    /// The object as the state has it; None if there is none.
    pub fn state(&self) -> Option<&Value> {
        self.state.as_ref()
    }

    /// The private state, as the provider gave it.
    pub fn private(&self) -> &[u8] {
        &self.private
    }

    /// True if its creation failed halfway, so that the next plan replaces it.
    pub fn is_tainted(&self) -> bool {
        self.is_tainted
    }

    /// Validates a configuration. Gives the warnings.
    pub async fn validate(&self, config: impl Into<Config>) -> Result<Diagnostics, Failure> {
        let schema = self.schema().await?;
        let config = resolve(&self.type_name, &config.into(), schema)?;
        self.validate_config(schema, &config).await
    }

    /// Validates the configuration, reads the object if there is one, and plans.
    pub async fn plan(&mut self, config: impl Into<Config>) -> Result<Planned, Failure> {
        let schema = self.schema().await?;
        let config = resolve(&self.type_name, &config.into(), schema)?;
        let mut diagnostics = self.validate_config(schema, &config).await?;
        if self.state.is_some() {
            diagnostics.extend(self.refresh().await?.diagnostics);
        }
        let mut planned = self.plan_config(schema, &config).await?;
        diagnostics.extend(std::mem::take(&mut planned.diagnostics));
        Ok(Planned { diagnostics, ..planned })
    }

    /// Plans, and applies the plan.
    pub async fn apply(&mut self, config: impl Into<Config>) -> Result<Applied, Failure> {
        let config = config.into();
        let planned = self.plan(&config).await?;
        self.apply_plan(planned, config).await
    }

    /// Applies a plan. What was unknown in the configuration that was planned with may be known now: as Terraform does, the
    /// provider is asked to plan once more, and must plan what it had planned.
    pub async fn apply_plan(
        &mut self,
        planned: Planned,
        config: impl Into<Config>,
    ) -> Result<Applied, Failure> {
        let schema = self.schema().await?;
        let config = resolve(&self.type_name, &config.into(), schema)?;
        let mut diagnostics = planned.diagnostics.clone();
        if planned.action == Action::NoOp {
            return Ok(Applied { state: planned.prior.clone(), planned, diagnostics });
        }
        if planned.action == Action::Replace {
            diagnostics.extend(self.delete(schema, &planned.prior, self.private.clone()).await?);
        }
        let prior = self.state.clone().unwrap_or_else(|| Value::null(schema.ty()));
        let last = self.ask_for_plan(schema, &prior, &config).await?;
        let changed = compatible::check(&schema.block, &planned.planned, &last.planned);
        self.checked(Stage::Apply, "Provider produced inconsistent final plan", &changed)?;
        diagnostics.extend(last.diagnostics.clone());
        let (state, applied) = self.carry_out(schema, &last, &config).await?;
        diagnostics.extend(applied);
        Ok(Applied { planned, state, diagnostics })
    }

    /// Plans the destruction and carries it out. What is there no more is destroyed already.
    pub async fn destroy(&mut self) -> Result<Destroyed, Failure> {
        let schema = self.schema().await?;
        let mut diagnostics = Diagnostics::new();
        if self.state.is_some() {
            diagnostics.extend(self.refresh().await?.diagnostics);
        }
        if let Some(prior) = self.state.clone() {
            let private = if self.provider.schemas().await?.capabilities.plan_destroy {
                let (private, warnings) = self.plan_destroy(schema, &prior).await?;
                diagnostics.extend(warnings);
                private
            } else {
                self.private.clone()
            };
            diagnostics.extend(self.delete(schema, &prior, private).await?);
        }
        Ok(Destroyed { type_name: self.type_name.clone(), diagnostics })
    }

    /// Reads the object. One that is gone is no longer in the state.
    pub async fn refresh(&mut self) -> Result<Refreshed, Failure> {
        let schema = self.schema().await?;
        let Some(state) = self.state.clone() else {
            let state = Value::null(schema.ty());
            return Ok(self.refreshed(state, Diagnostics::new()));
        };
        let (state, mut diagnostics) = self.stored(schema, &state).await?;
        let (state, warnings) = self.read(schema, &state).await?;
        diagnostics.extend(warnings);
        self.set_state(&state);
        Ok(self.refreshed(state, diagnostics))
    }

    /// Imports an object by its id, and reads it.
    pub async fn import(&mut self, id: &str) -> Result<Refreshed, Failure> {
        let schema = self.schema().await?;
        let request = proto::import_resource_state::Request {
            type_name: self.type_name.clone(),
            id: id.into(),
            client_capabilities: Some(wire::CAPABILITIES),
            identity: None,
        };
        let result = self.provider.service.import_resource_state(Request::new(request)).await;
        let answer = wire::answer(Stage::Import, &self.type_name, result)?;
        let mut diagnostics = self.done(Stage::Import, &answer.diagnostics)?;
        let [imported] = &answer.imported_resources[..] else {
            let detail = format!("Import gave {} objects instead of one.", answer.imported_resources.len());
            return Err(self.failed(Stage::Import, "Import did not give one object", detail));
        };
        if imported.type_name != self.type_name {
            let detail = format!("Import gave an object of {}.", imported.type_name);
            return Err(self.failed(Stage::Import, "Import returned an object of another type", detail));
        }
        let state = self.decode(Stage::Import, imported.state.as_ref(), schema)?;
        if state.is_null() {
            let detail = "The provider said that it imported, and gave nothing.";
            return Err(self.failed(Stage::Import, "Import returned null resource", detail));
        }
        self.private = imported.private.clone();
        let (state, warnings) = self.read(schema, &state).await?;
        if state.is_null() {
            let detail = "The id was taken, but reading found no object.";
            return Err(self.failed(Stage::Import, "Cannot import non-existent remote object", detail));
        }
        diagnostics.extend(warnings);
        self.set_state(&state);
        Ok(self.refreshed(state, diagnostics))
    }

    /// Imports the object beside itself, and compares: all attributes but those named must come back.
    pub async fn verify_import(&self, id: &str, ignoring: &[&str]) -> Result<(), Failure> {
        let mut apart = Self::new(self.provider, &self.type_name);
        let imported = apart.import(id).await?.state;
        let there = self.state.clone().unwrap_or_else(|| imported.clone());
        let schema = self.schema().await?;
        let mut diagnostics = Diagnostics::new();
        for (name, before) in there.entries().filter(|(name, _)| !ignoring.contains(&&***name)) {
            let after = member(&imported, name, before.ty());
            let Err(mismatch) = exact(before).check(&after) else { continue };
            let is_secret = schema.block.attributes.iter().any(|a| a.is_sensitive && a.name == **name);
            let detail =
                if is_secret { "The sensitive value is another.".into() } else { format!("{mismatch}.") };
            diagnostics.push(Diagnostic::error("Imported value differs", detail).at(Path::new().attr(name)));
        }
        if diagnostics.is_empty() {
            Ok(())
        } else {
            Err(Failure::new(Stage::Import, &self.type_name, diagnostics))
        }
    }

    /// Takes over state that a version of the schema wrote, as JSON.
    pub async fn upgrade(&mut self, version: i64, state: serde_json::Value) -> Result<Refreshed, Failure> {
        let schema = self.schema().await?;
        let (state, diagnostics) = self.upgraded(schema, version, state.to_string().into()).await?;
        self.set_state(&state);
        Ok(self.refreshed(state, diagnostics))
    }

    /// Takes over an object from another type, as a `moved` block does.
    pub async fn move_from(
        &mut self,
        source_provider: &str,
        source_type: &str,
        source_version: i64,
        source_state: serde_json::Value,
    ) -> Result<Refreshed, Failure> {
        let schema = self.schema().await?;
        if !self.provider.schemas().await?.capabilities.move_resource_state {
            let detail = "The provider does not say that it can.";
            return Err(self.failed(Stage::Move, "Move Resource State Not Supported", detail));
        }
        let request = proto::move_resource_state::Request {
            source_provider_address: source_provider.into(),
            source_type_name: source_type.into(),
            source_schema_version: source_version,
            source_state: Some(RawState { json: source_state.to_string().into(), ..RawState::default() }),
            target_type_name: self.type_name.clone(),
            ..proto::move_resource_state::Request::default()
        };
        let result = self.provider.service.move_resource_state(Request::new(request)).await;
        let answer = wire::answer(Stage::Move, &self.type_name, result)?;
        let diagnostics = self.done(Stage::Move, &answer.diagnostics)?;
        let state = self.decode(Stage::Move, answer.target_state.as_ref(), schema)?;
        if state.is_null() {
            let detail = "The provider said that it moved the object, and gave nothing.";
            return Err(self.failed(Stage::Move, "Provider returned invalid value", detail));
        }
        self.private = answer.target_private;
        self.search("the state", &state)?;
        self.set_state(&state);
        Ok(self.refreshed(state, diagnostics))
    }

    async fn schema(&self) -> Result<&'a Schema, Failure> {
        let schemas = self.provider.schemas().await?;
        Schemas::find(&schemas.resources, &self.type_name, "resource type")
    }

    async fn validate_config(&self, schema: &Schema, config: &Value) -> Result<Diagnostics, Failure> {
        let request = proto::validate_resource_config::Request {
            type_name: self.type_name.clone(),
            config: self.encode(Stage::Validate, config, schema)?,
            client_capabilities: Some(wire::CAPABILITIES),
        };
        let result = self.provider.service.validate_resource_config(Request::new(request)).await;
        let answer = wire::answer(Stage::Validate, &self.type_name, result)?;
        self.done(Stage::Validate, &answer.diagnostics)
    }

    /// Plans against the object as it is, and once more against nothing if that must replace it.
    async fn plan_config(&self, schema: &Schema, config: &Value) -> Result<Planned, Failure> {
        let null = Value::null(schema.ty());
        let prior = self.state.clone().unwrap_or_else(|| null.clone());
        let planned = self.ask_for_plan(schema, &prior, config).await?;
        let replacing = self.replacing(schema, &planned)?;
        let action = match prior.is_null() {
            true => Action::Create,
            false if self.is_tainted => Action::Replace,
            false if planned.planned.raw_equals(&prior) => Action::NoOp,
            false if !replacing.is_empty() => Action::Replace,
            false => Action::Update,
        };
        if action != Action::Replace {
            return Ok(Planned { action, requires_replace: replacing, ..planned });
        }
        let anew = self.ask_for_plan(schema, &null, config).await?;
        let mut diagnostics = planned.diagnostics;
        diagnostics.extend(anew.diagnostics.clone());
        Ok(Planned { action, prior, requires_replace: replacing, diagnostics, ..anew })
    }

    /// One call of PlanResourceChange, with Terraform's checks on what it answers.
    async fn ask_for_plan(&self, schema: &Schema, prior: &Value, config: &Value) -> Result<Planned, Failure> {
        let proposed = proposed::proposed_new(&schema.block, prior, config);
        let private = if prior.is_null() { Bytes::new() } else { self.private.clone() };
        let request = proto::plan_resource_change::Request {
            type_name: self.type_name.clone(),
            prior_state: self.encode(Stage::Plan, prior, schema)?,
            proposed_new_state: self.encode(Stage::Plan, &proposed, schema)?,
            config: self.encode(Stage::Plan, config, schema)?,
            prior_private: private,
            provider_meta: self.provider.meta_message(&self.type_name).await?,
            client_capabilities: Some(wire::CAPABILITIES),
            ..proto::plan_resource_change::Request::default()
        };
        let result = self.provider.service.plan_resource_change(Request::new(request)).await;
        let answer = wire::answer(Stage::Plan, &self.type_name, result)?;
        let diagnostics = self.done(Stage::Plan, &answer.diagnostics)?;
        let planned = self.decode(Stage::Plan, answer.planned_state.as_ref(), schema)?;
        self.no_write_only(Stage::Plan, schema, &planned)?;
        if !answer.legacy_type_system {
            let problems = plan_valid::check(&schema.block, prior, config, &planned);
            self.checked(Stage::Plan, "Provider produced invalid plan", &problems)?;
        }
        self.provider.search(&self.type_name, "the plan", &planned, &answer.planned_private)?;
        Ok(Planned {
            type_name: self.type_name.clone(),
            action: Action::NoOp,
            prior: prior.clone(),
            proposed,
            planned,
            requires_replace: answer.requires_replace.iter().map(wire::path).collect(),
            private: answer.planned_private,
            diagnostics,
        })
    }

    /// The paths that really force a replacement: their values differ, or are write-only.
    fn replacing(&self, schema: &Schema, planned: &Planned) -> Result<Vec<Path>, Failure> {
        let mut found = Vec::new();
        if planned.prior.is_null() {
            return Ok(found);
        }
        for path in &planned.requires_replace {
            let (before, after) = (path.apply(&planned.prior), path.apply(&planned.planned));
            let is_nowhere = before.is_err() && after.is_err() && !leads_into_null(path, planned);
            if is_nowhere {
                let place = AttributePath::from(path);
                let detail = format!("Replacement is required by {place}, and there is no such attribute.");
                return Err(self.failed(Stage::Plan, "Provider produced invalid plan", detail));
            }
            let is_write_only =
                schema.block.attributes.iter().any(|a| a.is_write_only && Path::new().attr(&a.name) == *path);
            let is_same = matches!((&before, &after), (Ok(before), Ok(after)) if before.raw_equals(after));
            if is_write_only || !is_same {
                found.push(path.clone());
            }
        }
        Ok(found)
    }

    async fn plan_destroy(&self, schema: &Schema, prior: &Value) -> Result<(Bytes, Diagnostics), Failure> {
        let null = Value::null(schema.ty());
        let request = proto::plan_resource_change::Request {
            type_name: self.type_name.clone(),
            prior_state: self.encode(Stage::Plan, prior, schema)?,
            proposed_new_state: self.encode(Stage::Plan, &null, schema)?,
            config: self.encode(Stage::Plan, &null, schema)?,
            prior_private: self.private.clone(),
            provider_meta: self.provider.meta_message(&self.type_name).await?,
            client_capabilities: Some(wire::CAPABILITIES),
            ..proto::plan_resource_change::Request::default()
        };
        let result = self.provider.service.plan_resource_change(Request::new(request)).await;
        let answer = wire::answer(Stage::Plan, &self.type_name, result)?;
        let diagnostics = self.done(Stage::Plan, &answer.diagnostics)?;
        if !self.decode(Stage::Plan, answer.planned_state.as_ref(), schema)?.is_null() {
            let detail = "A destruction was to be planned, and the planned object is not null.";
            return Err(self.failed(Stage::Plan, "Provider produced invalid plan", detail));
        }
        Ok((answer.planned_private, diagnostics))
    }

    /// Creates or changes the object. What the provider gives back is saved even if it is an error.
    async fn carry_out(
        &mut self,
        schema: &Schema,
        planned: &Planned,
        config: &Value,
    ) -> Result<(Value, Diagnostics), Failure> {
        let is_create = planned.prior.is_null();
        let answer = self
            .call_apply(schema, &planned.prior, &planned.planned, config, planned.private.clone())
            .await?;
        let state = self.decode(Stage::Apply, answer.new_state.as_ref(), schema)?;
        let said = wire::diagnostics(&answer.diagnostics);
        let mut result = self.provider.done(Stage::Apply, &self.type_name, said);
        let unknown = compatible::unknowns(&state);
        if !unknown.is_empty() && result.is_ok() {
            let places = wire::joined(unknown.iter().map(AttributePath::from));
            let detail = format!("After the apply these are still unknown: {places}.");
            result =
                Err(self.failed(Stage::Apply, "Provider returned invalid result object after apply", detail));
        }
        let saved = if unknown.is_empty() { state } else { state.unknown_as_null() };
        let result = result.and_then(|warnings| {
            self.no_write_only(Stage::Apply, schema, &saved)?;
            if !answer.legacy_type_system {
                let problems = compatible::check(&schema.block, &planned.planned, &saved);
                self.checked(Stage::Apply, "Provider produced inconsistent result after apply", &problems)?;
            }
            Ok(warnings)
        });
        let is_kept = is_create || !saved.is_null();
        if is_kept {
            self.private = answer.private;
            self.is_tainted = is_create && result.is_err() && !saved.is_null();
            self.set_state(&saved);
        }
        let warnings = result.map_err(|failure| Failure { saved: self.state.clone(), ..failure })?;
        self.search("the state", &saved)?;
        Ok((saved, warnings))
    }

    async fn delete(
        &mut self,
        schema: &Schema,
        prior: &Value,
        private: Bytes,
    ) -> Result<Diagnostics, Failure> {
        let null = Value::null(schema.ty());
        let answer = self.call_apply(schema, prior, &null, &null, private).await?;
        let left = self.decode(Stage::Apply, answer.new_state.as_ref(), schema)?;
        let diagnostics = self.done(Stage::Apply, &answer.diagnostics);
        if diagnostics.is_ok() && !left.is_null() {
            let detail = "The object was to be destroyed, and the provider gave one back without an error.";
            return Err(self.failed(
                Stage::Apply,
                "Provider returned invalid result object after apply",
                detail,
            ));
        }
        if diagnostics.is_ok() {
            self.set_state(&null);
            self.private = Bytes::new();
            self.is_tainted = false;
        }
        diagnostics
    }

    async fn call_apply(
        &self,
        schema: &Schema,
        prior: &Value,
        planned: &Value,
        config: &Value,
        private: Bytes,
    ) -> Result<proto::apply_resource_change::Response, Failure> {
        let request = proto::apply_resource_change::Request {
            type_name: self.type_name.clone(),
            prior_state: self.encode(Stage::Apply, prior, schema)?,
            planned_state: self.encode(Stage::Apply, planned, schema)?,
            config: self.encode(Stage::Apply, config, schema)?,
            planned_private: private,
            provider_meta: self.provider.meta_message(&self.type_name).await?,
            planned_identity: None,
        };
        let result = self.provider.service.apply_resource_change(Request::new(request)).await;
        wire::answer(Stage::Apply, &self.type_name, result)
    }

    /// The state as it is after a round through the state file, and the provider's upgrade of what it has there.
    async fn stored(&self, schema: &Schema, state: &Value) -> Result<(Value, Diagnostics), Failure> {
        let json = tf_cty::json::encode(state, &schema.ty())
            .map_err(|error| self.failed(Stage::Upgrade, "State cannot be stored", error.to_string()))?;
        self.upgraded(schema, schema.version, json).await
    }

    async fn upgraded(
        &self,
        schema: &Schema,
        version: i64,
        json: Vec<u8>,
    ) -> Result<(Value, Diagnostics), Failure> {
        let request = proto::upgrade_resource_state::Request {
            type_name: self.type_name.clone(),
            version,
            raw_state: Some(RawState { json: json.into(), ..RawState::default() }),
        };
        let result = self.provider.service.upgrade_resource_state(Request::new(request)).await;
        let answer = wire::answer(Stage::Upgrade, &self.type_name, result)?;
        let diagnostics = self.done(Stage::Upgrade, &answer.diagnostics)?;
        let state = self.decode(Stage::Upgrade, answer.upgraded_state.as_ref(), schema)?;
        self.no_write_only(Stage::Upgrade, schema, &state)?;
        Ok((state, diagnostics))
    }

    async fn read(&mut self, schema: &Schema, state: &Value) -> Result<(Value, Diagnostics), Failure> {
        let request = proto::read_resource::Request {
            type_name: self.type_name.clone(),
            current_state: self.encode(Stage::Read, state, schema)?,
            private: self.private.clone(),
            provider_meta: self.provider.meta_message(&self.type_name).await?,
            client_capabilities: Some(wire::CAPABILITIES),
            current_identity: None,
        };
        let result = self.provider.service.read_resource(Request::new(request)).await;
        let answer = wire::answer(Stage::Read, &self.type_name, result)?;
        let diagnostics = self.done(Stage::Read, &answer.diagnostics)?;
        let state = self.decode(Stage::Read, answer.new_state.as_ref(), schema)?;
        self.no_write_only(Stage::Read, schema, &state)?;
        let unknown = compatible::unknowns(&state);
        if !unknown.is_empty() {
            let places = wire::joined(unknown.iter().map(AttributePath::from));
            let detail = format!("After reading these are unknown: {places}.");
            return Err(self.failed(Stage::Read, "Provider produced invalid object", detail));
        }
        self.private = answer.private;
        self.search("the state", &state)?;
        Ok((state, diagnostics))
    }

    fn set_state(&mut self, state: &Value) {
        self.state = (!state.is_null()).then(|| state.clone());
    }

    fn refreshed(&self, state: Value, diagnostics: Diagnostics) -> Refreshed {
        Refreshed { type_name: self.type_name.clone(), state, diagnostics }
    }

    fn search(&self, document: &str, state: &Value) -> Result<(), Failure> {
        self.provider.search(&self.type_name, document, state, &self.private)
    }

    fn done(&self, stage: Stage, said: &[proto::Diagnostic]) -> Result<Diagnostics, Failure> {
        self.provider.done(stage, &self.type_name, wire::diagnostics(said))
    }

    fn failed(&self, stage: Stage, summary: &str, detail: impl Into<String>) -> Failure {
        Failure::new(stage, &self.type_name, Diagnostic::error(summary, detail).into())
    }

    fn checked(
        &self,
        stage: Stage,
        summary: &str,
        problems: &[super::problem::Problem],
    ) -> Result<(), Failure> {
        if problems.is_empty() {
            return Ok(());
        }
        let diagnostics = problems.iter().map(|problem| {
            let detail =
                format!("{}{}{problem}.", self.type_name, if problem.path.is_empty() { ": " } else { "" });
            Diagnostic::error(summary, detail).at(problem.path.clone())
        });
        Err(Failure::new(stage, &self.type_name, diagnostics.collect()))
    }

    fn no_write_only(&self, stage: Stage, schema: &Schema, object: &Value) -> Result<(), Failure> {
        let written = compatible::written(&schema.block, object, &Path::new());
        if written.is_empty() {
            return Ok(());
        }
        let summary = match stage {
            Stage::Plan => "Provider produced invalid plan",
            _ => "Write-only attribute set",
        };
        let places = wire::joined(written.iter().map(AttributePath::from));
        let detail =
            format!("The provider gave values for write-only attributes, which must be null: {places}.");
        Err(self.failed(stage, summary, detail))
    }

    fn encode(
        &self,
        stage: Stage,
        value: &Value,
        schema: &Schema,
    ) -> Result<Option<proto::DynamicValue>, Failure> {
        wire::encode(value, &schema.ty()).map_err(|d| Failure::new(stage, &self.type_name, d))
    }

    fn decode(
        &self,
        stage: Stage,
        value: Option<&proto::DynamicValue>,
        schema: &Schema,
    ) -> Result<Value, Failure> {
        wire::decode(value, &schema.ty()).map_err(|d| Failure::new(stage, &self.type_name, d))
    }
}

/// True if the path ends early for want of an object, not for want of an attribute.
fn leads_into_null(path: &Path, planned: &Planned) -> bool {
    let mut shorter = path.clone();
    while shorter.pop().is_some() {
        let is_null = |object: &Value| shorter.apply(object).is_ok_and(|value| value.is_null());
        if is_null(&planned.prior) || is_null(&planned.planned) {
            return true;
        }
    }
    false
}

/// Says nothing of the private state.
impl<S> std::fmt::Debug for LocalResource<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("LocalResource");
        shown.field("type_name", &self.type_name).field("state", &self.state).finish_non_exhaustive()
    }
}
