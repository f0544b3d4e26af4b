//! The lane in the process: a provider called as Terraform would call it, with no Terraform, no process and no socket.
//!
//! The calls are those that Terraform makes, in its order and with its messages, and its checks on every answer are made here too.
//! Coverage and debuggers see everything, and a whole life of an object takes milliseconds. What is absent: the language, graphs of
//! several objects, and logs; for those there is [`crate::TestCase`].

mod call;
mod compatible;
mod config;
mod data;
mod ephemeral;
mod failure;
mod outcome;
mod plan_valid;
mod problem;
mod proposed;
mod resource;
mod schema;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tf_cty::Value;
use tf_plugin::terraform::Guard;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::provider_server::Provider as Service;
use tf_sdk::{Diagnostic, Diagnostics, Provider, Server};
use tokio::sync::OnceCell;
use tonic::Request;

pub use config::Config;
pub use data::DataRead;
pub use ephemeral::LocalEphemeral;
pub use failure::{Failure, Stage};
pub use outcome::{Applied, Destroyed, Planned, Refreshed};
pub use resource::LocalResource;

use crate::canary::{Canaries, Canary};
use schema::{Schema, SchemaError};

/// The version of Terraform that the provider is told.
const TERRAFORM_VERSION: &str = "1.11.4";

/// A provider in the test's own process.
pub struct LocalProvider<S> {
    service: Arc<Guard<S>>,
    schemas: OnceCell<Schemas>,
    meta: Option<Config>,
    canaries: Canaries,
}

/// All that the provider has.
struct Schemas {
    provider: Option<Schema>,
    meta: Option<Schema>,
    resources: BTreeMap<String, Schema>,
    data_sources: BTreeMap<String, Schema>,
    ephemeral_resources: BTreeMap<String, Schema>,
    functions: BTreeMap<String, proto::Function>,
    capabilities: proto::ServerCapabilities,
}

impl LocalProvider<Server> {
    /// Of a provider written with tf-sdk. Attributes with variables of the environment read those of the test's process; see
    /// [`Server::builder`] for others, and [`LocalProvider::of`].
    pub fn new<P: Provider>(provider: P) -> Self {
        Self::of(Server::new(provider))
    }
}

impl<S: Service> LocalProvider<S> {
    /// Of whatever speaks version 6 of the protocol, guarded against panics as it is when it is served.
    pub fn of(service: S) -> Self {
        Self {
            service: Arc::new(Guard::new(service)),
            schemas: OnceCell::new(),
            meta: None,
            canaries: Canaries::default(),
        }
    }

    /// Looks for this secret after each operation: in diagnostics, states, plans and private state. See [`Canary`].
    #[must_use]
    pub fn canary(mut self, canary: impl Into<Canary>) -> Self {
        self.canaries.push(canary.into());
        self
    }

    /// What the module says in `provider_meta`.
    #[must_use]
    pub fn meta(self, meta: impl Into<Config>) -> Self {
        Self { meta: Some(meta.into()), ..self }
    }

    /// Validates the provider's configuration, and configures it.
    pub async fn configure(self, config: impl Into<Config>) -> Result<Self, Failure> {
        const OBJECT: &str = "provider";
        let schemas = self.schemas().await?;
        let none = Schema::default();
        let schema = schemas.provider.as_ref().unwrap_or(&none);
        let config = resolve(OBJECT, &config.into(), schema)?;
        let encode =
            || wire::encode(&config, &schema.ty()).map_err(|d| Failure::new(Stage::Config, OBJECT, d));
        let request = proto::validate_provider_config::Request { config: encode()? };
        let result = self.service.validate_provider_config(Request::new(request)).await;
        let answer = wire::answer(Stage::Validate, OBJECT, result)?;
        self.done(Stage::Validate, OBJECT, wire::diagnostics(&answer.diagnostics))?;
        let request = proto::configure_provider::Request {
            terraform_version: TERRAFORM_VERSION.into(),
            config: encode()?,
            client_capabilities: Some(wire::CAPABILITIES),
        };
        let result = self.service.configure_provider(Request::new(request)).await;
        let answer = wire::answer(Stage::Configure, OBJECT, result)?;
        self.done(Stage::Configure, OBJECT, wire::diagnostics(&answer.diagnostics))?;
        Ok(self)
    }

