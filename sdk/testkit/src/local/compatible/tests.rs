//! Results that fit their plan, and more that do not.

use serde_json::{Value as Json, json};

use super::super::schema::fixtures::everything;
use super::*;
use crate::Config;

fn config(json: Json) -> Config {
    let mut json = json;
    json.as_object_mut().unwrap().entry("name").or_insert(json!("n"));
    Config::from(json)
}

fn object(config: impl Into<Config>) -> Value {
    config.into().resolve(&everything()).unwrap()
}

#[track_caller]
fn problems(planned: &Value, actual: &Value) -> Vec<String> {
    check(&everything(), planned, actual).iter().map(ToString::to_string).collect()
}

#[test]
fn what_was_unknown_may_become_anything() {
    for (planned, actual) in [
        (config(json!({})).unknown("id"), json!({"id": "i"})),
        (config(json!({})).unknown("id"), json!({})),
        (config(json!({"tags": {}})).unknown("tags.a"), json!({"tags": {"a": "x"}})),
        (config(json!({"one": {"key": "a"}})).unknown("one.made"), json!({"one": {"key": "a", "made": "m"}})),
        (
            config(json!({"set": [{"key": "a"}]})).unknown("set[0].made"),
            json!({"set": [{"key": "a", "made": "m"}]}),
        ),
        (config(json!({})).unknown("rule"), json!({"rule": [{"key": "a"}]})),
        (config(json!({"ports": [2, 1]})), json!({"ports": [1, 2]})),
        (config(json!({"password": "p"})), json!({})),
    ] {
        assert_eq!(problems(&object(planned.clone()), &object(config(actual))), [""; 0], "{planned:?}");
    }
}

#[test]
fn what_was_known_may_not_change() {
    for (planned, actual, expected) in [
        (json!({"size": "1"}), json!({"size": "2"}), ".size: was \"1\", but now \"2\""),
        (json!({"size": "1"}), json!({}), ".size: was \"1\", but now null"),
        (json!({}), json!({"size": "2"}), ".size: was null, but now \"2\""),
        (
            json!({"secret": "1"}),
            json!({"secret": "2"}),
            ".secret: inconsistent values for sensitive attribute",
        ),
        (json!({"tags": {"a": "1"}}), json!({"tags": {}}), ".tags: element a has vanished"),
        (json!({"tags": {}}), json!({"tags": {"a": "1"}}), ".tags: new element a has appeared"),
        (json!({"tags": {"a": "1"}}), json!({"tags": {"a": "2"}}), ".tags.a: was \"1\", but now \"2\""),
        (json!({"ports": [1]}), json!({"ports": [1, 2]}), ".ports: length changed from 1 to 2"),
        (
            json!({"ports": [1]}),
            json!({"ports": [2]}),
            ".ports: planned set element 1 does not correlate with any element in actual",
        ),
        (json!({"one": {"key": "a"}}), json!({"one": {"key": "b"}}), ".one.key: was \"a\", but now \"b\""),
        (json!({"one": {"key": "a"}}), json!({}), ".one: was {\"key\": \"a\", \"made\": null}, but now null"),
        (json!({"meta": {"key": "a"}}), json!({}), ".meta: was present, but now absent"),
        (json!({}), json!({"meta": {"key": "a"}}), ".meta: was absent, but now present"),
        (json!({"rule": [{"key": "a"}]}), json!({"rule": []}), ".rule: count changed from 1 to 0"),
        (
            json!({"list": [{"key": "a"}]}),
            json!({"list": [{"key": "b"}]}),
            ".list[0].key: was \"a\", but now \"b\"",
        ),
        (json!({"by": {"k": {"key": "a"}}}), json!({"by": {"l": {"key": "a"}}}), ".by.k: has vanished"),
    ] {
        let found = problems(&object(config(planned.clone())), &object(config(actual)));
        assert_eq!(found.first().map(String::as_str), Some(expected), "{planned}");
    }
    let none = Value::null(everything().ty());
    let some = object(config(json!({})));
    assert_eq!(problems(&none, &some), ["was absent, but now present"]);
    assert_eq!(problems(&some, &none), ["was present, but now absent"]);
    assert_eq!(problems(&none, &none), [""; 0]);
}

#[test]
fn a_promise_about_an_unknown_value_holds() {
    let planned =
        Value::unknown(tf_cty::Type::String).refine().not_null().string_prefix("item-").build().unwrap();
    let with = |id: Value| {
        let entries =
            object(config(json!({}))).entries().map(|(n, v)| (n.clone(), v.clone())).collect::<Vec<_>>();
        Value::object(entries.into_iter().chain([("id".into(), id)]))
    };
    assert_eq!(problems(&with(planned.clone()), &with("item-1".into())), [""; 0]);
    assert_eq!(problems(&with(planned), &with("other".into())), [".id: was unknown, which \"other\" is not"]);
}

#[test]
fn unknown_and_written_places_are_found() {
    let value = object(config(json!({"list": [{"key": "a"}]})).unknown("id").unknown("list[0].made"));
    let places = |paths: Vec<Path>| wire_names(&paths);
    assert_eq!(places(unknowns(&value)), ["id", "list[0].made"]);
    let value = object(config(json!({"password": "p"})));
    assert_eq!(places(written(&everything(), &value, &Path::new())), ["password"]);
    assert_eq!(places(written(&everything(), &object(config(json!({}))), &Path::new())), [""; 0]);
}

fn wire_names(paths: &[Path]) -> Vec<String> {
    paths.iter().map(|path| crate::attribute::AttributePath::from(path).to_string()).collect()
}
