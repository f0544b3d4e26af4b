//! Rules for maps.

use super::{ElementsAre, NoNulls, Rule, Validators, collection};
use crate::model::kind;

/// This many elements or more.
pub fn size_at_least<E>(least: usize) -> Rule<kind::Map<E>> {
    collection::size_at_least("map", least)
}

/// This many elements or fewer.
pub fn size_at_most<E>(most: usize) -> Rule<kind::Map<E>> {
    collection::size_at_most("map", most)
}

/// Neither fewer elements than the first nor more than the second.
pub fn size_between<E>(least: usize, most: usize) -> Rule<kind::Map<E>> {
    collection::size_between("map", least, most)
}

/// Every element keeps a rule, or a tuple of rules, which fit elements of its kind.
pub fn values_are<E>(rules: impl Validators<E>) -> ElementsAre<kind::Map<E>> {
    collection::values_are(rules)
}

/// No element is null.
pub fn no_null_values<E>() -> NoNulls<kind::Map<E>> {
    collection::no_null_values("Map")
}

/// Every key keeps a rule, or a tuple of rules, for text.
pub fn keys_are<E>(rules: impl Validators<kind::Text>) -> ElementsAre<kind::Map<E>> {
    collection::keys_are(rules)
}
