//! The plugin's role: from the environment that the host sets to the Shutdown that it sends.
//!
//! [`Server::serve`] checks the cookie, chooses the version, listens, writes the handshake line and serves until Shutdown.
//! [`Server::debug`] does the same for a person with a debugger: no cookie, no line, no TLS, and the signals stay the caller's.
//!
//! What it never does: serve in plain text a host that asked for TLS, show a certificate to one that did not, print the cookie, or
//! write anything else than the line to the real standard output.

use crate::address::Address;
use crate::broker::Broker;
use crate::cookie::Cookie;
use crate::exit;
use crate::handshake::Handshake;
use crate::identity::{Identity, IdentityError};
use crate::socket::{ListenError, Listener, Network, Place};
use crate::stdout::{self, Claim};
use crate::tls::{self, Pin, PinError};
use crate::versions;
use rustls::{ClientConfig, ServerConfig};
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::watch;
use tonic::service::Routes;

pub(crate) mod accept;
mod environment;
mod reattach;
mod services;

pub use environment::Environment;
pub use reattach::Reattach;

use services::Controller;

/// Makes a version's services.
type Services = Box<dyn FnOnce(&Parts) -> Routes + Send>;

/// A plugin: what it serves, in which versions.
pub struct Server {
    cookie: Cookie,
    versions: BTreeMap<u32, Services>,
    network: Network,
    environment: Option<Environment>,
}

/// What a version's services can be made with.
#[derive(Debug, Clone)]
pub struct Parts {
    version: u32,
    link: Link,
    broker: Broker,
}

/// How this process makes further connections with its host: where, and under which certificates.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// Where sockets are made.
    pub(crate) place: Place,
    /// Ours and the host's, where the host asked for TLS.
    pub(crate) certificates: Option<(Identity, Pin)>,
}

