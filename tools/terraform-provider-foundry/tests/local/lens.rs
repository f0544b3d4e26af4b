//! `foundry_lens_jq` and the function `lens_jq`.

use serde_json::json;
use tf_sdk::Value;
use tf_testkit::{Config, Expected, Stage};

use crate::support::{configured, provider};

const LENS: &str = "foundry_lens_jq";

#[tokio::test]
async fn results_of_every_type() {
    let provider = provider().await;
    for (input, query, expected) in [
        (r#"{"a":[1,2,3]}"#, ".a | add", json!(6)),
        (r#"{"a":[1,2,3]}"#, ".a", json!([1, 2, 3])),
        ("[1,2]", ".[]", json!(1)),
        ("{}", "{x: .}", json!({ "x": {} })),
        ("null", ".", json!(null)),
    ] {
        let read = provider.read_data(LENS, json!({ "json_input": input, "query": query })).await.unwrap();
        read.expect_value("result", expected);
    }
}

#[tokio::test]
async fn errors_are_at_their_attribute() {
    let provider = provider().await;
    for (input, query, stage, summary, attribute) in [
        ("{", ".", Stage::Read, "Invalid JSON", "json_input"),
        ("1", ".[", Stage::Validate, "Invalid jq Program", "query"),
        ("1", "nosuch", Stage::Validate, "Invalid jq Program", "query"),
        ("1", ".a", Stage::Read, "jq Failed", "query"),
        ("1", "empty", Stage::Read, "Invalid Result of jq", "query"),
    ] {
        let config = json!({ "json_input": input, "query": query });
        let failure = provider.read_data(LENS, config).await.unwrap_err();
        assert_eq!(failure.stage, stage, "{query}");
        failure.expect(Expected::summary(summary).at_attribute(attribute));
    }
    // A program is checked before its input is known.
    let config = Config::from(json!({ "query": ".[" })).unknown("json_input");
    let failure = provider.read_data(LENS, config).await.unwrap_err();
    failure.expect(Expected::summary("Invalid jq Program").at_attribute("query"));
}

#[tokio::test]
async fn a_lens_can_be_switched_off() {
    let config = json!({ "json_input": "1", "query": "." });
    let provider = configured(json!({ "lens_enabled": false })).await;
    let failure = provider.read_data(LENS, config.clone()).await.unwrap_err();
    failure.expect(Expected::summary("Lens Is Disabled"));
    let provider = configured(json!({ "lens_enabled": true })).await;
    provider.read_data(LENS, config.clone()).await.unwrap().expect_value("result", 1);
    let unknown = tf_testkit::LocalProvider::new(terraform_provider_foundry::Foundry::default());
    let provider = unknown.configure(Config::from(json!({})).unknown("lens_enabled")).await.unwrap();
    let failure = provider.read_data(LENS, config).await.unwrap_err();
    failure.expect(Expected::summary("Provider Setting Not Known Yet").and_containing("lens_enabled"));
}

#[tokio::test]
async fn the_function() {
    let provider = provider().await;
    let input = Value::object([("a", Value::tuple([Value::from(1), Value::from(2)]))]);
    let result = provider.call("lens_jq", [input.clone(), Value::from(".a | add")]).await.unwrap();
    assert_eq!(result, Ok(Value::from(3)));
    for (query, words) in [("", "empty"), (".a |", "program ends"), (".b.c | error", "null")] {
        let called = provider.call("lens_jq", [input.clone(), Value::from(query)]).await.unwrap();
        let error = called.unwrap_err();
        assert!(error.text.contains(words), "{query}: {error}");
        assert_eq!(error.argument, Some(1), "{query}");
    }
    let null = [Value::null(tf_sdk::Type::Dynamic), Value::from("type")];
    assert_eq!(provider.call("lens_jq", null).await.unwrap(), Ok(Value::from("null")));
}
