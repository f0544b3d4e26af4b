//! Rust types as types of attributes.
//!
//! Collections hand the checks of their elements down: what is wrong is found wherever it is, and the path leads there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tf_cty::{Cty, FromCtyError, FromCtyProblem, Number, PathStep, Tf, Value};

use super::{AttributeType, Misfit, Model, NO_CHECKS, NestedType, Set, kind};
use crate::schema::{BlockNesting, Checks, Nesting};

macro_rules! plain {
    ($($t:ty => $kind:ty;)*) => {$(
        impl AttributeType for $t {
            type Base = Self;
            type Kind = $kind;
            const CHECKS: Checks = NO_CHECKS;
        }
    )*};
}
plain! {
    String => kind::Text;
    bool => kind::Bool;
    Number => kind::Number;
}

impl AttributeType for Value {
    type Base = Self;
    type Kind = kind::Dynamic;
    const NULL: bool = true;
    const UNKNOWN: bool = true;
    const CHECKS: Checks = NO_CHECKS;
}

macro_rules! integers {
    ($($t:ty, $bits:literal;)*) => {$(
        impl AttributeType for $t {
            type Base = Self;
            type Kind = kind::Integer;
            const CHECKS: Checks = Checks {
                conversion: |value| match number(value) {
                    Some(n) if !n.is_integer() => Err(Misfit::new(format!("Value {n} is not an integer."))),
                    Some(n) if <$t>::from_cty(value).is_err() => {
                        Err(Misfit::new(format!(concat!("Value {} cannot be represented as ", $bits, "."), n)))
                    }
                    _ => Ok(()),
                },
                ..NO_CHECKS
            };
        }
    )*};
}
integers! {
    i8, "an 8-bit integer";
    i16, "a 16-bit integer";
    i32, "a 32-bit integer";
    i64, "a 64-bit integer";
    u8, "an 8-bit unsigned integer";
    u16, "a 16-bit unsigned integer";
    u32, "a 32-bit unsigned integer";
    u64, "a 64-bit unsigned integer";
    usize, "an unsigned integer of this machine";
}

macro_rules! floats {
    ($($t:ty, $bits:literal;)*) => {$(
        impl AttributeType for $t {
            type Base = Self;
            type Kind = kind::Float;
            const CHECKS: Checks = Checks {
                conversion: |value| match number(value) {
                    Some(n) if <$t>::from_cty(value).is_err() => {
                        Err(Misfit::new(format!(concat!("Value {} cannot be represented as ", $bits, "."), n)))
                    }
                    _ => Ok(()),
                },
                // More digits than the type holds come back as the nearest number that it does hold.
                semantically_equal: |a, b| {
                    a.raw_equals(b) || matches!((<$t>::from_cty(a), <$t>::from_cty(b)), (Ok(a), Ok(b)) if a == b)
                },
            };
        }
    )*};
}
floats! {
    f64, "a 64-bit floating point number";
    f32, "a 32-bit floating point number";
}

/// The number, if there is a known one.
fn number(value: &Value) -> Option<&Number> {
    value.as_number()
}

impl<T: AttributeType> AttributeType for Option<T> {
    type Base = T::Base;
    type Kind = T::Kind;
    const NULL: bool = true;
    const UNKNOWN: bool = T::UNKNOWN;
    const CHECKS: Checks = T::CHECKS;
}

impl<T: AttributeType> AttributeType for Box<T> {
    type Base = T::Base;
    type Kind = T::Kind;
    const NULL: bool = T::NULL;
    const UNKNOWN: bool = T::UNKNOWN;
    const CHECKS: Checks = T::CHECKS;
}

impl<T: AttributeType> AttributeType for Tf<T> {
    type Base = T::Base;
    type Kind = T::Kind;
    const NULL: bool = T::NULL;
    const UNKNOWN: bool = true;
    const CHECKS: Checks = T::CHECKS;
}

/// Checks of a collection whose elements are of a type.
const fn elementwise<T: AttributeType>() -> Checks {
    Checks { conversion: elements_fit::<T>, semantically_equal: elements_same::<T> }
}

fn elements_fit<T: AttributeType>(value: &Value) -> Result<(), Misfit> {
    value.elements().try_for_each(|(key, element)| {
        let checked = match element.is_null() && !T::NULL {
            true => Err(Misfit::new("Value must not be null.")),
            false => (T::CHECKS.conversion)(element),
        };
        checked.map_err(|misfit| misfit.under(PathStep::Index(key)))
    })
}

fn elements_same<T: AttributeType>(a: &Value, b: &Value) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if a.ty().is_set() {
        return same_sets(&T::CHECKS, a, b);
    }
    a.elements().zip(b.elements()).all(|((k, x), (l, y))| k.raw_equals(&l) && same(&T::CHECKS, x, y))
}

