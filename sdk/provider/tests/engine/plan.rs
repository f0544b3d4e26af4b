//! Plans.

use serde_json::{Value as Json, json};
use tf_sdk::Value;

use crate::lab::{Lab, begin, nothing, thing_block, value};

/// Some attributes of an object, in a form to compare.
fn some(object: &Value, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{:?}", object.get(name).unwrap())).collect()
}

fn thing(json: &Json) -> Value {
    value(&thing_block().object_type(), json)
}

#[tokio::test]
async fn a_creation_has_defaults_and_unknowns() {
    let lab = Lab::configured().await;
    let config = json!({
        "name": "n", "password": "canary", "number": 1,
        "disks": [{"label": "a"}, {"label": "b", "size": 7}],
        "lanes": [{"label": "x"}], "hosts": {"h": {"label": "y", "size": 3}}, "net": {"label": "z"},
        "rule": [{"port": 1, "cidr": [{"range": "r"}]}, {"port": 2, "protocol": "udp"}],
    });
    let plan = lab.plan(&nothing(), &config).await;
    begin(&plan.diagnostics, &[]);
    let want = thing(&json!({
        "id": "?", "name": "n", "size": 10, "revision": "?", "number": 1,
        "disks": [{"label": "a", "size": 1, "serial": "?"}, {"label": "b", "size": 7, "serial": "?"}],
        "lanes": [{"label": "x", "size": 1, "serial": "?"}],
        "hosts": {"h": {"label": "y", "size": 3, "serial": "?"}},
        "net": {"label": "z", "size": 1, "serial": "?"},
        "rule": [{"port": 1, "protocol": "tcp", "cidr": [{"range": "r"}]}, {"port": 2, "protocol": "udp"}],
    }));
    assert_eq!(plan.state.unwrap(), want);
    assert_eq!(plan.replace, Vec::<String>::new());
}

