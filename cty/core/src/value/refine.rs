//! Refinements: what is known of an unknown value beyond its type.

use std::cmp::Ordering;
use std::sync::Arc;

use super::compare::relates;
use super::{OpError, Repr, Tri, Value};
use crate::limits::MAX_UNKNOWN_LIST_LENGTH;
use crate::mark::Marks;
use crate::number::Number;
use crate::text::{normalize, safe_prefix};
use crate::types::Type;

/// A refinement that the value or an earlier refinement contradicts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefineError {
    /// Null refined to be not null.
    #[error("refining null value as non-null")]
    NullAsNotNull,
    /// Something else than null refined to be null.
    #[error("refining non-null value as null")]
    NotNullAsNull,
    /// Number bounds for another type.
    #[error("cannot refine numeric bounds for a {} value", .0.friendly_name())]
    NotNumber(Type),
    /// Length bounds for another type than a collection.
    #[error("cannot refine collection length bounds for a {} value", .0.friendly_name())]
    NotCollection(Type),
    /// A prefix for another type than a string.
    #[error("cannot refine string prefix for a {} value", .0.friendly_name())]
    NotString(Type),
    /// A bound that the value does not keep.
    #[error("value is outside of the refined bound {0}")]
    OutOfBounds(Number),
    /// A lower bound above the upper bound.
    #[error("lower bound is greater than upper bound")]
    CrossedBounds,
    /// A prefix that the value does not have.
    #[error("refined prefix is inconsistent with known value")]
    PrefixOfValue,
    /// A prefix that contradicts an earlier one.
    #[error("refined prefix is inconsistent with previous refined prefix")]
    PrefixOfPrefix,
    /// A bound on a value that has no number or length.
    #[error("cannot refine bounds of a null value")]
    Null,
}

/// What is known of an unknown value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Refinement {
    /// `Some(false)`: not null; `Some(true)`: null.
    pub(crate) null: Option<bool>,
    pub(crate) kind: RefinementKind,
}

/// The part of a refinement that depends on the type.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum RefinementKind {
    #[default]
    Nullness,
    String {
        prefix: Arc<str>,
    },
    /// Bounds with true for inclusive ones.
    Number {
        min: Option<(Number, bool)>,
        max: Option<(Number, bool)>,
    },
    /// Inclusive bounds; no upper bound is `i64::MAX`.
    Collection {
        min: i64,
        max: i64,
    },
}

impl RefinementKind {
    pub(crate) fn for_type(ty: &Type) -> Self {
        match ty {
            Type::String => Self::String { prefix: Arc::from("") },
            Type::Number => Self::Number { min: None, max: None },
            Type::List(_) | Type::Set(_) | Type::Map(_) => Self::Collection { min: 0, max: i64::MAX },
            _ => Self::Nullness,
        }
    }
}

/// Collects refinements of a value; [`RefinementBuilder::build`] gives the refined value or the first contradiction.
///
/// ```
/// use tf_cty::{Type, Value};
/// let id = Value::unknown(Type::String).refine().not_null().string_prefix("vm-").build()?;
/// assert_eq!(id.range().string_prefix(), Some("vm-"));
/// assert!(id.refine().string_prefix("db-").build().is_err());
/// # Ok::<(), tf_cty::RefineError>(())
/// ```
#[must_use = "refinements take effect with build"]
pub struct RefinementBuilder {
    original: Value,
    marks: Marks,
    wip: Refinement,
    error: Option<RefineError>,
}

impl Value {
    /// Starts refining. A known value is only checked against the refinements; the unknown of unknown type ignores them.
    pub fn refine(&self) -> RefinementBuilder {
        let wip = match &self.repr {
            Repr::Unknown(Some(r)) => (**r).clone(),
            Repr::Null if self.ty.is_dynamic() => {
                Refinement { null: Some(true), kind: RefinementKind::Nullness }
            }
            _ => Refinement { null: None, kind: RefinementKind::for_type(&self.ty) },
        };
        let original = Self { marks: Marks::EMPTY, ..self.clone() };
        RefinementBuilder { original, marks: self.marks.clone(), wip, error: None }
    }