    /// A resource of which there is no object yet: `acc_item`.
    pub fn resource(&self, type_name: &str) -> LocalResource<'_, S> {
        LocalResource::new(self, type_name)
    }

    /// Asks whatever runs to stop, as Terraform does when it is interrupted.
    pub async fn stop(&self) -> Result<(), Failure> {
        let result = self.service.stop_provider(Request::new(proto::stop_provider::Request {})).await;
        let answer = wire::answer(Stage::Stop, "provider", result)?;
        match answer.error.is_empty() {
            true => Ok(()),
            false => {
                let diagnostic = Diagnostic::error("Stop failed", answer.error);
                Err(Failure::new(Stage::Stop, "provider", diagnostic.into()))
            }
        }
    }

    async fn schemas(&self) -> Result<&Schemas, Failure> {
        self.schemas
            .get_or_try_init(|| async {
                let request = Request::new(proto::get_provider_schema::Request {});
                let result = self.service.get_provider_schema(request).await;
                let answer = wire::answer(Stage::Schema, "provider", result)?;
                self.done(Stage::Schema, "provider", wire::diagnostics(&answer.diagnostics))?;
                Schemas::parse(answer).map_err(|error| {
                    let cause =
                        std::error::Error::source(&error).map(|e| format!(": {e}")).unwrap_or_default();
                    let diagnostic = Diagnostic::error("Invalid provider schema", format!("{error}{cause}."));
                    Failure::new(Stage::Schema, "provider", diagnostic.into())
                })
            })
            .await
    }

    /// The module's `provider_meta`, as a message.
    async fn meta_message(&self, object: &str) -> Result<Option<proto::DynamicValue>, Failure> {
        let Some(schema) = &self.schemas().await?.meta else { return Ok(None) };
        let Some(meta) = &self.meta else { return Ok(None) };
        let meta = resolve(object, meta, schema)?;
        wire::encode(&meta, &schema.ty()).map_err(|d| Failure::new(Stage::Config, object, d))
    }

    /// The diagnostics of a call: a failure if there are errors, or a secret in them.
    fn done(&self, stage: Stage, object: &str, diagnostics: Diagnostics) -> Result<Diagnostics, Failure> {
        for diagnostic in &diagnostics {
            self.canaries
                .search_text("a diagnostic", diagnostic.to_string().as_bytes())
                .map_err(|error| leak(object, error))?;
        }
        match diagnostics.has_errors() {
            true => Err(Failure::new(stage, object, diagnostics)),
            false => Ok(diagnostics),
        }
    }

    /// Looks for secrets in an object that Terraform would store.
    fn search(&self, object: &str, document: &str, value: &Value, private: &[u8]) -> Result<(), Failure> {
        if self.canaries.is_empty() {
            return Ok(());
        }
        let json = tf_cty::json::encode_simple(&value.unknown_as_null()).ok();
        let json: Option<serde_json::Value> = json.and_then(|json| serde_json::from_slice(&json).ok());
        self.canaries
            .check()
            .and_then(|()| json.map_or(Ok(()), |json| self.canaries.search_json(document, &json)))
            .and_then(|()| self.canaries.search_text("the private state", private))
            .map_err(|error| leak(object, error))
    }
}

fn leak(object: &str, error: crate::canary::CanaryError) -> Failure {
    Failure::new(Stage::Canary, object, Diagnostic::error("A secret is out", format!("{error}.")).into())
}

/// The configuration as Terraform would send it.
fn resolve(object: &str, config: &Config, schema: &Schema) -> Result<Value, Failure> {
    config.resolve(&schema.block).map_err(|diagnostics| Failure::new(Stage::Config, object, diagnostics))
}

impl Schemas {
    fn parse(answer: proto::get_provider_schema::Response) -> Result<Self, SchemaError> {
        let all =
            |schemas: &HashMap<String, proto::Schema>| -> Result<BTreeMap<String, Schema>, SchemaError> {
                schemas.iter().map(|(name, schema)| Ok((name.clone(), Schema::parse(schema)?))).collect()
            };
        Ok(Self {
            provider: answer.provider.as_ref().map(Schema::parse).transpose()?,
            meta: answer.provider_meta.as_ref().map(Schema::parse).transpose()?,
            resources: all(&answer.resource_schemas)?,
            data_sources: all(&answer.data_source_schemas)?,
            ephemeral_resources: all(&answer.ephemeral_resource_schemas)?,
            functions: answer.functions.into_iter().collect(),
            capabilities: answer.server_capabilities.unwrap_or_default(),
        })
    }

    fn find<'a, T>(all: &'a BTreeMap<String, T>, name: &str, what: &str) -> Result<&'a T, Failure> {
        all.get(name).ok_or_else(|| {
            let known: Vec<&str> = all.keys().map(String::as_str).collect();
            let detail = format!("The provider has no {what} {name:?}; it has: {}.", known.join(", "));
            Failure::new(Stage::Schema, name, Diagnostic::error(format!("Invalid {what}"), detail).into())
        })
    }
}

impl<S> std::fmt::Debug for LocalProvider<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalProvider").field("canaries", &self.canaries).finish_non_exhaustive()
    }
}
