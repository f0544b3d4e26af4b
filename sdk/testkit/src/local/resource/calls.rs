//! The calls behind an object's life, each with Terraform's checks on its answer.

use bytes::Bytes;
use tf_cty::{Path, Value};
use tf_plugin_proto::tfplugin6::provider_server::Provider as Service;
use tf_plugin_proto::tfplugin6::{self as proto, RawState};
use tf_sdk::{Diagnostic, Diagnostics};
use tonic::Request;

use super::LocalResource;
use crate::attribute::AttributePath;
use crate::local::failure::{Failure, Stage};
use crate::local::outcome::{Planned, Refreshed};
use crate::local::problem::Problem;
use crate::local::schema::Schema;
use crate::local::{Schemas, compatible, plan_valid, proposed, wire};
use crate::terraform::Action;

impl<'a, S: Service> LocalResource<'a, S> {
    pub(super) async fn schema(&self) -> Result<&'a Schema, Failure> {
        let schemas = self.provider.schemas().await?;
        Schemas::find(&schemas.resources, &self.type_name, "resource type")
    }

    pub(super) async fn validate_config(
        &self,
        schema: &Schema,
        config: &Value,
    ) -> Result<Diagnostics, Failure> {
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
    pub(super) async fn plan_config(&self, schema: &Schema, config: &Value) -> Result<Planned, Failure> {
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
    pub(super) async fn ask_for_plan(
        &self,
        schema: &Schema,
        prior: &Value,
        config: &Value,
    ) -> Result<Planned, Failure> {
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
    pub(super) fn replacing(&self, schema: &Schema, planned: &Planned) -> Result<Vec<Path>, Failure> {
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

    pub(super) async fn plan_destroy(
        &self,
        schema: &Schema,
        prior: &Value,
    ) -> Result<(Bytes, Diagnostics), Failure> {
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
    pub(super) async fn carry_out(
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

    pub(super) async fn delete(
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

    pub(super) async fn call_apply(
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
    pub(super) async fn stored(
        &self,
        schema: &Schema,
        state: &Value,
    ) -> Result<(Value, Diagnostics), Failure> {
        let json = tf_cty::json::encode(state, &schema.ty())
            .map_err(|error| self.failed(Stage::Upgrade, "State cannot be stored", error.to_string()))?;
        self.upgraded(schema, schema.version, json).await
    }

    pub(super) async fn upgraded(
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

    pub(super) async fn read(
        &mut self,
        schema: &Schema,
        state: &Value,
    ) -> Result<(Value, Diagnostics), Failure> {
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

    pub(super) fn set_state(&mut self, state: &Value) {
        self.state = (!state.is_null()).then(|| state.clone());
    }

    pub(super) fn refreshed(&self, state: Value, diagnostics: Diagnostics) -> Refreshed {
        Refreshed { type_name: self.type_name.clone(), state, diagnostics }
    }

    pub(super) fn search(&self, document: &str, state: &Value) -> Result<(), Failure> {
        self.provider.search(&self.type_name, document, state, &self.private)
    }

    pub(super) fn done(&self, stage: Stage, said: &[proto::Diagnostic]) -> Result<Diagnostics, Failure> {
        self.provider.done(stage, &self.type_name, wire::diagnostics(said))
    }

    pub(super) fn failed(&self, stage: Stage, summary: &str, detail: impl Into<String>) -> Failure {
        Failure::new(stage, &self.type_name, Diagnostic::error(summary, detail).into())
    }

    pub(super) fn checked(&self, stage: Stage, summary: &str, problems: &[Problem]) -> Result<(), Failure> {
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

    pub(super) fn no_write_only(&self, stage: Stage, schema: &Schema, object: &Value) -> Result<(), Failure> {
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

    pub(super) fn encode(
        &self,
        stage: Stage,
        value: &Value,
        schema: &Schema,
    ) -> Result<Option<proto::DynamicValue>, Failure> {
        wire::encode(value, &schema.ty()).map_err(|d| Failure::new(stage, &self.type_name, d))
    }

    pub(super) fn decode(
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
