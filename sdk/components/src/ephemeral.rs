//! Ephemeral resources.

mod lease;

use tf_sdk::{Components, Provider};

pub use lease::Lease;

use crate::Options;

/// Adds every ephemeral resource.
pub fn register<P: Provider>(components: &mut Components<P>, options: &Options) {
    components.ephemeral_resource(Lease::new(options.lint.clone()));
}
