//! The range of a value: what may still come out of it.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::compare::relates;
use super::{Refinement, RefinementKind, Repr, Tri, Value};
use crate::number::Number;
use crate::types::Type;

/// What is known of a value, described in one way for known and unknown values.
pub struct ValueRange<'a> {
    ty: &'a Type,
    refinement: Cow<'a, Refinement>,
}

impl Value {
    /// The range of the value; a known value has the range of just itself.
    pub fn range(&self) -> ValueRange<'_> {
        let refinement = match &self.repr {
            Repr::Unknown(Some(r)) => Cow::Borrowed(&**r),
            Repr::Unknown(None) => Cow::Owned(Refinement::default()),
            Repr::Null => Cow::Owned(Refinement { null: Some(true), kind: RefinementKind::Nullness }),
            _ => Cow::Owned(Refinement { null: Some(false), kind: self.own_bounds() }),
        };
        ValueRange { ty: &self.ty, refinement }
    }

    fn own_bounds(&self) -> RefinementKind {
        match &self.repr {
            Repr::String(s) => RefinementKind::String { prefix: s.clone() },
            Repr::Number(n) => {
                RefinementKind::Number { min: Some((n.clone(), true)), max: Some((n.clone(), true)) }
            }
            _ if self.ty.is_collection() => {
                let exact = self.length().ok().and_then(|l| l.as_number().and_then(Number::to_i64));
                let (min, max) = exact.map_or((0, i64::MAX), |n| (n, n));
                RefinementKind::Collection { min, max }
            }
            _ => RefinementKind::Nullness,
        }
    }
}

impl ValueRange<'_> {
    /// The type that the value has or will have.
    pub fn type_constraint(&self) -> &Type {
        self.ty
    }

    /// True unless the value is certainly not null.
    pub fn could_be_null(&self) -> bool {
        !self.definitely_not_null()
    }

    /// True when the value is certainly not null.
    pub fn definitely_not_null(&self) -> bool {
        self.refinement.null == Some(false)
    }

    /// The lower bound of a number and whether it is inclusive.
    pub fn number_lower_bound(&self) -> Option<(&Number, bool)> {
        match &self.refinement.kind {
            RefinementKind::Number { min: Some((n, inclusive)), .. } => Some((n, *inclusive)),
            _ => None,
        }
    }

    /// The upper bound of a number and whether it is inclusive.
    pub fn number_upper_bound(&self) -> Option<(&Number, bool)> {
        match &self.refinement.kind {
            RefinementKind::Number { max: Some((n, inclusive)), .. } => Some((n, *inclusive)),
            _ => None,
        }
    }

    /// Both bounds of a number, infinite where there is none; nothing when it may not be a number.
    pub(crate) fn number_interval(&self) -> Option<(Number, Number)> {
        if *self.ty != Type::Number {
            return None;
        }
        let min = self.number_lower_bound().map_or_else(|| Number::infinity(true), |(n, _)| n.clone());
        let max = self.number_upper_bound().map_or_else(|| Number::infinity(false), |(n, _)| n.clone());
        Some((min, max))
    }

    /// What a string begins with; nothing when that is not known.
    pub fn string_prefix(&self) -> Option<&str> {
        match &self.refinement.kind {
            RefinementKind::String { prefix } if !prefix.is_empty() => Some(prefix),
            _ => None,
        }
    }

    /// Least and greatest length of a collection, `i64::MAX` for no upper bound; nothing for other types.
    pub fn length_bounds(&self) -> Option<(i64, i64)> {
        match (&self.refinement.kind, self.ty) {
            (RefinementKind::Collection { min, max }, _) => Some((*min, *max)),
            (_, Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Map(_)) => Some((0, i64::MAX)),
            _ => None,
        }
    }

    /// Whether the range includes a value: a known bool, or unknown when that cannot be decided.
    pub fn includes(&self, value: &Value) -> Value {
        self.could_include(value).into()
    }

    pub(crate) fn could_include(&self, value: &Value) -> Tri {
        if self.refinement.null == Some(true) || (self.definitely_not_null() && value.is_null()) {
            return (self.refinement.null == Some(true) && value.is_null()).into();
        }
        if value.is_null() {
            return Tri::True;
        }
        if !value.ty.conforms_to(self.ty) {
            return Tri::False;
        }
        if value.ty.is_dynamic() {
            return Tri::Unknown;
        }
        if self.excludes(value) { Tri::False } else { Tri::Unknown }
    }

    fn excludes(&self, value: &Value) -> bool {
        match &self.refinement.kind {
            RefinementKind::Nullness => false,
            RefinementKind::String { prefix } => value.as_str().is_some_and(|s| !s.starts_with(&**prefix)),
            RefinementKind::Number { min, max } => {
                let outside = |bound: &Option<(Number, bool)>, keeps: Ordering| {
                    bound.as_ref().is_some_and(|(n, inclusive)| {
                        let bound = Value::from(n.clone());
                        let within = relates(value, &bound, keeps).unwrap_or(Tri::Unknown);
                        let within = if *inclusive { within.or(value.same_as(&bound)) } else { within };
                        within == Tri::False
                    })
                };
                // An open side is an exclusive infinite bound, which infinity itself does not keep.
                let beyond = |negative: bool| {
                    value.as_number().is_some_and(|n| n.is_infinite() && n.is_negative() == negative)
                };
                outside(min, Ordering::Greater)
                    || outside(max, Ordering::Less)
                    || (min.is_none() && beyond(true))
                    || (max.is_none() && beyond(false))
            }
            RefinementKind::Collection { min, max } => {
                let Ok(length) = value.length() else { return false };
                let below = relates(&length, &Value::from(*min), Ordering::Less) == Ok(Tri::True);
                below || relates(&length, &Value::from(*max), Ordering::Greater) == Ok(Tri::True)
            }
        }
    }
}
