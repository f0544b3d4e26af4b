//! The configuration that the components share, and what they work with.
//!
//! A provider takes [`Settings`] as its own configuration, or has one of its own and gives its components a [`Toolbox`] all the same:
//! its client is then anything with `AsRef<Toolbox>`.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use tf_sdk::http::{Client, HttpError, Url};
use tf_sdk::prelude::*;
use tf_sdk::retry::Retry;
use tf_sdk::validator;

/// How long a request may take, in seconds, if nobody says otherwise.
pub const TIMEOUT_SECONDS: f64 = 30.0;
/// The longest that may be asked for, in seconds.
pub const TIMEOUT_SECONDS_MAX: f64 = 300.0;
/// How often a request that failed is tried again, if nobody says otherwise.
pub const RETRIES: i64 = 3;
/// The most tries again that may be asked for.
pub const RETRIES_MAX: i64 = 20;

/// The variable that stands in for `api_token`.
pub const API_TOKEN: &str = "FOUNDRY_API_TOKEN";

/// What `provider "…" {}` says to the standard components.
#[derive(Clone, Default, Model)]
#[model(description = "")]
pub struct Settings {
    /// The base URL of an API. `http_api` takes addresses relative to it, and sends the token and the headers to its origin only.
    #[attr(optional, env = "FOUNDRY_API_ENDPOINT", validate = validator::string::regex_matches("^https?://", "value must begin with http:// or https://"))]
    pub api_endpoint: Tf<Option<String>>,
    /// The token of the API, sent as `Authorization: Bearer`.
    #[attr(optional, sensitive, env = "FOUNDRY_API_TOKEN")]
    pub api_token: Tf<Option<String>>,
    /// How long a request may take, in seconds; 30 if it is not set.
    #[attr(optional, validate = [validator::float::at_least(0.001), validator::float::at_most(TIMEOUT_SECONDS_MAX)])]
    pub api_timeout: Tf<Option<f64>>,
    /// How often a failed request is tried again; 3 if it is not set.
    #[attr(optional, validate = validator::integer::between(0, RETRIES_MAX))]
    pub api_retries: Tf<Option<i64>>,
    /// If true, certificates of servers are not verified.
    #[attr(optional)]
    pub api_insecure_skip_verify: Tf<Option<bool>>,
    /// Headers of every request to the API.
    #[attr(optional, sensitive)]
    pub api_headers: Tf<Option<BTreeMap<String, String>>>,
    /// Whether the data source `lens_jq` may be used; true if it is not set. Functions have no configuration, so the function
    /// `lens_jq` is always there.
    #[attr(optional)]
    pub lens_enabled: Tf<Option<bool>>,
    /// The path of a `jq` program.
    #[attr(optional, deprecated = "It has no effect: jq is built in.")]
    pub lens_jq_path: Tf<Option<String>>,
    /// States that the components which only tests need are there. They are shown by the environment variable FOUNDRY_TESTMODE, as
    /// Terraform asks what a provider has before it configures it; without the variable this is an error.
    #[attr(optional)]
    pub foundry_testmode: Tf<Option<bool>>,
}

/// What the API settings come to.
#[derive(Clone, Debug)]
pub struct Api {
    /// The base URL.
    pub endpoint: Option<String>,
    /// The token. It never prints.
    pub token: Option<tf_sdk::Secret<String>>,
    /// How long a request may take, in seconds.
    pub timeout_seconds: f64,
    /// How often a failed request is tried again.
    pub retries: i64,
    /// Whether certificates are verified.
    pub certificates: Certificates,
    /// Headers of every request to the API. They may be secret.
    pub headers: tf_sdk::Secret<Option<BTreeMap<String, String>>>,
}

impl Api {
    /// How often a request is tried, and how long if each try may take this long.
    #[must_use]
    pub fn retry(&self, timeout: Duration) -> Retry {
        let tries = u32::try_from(self.retries).unwrap_or_default().saturating_add(1);
        Retry::new().tries_max(tries).deadline(timeout.saturating_mul(tries))
    }
}

/// What becomes of a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificates {
    /// It is verified.
    Verified,
    /// Whatever it is, it is taken.
    Unverified,
}

/// What the components of a configured provider work with.
pub struct Toolbox {
    settings: Settings,
    user_agent: String,
    clients: [OnceLock<Client>; 3],
}

/// Whom a request goes to, and so what may go along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// The API itself: its token and headers are sent along.
    Api,
    /// Anybody else, with headers that are for nobody but them: no redirect to another origin is followed.
    Addressee,
    /// Anybody else.
    Anybody,
}

impl Toolbox {
    /// Of a configuration, parts of which may be unknown while Terraform plans.
    #[must_use]
    pub fn new(settings: Settings, user_agent: &str) -> Self {
        Self { settings, user_agent: user_agent.to_owned(), clients: Default::default() }
    }

    /// The API settings. An error names the one that is not known yet.
    pub fn api(&self) -> Result<Api> {
        let settings = &self.settings;
        Ok(Api {
            endpoint: known("api_endpoint", &settings.api_endpoint)?,
            token: known("api_token", &settings.api_token)?.map(tf_sdk::Secret::new),
            timeout_seconds: known("api_timeout", &settings.api_timeout)?.unwrap_or(TIMEOUT_SECONDS),
            retries: known("api_retries", &settings.api_retries)?.unwrap_or(RETRIES),
            certificates: match known("api_insecure_skip_verify", &settings.api_insecure_skip_verify)? {
                Some(true) => Certificates::Unverified,
                _ => Certificates::Verified,
            },
            headers: tf_sdk::Secret::new(known("api_headers", &settings.api_headers)?),
        })
    }