/// Elements that both have are matched by their hashes; only what is left is compared one by one.
fn same_sets(checks: &Checks, a: &Value, b: &Value) -> bool {
    let has =
        |set: &Value, element: &Value| set.has_element(element).is_ok_and(|has| has.as_bool() == Some(true));
    let rest = |of: &Value, other: &Value| -> Vec<Value> {
        of.as_slice().unwrap_or_default().iter().filter(|e| !has(other, e)).cloned().collect()
    };
    let mut unmatched = rest(b, a);
    rest(a, b).iter().all(|x| match unmatched.iter().position(|y| same(checks, x, y)) {
        Some(found) => {
            unmatched.swap_remove(found);
            true
        }
        None => false,
    })
}

/// True if two values, which may be null or unknown, are the same to a Rust type.
pub(super) fn same(checks: &Checks, a: &Value, b: &Value) -> bool {
    let comparable = |v: &Value| v.is_known() && !v.is_null();
    a.raw_equals(b) || (comparable(a) && comparable(b) && (checks.semantically_equal)(a, b))
}

/// Refuses all but known sets.
pub(super) fn known_set(value: &Value) -> Result<(), FromCtyError> {
    Err(if value.is_marked() {
        FromCtyProblem::Marked
    } else if value.is_null() {
        FromCtyProblem::Null
    } else if !value.is_known() {
        FromCtyProblem::Unknown
    } else if !value.ty().is_set() {
        FromCtyProblem::Type { want: "set", got: value.ty().clone() }
    } else {
        return Ok(());
    }
    .into())
}

macro_rules! collections {
    ($($t:ty [$($bound:tt)*] => $kind:ident;)*) => {$(
        impl<T: AttributeType $($bound)*> AttributeType for $t {
            type Base = Self;
            type Kind = kind::$kind<T::Kind>;
            const CHECKS: Checks = elementwise::<T>();
        }
    )*};
}
collections! {
    Vec<T> [] => List;
    BTreeSet<T> [+ Ord] => Set;
    Set<T> [] => Set;
    BTreeMap<String, T> [] => Map;
    HashMap<String, T> [] => Map;
}

macro_rules! tuples {
    ($($($t:ident $i:tt),*;)*) => {$(
        impl<$($t: AttributeType),*> AttributeType for ($($t,)*) {
            type Base = Self;
            type Kind = kind::Object;
            const CHECKS: Checks = Checks {
                conversion: |value| tuple_fits(&[$($t::CHECKS),*], value),
                semantically_equal: |a, b| tuple_same(&[$($t::CHECKS),*], a, b),
            };
        }
    )*};
}
tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
}

fn tuple_fits(checks: &[Checks], value: &Value) -> Result<(), Misfit> {
    value.elements().zip(checks).try_for_each(|((key, element), checks)| {
        (checks.conversion)(element).map_err(|misfit| misfit.under(PathStep::Index(key)))
    })
}

fn tuple_same(checks: &[Checks], a: &Value, b: &Value) -> bool {
    a.len() == b.len()
        && a.elements().zip(b.elements()).zip(checks).all(|(((_, x), (_, y)), c)| same(c, x, y))
}

impl<T: NestedType> NestedType for Option<T> {
    type Base = T::Base;
    type Item = T::Item;
    type Kind = T::Kind;
    const NULL: bool = true;
    const UNKNOWN: bool = T::UNKNOWN;
    const NESTING: Nesting = T::NESTING;
    const BLOCK_NESTING: BlockNesting = T::BLOCK_NESTING;
}

impl<T: NestedType> NestedType for Box<T> {
    type Base = T::Base;
    type Item = T::Item;
    type Kind = T::Kind;
    const NULL: bool = T::NULL;
    const UNKNOWN: bool = T::UNKNOWN;
    const NESTING: Nesting = T::NESTING;
    const BLOCK_NESTING: BlockNesting = T::BLOCK_NESTING;
}

impl<T: NestedType> NestedType for Tf<T> {
    type Base = T::Base;
    type Item = T::Item;
    type Kind = T::Kind;
    const NULL: bool = T::NULL;
    const UNKNOWN: bool = true;
    const NESTING: Nesting = T::NESTING;
    const BLOCK_NESTING: BlockNesting = T::BLOCK_NESTING;
}

macro_rules! nested {
    ($($t:ty => $nesting:ident;)*) => {$(
        impl<M: Model> NestedType for $t {
            type Base = Self;
            type Item = M;
            type Kind = kind::$nesting<kind::Object>;
            const NESTING: Nesting = Nesting::$nesting;
            const BLOCK_NESTING: BlockNesting = BlockNesting::$nesting;
        }
    )*};
}
nested! {
    Vec<M> => List;
    Set<M> => Set;
    BTreeMap<String, M> => Map;
    HashMap<String, M> => Map;
}
