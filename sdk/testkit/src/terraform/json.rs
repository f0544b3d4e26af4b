//! Values in what `show -json` prints: exact numbers, unknowns put back where they were, and what is sensitive.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tf_cty::Value;

use crate::attribute::{AttributePath, Step};

/// A value, decoded without a detour over floats; an absent one is null.
pub(super) fn value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    tf_cty::json::decode_simple(raw.get().as_bytes()).map_err(serde::de::Error::custom)
}

/// What stands where Terraform says nothing.
pub(super) fn null() -> Value {
    Value::null(tf_cty::Type::Dynamic)
}

/// The value with unknowns put where `unknown` has true; Terraform leaves those out or writes null.
pub(super) fn with_unknowns(value: &Value, unknown: &Value) -> Value {
    if unknown.as_bool() == Some(true) {
        return Value::dynamic();
    }
    if unknown.ty().is_object() && (value.ty().is_object() || value.is_null()) {
        let known = value.entries().map(|(name, v)| (name.clone(), v.clone()));
        let marked = unknown.entries().filter_map(|(name, u)| {
            let old = value.get(name).cloned();
            let new = with_unknowns(&old.clone().unwrap_or_else(null), u);
            (old.is_some() || !new.is_null()).then(|| (name.clone(), new))
        });
        let entries: Vec<_> = known.chain(marked).collect();
        return if entries.is_empty() { value.clone() } else { Value::object(entries) };
    }
    match (value.as_slice(), unknown.as_slice()) {
        (Some(values), Some(unknowns)) if value.ty().is_tuple() => {
            let marks = unknowns.iter().map(Some).chain(std::iter::repeat(None));
            Value::tuple(
                values.iter().zip(marks).map(|(v, u)| u.map_or_else(|| v.clone(), |u| with_unknowns(v, u))),
            )
        }
        _ => value.clone(),
    }
}

/// Which parts of a value are sensitive.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity(Value);

impl Sensitivity {
    /// True if the value there, or one that it is part of, is sensitive.
    pub fn is_sensitive(&self, path: &AttributePath) -> bool {
        let mut at = self.0.clone();
        for step in path.steps() {
            if at.as_bool() == Some(true) {
                return true;
            }
            let next = match step {
                Step::Key(key) => at.get(key).cloned(),
                Step::Index(index) => at.as_slice().and_then(|all| all.get(*index)).cloned(),
            };
            let Some(next) = next else { return false };
            at = next;
        }
        at.as_bool() == Some(true)
    }
}

impl Default for Sensitivity {
    fn default() -> Self {
        Self(null())
    }
}

impl<'de> Deserialize<'de> for Sensitivity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        value(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::{exact, of_json};
    use serde_json::json;

    #[test]
    fn unknowns_are_put_back() {
        let after =
            of_json(&json!({"name": "a", "list": [1, null], "deep": {"b": [{"c": 1}]}, "none": null}));
        let unknown =
            of_json(&json!({"id": true, "list": [false, true], "deep": {"b": [{"d": true}]}, "none": {}}));
        let merged = with_unknowns(&after, &unknown);
        let expected = Value::object([
            ("name", Value::from("a")),
            ("id", Value::dynamic()),
            ("list", Value::tuple([Value::from(1), Value::dynamic()])),
            ("none", null()),
            (
                "deep",
                Value::object([(
                    "b",
                    Value::tuple([Value::object([("c", Value::from(1)), ("d", Value::dynamic())])]),
                )]),
            ),
        ]);
        exact(expected).check(&merged).unwrap_or_else(|mismatch| panic!("{mismatch}"));
        assert!(!with_unknowns(&null(), &of_json(&json!(true))).is_known());
        assert!(with_unknowns(&null(), &of_json(&json!({"l": [false]}))).is_null());
        assert!(with_unknowns(&null(), &of_json(&json!(false))).is_null());
    }

    #[test]
    fn sensitivity_is_inherited() {
        let sensitivity =
            Sensitivity(of_json(&json!({"secret": true, "disks": [{"key": true}], "all": true})));
        let at = |path: &str| sensitivity.is_sensitive(&AttributePath::parse(path).unwrap());
        assert!(at("secret") && at("disks[0].key") && at("all.of[0].it"));
        assert!(!at("name") && !at("disks") && !at("disks[0]") && !at("disks[1].key") && !at(""));
    }
}
