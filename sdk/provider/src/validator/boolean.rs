//! Rules for true and false.

use super::Rule;
use crate::model::kind::Bool;

/// Exactly this: for attributes where the other is refused.
pub fn equals(value: bool) -> Rule<Bool> {
    Rule::new("Invalid Attribute Value Match", format!("Value must be {value}"), move |v| {
        v.as_bool().is_none_or(|v| v == value)
    })
}
