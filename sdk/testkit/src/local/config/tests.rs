//! What becomes of configurations.

use serde_json::json;

use super::super::schema::fixtures::everything;
use super::*;
use crate::known;

fn resolved(config: impl Into<Config>) -> Value {
    config.into().resolve(&everything()).unwrap_or_else(|diagnostics| panic!("{diagnostics:?}"))
}

fn refused(config: impl Into<Config>) -> Vec<String> {
    let diagnostics = config.into().resolve(&everything()).expect_err("a refusal");
    diagnostics.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_not_said_is_null_or_absent() {
    let value =
        resolved(json!({"name": "a", "list": [{"key": "k"}], "rule": [{"key": "r"}], "ports": [1, 1]}));
    assert_eq!(value.ty(), &everything().ty());
    let expected = json!({"key": "k", "made": null});
    known::exact(expected).check(&value.get("list").unwrap().as_slice().unwrap()[0]).unwrap();
    for (name, expected) in [
        ("id", json!(null)),
        ("one", json!(null)),
        ("bag", json!([])),
        ("by", json!({})),
        ("meta", json!(null)),
        ("group", json!({"key": null, "made": null})),
        ("ports", json!([1])),
    ] {
        known::exact(expected).check(value.get(name).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

#[test]
fn values_can_be_unknown_anywhere() {
    let config =
        Config::from(json!({"name": "a", "list": [{"key": "a"}, {"key": "b"}], "one": {"key": "x"}}));
    let value = resolved(config.unknown("size").unknown("list[1].key").unknown("one").unknown("rule"));
    assert_eq!(value.ty(), &everything().ty());
    assert!(!value.get("size").unwrap().is_known());
    let list = value.get("list").unwrap().as_slice().unwrap();
    assert!(list[0].is_wholly_known() && list[1].is_known() && !list[1].get("key").unwrap().is_known());
    assert!(!value.get("one").unwrap().is_known());
    assert!(!value.get("rule").unwrap().is_known());
    let refused = refused(Config::from(json!({"name": "a"})).unknown("a..b"));
    assert!(refused[0].contains("is no attribute path"), "{refused:?}");
}

#[test]
fn what_terraform_itself_refuses() {
    for (config, expected) in [
        (
            json!({}),
            "Missing required argument: The argument \"name\" is required, but no definition was found. (at name)",
        ),
        (
            json!({"name": "a", "colour": 1}),
            "Unsupported argument: An argument named \"colour\" is not expected here.",
        ),
        (
            json!({"name": ["a"]}),
            "Incorrect attribute value type: Inappropriate value for attribute \"name\": string required, but have tuple. (at name)",
        ),
        (
            json!({"name": "a", "ports": [1, "x"]}),
            "Incorrect attribute value type: Inappropriate value for attribute \"ports[1]\": a number is required. (at ports[1])",
        ),
        (
            json!({"name": "a", "list": {"key": "a"}}),
            "Incorrect attribute value type: Inappropriate value for attribute \"list\": list of object required. (at list)",
        ),
        (
            json!({"name": "a", "list": [{}]}),
            "Missing required argument: The argument \"key\" is required, but no definition was found. (at list[0].key)",
        ),
        (
            json!({"name": "a", "rule": [{"key": "a"}, {"key": "a"}, {"key": "a"}]}),
            "Too many rule blocks: At most 2 \"rule\" blocks may be there; there are 3. (at rule)",
        ),
    ] {
        assert_eq!(refused(config.clone())[0], expected, "{config}");
    }
    assert_eq!(refused(json!({"name": [], "list": [{}], "no": 1})).len(), 3);
}

#[test]
fn null_for_a_required_attribute_is_for_the_provider_to_refuse() {
    assert!(resolved(json!({"name": null})).get("name").unwrap().is_null());
}
