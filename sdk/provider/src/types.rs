//! Ready types of attributes, whose values can be the same though they are written differently; and the means to write more.
//!
//! Each keeps the text as it was written. When the remote side answers with another text of the same meaning, the text that the
//! user wrote stays in the state, and no change is planned. A text that is none of the type is refused while validating, with its
//! attribute: `Value Conversion`.
//!
//! A type of one's own implements [`CustomType`], and [`custom_type!`](crate::custom_type) makes it a type of attributes.

mod duration;
mod json;
mod network;
mod text;
mod time;

pub use duration::{GoDuration, format_go_duration, parse_go_duration};
pub use json::{Json, WriteJsonError};
pub use network::{Cidr, IpAddress};
pub use text::ParseTextError;
pub use time::Rfc3339;

use crate::AttributeType;

/// A type of attributes of one's own: another type, with rules and a sense of what is the same.
///
/// ```
/// use tf_sdk::types::CustomType;
///
/// /// A port, in digits or by name.
/// #[derive(Clone, Debug)]
/// struct Port(String);
///
/// impl Port {
///     fn number(&self) -> Option<u16> {
///         if self.0 == "https" { Some(443) } else { self.0.parse().ok() }
///     }
/// }
///
/// impl CustomType for Port {
///     type Wire = String;
///
///     fn from_wire(wire: String) -> Result<Self, String> {
///         let port = Port(wire);
///         port.number().map(|_| port.clone()).ok_or_else(|| format!("{:?} is no port", port.0))
///     }
///
///     fn to_wire(&self) -> String {
///         self.0.clone()
///     }
///
///     fn is_same(&self, other: &Self) -> bool {
///         self.number() == other.number()
///     }
/// }
/// tf_sdk::custom_type!(Port);
///
/// #[derive(tf_sdk::Model)]
/// struct Listener {
///     #[attr(required)]
///     port: Port,
/// }
/// ```
pub trait CustomType: Sized {
    /// What Terraform sees.
    type Wire: AttributeType;

    /// Of what Terraform sends. Err says in a few words, lower case, why it is none.
    fn from_wire(wire: Self::Wire) -> Result<Self, String>;

    /// What Terraform is sent.
    fn to_wire(&self) -> Self::Wire;

    /// True if the remote side may answer the other where this was written.
    fn is_same(&self, other: &Self) -> bool;
}

/// Makes a [`CustomType`](crate::types::CustomType) a type of attributes: implements `Cty` and `AttributeType`.
#[macro_export]
macro_rules! custom_type {
    ($type:ty) => {
        impl $crate::Cty for $type {
            fn cty_type() -> $crate::Type {
                <<Self as $crate::types::CustomType>::Wire as $crate::Cty>::cty_type()
            }

            fn to_cty(&self) -> ::std::result::Result<$crate::Value, $crate::cty::ToCtyError> {
                $crate::Cty::to_cty(&$crate::types::CustomType::to_wire(self))
            }

            fn from_cty(value: &$crate::Value) -> ::std::result::Result<Self, $crate::cty::FromCtyError> {
                let wire = $crate::Cty::from_cty(value)?;
                <Self as $crate::types::CustomType>::from_wire(wire)
                    .map_err(|reason| $crate::cty::FromCtyProblem::Custom(reason.into()).into())
            }
        }

        impl $crate::AttributeType for $type {
            type Base = Self;
            type Kind = <<Self as $crate::types::CustomType>::Wire as $crate::AttributeType>::Kind;
            const CHECKS: $crate::schema::Checks = $crate::model::custom_checks::<Self>();
        }
    };
}
