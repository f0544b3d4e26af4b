//! What the msgpack and JSON codecs share: their errors, and the assembly of decoded collections.

use std::sync::Arc;

use crate::convert::ConvertError;
use crate::limits::MAX_DEPTH;
use crate::number::{NanError, ParseNumberError};
use crate::path::{Path, PathStep};
use crate::types::{Attribute, Type, TypeJsonError};
use crate::value::{BuildError, RefineError, Repr, SetData, Value};

/// A value that cannot be encoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct EncodeError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub problem: EncodeProblem,
}

/// Why a value cannot be encoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeProblem {
    /// Marks would be lost.
    #[error("value has marks, so it cannot be serialized")]
    Marked,
    /// JSON has no unknown values.
    #[error("value is not known")]
    Unknown,
    /// JSON has no infinities.
    #[error("cannot serialize infinity as JSON")]
    Infinity,
    /// Capsules stay in the process.
    #[error("capsule types cannot be serialized")]
    Capsule,
    /// The value does not fit the type and cannot be converted to it.
    #[error("{0}")]
    Convert(String),
    /// The type cannot be written.
    #[error("failed to serialize type")]
    Type(#[source] TypeJsonError),
}

/// An error on its way out of nested values: its path is from the inside out, so that encoding keeps no path as long as
/// all goes well. The box keeps results small.
pub(crate) type Failure = Box<EncodeError>;

impl EncodeError {
    pub(crate) fn inside(problem: EncodeProblem) -> Failure {
        Box::new(Self { path: Path::new(), problem })
    }

    pub(crate) fn under(mut failure: Failure, step: PathStep) -> Failure {
        failure.path.push(step);
        failure
    }

    /// The error for the caller, its path from the outside in.
    pub(crate) fn finished(self) -> Self {
        Self { path: self.path.reversed(), problem: self.problem }
    }
}

/// Bytes that are no value of the type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct DecodeError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub problem: DecodeProblem,
}

