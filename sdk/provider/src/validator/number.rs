//! Rules for numbers of any size.

use super::numeric::{self, Computation};
use super::{ComparedTo, Paths, Rule};
use crate::model::kind::Number;

/// This or more.
pub fn at_least(least: tf_cty::Number) -> Rule<Number> {
    numeric::at_least(least)
}

/// This or less.
pub fn at_most(most: tf_cty::Number) -> Rule<Number> {
    numeric::at_most(most)
}

/// Neither less than the first nor more than the second.
pub fn between(least: tf_cty::Number, most: tf_cty::Number) -> Rule<Number> {
    numeric::between(least, most)
}

/// One of these.
pub fn one_of(values: impl IntoIterator<Item = tf_cty::Number>) -> Rule<Number> {
    numeric::one_of(values)
}

/// None of these.
pub fn none_of(values: impl IntoIterator<Item = tf_cty::Number>) -> Rule<Number> {
    numeric::none_of(values)
}

/// No less than the sum of other attributes.
pub fn at_least_sum_of(others: impl Paths) -> ComparedTo<Number> {
    numeric::against::<_, tf_cty::Number>(Computation::Sum, |order| order.is_ge(), "at least", others)
}

/// No more than the sum of other attributes.
pub fn at_most_sum_of(others: impl Paths) -> ComparedTo<Number> {
    numeric::against::<_, tf_cty::Number>(Computation::Sum, |order| order.is_le(), "at most", others)
}

/// The sum of other attributes.
pub fn equal_to_sum_of(others: impl Paths) -> ComparedTo<Number> {
    numeric::against::<_, tf_cty::Number>(Computation::Sum, |order| order.is_eq(), "equal to", others)
}

/// The product of other attributes.
pub fn equal_to_product_of(others: impl Paths) -> ComparedTo<Number> {
    numeric::against::<_, tf_cty::Number>(Computation::Product, |order| order.is_eq(), "equal to", others)
}
