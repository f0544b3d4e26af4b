//! Ephemeral resources: opened, renewed, closed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tf_cty::Value;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::provider_server::Provider as Service;
use tf_sdk::{Diagnostic, Diagnostics};
use tonic::Request;

use super::failure::{Failure, Stage};
use super::outcome;
use super::{Config, LocalProvider, Schemas, compatible, resolve, wire};
use crate::attribute::AttributePath;
use crate::known::Known;

/// An ephemeral resource that is open. Dropping it does not close it, as a test may want to leave it open.
pub struct LocalEphemeral<'a, S> {
    provider: &'a LocalProvider<S>,
    type_name: String,
    private: Option<Bytes>,
    /// What it gave: never stored by Terraform.
    pub result: Value,
    /// When it wants to be renewed; None for never.
    pub renew_at: Option<SystemTime>,
    /// Warnings of opening it.
    pub diagnostics: Diagnostics,
}

impl<S: Service> LocalProvider<S> {
    /// Validates the configuration of an ephemeral resource, and opens it.
    pub async fn open(
        &self,
        type_name: &str,
        config: impl Into<Config>,
    ) -> Result<LocalEphemeral<'_, S>, Failure> {
        let all = &self.schemas().await?.ephemeral_resources;
        let schema = Schemas::find(all, type_name, "ephemeral resource type")?;
        let config = resolve(type_name, &config.into(), schema)?;
        let encode =
            || wire::encode(&config, &schema.ty()).map_err(|d| Failure::new(Stage::Config, type_name, d));
        let request = proto::validate_ephemeral_resource_config::Request {
            type_name: type_name.into(),
            config: encode()?,
        };
        let result = self.service.validate_ephemeral_resource_config(Request::new(request)).await;
        let answer = wire::answer(Stage::Validate, type_name, result)?;
        let mut diagnostics =
            self.done(Stage::Validate, type_name, wire::diagnostics(&answer.diagnostics))?;
        let request = proto::open_ephemeral_resource::Request {
            type_name: type_name.into(),
            config: encode()?,
            client_capabilities: Some(wire::CAPABILITIES),
        };
        let result = self.service.open_ephemeral_resource(Request::new(request)).await;
        let answer = wire::answer(Stage::Open, type_name, result)?;
        diagnostics.extend(self.done(Stage::Open, type_name, wire::diagnostics(&answer.diagnostics))?);
        let result = wire::decode(answer.result.as_ref(), &schema.ty())
            .map_err(|diagnostics| Failure::new(Stage::Open, type_name, diagnostics))?;
        // What comes is the configuration with more in it, and all of it known.
        let unknown = compatible::unknowns(&result);
        if result.is_null() || !unknown.is_empty() {
            let places = wire::joined(unknown.iter().map(AttributePath::from));
            let what =
                if result.is_null() { "It is null".into() } else { format!("These are unknown: {places}") };
            let diagnostic =
                Diagnostic::error("Provider produced invalid ephemeral resource instance", what + ".");
            return Err(Failure::new(Stage::Open, type_name, diagnostic.into()));
        }
        Ok(LocalEphemeral {
            provider: self,
            type_name: type_name.into(),
            private: answer.private,
            result,
            renew_at: answer.renew_at.and_then(time),
            diagnostics,
        })
    }
}

impl<S: Service> LocalEphemeral<'_, S> {
    /// Asserts a value.
    ///
    /// # Panics
    ///
    /// If it is another, or there is none.
    #[track_caller]
    pub fn expect_value(&self, path: &str, known: impl Into<Known>) -> &Self {
        outcome::expect_value(&self.type_name, &self.result, path, &known.into());
        self
    }

    /// Renews it, whatever the time.
    pub async fn renew(&mut self) -> Result<Diagnostics, Failure> {
        let request = proto::renew_ephemeral_resource::Request {
            type_name: self.type_name.clone(),
            private: self.private.clone(),
        };
        let result = self.provider.service.renew_ephemeral_resource(Request::new(request)).await;
        let answer = wire::answer(Stage::Renew, &self.type_name, result)?;
        let diagnostics = wire::diagnostics(&answer.diagnostics);
        let diagnostics = self.provider.done(Stage::Renew, &self.type_name, diagnostics)?;
        self.private = answer.private;
        self.renew_at = answer.renew_at.and_then(time);
        Ok(diagnostics)
    }

    /// Closes it.
    pub async fn close(self) -> Result<Diagnostics, Failure> {
        let request = proto::close_ephemeral_resource::Request {
            type_name: self.type_name.clone(),
            private: self.private.clone(),
        };
        let result = self.provider.service.close_ephemeral_resource(Request::new(request)).await;
        let answer = wire::answer(Stage::Close, &self.type_name, result)?;
        self.provider.done(Stage::Close, &self.type_name, wire::diagnostics(&answer.diagnostics))
    }
}

/// A time of the wire; None for one before 1970 or out of range.
fn time(timestamp: prost_types::Timestamp) -> Option<SystemTime> {
    let seconds = u64::try_from(timestamp.seconds).ok()?;
    let nanoseconds = u32::try_from(timestamp.nanos).ok()?;
    UNIX_EPOCH.checked_add(Duration::new(seconds, 0))?.checked_add(Duration::from_nanos(nanoseconds.into()))
}

/// Says nothing of the result: what is ephemeral is mostly secret.
impl<S> std::fmt::Debug for LocalEphemeral<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalEphemeral").field("type_name", &self.type_name).finish_non_exhaustive()
    }
}
