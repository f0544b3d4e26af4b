//! Defaults: what attributes are where the configuration says nothing.

use tf_cty::{Path, PathStep, Value};

use super::member::{child, comes_from, counterparts, rewrite, rewrite_objects};
use crate::Diagnostics;
use crate::schema::Block;

/// Gives every attribute that has a default and is not in the configuration its default, at any depth. An object in a set is found
/// in the configuration by what the configuration sets of it.
pub(crate) fn applied(
    block: &Block,
    path: &Path,
    config: &Value,
    plan: &Value,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    rewrite(block, plan, &mut |member, value| {
        let at = path.clone().attr(member.name());
        let configured = child(config, member.name(), value);
        let default = member.attribute().and_then(|attribute| attribute.default.as_ref());
        if let Some(default) = default.filter(|_| configured.is_null()) {
            return Some(default.value(&at, diagnostics)).filter(|default| !default.raw_equals(value));
        }
        let nested = member.nested()?;
        // What is not configured is the provider's, or that of the state: there is nobody whose silence a default stands for.
        if configured.is_null() {
            return None;
        }
        let pairs = counterparts(value, &configured, &|planned, config| comes_from(nested, planned, config));
        rewrite_objects(value, &mut |number, step, object| {
            applied(nested, &below(&at, step), &pairs[number], object, diagnostics)
        })
    })
}

/// The path of an object in a value.
pub(crate) fn below(path: &Path, step: Option<PathStep>) -> Path {
    let mut path = path.clone();
    if let Some(step) = step {
        path.push(step);
    }
    path
}