    /// The value refined to be not null, if it is unknown.
    pub(crate) fn refine_not_null(self) -> Self {
        if self.is_known() || self.ty.is_dynamic() {
            return self;
        }
        self.refine().not_null().build().unwrap_or(self)
    }
}

impl RefinementBuilder {
    fn refined(mut self, step: impl FnOnce(&mut Self) -> Result<(), RefineError>) -> Self {
        let ignored = self.original.ty.is_dynamic() && !self.original.is_known();
        if self.error.is_none() && !ignored {
            self.error = step(&mut self).err();
        }
        self
    }

    /// The value is not null.
    pub fn not_null(self) -> Self {
        self.refined(|b| {
            if b.original.is_null() || b.wip.null == Some(true) {
                return Err(RefineError::NullAsNotNull);
            }
            b.wip.null = Some(false);
            Ok(())
        })
    }

    /// The value is null.
    pub fn null(self) -> Self {
        self.refined(|b| {
            let not_null = b.original.is_known() && !b.original.is_null();
            if not_null || b.wip.null == Some(false) {
                return Err(RefineError::NotNullAsNull);
            }
            b.wip.null = Some(true);
            Ok(())
        })
    }

    /// The number lies between two inclusive bounds.
    pub fn number_range(self, min: impl Into<Number>, max: impl Into<Number>) -> Self {
        self.number_lower_bound(min, true).number_upper_bound(max, true)
    }

    /// The number is at least, or more than, a bound. A weaker bound than an earlier one changes nothing.
    pub fn number_lower_bound(self, min: impl Into<Number>, inclusive: bool) -> Self {
        let min = min.into();
        self.refined(|b| b.number_bound(min, inclusive, Ordering::Greater))
    }

    /// The number is at most, or less than, a bound. A weaker bound than an earlier one changes nothing.
    pub fn number_upper_bound(self, max: impl Into<Number>, inclusive: bool) -> Self {
        let max = max.into();
        self.refined(|b| b.number_bound(max, inclusive, Ordering::Less))
    }

    /// Applies a bound; `outside` is how the bound compares with a value beyond it.
    fn number_bound(&mut self, bound: Number, inclusive: bool, outside: Ordering) -> Result<(), RefineError> {
        let RefinementKind::Number { min, max } = &mut self.wip.kind else {
            return Err(RefineError::NotNumber(self.original.ty.clone()));
        };
        let as_value = Value::from(bound.clone());
        let mut beyond = relates(&as_value, &self.original, outside).map_err(|_| RefineError::Null)?;
        if !inclusive {
            beyond = beyond.or(as_value.same_as(&self.original));
        }
        if beyond == Tri::True {
            return Err(RefineError::OutOfBounds(bound));
        }
        let slot = if outside == Ordering::Greater { &mut *min } else { &mut *max };
        if let Some((old, old_inclusive)) = slot {
            let strict = inclusive && !*old_inclusive;
            let tighter = bound.compare(old) == outside || (!strict && bound == *old);
            if !tighter {
                return Ok(());
            }
        }
        if !(bound.is_infinite() && bound.is_negative() == (outside == Ordering::Greater)) {
            *slot = Some((bound, inclusive));
        }
        match (min, max) {
            (Some((lo, lo_inc)), Some((hi, hi_inc))) => {
                let ok = lo.compare(hi) == Ordering::Less || (lo_inc == hi_inc && lo == hi);
                if ok { Ok(()) } else { Err(RefineError::CrossedBounds) }
            }
            _ => Ok(()),
        }
    }

    /// The collection has an exact length.
    pub fn collection_length(self, length: i64) -> Self {
        self.collection_length_lower_bound(length).collection_length_upper_bound(length)
    }

    /// The collection has at least so many elements.
    pub fn collection_length_lower_bound(self, bound: i64) -> Self {
        self.refined(|b| {
            b.check_length(bound, Ordering::Greater)?;
            match &mut b.wip.kind {
                RefinementKind::Collection { min, .. } if *min <= bound => *min = bound,
                _ => return Ok(()),
            }
            b.check_length_bounds()
        })
    }

