//! An HTTP client for providers: tries again, keeps to time limits, says who it is, and logs what it does without secrets.
//!
//! The requests and responses are reqwest's. A log line has the method, the address without user, query and fragment, the status and
//! the time; headers and bodies are never in it. TLS is rustls with ring, and trusts what the system trusts.
//!
//! ```no_run
//! use tf_sdk::http::Client;
//!
//! async fn name(client: &Client) -> tf_sdk::Result<String> {
//!     let response = client.send(client.get("https://api.example.com/v1/name")).await?;
//!     Ok(response.text().await?)
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("terraform-provider-acc/1.0").bearer_token("t0ken")?.build()?;
//! # Ok(())
//! # }
//! ```

use std::time::{Duration, Instant, SystemTime};

use foundation::retry::{Advice, Retry, retry_after};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
pub use reqwest::{Method, Request, RequestBuilder, Response, StatusCode, Url};

/// As many redirects as reqwest follows by itself.
const REDIRECTS_MAX: usize = 10;

/// A client. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    inner: reqwest::Client,
    retry: Retry,
}

/// A client being put together.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientBuilder {
    user_agent: String,
    headers: HeaderMap,
    timeout: Duration,
    connect_timeout: Duration,
    retry: Retry,
    accepts_any_certificate: bool,
    stays_within_origin: bool,
}

