//! Rules for 64-bit floats.

use super::numeric::{self, Computation};
use super::{ComparedTo, Paths, Rule};
use crate::model::kind::Float;

/// This or more.
pub fn at_least(least: f64) -> Rule<Float> {
    numeric::at_least(least)
}

/// This or less.
pub fn at_most(most: f64) -> Rule<Float> {
    numeric::at_most(most)
}

/// Neither less than the first nor more than the second.
pub fn between(least: f64, most: f64) -> Rule<Float> {
    numeric::between(least, most)
}

/// One of these.
pub fn one_of(values: impl IntoIterator<Item = f64>) -> Rule<Float> {
    numeric::one_of(values)
}

/// None of these.
pub fn none_of(values: impl IntoIterator<Item = f64>) -> Rule<Float> {
    numeric::none_of(values)
}

/// No less than the sum of other attributes.
pub fn at_least_sum_of(others: impl Paths) -> ComparedTo<Float> {
    numeric::against::<_, f64>(Computation::Sum, |order| order.is_ge(), "at least", others)
}

/// No more than the sum of other attributes.
pub fn at_most_sum_of(others: impl Paths) -> ComparedTo<Float> {
    numeric::against::<_, f64>(Computation::Sum, |order| order.is_le(), "at most", others)
}

/// The sum of other attributes.
pub fn equal_to_sum_of(others: impl Paths) -> ComparedTo<Float> {
    numeric::against::<_, f64>(Computation::Sum, |order| order.is_eq(), "equal to", others)
}

/// The product of other attributes.
pub fn equal_to_product_of(others: impl Paths) -> ComparedTo<Float> {
    numeric::against::<_, f64>(Computation::Product, |order| order.is_eq(), "equal to", others)
}
