//! What host and plugin of the key-value store share: the cookie, the versions, the messages.

use tf_plugin::Cookie;

/// By this the plugin sees that a host started it.
pub(crate) const COOKIE: Cookie = Cookie::new("KV_PLUGIN", "5c9d2f1e7ab84c06");

/// Version 2 is version 1 again: there are two so that something is negotiated.
pub(crate) const VERSIONS: [u32; 2] = [1, 2];

/// Made of kv.proto by `cargo xtask proto`.
#[expect(
    unused_qualifications,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "generated"
)]
pub(crate) mod kv {
    include!("generated/kv.rs");
}