/// Why bytes cannot be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeProblem {
    /// The input ends too early.
    #[error("unexpected end of input")]
    Eof,
    /// Something of another kind is needed here.
    #[error("{0} is required")]
    Required(&'static str),
    /// The JSON text is malformed.
    #[error("invalid JSON at byte {offset}: {expected} expected")]
    Syntax {
        /// Where in the text.
        offset: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// A msgpack code that cannot stand here.
    #[error("invalid msgpack code {code:#04x} for {wanted}")]
    Code {
        /// The code.
        code: u8,
        /// What it should begin.
        wanted: &'static str,
    },
    /// A msgpack extension that is no unknown value.
    #[error("unsupported extension type {kind:#04x} with len {len}")]
    Extension {
        /// Its type.
        kind: u8,
        /// Length of its payload.
        len: usize,
    },
    /// A refined unknown value that is malformed.
    #[error("invalid refinement of unknown value: {0}")]
    Refinement(&'static str),
    /// Refinements that contradict each other.
    #[error(transparent)]
    Refine(#[from] RefineError),
    /// The object type has no such attribute.
    #[error("unsupported attribute {0:?}")]
    UnsupportedAttribute(String),
    /// A sequence or object of another length is required.
    #[error("{required} elements are required ({given} given)")]
    Length {
        /// Length of the type.
        required: usize,
        /// Length found.
        given: usize,
    },
    /// A dynamically typed value without type or value, or with something else.
    #[error("invalid dynamically-typed value: {0}")]
    Dynamic(&'static str),
    /// The type of a dynamically typed value is malformed.
    #[error("failed to decode type for dynamic value")]
    Type(#[source] TypeJsonError),
    /// Elements whose types differ.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Text that is no number.
    #[error(transparent)]
    Number(#[from] ParseNumberError),
    /// A float that is not a number.
    #[error(transparent)]
    Nan(#[from] NanError),
    /// Text that cannot be converted.
    #[error("{0}")]
    Convert(String),
    /// Values or types nested beyond the limit.
    #[error("nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// A property that occurs twice with different types.
    #[error("duplicate {0:?} property in JSON object")]
    Duplicate(String),
    /// Bytes after the value.
    #[error("extra bytes after the value")]
    Trailing,
    /// Values of this type cannot be decoded.
    #[error("unsupported type {}", .0.friendly_name())]
    UnsupportedType(Type),
}

impl From<ConvertError> for DecodeProblem {
    fn from(e: ConvertError) -> Self {
        Self::Convert(e.to_string())
    }
}

/// A decoding error on its way up, with its steps in reverse.
pub(crate) struct Unwinding(Box<(Vec<PathStep>, DecodeProblem)>);

impl Unwinding {
    pub(crate) fn under(mut self, step: PathStep) -> Self {
        self.0.0.push(step);
        self
    }

    pub(crate) fn at_index(self, i: usize) -> Self {
        self.under(PathStep::Index(Value::from(i)))
    }

    pub(crate) fn into_error(self) -> DecodeError {
        let (steps, problem) = *self.0;
        DecodeError { path: steps.into_iter().rev().collect(), problem }
    }
}

impl<P: Into<DecodeProblem>> From<P> for Unwinding {
    fn from(problem: P) -> Self {
        Self(Box::new((Vec::new(), problem.into())))
    }
}

/// Values decoded but not yet part of a container; containers take theirs from the end.
#[derive(Default)]
pub(crate) struct Stack(Vec<Value>);

impl Stack {
    pub(crate) fn mark(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn push(&mut self, value: Value) {
        self.0.push(value);
    }

    pub(crate) fn drain(&mut self, base: usize) -> impl Iterator<Item = Value> + '_ {
        self.0.drain(base..)
    }

    pub(crate) fn set(&mut self, at: usize, value: Value) {
        if let Some(slot) = self.0.get_mut(at) {
            *slot = value;
        }
    }

    fn take(&mut self, base: usize) -> Arc<[Value]> {
        self.0.drain(base..).collect()
    }

    /// A list of everything above `base`; `ty` is the list type asked for.
    pub(crate) fn list(&mut self, base: usize, ty: &Type, element: &Type) -> Result<Value, BuildError> {
        if element.is_concrete() || self.0.len() == base {
            return Ok(Value::new(ty.clone(), Repr::Seq(self.take(base))));
        }
        Value::list(self.0.drain(base..))
    }

    /// A set of everything above `base`.
    pub(crate) fn set_value(&mut self, base: usize, ty: &Type, element: &Type) -> Result<Value, BuildError> {
        if element.is_concrete() || self.0.len() == base {
            let set = SetData::new(self.0.drain(base..).collect());
            return Ok(Value::new(ty.clone(), Repr::Set(Arc::new(set))));
        }
        Value::set(self.0.drain(base..))
    }

    /// A tuple of everything above `base`.
    pub(crate) fn tuple(&mut self, base: usize, ty: &Type) -> Value {
        if ty.is_concrete() {
            return Value::new(ty.clone(), Repr::Seq(self.take(base)));
        }
        Value::tuple(self.0.drain(base..))
    }

    /// An object of everything above `base`, one value for each attribute in order.
    pub(crate) fn object(&mut self, base: usize, ty: &Type, attributes: &[Attribute]) -> Value {
        if ty.is_concrete() {
            return Value::new(ty.clone(), Repr::Seq(self.take(base)));
        }
        let names = attributes.iter().map(Attribute::name);
        Value::object(names.zip(self.0.drain(base..)))
    }
}

/// A map from entries in the order of the input: keys are normalised and of equal ones the last counts.
pub(crate) fn map(
    mut entries: Vec<(Arc<str>, Value)>,
    ty: &Type,
    element: &Type,
) -> Result<Value, BuildError> {
    let sorted = entries.is_sorted_by(|a, b| a.0 < b.0);
    if !sorted {
        entries.reverse();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        entries.dedup_by(|later, first| later.0 == first.0);
    }
    if element.is_concrete() || entries.is_empty() {
        return Ok(Value::new(ty.clone(), Repr::Map(entries.into())));
    }
    Value::map_from_sorted(entries)
}

/// Text from bytes, in which every byte that is not UTF-8 becomes U+FFFD, as Go's conversions to text have it.
pub(crate) fn lossy(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.into();
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| '\u{fffd}'));
    }
    out.into()
}
