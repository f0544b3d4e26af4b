//! `http_api`: one request, and what came back.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use tf_sdk::http::{Client, HttpError, Method, RequestBuilder, Response, Url};
use tf_sdk::prelude::*;
use tf_sdk::validator;

use crate::Toolbox;
use crate::component::linted_components;
use crate::rules::INSECURE_HTTP;
use crate::settings::{Api, TIMEOUT_SECONDS_MAX};

/// The most that is taken of a body.
const BODY_BYTES_MAX: usize = 16 << 20;
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// A request by HTTP, and what came back.
///
/// That no response came is no error: `error_message` says why, and the rest is null. The provider's `api_token` and `api_headers` are
/// sent only to the origin of its `api_endpoint`; `api_retries` and `api_insecure_skip_verify` hold for every request.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Exchange {
    /// The address, with `http://` or `https://`; or a path that begins with `/`, below the provider's `api_endpoint`.
    #[attr(required, validate = validator::string::regex_matches("^(/|(?i:https?)://)", "value must begin with http://, https:// or /"))]
    url: String,
    /// The method; GET if it is not set.
    #[attr(optional, validate = validator::string::one_of_ignoring_case(METHODS))]
    method: Option<String>,
    /// Headers of the request.
    #[attr(optional, sensitive)]
    headers: Option<BTreeMap<String, String>>,
    /// How long the request may take each time it is tried, in seconds, 300 at most; the provider's `api_timeout` if it is not set.
    #[attr(optional, validate = [validator::float::at_least(0.001), validator::float::at_most(TIMEOUT_SECONDS_MAX)])]
    timeout: Option<f64>,
    /// The status code.
    #[attr(computed)]
    status_code: Tf<Option<u16>>,
    /// The body, as UTF-8, of 16 MiB at most; empty if no response came.
    #[attr(computed)]
    response_body: Tf<String>,
    /// How long the response took, in milliseconds.
    #[attr(computed)]
    response_time_ms: Tf<Option<u64>>,
    /// Headers of the response, their names in small letters; values of one name joined by a comma.
    #[attr(computed)]
    response_headers: Tf<Option<BTreeMap<String, String>>>,
    /// How many names `response_headers` has.
    #[attr(computed)]
    header_count: Tf<Option<u64>>,
    /// The media type of the body.
    #[attr(computed)]
    content_type: Tf<Option<String>>,
    /// Why no response came, or not all of it.
    #[attr(computed)]
    error_message: Tf<Option<String>>,
}

linted_components! {
    /// `http_api`.
    HttpApi
}

