//! Data sources.

use std::future::Future;
use std::ops::{Deref, DerefMut};

use crate::provider::Validate;
use crate::validator::ConfigValidator;
use crate::{Context, Data, Model, Provider, Result};

/// A data source: a type whose value is registered with [`crate::Components::data_source`].
pub trait DataSource: Sized + Send + Sync + 'static {
    /// Its provider.
    type Provider: Provider;

    /// Its schema, and what it is given and returns.
    type Model: Model;

    /// Its name without the provider's.
    const NAME: &'static str;

    /// Rules for its configuration as a whole.
    fn config_validators(&self) -> Vec<Box<dyn ConfigValidator>> {
        Vec::new()
    }

    /// Checks the configuration; the provider need not be configured, and what is unknown may be unknown.
    fn validate(&self, cx: &mut Validate<Self::Model>) -> impl Future<Output = Result<()>> + Send {
        let _ = cx;
        async { Ok(()) }
    }

    /// Returns the configuration with the computed attributes filled in. Computed fields come unknown, or null where they cannot be.
    fn read(
        &self,
        cx: &mut ReadData<Self>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send;
}

/// Given to [`DataSource::read`].
pub struct ReadData<D: DataSource> {
    pub(crate) context: Context<D::Provider>,
    /// The configuration as it was given.
    pub config: Data<D::Model>,
}

impl<D: DataSource> Deref for ReadData<D> {
    type Target = Context<D::Provider>;

    fn deref(&self) -> &Self::Target {
        &self.context
    }
}

impl<D: DataSource> DerefMut for ReadData<D> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.context
    }
}
