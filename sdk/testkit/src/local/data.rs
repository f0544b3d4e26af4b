//! Data sources.

use tf_cty::Value;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::provider_server::Provider as Service;
use tf_sdk::{Diagnostic, Diagnostics};
use tonic::Request;

use super::failure::{Failure, Stage};
use super::outcome;
use super::{Config, LocalProvider, Schemas, compatible, resolve, wire};
use crate::attribute::AttributePath;
use crate::expected::Expected;
use crate::known::Known;

/// What a data source gave.
#[derive(Clone, Debug)]
pub struct DataRead {
    /// Its type.
    pub type_name: String,
    /// The configuration with the computed attributes filled in.
    pub state: Value,
    /// Warnings.
    pub diagnostics: Diagnostics,
}

impl DataRead {
    /// Asserts a value.
    ///
    /// # Panics
    ///
    /// If it is another, or there is none.
    #[track_caller]
    pub fn expect_value(&self, path: &str, known: impl Into<Known>) -> &Self {
        outcome::expect_value(&self.type_name, &self.state, path, &known.into());
        self
    }

    /// Asserts a warning.
    ///
    /// # Panics
    ///
    /// If there is no such one.
    #[track_caller]
    pub fn expect_warning(&self, warning: impl Into<Expected>) -> &Self {
        outcome::expect_warning(&self.type_name, &self.diagnostics, &warning.into());
        self
    }
}

impl<S: Service> LocalProvider<S> {
    /// Validates the configuration of a data source, and reads it.
    ///
    /// A configuration with unknown values is validated only, as Terraform puts off reading: what is computed is unknown then.
    pub async fn read_data(&self, type_name: &str, config: impl Into<Config>) -> Result<DataRead, Failure> {
        let schema = Schemas::find(&self.schemas().await?.data_sources, type_name, "data source")?;
        let config = resolve(type_name, &config.into(), schema)?;
        let encode =
            || wire::encode(&config, &schema.ty()).map_err(|d| Failure::new(Stage::Config, type_name, d));
        let request =
            proto::validate_data_resource_config::Request { type_name: type_name.into(), config: encode()? };
        let result = self.service.validate_data_resource_config(Request::new(request)).await;
        let answer = wire::answer(Stage::Validate, type_name, result)?;
        let mut diagnostics =
            self.done(Stage::Validate, type_name, wire::diagnostics(&answer.diagnostics))?;
        if !config.is_wholly_known() {
            let state = computed_unknown(&schema.block, &config);
            return Ok(DataRead { type_name: type_name.into(), state, diagnostics });
        }
        let request = proto::read_data_source::Request {
            type_name: type_name.into(),
            config: encode()?,
            provider_meta: self.meta_message(type_name).await?,
            client_capabilities: Some(wire::CAPABILITIES),
        };
        let result = self.service.read_data_source(Request::new(request)).await;
        let answer = wire::answer(Stage::Read, type_name, result)?;
        diagnostics.extend(self.done(Stage::Read, type_name, wire::diagnostics(&answer.diagnostics))?);
        let failed = |detail: String| {
            let diagnostic = Diagnostic::error("Provider produced invalid object", detail);
            Failure::new(Stage::Read, type_name, diagnostic.into())
        };
        let state = wire::decode(answer.state.as_ref(), &schema.ty())
            .map_err(|diagnostics| Failure::new(Stage::Read, type_name, diagnostics))?;
        if state.is_null() {
            return Err(failed("The data source was read, and the provider gave nothing.".into()));
        }
        let unknown = compatible::unknowns(&state);
        if !unknown.is_empty() {
            let places = wire::joined(unknown.iter().map(AttributePath::from));
            return Err(failed(format!("After reading these are unknown: {places}.")));
        }
        self.search(type_name, "the state", &state, &[])?;
        Ok(DataRead { type_name: type_name.into(), state, diagnostics })
    }
}

/// The configuration with what is computed and not configured unknown.
fn computed_unknown(block: &super::schema::Block, config: &Value) -> Value {
    let attributes = config.entries().map(|(name, value)| {
        let is_computed = block.attributes.iter().any(|a| a.is_computed && a.name == **name);
        let value =
            if is_computed && value.is_null() { Value::unknown(value.ty().clone()) } else { value.clone() };
        (name.clone(), value)
    });
    Value::object(attributes)
}
