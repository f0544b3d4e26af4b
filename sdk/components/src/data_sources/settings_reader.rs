//! `provider_config_reader`: the settings that the provider works with.

use std::collections::BTreeMap;

use tf_sdk::prelude::*;

use crate::Toolbox;
use crate::component::components;
use crate::settings::Certificates;

/// The API settings that the provider works with, defaults and environment included.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Reader {
    /// The base URL of the API.
    #[attr(computed)]
    api_endpoint: Tf<Option<String>>,
    /// The token of the API.
    #[attr(computed, sensitive)]
    api_token: Tf<Option<String>>,
    /// How long a request may take, in seconds.
    #[attr(computed)]
    api_timeout: Tf<f64>,
    /// How often a failed request is tried again.
    #[attr(computed)]
    api_retries: Tf<i64>,
    /// Whether certificates of servers are not verified.
    #[attr(computed)]
    api_insecure_skip_verify: Tf<bool>,
    /// Headers of every request to the API.
    #[attr(computed, sensitive)]
    api_headers: Tf<Option<BTreeMap<String, String>>>,
}

components! {
    /// `provider_config_reader`.
    ProviderConfigReader
}

impl<P> DataSource for ProviderConfigReader<P>
where
    P: Provider,
    P::Client: AsRef<Toolbox>,
{
    type Provider = P;
    type Model = Reader;

    const NAME: &'static str = "provider_config_reader";

    async fn read(&self, cx: &mut ReadData<Self>, _: Reader) -> Result<Reader> {
        let toolbox: &Toolbox = cx.client().as_ref().as_ref();
        let api = toolbox.api()?;
        Ok(Reader {
            api_endpoint: api.endpoint.into(),
            api_token: api.token.map(tf_sdk::Secret::into_exposed).into(),
            api_timeout: api.timeout_seconds.into(),
            api_retries: api.retries.into(),
            api_insecure_skip_verify: (api.certificates == Certificates::Unverified).into(),
            api_headers: api.headers.into_exposed().into(),
        })
    }
}
