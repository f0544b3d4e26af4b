//! Paths: where inside a value something is.

mod set;

use std::fmt;
use std::sync::Arc;

pub use set::PathSet;

use crate::text::quote;
use crate::types::Type;
use crate::value::Value;

/// One step down into a value.
#[derive(Clone, Debug)]
pub enum PathStep {
    /// To an attribute of an object.
    Attr(Arc<str>),
    /// To an element of a collection or tuple. In a set the key is the element itself; an unknown key stands for any.
    Index(Value),
}

impl PartialEq for PathStep {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Attr(a), Self::Attr(b)) => a == b,
            (Self::Index(a), Self::Index(b)) => a.raw_equals(b),
            _ => false,
        }
    }
}

impl Eq for PathStep {}

/// The steps from a value to something inside it.
///
/// ```
/// use tf_cty::{Path, Value};
/// let value = Value::object([("tags", Value::tuple([Value::from("a")]))]);
/// let path = Path::new().attr("tags").index(0);
/// assert_eq!(path.to_string(), ".tags[0]");
/// assert_eq!(path.apply(&value)?.as_str(), Some("a"));
/// # Ok::<(), tf_cty::PathApplyError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(Vec<PathStep>);

impl Path {
    /// The path to the value itself.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The path with a step to an attribute added.
    #[must_use]
    pub fn attr(mut self, name: &str) -> Self {
        self.push(PathStep::Attr(name.into()));
        self
    }

    /// The path with a step to an element added.
    #[must_use]
    pub fn index(mut self, key: impl Into<Value>) -> Self {
        self.push(PathStep::Index(key.into()));
        self
    }

    /// Adds a step at the end.
    pub fn push(&mut self, step: PathStep) {
        self.0.push(step);
    }

    /// Removes the last step.
    pub fn pop(&mut self) -> Option<PathStep> {
        self.0.pop()
    }

    /// Turns round a path that was put together from the inside out.
    pub(crate) fn reversed(mut self) -> Self {
        self.0.reverse();
        self
    }

    /// The steps.
    pub fn steps(&self) -> &[PathStep] {
        &self.0
    }

    /// True for the path to the value itself.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True when the path begins with all steps of another.
    pub fn starts_with(&self, prefix: &Self) -> bool {
        self.0.starts_with(&prefix.0)
    }

    /// The path that continues this one with the steps of another.
    #[must_use]
    pub fn join(&self, rest: &Self) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// Follows the path into a value.
    pub fn apply(&self, value: &Value) -> Result<Value, PathApplyError> {
        let mut at = value.clone();
        for (step, s) in self.0.iter().enumerate() {
            at = s.apply(&at).map_err(|problem| PathApplyError { step, problem })?;
        }
        Ok(at)
    }
}

impl FromIterator<PathStep> for Path {
    fn from_iter<I: IntoIterator<Item = PathStep>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

/// Written like `.name[0]["key"]`; an unknown key is `[*]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.0 {
            match step {
                PathStep::Attr(name) => write!(f, ".{name}")?,
                PathStep::Index(key) => match (key.as_str(), key.as_number()) {
                    (Some(s), _) => write!(f, "[{}]", quote(s))?,
                    (_, Some(n)) => write!(f, "[{n}]")?,
                    _ if !key.is_known() => f.write_str("[*]")?,
                    _ => f.write_str("[...]")?,
                },
            }
        }
        Ok(())
    }
}

/// A path that does not lead anywhere in a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at step {step}: {problem}")]
pub struct PathApplyError {
    /// Number of the failing step, from zero.
    pub step: usize,
    /// Why it fails.
    pub problem: PathProblem,
}

/// Why one step of a path fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathProblem {
    /// An index step into null.
    #[error("cannot index a null value")]
    IndexNull,
    /// An attribute step into null.
    #[error("cannot access attributes on a null value")]
    AttributeOfNull,
    /// An attribute step into something else than an object.
    #[error("not an object type")]
    NotObject,
    /// The object has no such attribute.
    #[error("object has no attribute {0:?}")]
    NoAttribute(Arc<str>),
    /// A number as index of something else than a list or tuple.
    #[error("not a list type")]
    NotList,
    /// A string as index of something else than a map.
    #[error("not a map type")]
    NotMap,
    /// A key that is neither number nor string.
    #[error("key value not number or string")]
    BadKeyType,
    /// No element has the key.
    #[error("value does not have given index key")]
    NoElement,
    /// The set lacks the element.
    #[error("set does not contain the requested element")]
    NotInSet,
    /// The step cannot be taken at all, as a null key.
    #[error("invalid index")]
    Invalid,
}

impl PathStep {
    fn apply(&self, value: &Value) -> Result<Value, PathProblem> {
        match self {
            Self::Attr(name) => apply_attribute(value, name),
            Self::Index(key) => apply_index(value, key),
        }
    }
}

fn apply_attribute(value: &Value, name: &Arc<str>) -> Result<Value, PathProblem> {
    if value.is_null() {
        return Err(PathProblem::AttributeOfNull);
    }
    let object = value.ty().as_object().ok_or(PathProblem::NotObject)?;
    if object.get(name).is_none() {
        return Err(PathProblem::NoAttribute(name.clone()));
    }
    value.get_attr(name).map_err(|_| PathProblem::Invalid)
}

fn apply_index(value: &Value, key: &Value) -> Result<Value, PathProblem> {
    if value.is_null() {
        return Err(PathProblem::IndexNull);
    }
    if let Type::Set(element) = value.ty() {
        let present = value.has_element(key).map_err(|_| PathProblem::Invalid)?;
        return match present.as_bool() {
            None => Ok(Value::unknown((**element).clone()).with_marks(present.marks())),
            Some(false) => Err(PathProblem::NotInSet),
            Some(true) => Ok(key.clone().with_marks(present.marks())),
        };
    }
    match key.ty() {
        Type::Number if !(value.ty().is_list() || value.ty().is_tuple()) => return Err(PathProblem::NotList),
        Type::String if !value.ty().is_map() => return Err(PathProblem::NotMap),
        Type::Number | Type::String => {}
        _ => return Err(PathProblem::BadKeyType),
    }
    let has = value.has_index(key).map_err(|_| PathProblem::Invalid)?;
    match (has.as_bool(), value.ty().element_type()) {
        (None, Some(element)) => Ok(Value::unknown(element.clone())),
        (Some(true), _) => value.index(key).map_err(|_| PathProblem::Invalid),
        (Some(false), _) => Err(PathProblem::NoElement),
        (None, None) => Err(PathProblem::Invalid),
    }
}
