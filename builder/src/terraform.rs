//! Terraform providers in packages: what they are called, whether they are what they say, and where Terraform finds them.
//!
//! A package is a provider's if its manifest had a `[terraform]` table; that is kept in its signed information. Start with
//! [`Provider::of`], then [`install`], [`mirror`] or [`release`]. Nothing here knows of the network: see [`crate::serve`].

pub mod address;
pub mod archive;
pub mod build;
pub mod handshake;
pub mod install;
pub mod mirror;
pub mod openpgp;
pub mod platform;
pub mod protocol;
pub mod provider;
pub mod release;

pub use address::ProviderAddress;
pub use platform::Platform;
pub use protocol::ProtocolVersion;
pub use provider::{Provider, ProviderError, ProviderPackage};
