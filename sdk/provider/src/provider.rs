//! Providers: what Terraform starts, configures once, and then asks for the rest.

use std::future::Future;

use crate::validator::ConfigValidator;
use crate::{Data, DataSource, Diagnostics, EphemeralResource, Function, Model, Resource, Result, Schema};

/// A provider.
///
/// `Config` is its block in the configuration, `Client` what resources get to work with, `Meta` what a module may say in
/// `terraform { provider_meta "…" {} }`; `()` if nothing.
pub trait Provider: Sized + Send + Sync + 'static {
    /// The provider's own configuration.
    type Config: Model;

    /// What `configure` makes of it, shared by all that runs.
    type Client: Send + Sync + 'static;

    /// `provider_meta`.
    type Meta: Model;

    /// The type name: `foundry`. The names of resources and data sources begin with it and an underscore.
    const NAME: &'static str;

    /// The provider's version, for logs and user agents.
    const VERSION: &'static str;

    /// What it has. Called once, when the process starts.
    fn components(&self, components: &mut Components<Self>);

    /// Rules for its configuration as a whole.
    fn config_validators(&self) -> Vec<Box<dyn ConfigValidator>> {
        Vec::new()
    }

    /// Checks the configuration; what is unknown may be unknown.
    fn validate(&self, cx: &mut Validate<Self::Config>) -> impl Future<Output = Result<()>> + Send {
        let _ = cx;
        async { Ok(()) }
    }

    /// Makes the client. During a plan the configuration may have unknown values: fields of type `Tf` hold them.
    fn configure(
        &self,
        cx: &mut Configure,
        config: Self::Config,
    ) -> impl Future<Output = Result<Self::Client>> + Send;
}

/// Given to what checks a configuration.
pub struct Validate<M> {
    /// The configuration.
    pub config: Data<M>,
    /// Add errors and warnings here, with their paths.
    pub diagnostics: Diagnostics,
}

/// Given to [`Provider::configure`].
pub struct Configure {
    /// Terraform's version.
    pub terraform_version: String,
    /// Warnings go here.
    pub diagnostics: Diagnostics,
}

/// What a provider has: filled in by [`Provider::components`].
pub struct Components<P: Provider> {
    pub(crate) provider: std::marker::PhantomData<P>,
}

impl<P: Provider> Components<P> {
    /// Adds a managed resource.
    pub fn resource<R: Resource<Provider = P>>(&mut self, resource: R) -> &mut Self {
        let _ = resource;
        self
    }

    /// Adds a data source.
    pub fn data_source<D: DataSource<Provider = P>>(&mut self, data_source: D) -> &mut Self {
        let _ = data_source;
        self
    }

    /// Adds an ephemeral resource.
    pub fn ephemeral_resource<E: EphemeralResource<Provider = P>>(&mut self, resource: E) -> &mut Self {
        let _ = resource;
        self
    }

    /// Adds a function.
    pub fn function<F: Function>(&mut self, function: F) -> &mut Self {
        let _ = function;
        self
    }
}

/// The schema of a model.
pub(crate) fn schema_of<M: Model>() -> Schema {
    Schema { version: M::VERSION, block: M::block().as_ref().clone() }
}
