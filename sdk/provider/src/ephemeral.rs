//! Ephemeral resources: opened for as long as Terraform runs, renewed in time, closed at the end; never stored.

use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::time::SystemTime;

use crate::provider::Validate;
use crate::validator::ConfigValidator;
use crate::{Context, Data, Model, Private, Provider, Result};

/// An ephemeral resource: a type whose value is registered with [`crate::Components::ephemeral_resource`].
pub trait EphemeralResource: Sized + Send + Sync + 'static {
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

    /// Returns the configuration with the computed attributes filled in. [`Open::renew_at`] asks to be renewed.
    fn open(
        &self,
        cx: &mut Open<Self>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send;

    /// Makes it last longer.
    fn renew(&self, cx: &mut Renew<Self>) -> impl Future<Output = Result<()>> + Send {
        let _ = cx;
        async { Ok(()) }
    }

    /// Ends it.
    fn close(&self, cx: &mut Close<Self>) -> impl Future<Output = Result<()>> + Send {
        let _ = cx;
        async { Ok(()) }
    }
}

/// Given to [`EphemeralResource::open`].
pub struct Open<E: EphemeralResource> {
    pub(crate) context: Context<E::Provider>,
    /// The configuration as it was given.
    pub config: Data<E::Model>,
    /// Given back to renew and close.
    pub private: Private,
    /// When to be renewed; None for never.
    pub renew_at: Option<SystemTime>,
}

/// Given to [`EphemeralResource::renew`].
pub struct Renew<E: EphemeralResource> {
    pub(crate) context: Context<E::Provider>,
    /// What opening and earlier renewals left; given back to what comes later.
    pub private: Private,
    /// When to be renewed next; None for never.
    pub renew_at: Option<SystemTime>,
}

/// Given to [`EphemeralResource::close`].
pub struct Close<E: EphemeralResource> {
    pub(crate) context: Context<E::Provider>,
    /// What opening and renewals left.
    pub private: Private,
}

macro_rules! dereferences {
    ($($name:ident),*) => {$(
        impl<E: EphemeralResource> Deref for $name<E> {
            type Target = Context<E::Provider>;

            fn deref(&self) -> &Self::Target {
                &self.context
            }
        }

        impl<E: EphemeralResource> DerefMut for $name<E> {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.context
            }
        }
    )*};
}
dereferences!(Open, Renew, Close);
