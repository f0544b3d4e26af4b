//! Providers.

use std::sync::Arc;

use tf_cty::Value;

use super::{Boxed, Client, ErasedProvider, Reply};
use crate::engine::gaps;
use crate::provider::Configure;
use crate::schema::Block;
use crate::{Diagnostics, Model, Private, Provider};

super::described!(TypedProvider for Provider, Config);

impl<P: Provider> ErasedProvider for TypedProvider<P> {
    fn meta_block(&self) -> Arc<Block> {
        P::Meta::block()
    }

    fn configure(&self, config: Value, terraform_version: String) -> Boxed<'_, Reply<Client>> {
        Box::pin(async move {
            let mut cx = Configure { terraform_version, diagnostics: Diagnostics::new() };
            let config = match gaps::strict::<P::Config>(&config) {
                Ok(config) => config,
                Err(error) => return Reply::refused(error.into(), Private::default()),
            };
            let result = self.0.configure(&mut cx, config).await;
            Reply {
                result: result.map(|client| Arc::new(client) as Client),
                told: cx.diagnostics,
                private: Private::default(),
                saved: None,
            }
        })
    }
}
