//! Terraform's side of the protocol: its cookie, and providers served and guarded.

mod stop;

pub use stop::{Stop, Stops};

use crate::cookie::Cookie;

/// The cookie of every Terraform provider.
pub const COOKIE: Cookie =
    Cookie::new("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");
