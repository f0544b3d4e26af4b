//! A listening socket that only its peer reaches: a unix socket in a fresh private directory, or TCP on the loopback.
//!
//! Directory and socket have their modes set, whatever the umask: 0700 and 0600; with a group 0710 and 0660. A directory whose path
//! is too long for a unix socket, or cannot be used, is replaced by `/tmp`, and that by TCP; a directory that the host named is not
//! replaced. Sockets go when their listener does, and on every end of the process that this crate sees: [`remove_all`].

use crate::address::Address;
use crate::stream::Plain;
use std::fs::{self, Permissions};
use std::io;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::SocketAddr as UnixAddress;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tokio::net::{TcpListener, UnixListener};

mod group;
mod ports;

#[cfg(test)]
mod tests;

pub use ports::{Ports, PortsError};

/// The socket's name in its directory: short, as the whole path has about a hundred bytes.
const NAME: &str = "plugin";

/// Where sockets are made.
#[derive(Debug, Clone)]
pub struct Place {
    /// What kind of socket.
    pub network: Network,
    /// The directory for sockets that the host named: `PLUGIN_UNIX_SOCKET_DIR`.
    pub directory: Option<PathBuf>,
    /// The directory for everything temporary, used where the host named none.
    pub temporary: PathBuf,
    /// The group, name or number, that may connect: `PLUGIN_UNIX_SOCKET_GROUP`.
    pub group: Option<String>,
    /// The ports to choose from, for TCP: `PLUGIN_MIN_PORT` and `PLUGIN_MAX_PORT`.
    pub ports: Result<Ports, PortsError>,
}

/// What kind of socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// Unix sockets, with TCP where there is no place for one.
    Unix,
    /// TCP on 127.0.0.1. Any process of the machine can connect, so only TLS protects it.
    Tcp,
}

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// No directory of its own could be made.
    #[error("cannot make a directory for a socket in {}", directory.display())]
    Directory {
        /// Where it was tried.
        directory: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The path cannot be a socket's: too long, or a handshake line cannot carry it.
    #[error("{} cannot be the path of a socket: too long, or with characters that hosts cannot read", path.display())]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// The socket could not be bound, or not be given its mode.
    #[error("cannot listen at {address}")]
    Bind {
        /// The address.
        address: Address,
        /// The system's error.
        source: io::Error,
    },
    /// The group does not exist here, or the socket cannot be given to it.
    #[error("cannot give a socket to group {group:?}")]
    Group {
        /// The name or number.
        group: String,
        /// The system's error.
        source: io::Error,
    },
    /// The range of ports cannot be read.
    #[error("no range of ports")]
    Ports(#[source] PortsError),
    /// Every port of the range is taken.
    #[error("no port from {} to {} is free", ports.min(), ports.max())]
    NoPort {
        /// The range.
        ports: Ports,
    },
}

/// A socket that listens.
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    address: Address,
    _nest: Option<Nest>,
}

#[derive(Debug)]
enum Socket {
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Listener {
    /// Listens at a new address. Must be called in a runtime.
    ///
    /// # Errors
    /// When no socket can be made at any place that may be used.
    pub fn bind(place: &Place) -> Result<Listener, ListenError> {
        if place.network == Network::Tcp {
            return tcp(place);
        }
        if let Some(directory) = &place.directory {
            return unix(directory, place.group.as_deref());
        }
        for directory in [place.temporary.as_path(), Path::new("/tmp")] {
            match unix(directory, place.group.as_deref()) {
                Err(error @ (ListenError::Directory { .. } | ListenError::Path { .. })) => {
                    tracing::debug!(error = %error, "no socket there; trying the next place");
                }
                done => return done,
            }
        }
        tcp(place)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The next connection.
    ///
    /// # Errors
    /// The system's; most pass, as when the process has too many files open.
    pub async fn accept(&self) -> io::Result<Plain> {
        match &self.socket {
            Socket::Unix(listener) => listener.accept().await.map(|(stream, _)| Plain::Unix(stream)),
            Socket::Tcp(listener) => Plain::tcp(listener.accept().await?.0),
        }
    }
}

fn unix(root: &Path, group: Option<&str>) -> Result<Listener, ListenError> {
    let nest = Nest::make(root)?;
    let path = nest.0.join(NAME);
    let address = Address::Unix(path.clone());
    if UnixAddress::from_pathname(&path).is_err() || !address.is_speakable() {
        return Err(ListenError::Path { path });
    }
    let bound = |source| ListenError::Bind { address: address.clone(), source };
    let listener = UnixListener::bind(&path).map_err(bound)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(bound)?;
    if let Some(group) = group {
        share(&nest.0, &path, group)
            .map_err(|source| ListenError::Group { group: group.to_owned(), source })?;
    }
    Ok(Listener { socket: Socket::Unix(listener), address, _nest: Some(nest) })
}

/// Lets `group` through the directory and to the socket in it.
fn share(directory: &Path, socket: &Path, group: &str) -> io::Result<()> {
    let id = group::id(group)?;
    for (path, mode) in [(socket, 0o660), (directory, 0o710)] {
        std::os::unix::fs::chown(path, None, Some(id))?;
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(())
}

fn tcp(place: &Place) -> Result<Listener, ListenError> {
    let ports = place.ports.clone().map_err(ListenError::Ports)?;
    for port in ports.min()..=ports.max() {
        let wanted = std::net::SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let bound = |source| ListenError::Bind { address: Address::Tcp(wanted), source };
        let listener = match std::net::TcpListener::bind(wanted) {
            Ok(listener) => listener,
            Err(_) => continue,
        };
        listener.set_nonblocking(true).map_err(bound)?;
        let address = Address::Tcp(listener.local_addr().map_err(bound)?);
        let listener = TcpListener::from_std(listener).map_err(bound)?;
        return Ok(Listener { socket: Socket::Tcp(listener), address, _nest: None });
    }
    Err(ListenError::NoPort { ports })
}

/// The directory of one socket.
#[derive(Debug)]
struct Nest(PathBuf);

/// The directories that there are: what [`remove_all`] removes.
static NESTS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

impl Nest {
    fn make(root: &Path) -> Result<Nest, ListenError> {
        let failed = |source| ListenError::Directory { directory: root.to_owned(), source };
        // Absolute: the host does not share our working directory, and we may leave it.
        let root = std::path::absolute(root).map_err(failed)?;
        let path = tempfile::Builder::new().prefix("plugin").tempdir_in(root).map_err(failed)?.keep();
        let nest = Nest(path.clone());
        NESTS.lock().unwrap_or_else(PoisonError::into_inner).push(path);
        fs::set_permissions(&nest.0, Permissions::from_mode(0o700)).map_err(failed)?;
        Ok(nest)
    }
}

impl Drop for Nest {
    fn drop(&mut self) {
        NESTS.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| known != &self.0);
        remove(&self.0);
    }
}

/// Removes the sockets of every listener: for an end of the process that drops none.
pub fn remove_all() {
    for nest in NESTS.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        remove(&nest);
    }
}

/// What cannot be removed stays: there is nobody left to tell.
fn remove(nest: &Path) {
    let _ = fs::remove_file(nest.join(NAME));
    let _ = fs::remove_dir(nest);
}
