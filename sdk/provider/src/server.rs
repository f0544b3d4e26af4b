//! A provider as an implementation of Terraform's plugin protocol, versions 6 and 5.
//!
//! [`Server`] needs no socket: it can be called where it is made. `tf_plugin::terraform::Guard` around it catches panics and gives each
//! call its token of cancellation; without the guard a call cannot be stopped. What Terraform gets wrong on the wire is a diagnostic,
//! like everything else that goes wrong.

mod configure;
mod data_source;
mod ephemeral;
mod function;
mod instance;
mod resource;
mod schema;
mod v5;
mod v6;
mod validate;
mod wire;

use std::ffi::OsString;
use std::sync::Arc;

use foundation::secret::Secret;
use instance::Instance;

use crate::{Helper, Provider};

/// A provider served over both versions of the protocol.
#[derive(Clone)]
pub struct Server(Arc<Instance>);

impl Server {
    /// Of a provider, with the process's environment and plain private state.
    pub fn new<P: Provider>(provider: P) -> Self {
        Self(Arc::new(Instance::new(provider)))
    }
}

/// What a server can be told before it serves.
pub struct Builder(Instance);

impl Server {
    /// A server with options.
    pub fn builder<P: Provider>(provider: P) -> Builder {
        Builder(Instance::new(provider))
    }
}

impl Builder {
    /// Seals private state with a key made from this secret; at best 32 random bytes or more, in any text form.
    #[must_use]
    pub fn private_state_key(mut self, secret: Secret<String>) -> Self {
        self.0.seal_with(secret);
        self
    }

    /// What stands in for the process's environment where attributes have variables of it.
    #[must_use]
    pub fn environment(mut self, read: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static) -> Self {
        self.0.environment = Box::new(read);
        self
    }

    /// The helpers of the provider.
    pub(crate) fn helpers(&self) -> &[Helper] {
        &self.0.catalog.helpers
    }

    /// The server.
    pub fn build(self) -> Server {
        Server(Arc::new(self.0))
    }
}
