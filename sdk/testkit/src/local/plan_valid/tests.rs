//! Plans that Terraform takes, and more that it refuses.

use serde_json::{Value as Json, json};

use super::super::schema::fixtures::everything;
use super::*;
use crate::Config;

fn object(json: Json) -> Value {
    if json.is_null() {
        return Value::null(everything().ty());
    }
    let mut json = json;
    json.as_object_mut().unwrap().entry("name").or_insert(json!("n"));
    Config::from(json).resolve(&everything()).unwrap()
}

fn problems(prior: Json, config: Json, planned: Json) -> Vec<String> {
    let found = check(&everything(), &object(prior), &object(config), &object(planned));
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn plans_that_are_right() {
    for (prior, config, planned) in [
        (json!(null), json!({"size": "1"}), json!({"size": "1"})),
        (json!(null), json!({}), json!({"id": "i", "size": "default"})),
        (json!({"secret": "A"}), json!({"secret": "a"}), json!({"secret": "A"})),
        (json!(null), json!({"one": {"key": "a"}}), json!({"one": {"key": "a", "made": "m"}})),
        (json!(null), json!({"list": [{"key": "a"}]}), json!({"list": [{"key": "a", "made": "m"}]})),
        (
            json!(null),
            json!({"set": [{"key": "a"}, {"key": "b"}]}),
            json!({"set": [{"key": "b", "made": "m"}, {"key": "a"}]}),
        ),
        (json!(null), json!({"map": {"k": {"key": "a"}}}), json!({"map": {"k": {"key": "a", "made": "m"}}})),
        (json!(null), json!({"bag": [{"key": "a"}]}), json!({"bag": [{"key": "a", "made": "m"}]})),
        (json!(null), json!({}), json!({"maybe": [{"key": "x"}]})),
        (json!(null), json!({"password": "p"}), json!({})),
        (json!({}), json!(null), json!(null)),
    ] {
        assert_eq!(problems(prior, config.clone(), planned.clone()), [""; 0], "{config} {planned}");
    }
}

#[test]
fn plans_that_are_not() {
    for (prior, config, planned, expected) in [
        (
            json!(null),
            json!({}),
            json!({"secret": "x"}),
            ".secret: planned value (sensitive) for a non-computed attribute",
        ),
        (
            json!(null),
            json!({}),
            json!({"tags": {"a": "b"}}),
            ".tags: planned value {\"a\": \"b\"} for a non-computed attribute",
        ),
        (
            json!(null),
            json!({"size": "1"}),
            json!({"size": "2"}),
            ".size: planned value \"2\" does not match config value \"1\"",
        ),
        (
            json!({"size": "0"}),
            json!({"size": "1"}),
            json!({"size": "2"}),
            ".size: planned value \"2\" does not match config value \"1\" nor prior value \"0\"",
        ),
        (
            json!({"tags": {}}),
            json!({}),
            json!({"tags": {}}),
            ".tags: planned value {} for a non-computed attribute",
        ),
        (
            json!(null),
            json!({"secret": "1"}),
            json!({"secret": "2"}),
            ".secret: planned value (sensitive) does not match config value (sensitive)",
        ),
        (
            json!(null),
            json!({"one": {"key": "a"}}),
            json!({"one": {"key": "b"}}),
            ".one.key: planned value \"b\" does not match config value \"a\"",
        ),
        (
            json!(null),
            json!({"one": {"key": "a"}}),
            json!({}),
            ".one: planned for absence but config wants existence",
        ),
        (
            json!(null),
            json!({}),
            json!({"meta": {"key": "a"}}),
            ".meta: planned for existence but config wants absence",
        ),
        (
            json!(null),
            json!({"list": [{"key": "a"}]}),
            json!({"list": []}),
            ".list: count in plan 0 disagrees with count in config 1",
        ),
        (
            json!(null),
            json!({"rule": [{"key": "a"}, {"key": "b"}]}),
            json!({"rule": [{"key": "a"}, {"key": "c"}]}),
            ".rule[1].key: planned value \"c\" does not match config value \"b\"",
        ),
        (
            json!(null),
            json!({"map": {"k": {"key": "a"}}}),
            json!({"map": {"l": {"key": "a"}}}),
            ".map.l: is planned, but not in the configuration",
        ),
        (
            json!(null),
            json!({"set": [{"key": "a"}]}),
            json!({"set": [{"key": "b"}]}),
            ".set: planned set element {\"key\": \"b\", \"made\": null} matches nothing in config",
        ),
        (
            json!(null),
            json!({"bag": [{"key": "a"}, {"key": "b"}]}),
            json!({"bag": [{"key": "a"}]}),
            ".bag: configured set element {\"key\": \"b\", \"made\": null} is not planned",
        ),
        (
            json!(null),
            json!({"list": []}),
            json!({}),
            ".list: planned value null does not match config value []",
        ),
        (json!({}), json!({}), json!(null), "planned for absence but config wants existence"),
        (json!({}), json!(null), json!({}), "planned for existence but config wants absence"),
    ] {
        let found = problems(prior, config.clone(), planned.clone());
        assert_eq!(found.first().map(String::as_str), Some(expected), "{config} {planned}");
    }
}

#[test]
fn unknown_where_it_may_not_be() {
    let config = object(json!({"rule": [{"key": "a"}], "size": "1"}));
    let planned = |path: &str| {
        let config = Config::from(json!({"name": "n", "rule": [{"key": "a"}], "size": "1"})).unknown(path);
        config.resolve(&everything()).unwrap()
    };
    let none = Value::null(everything().ty());
    let problems = |planned: &Value| -> Vec<String> {
        check(&everything(), &none, &config, planned).iter().map(ToString::to_string).collect()
    };
    assert_eq!(problems(&planned("id")), [""; 0]);
    assert_eq!(
        problems(&planned("size")),
        [".size: planned value unknown does not match config value \"1\""]
    );
    assert_eq!(
        problems(&planned("rule")),
        [".rule: planned unknown, while the configuration says how many there are"]
    );
}
