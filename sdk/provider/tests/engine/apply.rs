//! Creations, changes and destructions.

use serde_json::{Value as Json, json};
use tf_sdk::Value;

use crate::lab::{Lab, begin, nothing};

fn text<'v>(state: &'v Value, name: &str) -> Option<&'v str> {
    state.get(name).and_then(Value::as_str)
}

#[tokio::test]
async fn a_whole_life() {
    let lab = Lab::configured().await;
    let config = json!({"name": "n", "password": "canary", "lanes": [{"label": "x"}]});
    let made = lab.change(&nothing(), &config).await;
    begin(&made.diagnostics, &[]);
    assert_eq!(made.private, br#"{"created":"n"}"#);
    let state = made.state.unwrap();
    assert!(state.is_wholly_known());
    assert!(state.get("password").unwrap().is_null(), "write-only");
    let read = lab.read(&state, &made.private).await;
    assert_eq!((read.state.unwrap(), read.private), (state.clone(), made.private.clone()));
    let config = json!({"name": "n", "size": 11});
    let plan = lab.plan_with(&state, &config, &made.private, &Json::Null).await;
    let changed = lab.apply(&state, &plan.state.unwrap(), &config, &plan.private).await;
    begin(&changed.diagnostics, &[]);
    assert_eq!(changed.private, made.private);
    let destroyed = lab.apply(&changed.state.unwrap(), &nothing(), &Json::Null, &changed.private).await;
    begin(&destroyed.diagnostics, &[]);
    assert!(destroyed.state.unwrap().is_null());
    assert_eq!(destroyed.private, b"");
}

#[tokio::test]
async fn errors_of_a_creation_lose_nothing() {
    let lab = Lab::configured().await;
    for (name, want, saved) in [
        ("fail", vec!["error: API says no"], false),
        ("half", vec!["error: Half created"], true),
        ("told", vec!["error: Created, but"], true),
        ("warn", vec!["warning: Created with caveats"], true),
        ("panic-create", vec!["error: The provider ended in a panic (panic: in create at "], false),
        ("panic-half", vec!["error: The provider ended in a panic (panic: after saving at "], true),
    ] {
        let answer = lab.change(&nothing(), &json!({ "name": name })).await;
        begin(&answer.diagnostics, &want);
        let state = answer.state.unwrap();
        assert_eq!(!state.is_null(), saved, "{name}");
        assert!(state.is_wholly_known());
        if saved {
            assert_eq!(text(&state, "id"), Some(&*format!("id-{name}")));
            assert_eq!(answer.private, format!(r#"{{"created":"{name}"}}"#).into_bytes());
        }
    }
}

#[tokio::test]
async fn results_that_break_the_plan_are_reported_and_kept() {
    let lab = Lab::configured().await;
    let inconsistent = "error: Provider produced inconsistent result after apply (The provider did not do what was planned: ";
    let config = |name: &str, more: Json| {
        let mut config = json!({"name": name});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    for (config, what, at) in [
        (config("other-note", json!({"note": "a"})), "note was \"a\", but is now \"b\".", "note"),
        (config("other-note", json!({})), "note was absent, but is now present.", "note"),
        (
            config("other-secret", json!({"secret": "canary-1"})),
            "secret has another, sensitive value now.",
            "secret",
        ),
        (
            config("lost-lane", json!({"lanes": [{"label": "x"}]})),
            "lanes was of length 1, but is now of 0.",
            "lanes",
        ),
        (
            config("more-ports", json!({"ports": [1, 2]})),
            "ports has an element that was not planned.",
            "ports",
        ),
        (
            config("more-ports", json!({"ports": [1, 4]})),
            "ports has lost an element that was planned.",
            "ports",
        ),
        (
            config("other-disk", json!({"disks": [{"label": "a"}]})),
            "disks[...] was planned, but has vanished.",
            "disks",
        ),
    ] {
        let answer = lab.change(&nothing(), &config).await;
        begin(&answer.diagnostics, &[&format!("{inconsistent}{what}) at {at}")]);
        assert!(!format!("{:?}", answer.diagnostics).contains("canary"));
        assert!(!answer.state.unwrap().is_null(), "kept");
    }
}

#[tokio::test]
async fn results_within_the_plan_are_accepted() {
    let lab = Lab::configured().await;
    for (config, name, want) in [
        (json!({"name": "normalised", "text": "{\"a\":1}"}), "text", "\"{\\\"a\\\":1}\""),
        (json!({"name": "more-ports", "ports": [3, 2, 1]}), "ports", "{1, 2, 3}"),
        (json!({"name": "leak", "password": "canary"}), "password", "null(cty.String)"),
    ] {
        let known = json!({"name": config["name"], "password": config["password"]});
        let plan = lab.plan(&nothing(), &config).await;
        begin(&plan.diagnostics, &[]);
        let answer = lab.apply(&nothing(), &plan.state.unwrap(), &known, &plan.private).await;
        begin(&answer.diagnostics, &[]);
        assert_eq!(format!("{:?}", answer.state.unwrap().get(name).unwrap()), want);
    }
}

#[tokio::test]
async fn unknown_after_apply_is_reported_and_the_rest_saved() {
    let lab = Lab::configured().await;
    let answer = lab.change(&nothing(), &json!({"name": "unknown"})).await;
    begin(
        &answer.diagnostics,
        &["error: Provider returned invalid result object after apply (The provider returned id as unknown."],
    );
    let state = answer.state.unwrap();
    assert!(state.get("id").unwrap().is_null());
    assert_eq!(text(&state, "name"), Some("unknown"));
}

#[tokio::test]
async fn errors_of_a_change_keep_what_was() {
    let lab = Lab::configured().await;
    let before = lab.created(&json!({"name": "n"})).await;
    for (note, want, saved) in [
        ("a", "error: Update refused", None),
        ("b", "error: Half updated", Some("b")),
        ("c", "error: The provider ended in a panic (panic: in update at ", None),
    ] {
        let answer = lab.change(&before, &json!({"name": "n", "note": note})).await;
        begin(&answer.diagnostics, &[want]);
        let state = answer.state.unwrap();
        assert_eq!(text(&state, "note"), saved);
        if saved.is_none() {
            assert_eq!(state, before);
        }
    }
}

#[tokio::test]
async fn errors_of_a_destruction_keep_the_object() {
    let lab = Lab::configured().await;
    for (name, want) in [
        ("protected", "error: Cannot delete (object is protected)"),
        ("panic-delete", "error: The provider ended in a panic (panic: in delete at "),
    ] {
        let state = lab.created(&json!({ "name": name })).await;
        let answer = lab.apply(&state, &nothing(), &Json::Null, b"{\"k\":1}").await;
        begin(&answer.diagnostics, &[want]);
        assert_eq!(answer.state.unwrap(), state);
        assert_eq!(answer.private, b"{\"k\":1}");
    }
}

#[tokio::test]
async fn large_and_exact_values_survive() {
    let lab = Lab::configured().await;
    let long = "x".repeat(1 << 20);
    let digits = "123456789012345678901234567890123456789";
    let config = json!({"name": "n", "secret": long, "number": 1});
    let plan = lab.plan(&nothing(), &config).await;
    let exact = |object: &Value| {
        Value::object(object.entries().map(|(name, value)| match &**name {
            "number" => (name, Value::from(tf_sdk::Number::parse(digits).unwrap())),
            _ => (name, value.clone()),
        }))
    };
    let answer = lab.apply(&nothing(), &exact(&plan.state.unwrap()), &config, b"").await;
    begin(&answer.diagnostics, &[]);
    let state = answer.state.unwrap();
    assert_eq!(format!("{:?}", state.get("number").unwrap()), digits);
    assert_eq!(text(&state, "secret").map(str::len), Some(1 << 20));
}

#[tokio::test]
async fn what_runs_is_told_to_stop() {
    use tf_plugin_proto::tfplugin6::provider_server::Provider as _;
    let lab = Lab::configured().await;
    let (none, config) = (nothing(), json!({"name": "slow"}));
    // The change is polled first and waits; nothing but the stop ends it.
    let (answer, stopped) = tokio::join!(
        lab.change(&none, &config),
        lab.0.stop_provider(tonic::Request::new(Default::default()))
    );
    begin(&answer.diagnostics, &["error: Interrupted"]);
    assert!(answer.state.unwrap().is_null());
    assert_eq!(stopped.unwrap().into_inner().error, "");
}
