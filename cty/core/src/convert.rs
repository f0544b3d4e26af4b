//! Conversion: making a value of one type into one of another, and finding a type that several can become.
//!
//! A *safe* conversion always succeeds; an *unsafe* one may fail when it meets the value, as text that has to become a
//! number may. [`convert`] uses both.

mod apply;
mod mismatch;
mod plan;
mod unify;

pub use mismatch::mismatch_message;
pub use unify::{Unified, unify};

use plan::Plan;

use crate::number::ParseNumberError;
use crate::path::{Path, PathStep};
use crate::types::Type;
use crate::value::{BuildError, OpError, Value};

/// Which conversions to consider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Only those that always succeed.
    Safe,
    /// Also those that depend on the value.
    Unsafe,
}

/// A value that cannot be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ConvertError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub problem: ConvertProblem,
}

/// Why a value cannot be converted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConvertProblem {
    /// No conversion exists between the types.
    #[error("{}", mismatch_message(got, want))]
    Mismatch {
        /// The value's type.
        got: Type,
        /// The type asked for.
        want: Type,
    },
    /// The text is no number.
    #[error(transparent)]
    Number(#[from] ParseNumberError),
    /// The text is no bool.
    #[error("a bool is required{}", bool_hint(.0))]
    Bool(String),
    /// The converted elements differ in type.
    #[error("element types must all match for conversion to {0}")]
    MixedElements(&'static str),
    /// The elements have no type in common.
    #[error("cannot find a common base type for all elements")]
    NoCommonType,
    /// The map lacks an element for an attribute.
    #[error("map has no element for required attribute {0:?}")]
    MissingElement(String),
    /// The map has an element that its optional attribute cannot take.
    #[error("map element type is incompatible with attribute {name:?}: {}", mismatch_message(got, want))]
    OptionalAttribute {
        /// The attribute.
        name: String,
        /// The element's type.
        got: Type,
        /// The attribute's type.
        want: Type,
    },
    /// A value cannot be made.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// An operation on the value fails.
    #[error(transparent)]
    Op(#[from] OpError),
    /// A capsule's own conversion fails.
    #[error("{0}")]
    Capsule(String),
}

fn bool_hint(text: &str) -> &'static str {
    match text.to_lowercase().as_str() {
        "true" => "; to convert from string, use lowercase \"true\"",
        "false" => "; to convert from string, use lowercase \"false\"",
        _ => "",
    }
}

impl ConvertError {
    /// An error at the value itself.
    pub fn new(problem: impl Into<ConvertProblem>) -> Self {
        Self { path: Path::new(), problem: problem.into() }
    }

    /// The same error seen from one step further out.
    #[must_use]
    pub(crate) fn under(self, step: PathStep) -> Self {
        let outer: Path = std::iter::once(step).collect();
        Self { path: outer.join(&self.path), problem: self.problem }
    }
}

impl<P: Into<ConvertProblem>> From<P> for ConvertError {
    fn from(problem: P) -> Self {
        Self::new(problem)
    }
}

/// A conversion from one type to another, worked out once for use with many values.
pub struct Conversion {
    out: Type,
    plan: Plan,
}

impl Conversion {
    /// The conversion between two types, if there is one.
    pub fn between(from: &Type, to: &Type, safety: Safety) -> Option<Self> {
        Plan::between(from, to, safety).map(|plan| Self { out: to.clone(), plan })
    }

    /// Converts a value of the type that the conversion is from.
    pub fn apply(&self, value: &Value) -> Result<Value, ConvertError> {
        apply::apply(self, value)
    }
}

/// Converts a value to a type, by safe and unsafe conversions.
///
/// ```
/// use tf_cty::{Type, Value, convert};
/// let pair = Value::tuple([Value::from(1), Value::from("2")]);
/// let list = convert(&pair, &Type::list(Type::Number))?;
/// assert_eq!(list.as_slice().map(<[_]>::len), Some(2));
///
/// let error = convert(&Value::from("one"), &Type::Number).unwrap_err();
/// assert_eq!(error.to_string(), "a number is required");
/// # Ok::<(), tf_cty::ConvertError>(())
/// ```
pub fn convert(value: &Value, want: &Type) -> Result<Value, ConvertError> {
    if *value.ty() == want.without_optional_attributes() {
        return Ok(value.clone());
    }
    match Conversion::between(value.ty(), want, Safety::Unsafe) {
        Some(conversion) => conversion.apply(value),
        None => Err(ConvertProblem::Mismatch { got: value.ty().clone(), want: want.clone() }.into()),
    }
}
