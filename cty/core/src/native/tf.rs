//! Values that may be unknown.

use std::sync::Arc;

use super::{Cty, FromCtyError, ToCtyError};
use crate::types::Type;
use crate::value::{Refinement, Repr, Value};

/// What is known of an unknown value besides its type. It goes back into the value unchanged, as Terraform demands of values that a
/// provider passes on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown(Option<Arc<Refinement>>);

/// A value that may be unknown. With null possible too it is `Tf<Option<T>>`.
#[derive(Clone, Debug, PartialEq)]
pub enum Tf<T> {
    /// Not known yet.
    Unknown(Unknown),
    /// Known.
    Known(T),
}

impl<T> Tf<T> {
    /// The unknown value without refinements.
    pub fn unknown() -> Self {
        Self::Unknown(Unknown::default())
    }

    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Unknown(_) => None,
            Self::Known(v) => Some(v),
        }
    }

    /// The value, if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Unknown(_) => None,
            Self::Known(v) => Some(v),
        }
    }

    /// True for unknown values.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }
}

impl<T> From<T> for Tf<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: Default> Default for Tf<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

impl<T: Cty> Cty for Tf<T> {
    fn cty_type() -> Type {
        T::cty_type()
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        match self {
            Self::Unknown(u) => Ok(Value::new(T::cty_type(), Repr::Unknown(u.0.clone()))),
            Self::Known(v) => v.to_cty(),
        }
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        match value.repr() {
            Repr::Unknown(refinement) if !value.is_marked() => Ok(Self::Unknown(Unknown(refinement.clone()))),
            _ => T::from_cty(value).map(Self::Known),
        }
    }
}
