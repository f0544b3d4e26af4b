//! Values as msgpack, byte for byte as Terraform sends them. Decoding takes the type; what is of dynamic type carries
//! its own, as JSON, in an array of two. Unknown values are extensions.

mod decode;
mod encode;
mod implied;
mod reader;

pub use decode::decode;
pub use encode::{encode, encode_into};
pub use implied::implied_type;

/// The extension type of an unknown value with refinements.
const REFINED: u8 = 0x0c;

/// Keys of the map inside a refined unknown value.
mod key {
    pub(super) const NULLNESS: i64 = 1;
    pub(super) const PREFIX: i64 = 2;
    pub(super) const NUMBER_MIN: i64 = 3;
    pub(super) const NUMBER_MAX: i64 = 4;
    pub(super) const LENGTH_MIN: i64 = 5;
    pub(super) const LENGTH_MAX: i64 = 6;
}
