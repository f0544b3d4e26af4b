//! Rust values as values of the type system and back: the trait behind `#[derive(Cty)]`.
//!
//! `Option` is null, [`Tf`] is a value that may be unknown, `Vec` is a list, `BTreeSet` a set, maps with `String` keys are maps,
//! tuples are tuples, and [`Value`] is anything. Errors say at which attribute something is wrong.

mod error;
mod impls;
mod tf;

pub use error::{FromCtyError, FromCtyProblem, ToCtyError, ToCtyProblem};
pub use tf::{Tf, Unknown};

use crate::path::PathStep;
use crate::types::{Attribute, Type};
use crate::value::Value;

/// A Rust type that stands for a type of the type system.
///
/// ```
/// use std::collections::BTreeMap;
/// use tf_cty::{Cty, Tf, Type, Value};
///
/// #[derive(Cty, Debug, PartialEq)]
/// struct Server {
///     name: String,
///     port: Option<u16>,
///     id: Tf<String>,
///     #[cty(rename = "tags")]
///     labels: BTreeMap<String, String>,
/// }
///
/// let server =
///     Server { name: "web".into(), port: None, id: Tf::unknown(), labels: BTreeMap::new() };
/// let value = server.to_cty()?;
/// assert_eq!(*value.ty(), Server::cty_type());
/// assert!(value.get("port").is_some_and(Value::is_null));
/// assert_eq!(Server::from_cty(&value)?, server);
///
/// let wrong = Value::object([
///     ("name", Value::from("web")),
///     ("port", Value::from(70_000)),
///     ("id", Value::from("i-1")),
///     ("tags", Value::empty_map(Type::String)),
/// ]);
/// let error = Server::from_cty(&wrong).unwrap_err();
/// assert_eq!(error.path.to_string(), ".port");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Cty: Sized {
    /// The type.
    fn cty_type() -> Type;

    /// The value.
    fn to_cty(&self) -> Result<Value, ToCtyError>;

    /// The Rust value of a value of the type.
    fn from_cty(value: &Value) -> Result<Self, FromCtyError>;
}

/// The attributes of a known object, for implementations of [`Cty`].
pub struct Attributes<'a>(&'a Value);

impl<'a> Attributes<'a> {
    /// The attributes of a value that must be a known object with just these names.
    pub fn of(value: &'a Value, names: &[&str]) -> Result<Self, FromCtyError> {
        known(value)?;
        let object = value.ty().as_object().ok_or_else(|| mismatch("object", value))?;
        let unsupported = |a: &&Attribute| !names.contains(&a.name().as_ref());
        match object.attributes().iter().find(unsupported) {
            Some(a) => Err(FromCtyProblem::UnsupportedAttribute(a.name().clone()).into()),
            None => Ok(Self(value)),
        }
    }

    /// One attribute.
    pub fn get<T: Cty>(&self, name: &str) -> Result<T, FromCtyError> {
        let value = self.0.get(name).ok_or_else(|| FromCtyProblem::MissingAttribute(name.into()))?;
        T::from_cty(value).map_err(|e| e.under(PathStep::Attr(name.into())))
    }
}

/// Refuses what has no Rust value of its own: marks, null and unknown.
fn known(value: &Value) -> Result<(), FromCtyError> {
    if value.is_marked() {
        Err(FromCtyProblem::Marked.into())
    } else if value.is_null() {
        Err(FromCtyProblem::Null.into())
    } else if !value.is_known() {
        Err(FromCtyProblem::Unknown.into())
    } else {
        Ok(())
    }
}

fn mismatch(want: &'static str, value: &Value) -> FromCtyError {
    FromCtyProblem::Type { want, got: value.ty().clone() }.into()
}
