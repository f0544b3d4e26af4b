//! A small server for one directory: what tests and small teams need to use a mirror or a registry over HTTP.
//!
//! It answers GET and HEAD with regular files below the directory and with nothing else: no listings, no links, no hidden files
//! but `.well-known`. It holds a bounded number of connections, and closes those on which nothing happens. It writes nothing,
//! and keeps nothing between two requests. Start with [`Server::bind`].

mod body;
mod connection;
mod error;
mod pulse;
mod request;
mod tls;

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::directory::{FindError, open_below};
pub use error::ServeError;

/// What one server does at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once; more wait until one is closed.
    pub connections: usize,
    /// How long a connection may be idle, or a client may take for what is sent at once.
    pub idle: Duration,
    /// How long a connection may be idle on which no file is being sent, while no other one finds a place.
    pub crowded: Duration,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let [idle, crowded, handshake] = [60, 2, 10].map(Duration::from_secs);
        Self { connections: 256, idle, crowded, handshake }
    }
}

/// How long connections may go on after the server was asked to end.
const GRACE: Duration = Duration::from_secs(5);
/// Connections that wait for a place at most.
const WAITING: u32 = 1024;
/// After a failure to accept, such as too many open files, the system gets a moment; and so does a server that is full.
const PAUSE: Duration = Duration::from_millis(50);

/// The files of a certificate chain and its key, in PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The chain, the server's own certificate first.
    pub certificates: PathBuf,
    /// The key.
    pub key: PathBuf,
}

/// A server that listens and does not answer yet.
pub struct Server {
    runtime: tokio::runtime::Runtime,
    listener: TcpListener,
    root: Arc<OwnedFd>,
    tls: Option<TlsAcceptor>,
    address: SocketAddr,
    signals: Signals,
    limits: Limits,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Opens the directory and listens. Port 0 takes a free one: see [`Server::url`].
    pub fn bind(
        directory: &Path,
        listen: SocketAddr,
        tls: Option<&TlsFiles>,
        limits: Limits,
    ) -> Result<Self, ServeError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let unservable = |source| ServeError::Directory { path: directory.to_owned(), source };
        let root =
            rustix::fs::open(directory, flags, Mode::empty()).map_err(|errno| unservable(errno.into()))?;
        // A directory is no file to serve; any other error is one that every request would meet.
        if let Err(FindError::Io(source)) = open_below(&root, Path::new(".")) {
            return Err(unservable(source));
        }
        let tls = tls.map(tls::acceptor).transpose()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ServeError::Runtime)?;
        let failed = |source| ServeError::Listen { address: listen, source };
        let listener = runtime.block_on(async { wait_at(listen) }).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        // From here on a signal is an orderly end: whoever was told the address may send one.
        let signals = runtime.block_on(async { Signals::new() })?;
        Ok(Self { runtime, listener, root: Arc::new(root), tls, address, signals, limits })
    }

    /// Where it listens: `http://127.0.0.1:41234/`.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}/", self.address)
    }

    /// Answers until SIGINT or SIGTERM; then what is being answered gets a short while to end.
    pub fn run(self) {
        let Self { runtime, listener, root, tls, mut signals, limits, .. } = self;
        runtime.block_on(async {
            let mut connections = JoinSet::new();
            let (stop, stopped) = tokio::sync::watch::channel(());
            let room = Arc::new(Semaphore::new(limits.connections));
            let crowd = Arc::new(Notify::new());
            loop {
                // What has ended is forgotten.
                while connections.try_join_next().is_some() {}
                // Somebody comes first, so that nobody has to make room for nobody.
                let accepted = async {
                    match listener.accept().await {
                        Ok((stream, _)) => Some((stream, place(&room, &crowd).await)),
                        Err(_) => None,
                    }
                };
                let accepted = tokio::select! {
                    () = signals.next() => break,
                    accepted = accepted => accepted,
                };
                let Some((stream, place)) = accepted else {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                };
                let (root, tls, stopped) = (Arc::clone(&root), tls.clone(), stopped.clone());
                let crowd = Arc::clone(&crowd);
                connections.spawn(async move {
                    connection::serve(stream, tls, root, limits, crowd, stopped).await;
                    drop(place);
                });
            }
            drop((stop, listener));
            // Whoever has not ended by then is cut off as the set is dropped.
            let ended = async { while connections.join_next().await.is_some() {} };
            let _ = tokio::time::timeout(GRACE, ended).await;
        });
    }
}

/// A place for one more connection. While there is none, those who do nothing with theirs hear of it.
async fn place(room: &Arc<Semaphore>, crowd: &Notify) -> Option<OwnedSemaphorePermit> {
    loop {
        match tokio::time::timeout(PAUSE, Arc::clone(room).acquire_owned()).await {
            Ok(place) => return place.ok(),
            Err(_) => crowd.notify_waiters(),
        }
    }
}

/// Listens; whoever does not find a place is kept waiting by the system and not turned away.
fn wait_at(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// The signals that ask for the end.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> Result<Self, ServeError> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(ServeError::Runtime);
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests;
