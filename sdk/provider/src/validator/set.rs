//! Rules for sets.

use super::{ElementsAre, NoNulls, Rule, Validators, collection};
use crate::model::kind;

/// This many elements or more.
pub fn size_at_least<E>(least: usize) -> Rule<kind::Set<E>> {
    collection::size_at_least("set", least)
}

/// This many elements or fewer.
pub fn size_at_most<E>(most: usize) -> Rule<kind::Set<E>> {
    collection::size_at_most("set", most)
}

/// Neither fewer elements than the first nor more than the second.
pub fn size_between<E>(least: usize, most: usize) -> Rule<kind::Set<E>> {
    collection::size_between("set", least, most)
}

/// Every element keeps a rule, or a tuple of rules, which fit elements of its kind.
pub fn values_are<E>(rules: impl Validators<E>) -> ElementsAre<kind::Set<E>> {
    collection::values_are(rules)
}

/// No element is null.
pub fn no_null_values<E>() -> NoNulls<kind::Set<E>> {
    collection::no_null_values("Set")
}