    /// The collection has at most so many elements.
    pub fn collection_length_upper_bound(self, bound: i64) -> Self {
        self.refined(|b| {
            b.check_length(bound, Ordering::Less)?;
            match &mut b.wip.kind {
                RefinementKind::Collection { max, .. } if *max >= bound => *max = bound,
                _ => return Ok(()),
            }
            b.check_length_bounds()
        })
    }

    fn check_length(&self, bound: i64, outside: Ordering) -> Result<(), RefineError> {
        if !matches!(self.wip.kind, RefinementKind::Collection { .. }) {
            return Err(RefineError::NotCollection(self.original.ty.clone()));
        }
        if !self.original.is_known() {
            return Ok(());
        }
        let length = self.original.length().map_err(|_| RefineError::Null)?;
        match relates(&Value::from(bound), &length, outside) {
            Ok(Tri::True) => Err(RefineError::OutOfBounds(bound.into())),
            Ok(_) => Ok(()),
            Err(OpError::Refine(e)) => Err(e),
            Err(_) => Err(RefineError::Null),
        }
    }

    fn check_length_bounds(&self) -> Result<(), RefineError> {
        match &self.wip.kind {
            RefinementKind::Collection { min, max } if max < min => Err(RefineError::CrossedBounds),
            _ => Ok(()),
        }
    }

    /// The string begins with a prefix, which is cut so that no text after it can change it.
    pub fn string_prefix_safe(self, prefix: &str) -> Self {
        self.string_prefix(&safe_prefix(prefix))
    }

    /// The string begins with a prefix. The caller vouches that what follows does not combine with its last character.
    pub fn string_prefix(self, prefix: &str) -> Self {
        self.refined(|b| {
            let RefinementKind::String { prefix: old } = &mut b.wip.kind else {
                return Err(RefineError::NotString(b.original.ty.clone()));
            };
            let prefix = normalize(prefix);
            let agrees = |have: &str| have.bytes().zip(prefix.bytes()).all(|(x, y)| x == y);
            if b.original.as_str().is_some_and(|s| !agrees(s)) {
                return Err(RefineError::PrefixOfValue);
            }
            if !agrees(old) {
                return Err(RefineError::PrefixOfPrefix);
            }
            if prefix.len() > old.len() {
                *old = prefix.into();
            }
            Ok(())
        })
    }

    /// The refined value: known when only one value is left.
    pub fn build(self) -> Result<Value, RefineError> {
        if let Some(error) = self.error {
            return Err(error);
        }
        let Self { original, marks, wip, .. } = self;
        let keep = original.is_known() || original.ty.is_dynamic();
        let value = if keep { original } else { collapse(original.ty, wip) };
        Ok(value.with_marks(&marks))
    }
}

/// The known value that a refinement leaves, or the refined unknown.
fn collapse(ty: Type, refinement: Refinement) -> Value {
    match (&refinement.null, &refinement.kind, &ty) {
        (Some(true), _, _) => return Value::null(ty),
        (Some(false), RefinementKind::Number { min: Some((min, true)), max: Some((max, true)) }, _)
            if min == max =>
        {
            return Value::from(min.clone());
        }
        (Some(false), RefinementKind::Collection { min: 0, max: 0 }, Type::List(e)) => {
            return Value::empty_list((**e).clone());
        }
        (Some(false), RefinementKind::Collection { min: 0, max: 0 }, Type::Set(e)) => {
            return Value::empty_set((**e).clone());
        }
        (Some(false), RefinementKind::Collection { min: 0, max: 0 }, Type::Map(e)) => {
            return Value::empty_map((**e).clone());
        }
        (Some(false), RefinementKind::Collection { min, max }, Type::List(e))
            if min == max && *min <= MAX_UNKNOWN_LIST_LENGTH =>
        {
            let elements: Arc<[Value]> = (0..*min).map(|_| Value::unknown((**e).clone())).collect();
            return Value::new(ty, Repr::Seq(elements));
        }
        (Some(false), RefinementKind::Collection { min: 1, max: 1 }, Type::Set(e)) => {
            let set = super::SetData::new(vec![Value::unknown((**e).clone())]);
            return Value::new(ty, Repr::Set(Arc::new(set)));
        }
        _ => {}
    }
    Value::new(ty, Repr::Unknown(Some(Arc::new(refinement))))
}
