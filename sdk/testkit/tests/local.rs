//! The lane in the process, against a provider by hand that keeps Terraform's rules or breaks them.

#[path = "support/scripted.rs"]
mod scripted;

use std::sync::Arc;

use scripted::{Scripted, error, thing, with};
use serde_json::json;
use tf_cty::{Type, Value};
use tf_testkit::terraform::Action;
use tf_testkit::{Canary, Config, Expected, Failure, LocalProvider, Stage, known};

fn provider(change: impl FnOnce(&mut Scripted)) -> LocalProvider<Scripted> {
    let mut scripted = Scripted::default();
    change(&mut scripted);
    LocalProvider::of(scripted)
}

fn errors(failure: &Failure) -> Vec<String> {
    failure.diagnostics.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_whole_life() {
    let scripted = Scripted::default();
    let provider = LocalProvider::of(scripted.clone()).configure(json!({})).await.unwrap();
    assert_eq!(scripted.take_calls(), ["schema", "validate provider", "configure"]);

    let mut thing = provider.resource("acc_thing");
    let created = thing.apply(json!({"name": "a", "password": "once"})).await.unwrap();
    created.expect_action(Action::Create).expect_value("id", "thing-a").expect_value("size", 10);
    created.planned.expect_unknown("id").expect_value("name", "a").expect_value("password", known::null());
    assert_eq!(scripted.take_calls(), ["validate", "plan", "plan", "create"]);
    assert_eq!(thing.private(), b"{\"made\":true}");

    thing.apply(json!({"name": "a"})).await.unwrap().expect_action(Action::NoOp);
    assert_eq!(scripted.take_calls(), ["validate", "upgrade", "read", "plan"]);

    let updated = thing.apply(json!({"name": "a", "size": 20})).await.unwrap();
    updated.expect_action(Action::Update).expect_value("size", 20).expect_value("id", "thing-a");
    assert_eq!(scripted.take_calls(), ["validate", "upgrade", "read", "plan", "plan", "update"]);

    thing.verify_import("thing-a", &["size"]).await.unwrap();
    scripted.take_calls();

    let replaced = thing.apply(json!({"name": "b"})).await.unwrap();
    replaced.expect_action(Action::Replace).expect_value("id", "thing-b");
    replaced.planned.expect_replaced_by("name");
    assert_eq!(
        scripted.take_calls(),
        ["validate", "upgrade", "read", "plan", "plan", "delete", "plan", "create"]
    );

    thing.destroy().await.unwrap();
    assert_eq!(scripted.take_calls(), ["upgrade", "read", "plan", "delete"]);
    assert!(thing.state().is_none());
    thing.destroy().await.unwrap();
    assert_eq!(scripted.take_calls(), [""; 0]);
}

#[tokio::test]
async fn an_object_that_is_gone_is_created_again() {
    let provider = provider(|s| s.read = Arc::new(|value| Value::null(value.ty().clone())));
    let mut thing = provider.resource("acc_thing");
    thing.apply(json!({"name": "a"})).await.unwrap();
    let planned = thing.plan(json!({"name": "a"})).await.unwrap();
    planned.expect_action(Action::Create);
    assert!(thing.refresh().await.unwrap().is_gone());
}

#[tokio::test]
async fn a_configuration_that_becomes_known_while_applying() {
    let provider = provider(|_| ());
    let mut thing = provider.resource("acc_thing");
    let planned = thing.plan(Config::from(json!({"name": "a"})).unknown("size")).await.unwrap();
    planned.expect_unknown("size");
    let applied = thing.apply_plan(planned, json!({"name": "a", "size": 5})).await.unwrap();
    applied.expect_value("size", 5);
}

#[tokio::test]
async fn what_terraform_refuses_before_it_asks() {
    let provider = provider(|_| ());
    let mut thing = provider.resource("acc_thing");
    let failure = thing.apply(json!({"size": "many"})).await.unwrap_err();
    assert_eq!(failure.stage, Stage::Config);
    failure.expect(Expected::summary("Missing required argument").at_attribute("name"));
    failure.expect(Expected::summary("Incorrect attribute value type").at_attribute("size").at("acc_thing"));
    let failure = provider.resource("acc_other").apply(json!({})).await.unwrap_err();
    assert_eq!(failure.stage, Stage::Schema);
    assert!(
        failure.to_string().contains("has no resource type \"acc_other\"; it has: acc_thing"),
        "{failure}"
    );
}

#[tokio::test]
async fn what_the_provider_says_is_a_failure_of_its_stage() {
    let provider = provider(|_| ());
    let failure = provider.resource("acc_thing").apply(json!({"name": "bad"})).await.unwrap_err();
    assert_eq!(failure.to_string(), "acc_thing: validating failed\n  error: Bad name (at name)");
    failure.expect("Bad").expect(Expected::summary("Bad name").at_attribute("name"));
}

#[tokio::test]
async fn plans_that_break_the_rules() {
    type Change = fn(Value) -> Value;
    let cases: [(Change, &str); 4] = [
        (
            |planned| with(&planned, "name", "other"),
            "Provider produced invalid plan: acc_thing.name: planned value \"other\" does not match config value \"a\". (at name)",
        ),
        (
            |planned| with(&planned, "secret", "found"),
            "Provider produced invalid plan: acc_thing.secret: planned value (sensitive) for a non-computed attribute. (at secret)",
        ),
        (
            |planned| with(&planned, "password", "kept"),
            "Provider produced invalid plan: The provider gave values for write-only attributes, which must be null: password.",
        ),
        (
            |planned| Value::null(planned.ty().clone()),
            "Provider produced invalid plan: acc_thing: planned for absence but config wants existence.",
        ),
    ];
    for (change, expected) in cases {
        let provider = provider(|s| s.plan = Arc::new(change));
        let failure = provider.resource("acc_thing").plan(json!({"name": "a"})).await.unwrap_err();
        assert_eq!(failure.stage, Stage::Plan);
        assert_eq!(errors(&failure), [expected]);
    }
}

#[tokio::test]
async fn replacement_by_what_is_not_there() {
    let provider = provider(|s| s.replace = vec!["nothing"]);
    let mut thing = provider.resource("acc_thing");
    thing.apply(json!({"name": "a"})).await.unwrap();
    let failure = thing.plan(json!({"name": "b"})).await.unwrap_err();
    failure.expect(
        Expected::summary("Provider produced invalid plan").and_containing("by nothing, and there is"),
    );
}

#[tokio::test]
async fn results_that_break_the_plan() {
    type Change = fn(Value) -> Value;
    let cases: [(Change, &str); 4] = [
        (
            |state| with(&state, "size", 11),
            "Provider produced inconsistent result after apply: acc_thing.size: was 10, but now 11. (at size)",
        ),
        (
            |state| with(&state, "id", Value::unknown(Type::String)),
            "Provider returned invalid result object after apply: After the apply these are still unknown: id.",
        ),
        (
            |state| with(&state, "password", "kept"),
            "Write-only attribute set: The provider gave values for write-only attributes, which must be null: password.",
        ),
        (
            |state| Value::null(state.ty().clone()),
            "Provider produced inconsistent result after apply: acc_thing: was present, but now absent.",
        ),
    ];
    for (change, expected) in cases {
        let provider = provider(|s| s.apply = Arc::new(change));
        let failure = provider.resource("acc_thing").apply(json!({"name": "a"})).await.unwrap_err();
        assert_eq!(failure.stage, Stage::Apply);
        assert_eq!(errors(&failure), [expected]);
    }
}

#[tokio::test]
async fn what_is_half_created_is_kept_and_replaced() {
    let provider = provider(|s| s.said = vec![error("Half created", "id")]);
    let mut thing = provider.resource("acc_thing");
    let failure = thing.apply(json!({"name": "a"})).await.unwrap_err();
    failure.expect("Half created");
    assert_eq!(failure.saved.as_ref().and_then(|state| state.get("id")), Some(&Value::from("thing-a")));
    assert!(thing.is_tainted());
    thing.plan(json!({"name": "a"})).await.unwrap().expect_action(Action::Replace);
}

#[tokio::test]
async fn reading_gives_no_unknown_values() {
    let provider = provider(|s| s.read = Arc::new(|value| with(&value, "id", Value::unknown(Type::String))));
    let failure = provider.resource("acc_thing").import("thing-a").await.unwrap_err();
    assert_eq!(errors(&failure), ["Provider produced invalid object: After reading these are unknown: id."]);
    let failure = provider.read_data("acc_thing", json!({"name": "a"})).await.unwrap_err();
    failure.expect("these are unknown: id");
    let failure = provider.open("acc_thing", json!({"name": "a"})).await.unwrap_err();
    failure.expect("These are unknown: id");
}

#[tokio::test]
async fn imports() {
    let provider = provider(|_| ());
    let mut thing = provider.resource("acc_thing");
    thing.import("thing-a").await.unwrap().expect_value("name", "a");
    let mut other = provider.resource("acc_thing");
    other.apply(json!({"name": "a", "size": 5, "secret": "s"})).await.unwrap();
    let failure = other.verify_import("thing-a", &[]).await.unwrap_err();
    assert_eq!(
        errors(&failure),
        [
            "Imported value differs: The sensitive value is another. (at secret)",
            "Imported value differs: expected 5, found 10. (at size)",
        ]
    );
    let gone = self::provider(|s| s.read = Arc::new(|value| Value::null(value.ty().clone())));
    let failure = gone.resource("acc_thing").import("thing-a").await.unwrap_err();
    failure.expect(Expected::summary("Cannot import non-existent remote object"));
}

#[tokio::test]
async fn upgrades_and_moves() {
    let provider = provider(|_| ());
    let mut thing = provider.resource("acc_thing");
    thing.upgrade(0, json!({"id": "thing-a", "title": "a"})).await.unwrap().expect_value("name", "a");
    thing.plan(json!({"name": "a", "size": 1})).await.unwrap().expect_action(Action::NoOp);
    let state = json!({"id": "thing-b", "name": "b", "password": null, "secret": null, "size": 1});
    let mut moved = provider.resource("acc_thing");
    moved.move_from("local/test/acc", "acc_old", 0, state.clone()).await.unwrap().expect_value("name", "b");
    let failure = moved.move_from("local/test/acc", "acc_else", 0, state).await.unwrap_err();
    failure.expect(Expected::summary("Unable to Move Resource State"));
}

#[tokio::test]
async fn data_sources_functions_and_ephemeral_resources() {
    let provider = provider(|_| ());
    provider.read_data("acc_thing", json!({"name": "a"})).await.unwrap().expect_value("id", "found");
    let deferred = provider.read_data("acc_thing", Config::from(json!({})).unknown("name")).await.unwrap();
    deferred.expect_value("id", known::unknown());

    assert_eq!(provider.call("sum", [1, 2, 3]).await.unwrap().unwrap(), Value::from(6));
    let none: [i32; 0] = [];
    assert_eq!(
        provider.call("sum", none).await.unwrap().unwrap_err().text,
        "there is no argument for \"first\""
    );
    let refused = provider.call("sum", [json!(1), json!("x")]).await.unwrap().unwrap_err();
    assert_eq!((refused.argument, refused.text.as_str()), (Some(1), "rest: a number is required"));
    let refused = provider.call("sum", [json!(null)]).await.unwrap().unwrap_err();
    assert_eq!((refused.argument, refused.text.as_str()), (Some(0), "first: argument must not be null"));
    assert!(!provider.call("sum", [Value::dynamic()]).await.unwrap().unwrap().is_known());
    assert_eq!(provider.call("product", none).await.unwrap_err().stage, Stage::Schema);

    let mut open = provider.open("acc_thing", json!({"name": "a"})).await.unwrap();
    open.expect_value("id", "open");
    open.renew().await.unwrap();
    open.renew().await.unwrap();
    open.close().await.unwrap();
    let open = provider.open("acc_thing", json!({"name": "a"})).await.unwrap();
    open.close().await.unwrap_err().expect("Not renewed twice");
}

#[tokio::test]
async fn secrets_are_found_in_state_private_state_and_diagnostics() {
    const SECRET: &str = "correct-horse";
    let config = || json!({"name": "a", "secret": SECRET});
    let leaky = |change: fn(&mut Scripted), canary: Canary| provider(change).canary(canary);
    let allowed = || Canary::new(SECRET).allowed_in_state("secret");
    leaky(|_| (), allowed()).resource("acc_thing").apply(config()).await.unwrap();
    for (change, canary, place) in [
        ((|_| ()) as fn(&mut Scripted), Canary::new(SECRET), "in the plan at secret"),
        (
            |s| s.private = b"{\"k\":\"Y29ycmVjdC1ob3JzZQ==\"}",
            allowed(),
            "in the private state at k, in base64",
        ),
        (|s| s.said = vec![error("Bad key correct-horse", "secret")], allowed(), "in a diagnostic at line 1"),
        (|s| s.apply = Arc::new(|state| with(&state, "id", SECRET)), allowed(), "in the state at id"),
    ] {
        let failure = leaky(change, canary).resource("acc_thing").apply(config()).await.unwrap_err();
        assert_eq!(failure.stage, Stage::Canary, "{failure}");
        assert!(failure.to_string().contains(place), "{place}: {failure}");
        assert!(!failure.to_string().contains(SECRET), "{failure}");
    }
}

#[tokio::test]
#[should_panic(expected = "acc_thing: expected update, the plan is to create")]
async fn an_action_that_is_not_planned() {
    let provider = provider(|_| ());
    let planned = provider.resource("acc_thing").plan(json!({"name": "a"})).await.unwrap();
    planned.expect_action(Action::Update);
}

#[tokio::test]
#[should_panic(expected = "acc_thing, size: expected 11, found 10")]
async fn a_value_that_is_another() {
    let provider = provider(|_| ());
    provider.resource("acc_thing").apply(json!({"name": "a"})).await.unwrap().expect_value("size", 11);
}

#[tokio::test]
#[should_panic(expected = "an error containing \"good\" was expected, but acc_thing: validating failed")]
async fn an_error_that_is_another() {
    let provider = provider(|_| ());
    provider.resource("acc_thing").apply(json!({"name": "bad"})).await.unwrap_err().expect("good");
}

#[tokio::test]
#[should_panic(expected = "acc_thing: a warning containing \"careful\" was expected; there were none")]
async fn a_warning_that_does_not_come() {
    let provider = provider(|_| ());
    provider.resource("acc_thing").apply(json!({"name": "a"})).await.unwrap().expect_warning("careful");
}

#[tokio::test]
async fn a_panic_of_the_provider_is_a_diagnostic() {
    let provider = provider(|s| s.plan = Arc::new(|_| panic!("oh no")));
    let failure = provider.resource("acc_thing").plan(json!({"name": "a"})).await.unwrap_err();
    failure.expect("oh no").expect("panic");
    assert_eq!(thing().friendly_name(), "object");
}

#[tokio::test]
async fn a_life_takes_milliseconds() {
    let provider = provider(|_| ()).configure(json!({})).await.unwrap();
    let rounds = 100;
    let begin = std::time::Instant::now();
    for _ in 0..rounds {
        let mut thing = provider.resource("acc_thing");
        thing.apply(json!({"name": "a"})).await.unwrap();
        thing.plan(json!({"name": "a"})).await.unwrap().expect_action(Action::NoOp);
        thing.apply(json!({"name": "a", "size": 5})).await.unwrap();
        thing.verify_import("thing-a", &["size"]).await.unwrap();
        thing.destroy().await.unwrap();
    }
    println!("create, plan, update, import, destroy: {:?} a round", begin.elapsed() / rounds);
}
