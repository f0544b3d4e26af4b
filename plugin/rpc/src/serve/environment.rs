//! What the host says in the plugin's environment, read once.

use crate::cookie::Cookie;
use crate::socket::{Network, Place, Ports, PortsError};
use std::ffi::OsString;
use std::path::PathBuf;

/// The variables of go-plugin's protocol. A variable that is set to nothing counts as unset.
#[derive(Clone)]
pub struct Environment {
    /// The cookie's variable.
    pub cookie: Option<String>,
    /// `PLUGIN_PROTOCOL_VERSIONS`: what the host speaks, in no order.
    pub versions: Option<String>,
    /// `PLUGIN_CLIENT_CERT`: the host's certificate, PEM. Set, it asks for TLS.
    pub client_certificate: Option<String>,
    /// Whether `PLUGIN_MULTIPLEX_GRPC` is set, to whatever.
    pub multiplex: bool,
    /// `PLUGIN_UNIX_SOCKET_DIR`.
    pub socket_directory: Option<PathBuf>,
    /// `PLUGIN_UNIX_SOCKET_GROUP`.
    pub socket_group: Option<String>,
    /// `PLUGIN_MIN_PORT` and `PLUGIN_MAX_PORT`.
    pub ports: Result<Ports, PortsError>,
    /// The directory for temporary files.
    pub temporary: PathBuf,
}

impl Environment {
    /// The process's own.
    #[must_use]
    pub fn read(cookie: &Cookie) -> Environment {
        Environment::of(cookie, |name| std::env::var_os(name))
    }

    /// The one in which a variable has the value that `get` gives. Bytes that are no text count as wrong, not as unset.
    #[must_use]
    pub fn of(cookie: &Cookie, get: impl Fn(&str) -> Option<OsString>) -> Environment {
        let set = |name: &str| get(name).filter(|value| !value.is_empty());
        let text = |name: &str| set(name).map(|value| value.to_string_lossy().into_owned());
        Environment {
            cookie: text(&cookie.key),
            versions: text("PLUGIN_PROTOCOL_VERSIONS"),
            client_certificate: text("PLUGIN_CLIENT_CERT"),
            multiplex: set("PLUGIN_MULTIPLEX_GRPC").is_some(),
            socket_directory: set("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from),
            socket_group: text("PLUGIN_UNIX_SOCKET_GROUP"),
            ports: Ports::parse(text("PLUGIN_MIN_PORT").as_deref(), text("PLUGIN_MAX_PORT").as_deref()),
            temporary: set("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from),
        }
    }

    /// Where sockets are made.
    #[must_use]
    pub fn place(&self, network: Network) -> Place {
        Place {
            network,
            directory: self.socket_directory.clone(),
            temporary: self.temporary.clone(),
            group: self.socket_group.clone(),
            ports: self.ports.clone(),
        }
    }
}

/// Without the cookie.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("versions", &self.versions)
            .field("tls", &self.client_certificate.is_some())
            .field("multiplex", &self.multiplex)
            .field("socket_directory", &self.socket_directory)
            .field("socket_group", &self.socket_group)
            .field("ports", &self.ports)
            .field("temporary", &self.temporary)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIE: Cookie = Cookie::new("COOKIE", "secret-value");

    fn of(variables: &[(&str, &str)]) -> Environment {
        Environment::of(&COOKIE, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn nothing_and_empty_are_the_same() {
        let names =
            ["PLUGIN_CLIENT_CERT", "PLUGIN_MULTIPLEX_GRPC", "PLUGIN_UNIX_SOCKET_DIR", "TMPDIR", "COOKIE"];
        let empty: Vec<(&str, &str)> = names.iter().map(|name| (*name, "")).collect();
        for environment in [of(&[]), of(&empty)] {
            assert!(environment.cookie.is_none() && environment.client_certificate.is_none());
            assert!(!environment.multiplex && environment.socket_directory.is_none());
            assert_eq!(environment.temporary, PathBuf::from("/tmp"));
            assert_eq!(environment.ports, Ok(Ports::ANY));
        }
    }

    #[test]
    fn multiplexing_is_asked_for_by_any_value() {
        assert!(of(&[("PLUGIN_MULTIPLEX_GRPC", "0")]).multiplex);
        assert!(of(&[("PLUGIN_MULTIPLEX_GRPC", "false")]).multiplex);
    }

    #[test]
    fn the_cookie_is_not_printed() {
        let environment = of(&[("COOKIE", "secret-value")]);
        assert_eq!(environment.cookie.as_deref(), Some("secret-value"));
        assert!(!format!("{environment:?}").contains("secret-value"));
    }
}