/// Why there is no client, or no response.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// A header's value has bytes that headers cannot have. The value is not shown: it may be secret.
    #[error("the value of header {0} is not valid")]
    Header(HeaderName),
    /// A header's name is none.
    #[error("{0:?} is not the name of a header")]
    HeaderName(String),
    /// The client could not be made.
    #[error("the HTTP client cannot be made")]
    Build(#[source] reqwest::Error),
    /// The request is none: its address, for one.
    #[error("the request is not valid")]
    Request(#[source] reqwest::Error),
    /// No response came. The address is without user, query and fragment.
    #[error("{method} {url} got no response")]
    Send {
        /// The method.
        method: Method,
        /// The address.
        url: String,
        /// Why not.
        #[source]
        source: reqwest::Error,
    },
}

impl Client {
    /// A client that calls itself this, in the form `terraform-provider-acc/1.0`. A request may take 30 seconds, a connection 10;
    /// it is tried five times within half a minute.
    pub fn builder(user_agent: &str) -> ClientBuilder {
        ClientBuilder {
            user_agent: user_agent.into(),
            headers: HeaderMap::new(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            retry: Retry::new(),
            accepts_any_certificate: false,
            stays_within_origin: false,
        }
    }

    /// The same client, that tries as often and as long as this says.
    #[must_use]
    pub fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// A request to be filled in and sent with [`Client::send`].
    pub fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.inner.request(method, url)
    }

    /// A GET request.
    pub fn get(&self, url: &str) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// A POST request.
    pub fn post(&self, url: &str) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(&self, url: &str) -> RequestBuilder {
        self.request(Method::PUT, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: &str) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// Sends a request, and again if that may help: after 429 and 503 whatever the method, `Retry-After` obeyed; after 502 and 504
    /// and broken connections if the method can be repeated without harm; after connections that were never made. A body that is a
    /// stream is sent once. The response is the last one, whatever its status.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, HttpError> {
        let request = request.build().map_err(|error| HttpError::Request(error.without_url()))?;
        let (method, url) = (request.method().clone(), shown(request.url()));
        let sent = if request.body().is_none_or(|body| body.as_bytes().is_some()) {
            let attempt = || self.attempt(copy(&request));
            self.retry.run_async(attempt, |failure| failure.advice(&method), tokio::time::sleep).await
        } else {
            self.attempt(request).await
        };
        match sent {
            Ok(response) | Err(Failure::Status(response)) => Ok(response),
            Err(Failure::Transport(source)) => Err(HttpError::Send { method, url, source }),
        }
    }

    async fn attempt(&self, request: Request) -> Result<Response, Failure> {
        let (method, url, begun) = (request.method().clone(), shown(request.url()), Instant::now());
        let result = self.inner.execute(request).await;
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        match result {
            Ok(response) => {
                let status = response.status();
                tracing::debug!(%method, url, status = status.as_u16(), milliseconds, "HTTP response");
                if is_retried(status) { Err(Failure::Status(response)) } else { Ok(response) }
            }
            Err(error) => {
                let error = error.without_url();
                tracing::debug!(%method, url, %error, milliseconds, "HTTP request failed");
                Err(Failure::Transport(error))
            }
        }
    }
}

impl ClientBuilder {
    /// How long one try may take, the body of the response included.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// How long making a connection may take.
    pub fn connect_timeout(self, connect_timeout: Duration) -> Self {
        Self { connect_timeout, ..self }
    }

    /// How often and how long to try.
    pub fn retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// Takes whatever certificate a server shows: for tests and for networks that nobody else is in.
    pub fn accept_any_certificate(self) -> Self {
        Self { accepts_any_certificate: true, ..self }
    }

    /// Follows no redirect to another origin, for what requests carry is for the one that they name. The response is then the redirect
    /// itself.
    pub fn redirects_within_origin(self) -> Self {
        Self { stays_within_origin: true, ..self }
    }

    /// A header of every request, kept out of logs. A client that has one follows no redirect to another origin: the response is
    /// then the redirect itself.
    pub fn header(mut self, name: HeaderName, value: &str) -> Result<Self, HttpError> {
        let mut value = HeaderValue::from_str(value).map_err(|_| HttpError::Header(name.clone()))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(self)
    }

    /// The same, by a name that somebody else wrote.
    pub fn header_named(self, name: &str, value: &str) -> Result<Self, HttpError> {
        let parsed = HeaderName::try_from(name).map_err(|_| HttpError::HeaderName(name.to_owned()))?;
        self.header(parsed, value)
    }

    /// `Authorization: Bearer …` in every request.
    pub fn bearer_token(self, token: &str) -> Result<Self, HttpError> {
        self.header(AUTHORIZATION, &format!("Bearer {token}"))
    }

    /// The client.
    pub fn build(self) -> Result<Client, HttpError> {
        // One provider of cryptography for the whole process; that there is one already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let stays = self.stays_within_origin || !self.headers.is_empty();
        let redirects = if stays { within_origin() } else { Policy::default() };
        let inner = reqwest::Client::builder()
            .user_agent(self.user_agent)
            .redirect(redirects)
            .tls_danger_accept_invalid_certs(self.accepts_any_certificate)
            .default_headers(self.headers)
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            .retry(reqwest::retry::never())
            .build()
            .map_err(HttpError::Build)?;
        Ok(Client { inner, retry: self.retry })
    }
}

/// True if a header can have this name and this value.
pub fn is_header(name: &str, value: &str) -> bool {
    HeaderName::try_from(name).is_ok() && HeaderValue::from_str(value).is_ok()
}

/// Follows redirects as long as they stay at the origin that was asked, for what goes out may be for it alone.
fn within_origin() -> Policy {
    Policy::custom(|attempt| {
        let first = attempt.previous().first().map(Url::origin);
        match first {
            Some(origin) if origin != attempt.url().origin() => attempt.stop(),
            _ if attempt.previous().len() > REDIRECTS_MAX => attempt.error("too many redirects"),
            _ => attempt.follow(),
        }
    })
}

/// Why a try is not the last one.
enum Failure {
    Status(Response),
    Transport(reqwest::Error),
}

impl Failure {
    fn advice(&self, method: &Method) -> Advice {
        let harmless = method.is_idempotent();
        match self {
            Self::Status(response) if harmless || is_refusal(response.status()) => {
                let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                header
                    .and_then(|header| retry_after(header, SystemTime::now()))
                    .map_or(Advice::Again, Advice::After)
            }
            Self::Transport(error) if error.is_connect() => Advice::Again,
            Self::Transport(error) if harmless && !error.is_builder() && !error.is_redirect() => {
                Advice::Again
            }
            _ => Advice::Stop,
        }
    }
}

/// True for answers of a server that did not begin with the request.
fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

fn is_retried(status: StatusCode) -> bool {
    is_refusal(status) || matches!(status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT)
}

/// The same request again; its body is bytes.
fn copy(request: &Request) -> Request {
    let mut copy = Request::new(request.method().clone(), request.url().clone());
    *copy.headers_mut() = request.headers().clone();
    *copy.timeout_mut() = request.timeout().copied();
    *copy.version_mut() = request.version();
    *copy.body_mut() = request.body().and_then(|body| body.as_bytes()).map(|bytes| bytes.to_vec().into());
    copy
}

/// An address without what may be secret: user, password, query and fragment.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    // Fails for addresses that cannot have a user, which then have none.
    let _ = (url.set_username(""), url.set_password(None));
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

#[cfg(test)]
mod tests;
