//! Rules for integers.

use super::numeric::{self, Computation};
use super::{ComparedTo, Paths, Rule};
use crate::model::kind::Integer;

/// This or more.
pub fn at_least(least: i64) -> Rule<Integer> {
    numeric::at_least(least)
}

/// This or less.
pub fn at_most(most: i64) -> Rule<Integer> {
    numeric::at_most(most)
}

/// Neither less than the first nor more than the second.
pub fn between(least: i64, most: i64) -> Rule<Integer> {
    numeric::between(least, most)
}

/// One of these.
pub fn one_of(values: impl IntoIterator<Item = i64>) -> Rule<Integer> {
    numeric::one_of(values)
}

/// None of these.
pub fn none_of(values: impl IntoIterator<Item = i64>) -> Rule<Integer> {
    numeric::none_of(values)
}

/// No less than the sum of other attributes.
pub fn at_least_sum_of(others: impl Paths) -> ComparedTo<Integer> {
    numeric::against::<_, i64>(Computation::Sum, |order| order.is_ge(), "at least", others)
}

/// No more than the sum of other attributes.
pub fn at_most_sum_of(others: impl Paths) -> ComparedTo<Integer> {
    numeric::against::<_, i64>(Computation::Sum, |order| order.is_le(), "at most", others)
}

/// The sum of other attributes.
pub fn equal_to_sum_of(others: impl Paths) -> ComparedTo<Integer> {
    numeric::against::<_, i64>(Computation::Sum, |order| order.is_eq(), "equal to", others)
}

/// The product of other attributes.
pub fn equal_to_product_of(others: impl Paths) -> ComparedTo<Integer> {
    numeric::against::<_, i64>(Computation::Product, |order| order.is_eq(), "equal to", others)
}