impl<P> DataSource for HttpApi<P>
where
    P: Provider,
    P::Client: AsRef<Toolbox>,
{
    type Provider = P;
    type Model = Exchange;

    const NAME: &'static str = "http_api";

    async fn validate(&self, cx: &mut Validate<Exchange>) -> Result<()> {
        let url: Tf<String> = cx.config.get("url")?;
        if url
            .known()
            .is_some_and(|url| url.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://")))
        {
            self.lint.warn(
                &INSECURE_HTTP,
                Path::new().attr("url"),
                "Whoever is on the way can read and change what is sent and what comes back. Use an https:// address.",
                &mut cx.diagnostics,
            );
        }
        Ok(())
    }

    async fn read(&self, cx: &mut ReadData<Self>, config: Exchange) -> Result<Exchange> {
        let toolbox: &Toolbox = cx.client().as_ref().as_ref();
        let api = toolbox.api()?;
        let url = config.address(&api)?;
        let client = toolbox.http(&api, Toolbox::recipient(&api, &url, config.headers.as_ref()))?;
        let client = match config.timeout() {
            Some(timeout) => client.with_retry(api.retry(timeout)),
            None => client,
        };
        let request = config.request(&client, &url)?;
        let stopping = cx.stopping();
        let begun = Instant::now();
        let sent = tokio::select! {
            received = receive(&client, request) => received,
            () = stopping => Err(Broken::Interrupted),
        };
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(match sent {
            Ok(received) => config.with(received, milliseconds),
            Err(Broken::Interrupted) => {
                return Err(Diagnostic::error("Interrupted", "The request was given up.").into());
            }
            Err(broken) => config.without(&broken),
        })
    }
}

/// A response, taken apart.
struct Received {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

/// Why there is none.
enum Broken {
    Http(HttpError),
    Body(Box<dyn std::error::Error + Send + Sync>),
    TooLarge,
    Interrupted,
}

async fn receive(client: &Client, request: RequestBuilder) -> Result<Received, Broken> {
    let mut response = client.send(request).await.map_err(Broken::Http)?;
    let (status, headers) = (response.status().as_u16(), headers(&response));
    let mut body = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| Broken::Body(error.without_url().into()))?
    {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(Broken::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Received { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

fn headers(response: &Response) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in response.headers() {
        let value = String::from_utf8_lossy(value.as_bytes());
        let joined = all.entry(name.as_str().to_owned()).or_default();
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(&value);
    }
    all
}

impl Exchange {
    /// The whole address.
    fn address(&self, api: &Api) -> Result<Url> {
        let about_url = |detail: String| Diagnostic::error("Invalid URL", detail).at(Path::new().attr("url"));
        let text = match (self.url.starts_with('/'), &api.endpoint) {
            (false, _) => self.url.clone(),
            (true, Some(endpoint)) => format!("{}{}", endpoint.trim_end_matches('/'), self.url),
            (true, None) => {
                let detail = "The address is a path, and the provider has no api_endpoint.".to_owned();
                return Err(about_url(detail).into());
            }
        };
        Ok(Url::parse(&text).map_err(|error| about_url(format!("The address is none: {error}.")))?)
    }

    /// How long one try may take, if the configuration says so.
    fn timeout(&self) -> Option<Duration> {
        self.timeout.map(Duration::from_secs_f64)
    }

    fn request(&self, client: &Client, url: &Url) -> Result<RequestBuilder> {
        let method = self.method.as_deref().unwrap_or("GET").to_ascii_uppercase();
        let method = Method::from_bytes(method.as_bytes()).diagnose("Invalid Method")?;
        let mut request = client.request(method, url.as_str());
        if let Some(timeout) = self.timeout() {
            request = request.timeout(timeout);
        }
        for (name, value) in self.headers.iter().flatten() {
            let is_valid = tf_sdk::http::is_header(name, value);
            if !is_valid {
                let detail = format!("Header {name:?} has a name or a value that headers cannot have.");
                let error = Diagnostic::error("Invalid Header", detail);
                return Err(error.at(Path::new().attr("headers")).into());
            }
            request = request.header(name, value);
        }
        Ok(request)
    }

    fn with(self, received: Received, milliseconds: u64) -> Self {
        let content_type = received.headers.get("content-type").cloned();
        Self {
            status_code: Some(received.status).into(),
            response_body: received.body.into(),
            response_time_ms: Some(milliseconds).into(),
            header_count: Some(received.headers.len() as u64).into(),
            response_headers: Some(received.headers).into(),
            content_type: content_type.into(),
            error_message: None.into(),
            ..self
        }
    }

    fn without(self, broken: &Broken) -> Self {
        let message = match broken {
            Broken::Http(error) => said(error),
            Broken::Body(error) => format!("the body did not come whole: {}", said(error.as_ref())),
            Broken::TooLarge => format!("the body has more than {BODY_BYTES_MAX} bytes"),
            Broken::Interrupted => "interrupted".to_owned(),
        };
        Self {
            status_code: None.into(),
            response_body: String::new().into(),
            response_time_ms: None.into(),
            header_count: None.into(),
            response_headers: None.into(),
            content_type: None.into(),
            error_message: Some(message).into(),
            ..self
        }
    }
}

/// An error and its causes in one line.
fn said(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;

    fn exchange(url: &str) -> Exchange {
        Exchange {
            url: url.to_owned(),
            method: None,
            headers: None,
            timeout: None,
            status_code: Tf::unknown(),
            response_body: Tf::unknown(),
            response_time_ms: Tf::unknown(),
            response_headers: Tf::unknown(),
            header_count: Tf::unknown(),
            content_type: Tf::unknown(),
            error_message: Tf::unknown(),
        }
    }

    #[test]
    fn addresses() {
        let endpoint = |endpoint: Option<&str>| {
            let api_endpoint = endpoint.map(str::to_owned).into();
            Toolbox::new(Settings { api_endpoint, ..Settings::default() }, "test/1").api().unwrap()
        };
        for (base, url, expected) in [
            (None, "https://example.com/x", Some("https://example.com/x")),
            (Some("https://api.example.com/v1/"), "/x?y=1", Some("https://api.example.com/v1/x?y=1")),
            (Some("https://api.example.com"), "/x", Some("https://api.example.com/x")),
            (Some("https://api.example.com"), "https://other.example/x", Some("https://other.example/x")),
            (None, "/x", None),
            (None, "https://", None),
            (None, "https://exa mple.com/", None),
        ] {
            let found = exchange(url).address(&endpoint(base)).ok().map(String::from);
            assert_eq!(found.as_deref(), expected, "{base:?} {url}");
        }
    }
}
