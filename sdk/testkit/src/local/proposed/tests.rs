//! The proposed new object, attribute by attribute.

use serde_json::{Value as Json, json};

use super::super::schema::fixtures::everything;
use super::*;
use crate::Config;
use crate::known;

/// An object of the schema: what is not said is null or absent.
fn object(json: Json) -> Value {
    let mut json = json;
    json.as_object_mut().unwrap().entry("name").or_insert(json!("n"));
    Config::from(json).resolve(&everything()).unwrap()
}

fn proposed(prior: Json, config: Json) -> Value {
    let prior = if prior.is_null() { Value::null(everything().ty()) } else { object(prior) };
    proposed_new(&everything(), &prior, &object(config))
}

#[track_caller]
fn check(name: &str, prior: Json, config: Json, expected: Json) {
    let wrap = |json: Json| json!({ name: json });
    let found = proposed(if prior.is_null() { json!({}) } else { wrap(prior) }, wrap(config));
    assert_eq!(found.ty(), &everything().ty());
    known::exact(expected).check(found.get(name).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
}

#[test]
fn attributes() {
    check("id", json!("1"), json!(null), json!("1"));
    check("size", json!("1"), json!(null), json!("1"));
    check("size", json!("1"), json!("2"), json!("2"));
    check("secret", json!("1"), json!(null), json!(null));
    check("tags", json!({"a": "1"}), json!(null), json!(null));
    check("tags", json!({"a": "1"}), json!({"b": "2"}), json!({"b": "2"}));
}

#[test]
fn a_creation_is_its_configuration() {
    let found = proposed(json!(null), json!({"size": "2", "list": [{"key": "a"}], "rule": [{"key": "b"}]}));
    assert!(found.raw_equals(&object(json!({"size": "2", "list": [{"key": "a"}], "rule": [{"key": "b"}]}))));
}

#[test]
fn a_destruction_keeps_the_prior() {
    let prior = object(json!({"size": "1"}));
    assert!(proposed_new(&everything(), &prior, &Value::null(everything().ty())).raw_equals(&prior));
}

#[test]
fn what_is_nested_keeps_its_computed_parts() {
    let made = |key: &str, made: Json| json!({"key": key, "made": made});
    let bare = |key: &str| json!({"key": key});
    for name in ["one", "meta", "group"] {
        check(name, made("a", json!("m")), bare("b"), made("b", json!("m")));
    }
    for name in ["list", "rule"] {
        let prior = json!([made("a", json!("m")), made("b", json!("n"))]);
        let expected = json!([made("x", json!("m"))]);
        check(name, prior.clone(), json!([bare("x")]), expected);
        check(name, json!([]), json!([bare("x")]), json!([made("x", json!(null))]));
    }
    for name in ["map", "by"] {
        let prior = json!({"k": made("a", json!("m")), "l": made("b", json!("n"))});
        let expected = json!({"l": made("x", json!("n")), "o": made("y", json!(null))});
        check(name, prior, json!({"l": bare("x"), "o": bare("y")}), expected);
    }
}

#[test]
fn elements_of_sets_are_matched_by_what_they_could_be_made_of() {
    let made = |key: &str, made: Json| json!({"key": key, "made": made});
    for name in ["set", "bag"] {
        let prior = json!([made("a", json!("m")), made("b", json!("n"))]);
        // One is the same, one is new, and one that is configured otherwise is new too.
        let config = json!([{"key": "b"}, {"key": "c"}]);
        let expected = known::set_exact(json!([made("b", json!("n")), made("c", json!(null))]));
        let found = proposed(json!({ name: prior }), json!({ name: config }));
        expected.check(found.get(name).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
        let found = proposed(json!({ name: prior }), json!({ name: [made("a", json!("z"))] }));
        let expected = known::set_exact(json!([made("a", json!("z"))]));
        expected.check(found.get(name).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

#[test]
fn a_nested_computed_attribute_without_its_configuration() {
    // It holds a key, which only a configuration can have set: gone with it.
    check("maybe", json!([{"key": "a", "made": "m"}]), json!(null), json!(null));
    // Nothing in it was configured: kept.
    check("maybe", json!([]), json!(null), json!([]));
}

#[test]
fn unknown_parts_stay_unknown() {
    let prior = object(json!({"one": {"key": "a", "made": "m"}, "rule": [{"key": "a"}]}));
    let config = Config::from(json!({"name": "n"})).unknown("one").unknown("rule").unknown("size");
    let found = proposed_new(&everything(), &prior, &config.resolve(&everything()).unwrap());
    for name in ["one", "rule", "size"] {
        assert!(!found.get(name).unwrap().is_known(), "{name}");
    }
}
