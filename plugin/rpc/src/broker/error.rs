//! Why a connection of the broker was not made.

use std::io;

use crate::address::{Address, AddressError};
use crate::limits::BROKER_WAIT;
use crate::socket::ListenError;

/// Why a connection was not made.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    /// The plugin is ending, or has ended.
    #[error("the broker is closed")]
    Closed,
    /// The other side never opened its stream of messages.
    #[error("the other side opened no broker within {} s", BROKER_WAIT.as_secs())]
    NoPeer,
    /// No private socket can be listened on.
    #[error("no socket can be listened on")]
    Listen(#[source] ListenError),
    /// The other side announced nothing of this number.
    #[error("connection {id} was not announced within {} s", BROKER_WAIT.as_secs())]
    NotAnnounced {
        /// The connection's number.
        id: u32,
    },
    /// What was announced is no address.
    #[error("connection {id} was announced without an address")]
    Address {
        /// The connection's number.
        id: u32,
        /// What is wrong with it.
        source: AddressError,
    },
    /// Nobody listens there, or not the one whose certificate is known.
    #[error("connection {id} cannot be made to {address}")]
    Connect {
        /// The connection's number.
        id: u32,
        /// Where it was announced.
        address: Address,
        /// What the system or TLS says.
        source: io::Error,
    },
}
