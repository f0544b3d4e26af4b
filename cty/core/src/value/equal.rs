//! Equality: three-valued for programs, raw for tests and caches.

use super::{Repr, Tri, Value};
use crate::mark::Marks;
use crate::types::Type;

impl Value {
    /// Whether two values are equal: unknown when that depends on something unknown. All nulls are equal; the answer carries
    /// every mark that it depends on. Attributes are compared in name order, so the answer is the same every time.
    pub fn equals(&self, other: &Self) -> Self {
        Self::from(self.same_as(other)).with_marks(&self.compared_marks(other))
    }

    /// The marks that a comparison depends on: all of them, but with null only those of the values themselves.
    fn compared_marks(&self, other: &Self) -> Marks {
        if self.is_null() || other.is_null() {
            self.marks.union(&other.marks)
        } else {
            self.deep_marks().union(&other.deep_marks())
        }
    }

    /// The opposite of [`Value::equals`].
    pub fn not_equal(&self, other: &Self) -> Self {
        let answer = match self.same_as(other) {
            Tri::True => Tri::False,
            Tri::False => Tri::True,
            Tri::Unknown => Tri::Unknown,
        };
        Self::from(answer).with_marks(&self.compared_marks(other))
    }

    /// Three-valued equality, whatever the marks.
    pub(crate) fn same_as(&self, other: &Self) -> Tri {
        if (self.is_null() && other.is_definitely_not_null())
            || (other.is_null() && self.is_definitely_not_null())
        {
            return Tri::False;
        }
        match (self.is_known(), other.is_known()) {
            (false, false) => Tri::Unknown,
            (true, false) => same_as_unknown(self, other),
            (false, true) => same_as_unknown(other, self),
            (true, true) => same_known(self, other),
        }
    }

    /// True when type, marks and everything known or unknown is the same; numbers go by their shortest decimal.
    pub fn raw_equals(&self, other: &Self) -> bool {
        if self.ty != other.ty || self.marks != other.marks {
            return false;
        }
        match (&self.repr, &other.repr) {
            (Repr::Null, Repr::Null) => true,
            (Repr::Unknown(a), Repr::Unknown(b)) => a == b,
            (Repr::Bool(a), Repr::Bool(b)) => a == b,
            (Repr::Number(a), Repr::Number(b)) => a == b,
            (Repr::String(a), Repr::String(b)) => a == b,
            (Repr::Seq(a), Repr::Seq(b)) => raw_equal_slices(a, b),
            (Repr::Set(a), Repr::Set(b)) => raw_equal_slices(a.values(), b.values()),
            (Repr::Map(a), Repr::Map(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| x.0 == y.0 && x.1.raw_equals(&y.1))
            }
            (Repr::Capsule(a), Repr::Capsule(b)) => match &self.ty {
                Type::Capsule(ty) => ty.ops().equals(a, b),
                _ => false,
            },
            _ => false,
        }
    }
}

fn raw_equal_slices(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(x, y)| x.raw_equals(y))
}

fn same_as_unknown(known: &Value, unknown: &Value) -> Tri {
    if unknown.range().could_include(known) == Tri::False {
        return Tri::False;
    }
    if known.is_null() || unknown.ty.has_dynamic_types() {
        return Tri::Unknown;
    }
    if known.ty == unknown.ty { Tri::Unknown } else { Tri::False }
}

fn same_known(a: &Value, b: &Value) -> Tri {
    if a.is_null() || b.is_null() {
        return (a.is_null() && b.is_null()).into();
    }
    if !a.has_wholly_known_type() || !b.has_wholly_known_type() {
        let apart = !a.ty.conforms_to(&b.ty) && !b.ty.conforms_to(&a.ty);
        return if apart { Tri::False } else { Tri::Unknown };
    }
    if a.ty != b.ty {
        return Tri::False;
    }
    match (&a.repr, &b.repr) {
        (Repr::Number(x), Repr::Number(y)) => (x == y).into(),
        (Repr::Bool(x), Repr::Bool(y)) => (x == y).into(),
        (Repr::String(x), Repr::String(y)) => (x == y).into(),
        (Repr::Seq(x), Repr::Seq(y)) if x.len() == y.len() => same_pairs(x.iter().zip(y.iter())),
        (Repr::Map(x), Repr::Map(y)) if x.len() == y.len() => {
            // A missing key decides, but only when nothing unknown was met before it.
            for ((k1, v1), (k2, v2)) in x.iter().zip(y.iter()) {
                match if k1 == k2 { v1.same_as(v2) } else { Tri::False } {
                    Tri::True => {}
                    decided => return decided,
                }
            }
            Tri::True
        }
        (Repr::Set(x), Repr::Set(y)) => {
            if x.values().iter().chain(y.values()).any(|v| !v.is_known()) {
                return Tri::Unknown;
            }
            let all = x.values().iter().all(|v| y.contains(v)) && y.values().iter().all(|v| x.contains(v));
            all.into()
        }
        (Repr::Capsule(x), Repr::Capsule(y)) => match &a.ty {
            Type::Capsule(ty) => ty.ops().equals(x, y).into(),
            _ => Tri::False,
        },
        _ => Tri::False,
    }
}

/// Compares in order; the first pair that is not equal decides.
fn same_pairs<'a>(mut pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Tri {
    pairs.find_map(|(a, b)| Some(a.same_as(b)).filter(|t| *t != Tri::True)).unwrap_or(Tri::True)
}
