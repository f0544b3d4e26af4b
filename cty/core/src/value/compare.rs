//! Order of numbers, decided by their ranges when they are unknown.

use std::cmp::Ordering;

use super::{OpError, Repr, Value};
use crate::number::Number;
use crate::types::Type;

/// A truth value that may not be decided yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tri {
    False,
    True,
    Unknown,
}

impl Tri {
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::True, _) | (_, Self::True) => Self::True,
            (Self::False, Self::False) => Self::False,
            _ => Self::Unknown,
        }
    }
}

impl From<bool> for Tri {
    fn from(v: bool) -> Self {
        if v { Self::True } else { Self::False }
    }
}

impl From<Tri> for Value {
    fn from(v: Tri) -> Self {
        match v {
            Tri::False => Self::from(false),
            Tri::True => Self::from(true),
            Tri::Unknown => Self::unknown_bool(),
        }
    }
}

/// Whether `a` stands in a relation to `b`: less for `Less`, greater for `Greater`.
pub(crate) fn relates(a: &Value, b: &Value, want: Ordering) -> Result<Tri, OpError> {
    for (i, v) in [a, b].into_iter().enumerate() {
        if !matches!(v.ty(), Type::Number | Type::Dynamic) {
            return Err(OpError::TypeMismatch { want: Type::Number, position: i, got: v.ty().clone() });
        }
    }
    match (a.repr(), b.repr()) {
        (Repr::Number(x), Repr::Number(y)) => Ok((x.compare(y) == want).into()),
        (Repr::Unknown(_), _) | (_, Repr::Unknown(_)) => Ok(by_range(a, b, want)),
        _ if a.ty().is_dynamic() || b.ty().is_dynamic() => Ok(Tri::Unknown),
        _ => Err(OpError::Null),
    }
}

fn by_range(a: &Value, b: &Value, want: Ordering) -> Tri {
    let (Some((a_min, a_max)), Some((b_min, b_max))) =
        (a.range().number_interval(), b.range().number_interval())
    else {
        return Tri::Unknown;
    };
    let below = |x: &Number, y: &Number| x.compare(y) == Ordering::Less;
    let (surely_less, surely_greater) = (below(&a_max, &b_min), below(&b_max, &a_min));
    match want {
        Ordering::Less if surely_less => Tri::True,
        Ordering::Less if surely_greater => Tri::False,
        Ordering::Greater if surely_greater => Tri::True,
        Ordering::Greater if surely_less => Tri::False,
        _ => Tri::Unknown,
    }
}

impl Value {
    fn compared(&self, other: &Self, want: Ordering, or_equal: bool) -> Result<Self, OpError> {
        let mut answer = relates(self, other, want)?;
        if or_equal {
            answer = answer.or(self.same_as(other));
        }
        Ok(Self::from(answer).with_marks(self.marks()).with_marks(other.marks()))
    }

    /// `self < other`, both numbers.
    pub fn less_than(&self, other: &Self) -> Result<Self, OpError> {
        self.compared(other, Ordering::Less, false)
    }

    /// `self <= other`, both numbers.
    pub fn less_than_or_equal_to(&self, other: &Self) -> Result<Self, OpError> {
        self.compared(other, Ordering::Less, true)
    }

    /// `self > other`, both numbers.
    pub fn greater_than(&self, other: &Self) -> Result<Self, OpError> {
        self.compared(other, Ordering::Greater, false)
    }

    /// `self >= other`, both numbers.
    pub fn greater_than_or_equal_to(&self, other: &Self) -> Result<Self, OpError> {
        self.compared(other, Ordering::Greater, true)
    }
}
