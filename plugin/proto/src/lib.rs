//! Terraform's plugin protocol, versions 5 and 6, and the services of go-plugin: messages, clients and servers.
//!
//! The code is made by `cargo xtask proto` of the files in `proto/` and checked in; nothing here is written by hand. Byte fields
//! are [`bytes::Bytes`], slices of the frame they came in. A message of version 5 that version 6 has too is version 6's type.
//! An RPC that a server does not implement answers Unimplemented.
//!
//! Start with [`tfplugin6::provider_server::Provider`] to serve, with [`tfplugin6::provider_client::ProviderClient`] to call.
#![forbid(unsafe_code)]

/// tfplugin6, through 6.11 as of Terraform 1.16.
#[expect(
    missing_docs,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]
pub mod tfplugin6 {
    include!("generated/tfplugin6.rs");
}

/// tfplugin5, through 5.10 as of Terraform 1.16.
#[expect(
    missing_docs,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]
pub mod tfplugin5 {
    include!("generated/tfplugin5.rs");
}

/// go-plugin's controller, standard streams and broker.
#[expect(
    missing_docs,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]
pub mod plugin {
    include!("generated/plugin.rs");
}
