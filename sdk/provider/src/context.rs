//! What author code is given beside its own data: the configured client, the module's provider_meta, cancellation, warnings.

use std::future::Future;
use std::sync::Arc;

use tf_plugin::terraform::Stop;

use crate::{Data, Diagnostic, Diagnostics, Provider};

/// What every call of a configured provider is given. The contexts of the operations dereference to it.
pub struct Context<P: Provider> {
    client: Arc<P::Client>,
    meta: Data<P::Meta>,
    stop: Stop,
    diagnostics: Diagnostics,
}

impl<P: Provider> Context<P> {
    /// For one call.
    pub(crate) fn new(client: Arc<P::Client>, meta: Data<P::Meta>, stop: Stop) -> Self {
        Self { client, meta, stop, diagnostics: Diagnostics::new() }
    }

    /// What the provider's `configure` returned.
    pub fn client(&self) -> &Arc<P::Client> {
        &self.client
    }

    /// The module's `provider_meta`; null if the module has none.
    pub fn meta(&self) -> &Data<P::Meta> {
        &self.meta
    }

    /// True once the user has asked Terraform to stop.
    pub fn is_stopping(&self) -> bool {
        self.stop.is_requested()
    }

    /// Done once the user has asked Terraform to stop: for `tokio::select!`.
    pub fn stopping(&self) -> impl Future<Output = ()> + Send + 'static {
        let stop = self.stop.clone();
        async move { stop.requested().await }
    }

    /// Tells the user something; the operation goes on. An error so told fails the operation when it ends, and what it returned
    /// is saved all the same.
    pub fn tell(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A warning about the object as a whole.
    pub fn warn(&mut self, summary: impl Into<String>, detail: impl Into<String>) {
        self.tell(Diagnostic::warning(summary, detail));
    }

    /// What was told.
    pub(crate) fn take_diagnostics(&mut self) -> Diagnostics {
        std::mem::take(&mut self.diagnostics)
    }
}
