//! Where a plugin listens, as handshake lines, broker messages and reattach configurations name it: a network and a text.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The address of a listening socket on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A unix socket's path. Never empty when it was parsed.
    Unix(PathBuf),
    /// An IP address and a port.
    Tcp(SocketAddr),
}

/// Why a network and a text are no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Neither `unix` nor `tcp`.
    #[error("network {found:?} is neither \"unix\" nor \"tcp\"")]
    Network {
        /// What stands there.
        found: String,
    },
    /// An empty path, or one with a NUL.
    #[error("{found:?} is no path of a unix socket")]
    Path {
        /// What stands there.
        found: String,
    },
    /// Not an IP address with a port.
    #[error("{found:?} is no IP address with a port")]
    Socket {
        /// What stands there.
        found: String,
    },
}

impl Address {
    /// The address that `text` names in `network`, `unix` or `tcp`.
    ///
    /// # Errors
    /// Any other network, an empty path, anything but an IP address and a port.
    pub fn parse(network: &str, text: &str) -> Result<Address, AddressError> {
        match network {
            "unix" if text.is_empty() || text.contains('\0') => {
                Err(AddressError::Path { found: text.to_owned() })
            }
            "unix" => Ok(Address::Unix(PathBuf::from(text))),
            "tcp" => match text.parse() {
                Ok(address) => Ok(Address::Tcp(address)),
                Err(_) => Err(AddressError::Socket { found: text.to_owned() }),
            },
            other => Err(AddressError::Network { found: other.to_owned() }),
        }
    }

    /// `unix` or `tcp`.
    #[must_use]
    pub fn network(&self) -> &'static str {
        match self {
            Address::Unix(_) => "unix",
            Address::Tcp(_) => "tcp",
        }
    }

    /// The path, or `127.0.0.1:1234`. A path that is not UTF-8 is given as well as it can be; see [`Address::is_speakable`].
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Address::Unix(path) => path.to_string_lossy().into_owned(),
            Address::Tcp(address) => address.to_string(),
        }
    }

    /// Whether a handshake line can carry it: a path must be UTF-8 and without `|` and control characters.
    #[must_use]
    pub fn is_speakable(&self) -> bool {
        match self {
            Address::Unix(path) => speakable(path),
            Address::Tcp(_) => true,
        }
    }
}

fn speakable(path: &Path) -> bool {
    path.to_str()
        .is_some_and(|text| text.trim() == text && !text.contains(|c: char| c == '|' || c.is_control()))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.network(), self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_address_comes_back() {
        for (network, text) in [
            ("unix", "/tmp/plugin1"),
            ("unix", "relative"),
            ("tcp", "127.0.0.1:10000"),
            ("tcp", "[::1]:25000"),
        ] {
            let address = Address::parse(network, text).expect(text);
            assert_eq!((address.network(), address.text().as_str()), (network, text));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for (network, text) in [
            ("", "/tmp/x"),
            ("Unix", "/tmp/x"),
            ("unixgram", "/tmp/x"),
            ("tcp4", "127.0.0.1:1"),
            ("unix", ""),
            ("unix", "/tmp/\0x"),
            ("tcp", ""),
            ("tcp", "127.0.0.1"),
            ("tcp", "127.0.0.1:65536"),
            ("tcp", "127.0.0.1:-1"),
            ("tcp", "localhost:80"),
            ("tcp", ":80"),
        ] {
            assert!(Address::parse(network, text).is_err(), "{network} {text}");
        }
    }

    #[test]
    fn a_path_that_would_break_the_line_is_not_speakable() {
        for path in ["/tmp/a|b", "/tmp/a\nb", "/tmp/b "] {
            assert!(!Address::Unix(path.into()).is_speakable(), "{path:?}");
        }
        assert!(Address::Unix("/tmp/ä b/plugin".into()).is_speakable());
    }
}