    /// Whether `lens_jq` may be used. An error says that it is not known yet.
    pub fn has_lens(&self) -> Result<bool> {
        Ok(known("lens_enabled", &self.settings.lens_enabled)?.unwrap_or(true))
    }

    /// Whom a request to this URL is for. It is for the API if scheme, host and port are those of its endpoint.
    pub fn recipient(api: &Api, url: &Url, headers: Option<&BTreeMap<String, String>>) -> Recipient {
        let endpoint = api.endpoint.as_deref().and_then(|endpoint| Url::parse(endpoint).ok());
        match endpoint {
            Some(endpoint) if endpoint.origin() == url.origin() => Recipient::Api,
            _ if headers.is_some_and(|headers| !headers.is_empty()) => Recipient::Addressee,
            _ => Recipient::Anybody,
        }
    }

    /// The HTTP client for a recipient, made when it is first asked for.
    pub fn http(&self, api: &Api, recipient: Recipient) -> Result<Client> {
        let cell = &self.clients[match recipient {
            Recipient::Api => 0,
            Recipient::Addressee => 1,
            Recipient::Anybody => 2,
        }];
        if let Some(client) = cell.get() {
            return Ok(client.clone());
        }
        let client = self.new_client(api, recipient).diagnose("Invalid API Settings")?;
        Ok(cell.get_or_init(|| client).clone())
    }

    fn new_client(&self, api: &Api, recipient: Recipient) -> Result<Client, HttpError> {
        let timeout = Duration::from_secs_f64(api.timeout_seconds);
        let mut builder = Client::builder(&self.user_agent).timeout(timeout).retry(api.retry(timeout));
        if api.certificates == Certificates::Unverified {
            builder = builder.accept_any_certificate();
        }
        if recipient != Recipient::Anybody {
            builder = builder.redirects_within_origin();
        }
        if recipient == Recipient::Api {
            for (name, value) in api.headers.expose().iter().flatten() {
                builder = builder.header_named(name, value)?;
            }
            if let Some(token) = &api.token {
                builder = builder.bearer_token(token.expose())?;
            }
        }
        builder.build()
    }
}

impl AsRef<Toolbox> for Toolbox {
    fn as_ref(&self) -> &Toolbox {
        self
    }
}

/// A setting, or an error that says that it is not known yet.
fn known<T: Clone>(name: &str, setting: &Tf<T>) -> Result<T> {
    match setting {
        Tf::Known(value) => Ok(value.clone()),
        Tf::Unknown(_) => {
            let detail = format!(
                "The provider's {name} is not known before something else is applied. Apply that first, or set {name} to a value that \
                 is known."
            );
            Err(Diagnostic::error("Provider Setting Not Known Yet", detail).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(endpoint: &str) -> Api {
        let settings = Settings { api_endpoint: Some(endpoint.to_owned()).into(), ..Settings::default() };
        Toolbox::new(settings, "test/1").api().unwrap()
    }

    #[test]
    fn what_is_not_set_has_its_default() {
        let toolbox = Toolbox::new(Settings::default(), "test/1");
        let api = toolbox.api().unwrap();
        assert_eq!((api.timeout_seconds, api.retries, api.certificates), (30.0, 3, Certificates::Verified));
        assert!(api.endpoint.is_none() && api.token.is_none() && toolbox.has_lens().unwrap());
    }

    #[test]
    fn only_the_apis_own_origin_gets_its_secrets() {
        for (endpoint, url, expected) in [
            ("https://api.example.com/v1", "https://api.example.com/v2/x", Recipient::Api),
            ("https://api.example.com", "https://api.example.com:443/", Recipient::Api),
            ("https://api.example.com", "https://API.example.com/", Recipient::Api),
            ("https://api.example.com", "http://api.example.com/", Recipient::Anybody),
            ("https://api.example.com", "https://api.example.com:444/", Recipient::Anybody),
            ("https://api.example.com", "https://api.example.com.evil.example/", Recipient::Anybody),
            ("https://api.example.com", "https://api.example.com@evil.example/", Recipient::Anybody),
            ("https://example.com", "https://api.example.com/", Recipient::Anybody),
        ] {
            assert_eq!(
                Toolbox::recipient(&api(endpoint), &Url::parse(url).unwrap(), None),
                expected,
                "{url}"
            );
        }
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let settings = Settings { api_token: Tf::unknown(), ..Settings::default() };
        let error = Toolbox::new(settings, "test/1").api().unwrap_err();
        assert!(error.iter().next().unwrap().detail.contains("api_token"), "{error:?}");
    }

    #[test]
    fn secrets_never_print() {
        let settings = Settings {
            api_token: Some("t0p-secret-token".to_owned()).into(),
            api_headers: Some(BTreeMap::from([("X-Key".to_owned(), "s3cr3t-header".to_owned())])).into(),
            ..Settings::default()
        };
        let shown = format!("{:?}", Toolbox::new(settings, "test/1").api().unwrap());
        assert!(!shown.contains("t0p-secret") && !shown.contains("s3cr3t"), "{shown}");
    }
}
