//! Rules for lists.

use super::{ElementsAre, NoNulls, Rule, Unique, Validators, collection};
use crate::model::kind;

/// This many elements or more.
pub fn size_at_least<E>(least: usize) -> Rule<kind::List<E>> {
    collection::size_at_least("list", least)
}

/// This many elements or fewer.
pub fn size_at_most<E>(most: usize) -> Rule<kind::List<E>> {
    collection::size_at_most("list", most)
}

/// Neither fewer elements than the first nor more than the second.
pub fn size_between<E>(least: usize, most: usize) -> Rule<kind::List<E>> {
    collection::size_between("list", least, most)
}

/// Every element keeps a rule, or a tuple of rules, which fit elements of its kind.
pub fn values_are<E>(rules: impl Validators<E>) -> ElementsAre<kind::List<E>> {
    collection::values_are(rules)
}

/// No element is null.
pub fn no_null_values<E>() -> NoNulls<kind::List<E>> {
    collection::no_null_values("List")
}

/// No two elements are equal.
pub fn unique_values<E>() -> Unique<kind::List<E>> {
    collection::unique_values()
}