#[tokio::test]
async fn an_unchanged_thing_plans_empty() {
    let lab = Lab::configured().await;
    for config in [
        json!({"name": "n"}),
        json!({"name": "n", "password": "canary"}),
        json!({"name": "n", "text": "{\"a\":1}", "any": {"x": [1, "two"]}}),
        json!({"name": "n", "disks": [{"label": "a"}, {"label": "b"}], "hosts": {"h": {"label": "c"}}}),
        json!({"name": "n", "rule": [{"port": 1, "cidr": [{"range": "r"}, {"range": "s"}]}], "owner": {}}),
        json!({"name": "n", "number": 123_456_789, "ports": [3, 1, 2], "lanes": [], "disks": []}),
    ] {
        let state = lab.created(&config).await;
        let plan = lab.plan(&state, &config).await;
        begin(&plan.diagnostics, &[]);
        assert_eq!(plan.state.unwrap(), state, "{config}");
        assert_eq!(plan.replace, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_change_makes_unknown_what_is_computed_and_keeps_what_modifiers_keep() {
    let lab = Lab::configured().await;
    let before = json!({
        "name": "n", "disks": [{"label": "a"}, {"label": "b"}], "lanes": [{"label": "x"}], "text": "{\"a\":1}",
    });
    let state = lab.created(&before).await;
    let after = json!({
        "name": "n", "disks": [{"label": "b"}, {"label": "c"}], "lanes": [{"label": "y"}, {"label": "z"}],
        "text": "{ \"a\": 1 }",
    });
    let plan = lab.plan(&state, &after).await;
    begin(&plan.diagnostics, &[]);
    let want = thing(&json!({
        "id": "id-n", "name": "n", "size": 10, "revision": "?", "text": "{\"a\":1}",
        "disks": [{"label": "b", "size": 1, "serial": "sn-b"}, {"label": "c", "size": 1, "serial": "?"}],
        "lanes": [{"label": "y", "size": 1, "serial": "sn-x"}, {"label": "z", "size": 1, "serial": "?"}],
    }));
    assert_eq!(plan.state.unwrap(), want);
    assert_eq!(plan.replace, Vec::<String>::new());
}

#[tokio::test]
async fn only_another_form_is_no_change() {
    let lab = Lab::configured().await;
    let state = lab.created(&json!({"name": "n", "text": "{\"a\":1}"})).await;
    let plan = lab.plan(&state, &json!({"name": "n", "text": " {\"a\" : 1.0} "})).await;
    assert_eq!(plan.state.unwrap(), state);
}

#[tokio::test]
async fn a_default_comes_back_when_the_configuration_no_longer_says() {
    let lab = Lab::configured().await;
    let state = lab.created(&json!({"name": "n", "size": 50})).await;
    let plan = lab.plan(&state, &json!({"name": "n"})).await.state.unwrap();
    assert_eq!(some(&plan, &["size", "id", "revision"]), ["10", "\"id-n\"", "unknown(cty.Number)"]);
}

#[tokio::test]
async fn replacement_is_asked_for_where_something_changes() {
    let lab = Lab::configured().await;
    let rules = |port: i64| json!([{"port": 1}, {"port": port}]);
    for (before, after, want) in [
        (json!({"name": "n"}), json!({"name": "m"}), vec!["name"]),
        (json!({"name": "n"}), json!({"name": "n", "size": 3}), vec![]),
        (
            json!({"name": "n", "rule": rules(2)}),
            json!({"name": "n", "rule": rules(3)}),
            vec!["rule[1].port"],
        ),
        (
            json!({"name": "n", "rule": [{"port": 1}]}),
            json!({"name": "n", "rule": rules(3)}),
            vec!["rule[1].port"],
        ),
        (json!({"name": "replace-size"}), json!({"name": "replace-size", "note": "a"}), vec![]),
        (json!({"name": "replace-size"}), json!({"name": "replace-size", "size": 3}), vec!["size"]),
        (json!({"name": "n"}), json!({"name": "?"}), vec!["name"]),
    ] {
        let state = lab.created(&before).await;
        let plan = lab.plan(&state, &after).await;
        begin(&plan.diagnostics, &[]);
        assert_eq!(plan.replace, want, "{before} {after}");
    }
}

#[tokio::test]
async fn what_the_author_may_not_plan_is_reported() {
    let lab = Lab::configured().await;
    let invalid = "error: Provider produced invalid plan (The plan breaks Terraform's rules: ";
    for (config, want) in [
        (json!({"name": "plan-size"}), String::new()),
        (
            json!({"name": "plan-size", "size": 5}),
            format!("{invalid}size is planned as 99, but configured as 5"),
        ),
        (json!({"name": "plan-note"}), format!("{invalid}note is planned as \"c\", but configured as null")),
        (json!({"name": "plan-note", "note": "c"}), String::new()),
        (
            json!({"name": "plan-secret", "secret": "canary-1"}),
            format!("{invalid}the sensitive value planned for secret is not that of the configuration"),
        ),
        (json!({"name": "plan-error"}), "error: No plan".into()),
        // A configuration as a model: what is computed is unknown in it, or has its default.
        (json!({"name": "plan-model"}), "warning: Model (true 10)".into()),
        (json!({"name": "plan-password", "password": "canary-1"}), String::new()),
        (
            json!({"name": "plan-type"}),
            "error: Provider produced invalid object (The plan does not fit".into(),
        ),
        (
            json!({"name": "drop-lanes", "lanes": [{"label": "a"}]}),
            format!("{invalid}lanes is planned as null"),
        ),
        (json!({"name": "panic-plan"}), "error: The provider ended in a panic (panic: in plan at ".into()),
    ] {
        let plan = lab.plan(&nothing(), &config).await;
        match want.as_str() {
            "" => begin(&plan.diagnostics, &[]),
            want => begin(&plan.diagnostics, &[want]),
        }
        assert!(!format!("{:?}", plan.diagnostics).contains("canary"));
        if let Some(state) = plan.state {
            assert!(state.is_null() || state.get("password").unwrap().is_null());
        }
    }
}

#[tokio::test]
async fn a_destruction_is_planned_too() {
    let lab = Lab::configured().await;
    let state = lab.created(&json!({"name": "n"})).await;
    let plan = lab.plan_with(&state, &Json::Null, br#"{"a": 1}"#, &Json::Null).await;
    begin(&plan.diagnostics, &["warning: Destruction (Think twice.)"]);
    assert!(plan.state.unwrap().is_null());
    assert_eq!(plan.private, br#"{"a": 1}"#);
}

#[tokio::test]
async fn private_state_and_provider_meta_reach_the_author() {
    let lab = Lab::configured().await;
    let before = br#"{"z": 1.0, "a":2}"#;
    let meta = json!({"module": "m"});
    let plan = lab.plan_with(&nothing(), &json!({"name": "n"}), before, &meta).await;
    begin(&plan.diagnostics, &["warning: Module (m)"]);
    assert_eq!(plan.private, before, "byte for byte");
    let plan = lab.plan_with(&nothing(), &json!({"name": "plan-private"}), before, &Json::Null).await;
    assert_eq!(plan.private, br#"{"a":2,"planned":true,"z":1.0}"#);
}

#[tokio::test]
async fn unknown_configuration_stays_unknown() {
    let lab = Lab::configured().await;
    let config = json!({"name": "?", "disks": "?", "size": "?", "rule": "?", "lanes": [{"label": "?"}]});
    let plan = lab.plan(&nothing(), &config).await;
    begin(&plan.diagnostics, &[]);
    let want = thing(&json!({
        "id": "?", "name": "?", "size": "?", "revision": "?", "disks": "?", "rule": "?",
        "lanes": [{"label": "?", "size": 1, "serial": "?"}],
    }));
    assert_eq!(plan.state.unwrap(), want);
}

#[tokio::test]
async fn a_set_tells_apart_what_the_configuration_tells_apart() {
    let lab = Lab::configured().await;
    let config =
        json!({"name": "n", "disks": [{"label": "a"}, {"label": "a", "size": 5}, {"label": "b", "size": 1}]});
    let state = lab.created(&config).await;
    assert_eq!(state.get("disks").unwrap().len(), Some(3));
    assert_eq!(lab.plan(&state, &config).await.state.unwrap(), state);
}