/// Why nothing is served, or no longer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The cookie is not there or another: a person started the plugin, not a host. Nothing was written to standard output.
    #[error(
        "this program is a plugin: it does nothing by itself.\nStart the program that it belongs to; that one starts it when it \
         is needed.\n({key} is not what that program sets.)"
    )]
    Cookie {
        /// The cookie's variable. Its value is never told.
        key: String,
    },
    /// `PLUGIN_CLIENT_CERT` is set to something that is no certificate.
    #[error(
        "PLUGIN_CLIENT_CERT holds no certificate that can be used; a host that asks for TLS is not served without"
    )]
    ClientCertificate(#[source] PinError),
    /// No version was given to serve.
    #[error("the plugin serves no version")]
    NoVersion,
    /// Our own certificate could not be made.
    #[error("no certificate of our own")]
    Identity(#[from] IdentityError),
    /// There is no socket.
    #[error("no socket to serve on")]
    Listen(#[from] ListenError),
    /// Standard output or the signals could not be taken.
    #[error("cannot prepare the process for its host")]
    Process(#[source] io::Error),
    /// The handshake line could not be written: the host is gone already.
    #[error("cannot write the handshake line")]
    Handshake(#[source] io::Error),
    /// gRPC failed.
    #[error("serving failed")]
    Grpc(#[from] tonic::transport::Error),
}

impl ServeError {
    /// Prints it with its causes to standard error, one line but for the cookie's three; the code is 1. For the end of `main`.
    #[must_use]
    pub fn report(&self) -> ExitCode {
        use std::io::Write;
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        // Whoever could read it may be gone.
        let _ = writeln!(io::stderr(), "{text}");
        ExitCode::FAILURE
    }
}

impl Server {
    /// A plugin whose hosts set `cookie`.
    #[must_use]
    pub fn new(cookie: Cookie) -> Server {
        Server { cookie, versions: BTreeMap::new(), network: Network::Unix, environment: None }
    }

    /// Serves what `services` makes to hosts that speak `version`. Only the negotiated version's are made. go-plugin's own services
    /// are added.
    #[must_use]
    pub fn version(
        mut self,
        version: u32,
        services: impl FnOnce(&Parts) -> Routes + Send + 'static,
    ) -> Server {
        self.versions.insert(version, Box::new(services));
        self
    }

    /// Listens on TCP, in the host's range of ports, where it would on a unix socket.
    #[must_use]
    pub fn tcp(mut self) -> Server {
        self.network = Network::Tcp;
        self
    }

    /// Serves as if the process had `environment`.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Server {
        self.environment = Some(environment);
        self
    }

    /// Serves the host that started this process, until it sends Shutdown.
    ///
    /// Where the host dies, the process ends with code 1; on SIGTERM it ends by that signal; both leave no socket. SIGINT does
    /// nothing. After a Shutdown the process has a second to end by itself.
    ///
    /// # Errors
    /// Everything that keeps it from serving. `main` should print it and end with code 1: [`ServeError::report`].
    pub async fn serve(mut self) -> Result<(), ServeError> {
        let claim = stdout::claim().map_err(ServeError::Process)?;
        let environment = self.take_environment();
        if !self.cookie.matches(environment.cookie.as_deref()) {
            return Err(ServeError::Cookie { key: self.cookie.key.clone().into_owned() });
        }
        let certificates = certificates(&environment)?;
        // Before there is a socket: a SIGTERM finds nothing that it would leave behind, or somebody who removes it.
        claim.watch.take_signals().map_err(ServeError::Process)?;
        let serving = self.prepare(&environment, certificates)?;
        claim.write_line(&serving.handshake(&environment).line()).map_err(ServeError::Handshake)?;
        serving.run(Some(&claim), std::future::pending()).await
    }

    /// Listens for hosts that are told where to find this process, with a debugger attached or not: see [`Reattach`].
    ///
    /// The cookie is not asked for, nothing is printed, there is no TLS, and signals do what they always do. A claim on standard
    /// output is given back.
    ///
    /// # Errors
    /// Everything that keeps it from serving.
    pub async fn debug(mut self) -> Result<Debug, ServeError> {
        stdout::release().map_err(ServeError::Process)?;
        let environment = self.take_environment();
        let serving = self.prepare(&environment, None)?;
        let reattach = Reattach::new(serving.parts.version, serving.listener.address().clone());
        Ok(Debug { serving, reattach })
    }

    fn take_environment(&mut self) -> Environment {
        self.environment.take().unwrap_or_else(|| Environment::read(&self.cookie))
    }

    /// Chooses the version and listens; nothing is told yet.
    fn prepare(
        mut self,
        environment: &Environment,
        certificates: Option<(Identity, Pin)>,
    ) -> Result<Serving, ServeError> {
        let ours = self.versions.keys().copied();
        let version =
            versions::negotiate(environment.versions.as_deref(), ours).ok_or(ServeError::NoVersion)?;
        let services = self.versions.remove(&version).ok_or(ServeError::NoVersion)?;
        let place = environment.place(self.network);
        let listener = Listener::bind(&place)?;
        let link = Link { place, certificates };
        let parts = Parts { version, broker: Broker::of_plugin(link.clone()), link };
        let routes = services(&parts);
        Ok(Serving { listener, routes, parts })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let versions: Vec<u32> = self.versions.keys().copied().collect();
        f.debug_struct("Server")
            .field("cookie", &self.cookie)
            .field("versions", &versions)
            .finish_non_exhaustive()
    }
}

impl Parts {
    /// The negotiated version.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Further connections with the host.
    #[must_use]
    pub fn broker(&self) -> &Broker {
        &self.broker
    }
}

impl Link {
    /// TLS for connections that the host makes to us.
    pub(crate) fn server_config(&self) -> Option<Arc<ServerConfig>> {
        self.certificates.as_ref().map(|(identity, pin)| tls::server_config(identity, pin))
    }

    /// TLS for connections that we make to the host.
    pub(crate) fn client_config(&self) -> Option<Arc<ClientConfig>> {
        self.certificates.as_ref().map(|(identity, pin)| tls::client_config(identity, pin))
    }
}

/// Ours and the host's, if the host asked for TLS. Something that it sent in place of a certificate is an error: serving without TLS
/// would let in anybody.
fn certificates(environment: &Environment) -> Result<Option<(Identity, Pin)>, ServeError> {
    let Some(pem) = &environment.client_certificate else { return Ok(None) };
    let pin = Pin::from_pem(pem).map_err(ServeError::ClientCertificate)?;
    Ok(Some((Identity::generate()?, pin)))
}

/// A socket that listens and what is served on it.
struct Serving {
    listener: Listener,
    routes: Routes,
    parts: Parts,
}

impl Serving {
    fn handshake(&self, environment: &Environment) -> Handshake {
        let certificates = self.parts.link.certificates.as_ref();
        Handshake {
            certificate: certificates.map(|(identity, _)| identity.certificate().clone()),
            multiplex: environment.multiplex.then_some(false),
            ..Handshake::new(self.parts.version, self.listener.address().clone())
        }
    }

    /// Serves until a Shutdown or `end`; then the socket is gone.
    async fn run(self, claim: Option<&Arc<Claim>>, end: impl Future<Output = ()>) -> Result<(), ServeError> {
        let (stop, stopped) = watch::channel(false);
        let backlog = claim.map(|claim| Arc::clone(&claim.backlog)).unwrap_or_default();
        let controller = Controller { stop, limit: claim.map(|_| exit::soon as fn()) };
        let routes = self.routes.add_service(self.parts.broker.service());
        let routes = services::with_ours(routes, controller, Arc::clone(&backlog)).await;
        let (connections, accepting) = accept::connections(self.listener, self.parts.link.server_config());
        let served = tokio::select! {
            served = services::serve(routes, connections, stopped, &backlog) => served,
            () = end => Ok(()),
        };
        self.parts.broker.close();
        accepting.abort();
        // The task holds the socket; it ends by being aborted.
        let _ = accepting.await;
        served
    }
}

/// A plugin that listens for hosts which are told where it is.
pub struct Debug {
    serving: Serving,
    reattach: Reattach,
}

impl Debug {
    /// What hosts have to be told.
    #[must_use]
    pub fn reattach(&self) -> &Reattach {
        &self.reattach
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.reattach.address
    }

    /// Serves one host after another, until `end` is ready or a host sends Shutdown.
    ///
    /// # Errors
    /// When gRPC fails.
    pub async fn serve_until(self, end: impl Future<Output = ()>) -> Result<(), ServeError> {
        self.serving.run(None, end).await
    }
}

impl fmt::Debug for Debug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Debug").field("reattach", &self.reattach).finish_non_exhaustive()
    }
}
