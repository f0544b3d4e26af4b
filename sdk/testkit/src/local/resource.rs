//! One object of a managed resource, from its creation to its destruction.

mod calls;

use bytes::Bytes;
use tf_cty::{Path, Value};
use tf_plugin_proto::tfplugin6::provider_server::Provider as Service;
use tf_plugin_proto::tfplugin6::{self as proto, RawState};
use tf_sdk::{Diagnostic, Diagnostics};
use tonic::Request;

use super::failure::{Failure, Stage};
use super::outcome::{Applied, Destroyed, Planned, Refreshed};
use super::schema::member;
use super::{Config, LocalProvider, compatible, resolve, wire};
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
}

/// Says nothing of the private state.
impl<S> std::fmt::Debug for LocalResource<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("LocalResource");
        shown.field("type_name", &self.type_name).field("state", &self.state).finish_non_exhaustive()
    }
}
