//! Values as JSON. Text does not say its type, so decoding takes one; what is of dynamic type carries its own as
//! `{"value":…,"type":…}`.

mod decode;
mod encode;
mod implied;
mod reader;

pub(crate) use decode::find;
pub use decode::{decode, decode_simple};
pub(crate) use encode::write_string;
pub use encode::{encode, encode_into, encode_simple};
pub use implied::implied_type;
pub(crate) use reader::{Reader, Token};
