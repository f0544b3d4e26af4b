//! Providers: what Terraform starts, configures once, and then asks for the rest.

use std::future::Future;
use std::marker::PhantomData;

use crate::engine::component::{Catalog, Component};
use crate::engine::erased::{TypedDataSource, TypedEphemeral, TypedFunction, TypedResource};
use crate::validator::ConfigValidator;
use crate::{Data, DataSource, Diagnostics, EphemeralResource, Function, Helper, Model, Resource, Result};

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

    /// The provider's address as configurations have it in `source`: `example.com/foundry/foundry`. Empty for what Terraform
    /// makes of [`Self::NAME`] alone.
    const ADDRESS: &'static str = "";

    /// The environment variable whose value seals private state. Without one, or where it is not set, private state is plain.
    const PRIVATE_STATE_KEY: Option<&'static str> = None;

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
    pub(crate) catalog: Catalog,
    provider: PhantomData<fn() -> P>,
}

impl<P: Provider> Components<P> {
    /// What a provider has.
    pub(crate) fn of(provider: &P) -> Catalog {
        let mut components = Self { catalog: Catalog::default(), provider: PhantomData };
        provider.components(&mut components);
        components.catalog.sort();
        components.catalog
    }

    /// Adds a managed resource.
    pub fn resource<R: Resource<Provider = P>>(&mut self, resource: R) -> &mut Self {
        self.catalog
            .resources
            .push(Component::new(full_name::<P>(R::NAME), Box::new(TypedResource(resource))));
        self
    }

    /// Adds a data source.
    pub fn data_source<D: DataSource<Provider = P>>(&mut self, data_source: D) -> &mut Self {
        self.catalog
            .data_sources
            .push(Component::new(full_name::<P>(D::NAME), Box::new(TypedDataSource(data_source))));
        self
    }

    /// Adds an ephemeral resource.
    pub fn ephemeral_resource<E: EphemeralResource<Provider = P>>(&mut self, resource: E) -> &mut Self {
        self.catalog
            .ephemerals
            .push(Component::new(full_name::<P>(E::NAME), Box::new(TypedEphemeral(resource))));
        self
    }

    /// Adds a function.
    pub fn function<F: Function>(&mut self, function: F) -> &mut Self {
        self.catalog.functions.push(Box::new(TypedFunction(function)));
        self
    }

    /// Adds a helper that components start. Several of them may add the same one; of a name, the first one counts.
    pub fn helper(&mut self, helper: Helper) -> &mut Self {
        self.catalog.add_helper(helper);
        self
    }
}

fn full_name<P: Provider>(name: &str) -> String {
    format!("{}_{name}", P::NAME)
}
