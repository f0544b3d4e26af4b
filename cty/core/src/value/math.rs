//! Arithmetic and logic on values.

use std::sync::Arc;

use super::{RefineError, Value};
use crate::number::{NanError, Number};
use crate::types::Type;

/// An operation that a value does not support; where the reference would panic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpError {
    /// An operand has the wrong type.
    #[error("type mismatch: want {} but value {position} is {}", want.friendly_name(), got.friendly_name())]
    TypeMismatch {
        /// The type required.
        want: Type,
        /// Which operand, from zero.
        position: usize,
        /// The operand's type.
        got: Type,
    },
    /// An operand is null.
    #[error("value is null")]
    Null,
    /// The result would not be a number.
    #[error(transparent)]
    Nan(#[from] NanError),
    /// Attribute access on something else than an object.
    #[error("value is not an object")]
    NotObject,
    /// The object type has no such attribute.
    #[error("value has no attribute {0:?}")]
    NoAttribute(Arc<str>),
    /// Indexing something else than a list, map or tuple.
    #[error("not a list, map, or tuple type")]
    NotIndexable,
    /// A key of the wrong type.
    #[error("element key must be {}", .0.friendly_name())]
    KeyType(Type),
    /// A list index that is negative or no integer.
    #[error("element key for list must be non-negative integer")]
    BadIndex,
    /// An index beyond the end.
    #[error("no element has this key")]
    NoElement,
    /// A set operation on something else.
    #[error("not a set type")]
    NotSet,
    /// A length of something that has none.
    #[error("value is not a collection")]
    NotCollection,
    /// Refinements of the result contradict each other.
    #[error(transparent)]
    Refine(#[from] RefineError),
}

type Binary = fn(&Number, &Number) -> Result<Number, NanError>;

/// Checks operand types: `Some(true)` when all are known and of the type, `Some(false)` when the answer is unknown.
fn ready(want: &Type, operands: &[&Value]) -> Result<bool, OpError> {
    let mut known = true;
    for (position, v) in operands.iter().enumerate() {
        if v.ty.is_dynamic() {
            known = false;
        } else if v.ty != *want {
            return Err(OpError::TypeMismatch { want: want.clone(), position, got: v.ty.clone() });
        } else if !v.is_known() {
            known = false;
        }
    }
    Ok(known)
}

impl Value {
    fn number(&self) -> Result<&Number, OpError> {
        self.as_number().ok_or(OpError::Null)
    }

    fn arithmetic(&self, other: &Self, op: Binary, monotone: bool) -> Result<Self, OpError> {
        let result = if ready(&Type::Number, &[self, other])? {
            Self::from(op(self.number()?, other.number()?)?)
        } else if monotone {
            self.arithmetic_on_ranges(other, op)?
        } else {
            Self::unknown(Type::Number).refine_not_null()
        };
        Ok(result.with_marks(&self.marks).with_marks(&other.marks))
    }

    /// The unknown result of an operation on ranges: it lies between the extremes of the operation on the bounds.
    fn arithmetic_on_ranges(&self, other: &Self, op: Binary) -> Result<Self, OpError> {
        let mut builder = Self::unknown(Type::Number).refine();
        let intervals = self.range().number_interval().zip(other.range().number_interval());
        if let Some(((a_min, a_max), (b_min, b_max))) = intervals {
            let corners = [op(&a_min, &b_min), op(&a_min, &b_max), op(&a_max, &b_min), op(&a_max, &b_max)];
            let corners: Option<Vec<Number>> = corners.into_iter().map(Result::ok).collect();
            let corners = corners.unwrap_or_default();
            let min = corners.iter().min_by(|x, y| x.compare(y)).filter(|n| !is_infinite(n, true));
            let max = corners.iter().max_by(|x, y| x.compare(y)).filter(|n| !is_infinite(n, false));
            if let Some(min) = min {
                builder = builder.number_lower_bound(min.clone(), true);
            }
            if let Some(max) = max {
                builder = builder.number_upper_bound(max.clone(), true);
            }
        }
        Ok(builder.not_null().build()?)
    }

    /// The sum of two numbers.
    pub fn add(&self, other: &Self) -> Result<Self, OpError> {
        self.arithmetic(other, Number::add, true)
    }

    /// The difference of two numbers.
    pub fn subtract(&self, other: &Self) -> Result<Self, OpError> {
        self.arithmetic(other, Number::sub, true)
    }

    /// The product of two numbers.
    pub fn multiply(&self, other: &Self) -> Result<Self, OpError> {
        self.arithmetic(other, Number::mul, true)
    }

    /// The quotient of two numbers; infinite when the divisor is zero.
    pub fn divide(&self, other: &Self) -> Result<Self, OpError> {
        self.arithmetic(other, Number::div, false)
    }

    /// The remainder of a truncating division.
    pub fn modulo(&self, other: &Self) -> Result<Self, OpError> {
        self.arithmetic(other, Number::rem, false)
    }

    /// The negative of a number.
    pub fn negate(&self) -> Result<Self, OpError> {
        let result = if ready(&Type::Number, &[self])? {
            Self::from(self.number()?.neg())
        } else {
            Self::unknown(Type::Number).refine_not_null()
        };
        Ok(result.with_marks(&self.marks))
    }

    /// The magnitude of a number.
    pub fn absolute(&self) -> Result<Self, OpError> {
        let result = if ready(&Type::Number, &[self])? {
            Self::from(self.number()?.abs())
        } else {
            let at_least_zero = Self::unknown(Type::Number).refine().not_null();
            at_least_zero.number_lower_bound(Number::ZERO, true).build()?
        };
        Ok(result.with_marks(&self.marks))
    }

    /// The opposite of a bool.
    pub fn not(&self) -> Result<Self, OpError> {
        let result = if ready(&Type::Bool, &[self])? {
            Self::from(!self.as_bool().ok_or(OpError::Null)?)
        } else {
            Self::unknown_bool()
        };
        Ok(result.with_marks(&self.marks))
    }

    /// True when both bools are; known to be false when one is.
    pub fn and(&self, other: &Self) -> Result<Self, OpError> {
        self.logic(other, false)
    }

    /// True when one of two bools is; known to be true when one is.
    pub fn or(&self, other: &Self) -> Result<Self, OpError> {
        self.logic(other, true)
    }

    /// `and` when `decisive` is false, `or` when it is true.
    fn logic(&self, other: &Self, decisive: bool) -> Result<Self, OpError> {
        let known = ready(&Type::Bool, &[self, other])?;
        let decided = [self, other].iter().any(|v| v.as_bool() == Some(decisive));
        let result = if !known {
            if decided { Self::from(decisive) } else { Self::unknown_bool() }
        } else {
            // Null is an error only where it is looked at.
            let first = self.as_bool().ok_or(OpError::Null)?;
            let answer = if first == decisive { decisive } else { other.as_bool().ok_or(OpError::Null)? };
            Self::from(answer)
        };
        Ok(result.with_marks(&self.marks).with_marks(&other.marks))
    }
}

fn is_infinite(n: &Number, negative: bool) -> bool {
    n.is_infinite() && n.is_negative() == negative
}
