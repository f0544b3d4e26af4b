//! go-plugin's protocol, both roles: a process that Terraform (or any go-plugin host) starts, trusts, stops and debugs, and a host
//! that starts any go-plugin.
//!
//! A plugin starts with [`Server`], a Terraform provider with [`terraform::Server`], a host with [`host::Launch`]. What is spoken, and
//! why so, is told in `docs/PROTOCOL.md`; a service of one's own in `docs/OWN_SERVICE.md`.
//!
//! The parts that both roles share are pure: [`handshake`], [`versions`], [`cookie`], [`identity`], [`tls`]. Input and output is in
//! [`socket`], [`stream`] and the serving modules.
#![forbid(unsafe_code)]

pub mod address;
pub mod broker;
mod channel;
pub mod cookie;
mod exit;
pub mod handshake;
pub mod host;
mod host_death;
pub mod identity;
pub mod limits;
pub mod serve;
pub mod socket;
mod stdout;
pub mod stream;
pub mod terraform;
pub mod tls;
pub mod versions;

pub use address::Address;
pub use broker::Broker;
pub use cookie::Cookie;
pub use handshake::{Handshake, HandshakeError};
pub use identity::Identity;
pub use serve::{Parts, Reattach, ServeError, Server};
pub use stdout::claim_stdout;
pub use stream::Stream;
pub use tls::Pin;
