//! Terraform's side of the protocol: its cookie, and providers served and guarded.
//!
//! ```no_run
//! # #[derive(Default)] struct Provider;
//! # impl tf_plugin_proto::tfplugin6::provider_server::Provider for Provider {}
//! # async fn run() -> Result<(), tf_plugin::ServeError> {
//! tf_plugin::terraform::Server::new("registry.example.com/acme/thing").v6(Provider::default()).serve().await
//! # }
//! ```

use crate::cookie::Cookie;

mod guard;
mod server;
mod stop;

pub use guard::{Guard, Panic, caught};
pub use server::Server;
pub use stop::{Stop, Stops};

/// The cookie of every Terraform provider.
pub const COOKIE: Cookie =
    Cookie::new("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");
