//! The small resources, and those that only tests need.

use serde_json::json;
use tf_sdk::{Secret, Server};
use tf_testkit::terraform::Action;
use tf_testkit::{Canary, Config, Expected, LocalProvider, known};

use terraform_provider_foundry::Foundry;

use crate::support::{for_tests, provider};

#[tokio::test]
async fn a_token_lasts_for_an_hour() {
    let provider = provider().await;
    let mut token = provider.resource("foundry_timed_token");
    let created = token.apply(json!({ "name": "ci" })).await.unwrap();
    created.planned.expect_unknown("token").expect_unknown("expires_at").expect_unknown("id");
    created
        .expect_value(
            "token",
            known::string_regex(
                "^token-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
            ),
        )
        .expect_value("id", known::string_regex("^timed-token-id-"))
        .expect_value("expires_at", known::string_regex("^[0-9]{4}-.*Z$"));
    token.plan(json!({ "name": "ci" })).await.unwrap().expect_action(Action::NoOp);
    let replaced = token.apply(json!({ "name": "cd" })).await.unwrap();
    replaced.planned.expect_replaced_by("name");
    token.destroy().await.unwrap();
}

#[tokio::test]
async fn an_expired_token_is_replaced() {
    let provider = provider().await;
    let mut token = provider.resource("foundry_timed_token");
    let state = json!({ "name": "old", "id": "timed-token-id-1", "token": "token-1", "expires_at": "2020-01-01T00:00:00+00:00" });
    token.move_from("local/providers/pyvider", "pyvider_timed_token", 1, state).await.unwrap();
    let planned = token.plan(json!({ "name": "old" })).await.unwrap();
    planned.expect_action(Action::Replace).expect_replaced_by("expires_at").expect_unknown("token");
    let applied = token.apply(json!({ "name": "old" })).await.unwrap();
    applied.expect_value("token", known::string_regex("^token-[0-9a-f-]{36}$"));
    token.plan(json!({ "name": "old" })).await.unwrap().expect_action(Action::NoOp);
}

#[tokio::test]
async fn private_state_is_sealed_where_there_is_a_key() {
    let sealed = |key: Option<&str>| {
        let builder = Server::builder(Foundry::default());
        let builder = match key {
            Some(key) => builder.private_state_key(Secret::new(key.to_owned())),
            None => builder,
        };
        LocalProvider::of(builder.build())
    };
    for (key, is_sealed) in [(None, false), (Some("correct horse battery staple"), true)] {
        let provider = sealed(key).configure(json!({})).await.unwrap();
        let mut token = provider.resource("foundry_timed_token");
        token.apply(json!({ "name": "ci" })).await.unwrap();
        let has_token = token.private().windows(6).any(|bytes| bytes == b"token-");
        assert_eq!(has_token, !is_sealed);
        token.plan(json!({ "name": "ci" })).await.unwrap().expect_action(Action::NoOp);
    }
}

#[tokio::test]
async fn names_are_derived_and_warnings_given() {
    let provider = provider().await;
    for (config, name) in [
        (json!({ "name": "n" }), "n"),
        (json!({ "old_name": "o" }), "o"),
        (json!({ "name": "n", "old_name": "o" }), "n"),
        (json!({ "source_file": "f" }), "from_file:f"),
        (json!({ "source_file": "f", "old_name": "o" }), "from_file:f"),
    ] {
        let mut resource = provider.resource("foundry_warning_example");
        let applied = resource.apply(config.clone()).await.unwrap();
        applied.expect_value("name", name);
        applied.planned.expect_value("name", name);
        if config.get("old_name").is_some() {
            let warning = Expected::summary("Attribute Deprecated").at_attribute("old_name");
            applied.planned.expect_warning(warning.and_containing("Use name instead."));
        } else {
            assert!(applied.diagnostics.is_empty());
        }
        resource.plan(config).await.unwrap().expect_action(Action::NoOp);
    }
    let resource = provider.resource("foundry_warning_example");
    let failure = resource.validate(json!({ "name": "n", "source_file": "f" })).await.unwrap_err();
    failure.expect(Expected::summary("Invalid Attribute Combination").at_attribute("name"));
    let failure = resource.validate(json!({})).await.unwrap_err();
    failure.expect(Expected::summary("Missing Attribute Configuration"));
    let mut resource = provider.resource("foundry_warning_example");
    let planned = resource.plan(Config::from(json!({})).unknown("source_file")).await.unwrap();
    planned.expect_unknown("name");
    let applied = resource.apply_plan(planned, json!({ "source_file": "late" })).await.unwrap();
    applied.expect_value("name", "from_file:late");
    resource.apply(json!({ "old_name": "changed" })).await.unwrap().expect_value("name", "changed");
}

#[tokio::test]
async fn what_goes_into_private_state_comes_out() {
    let provider = for_tests().await;
    let mut resource = provider.resource("foundry_private_state_verifier");
    let applied = resource.apply(json!({ "input_value": "north" })).await.unwrap();
    applied.planned.expect_unknown("decrypted_token");
    applied.expect_value("decrypted_token", "SECRET_FOR_NORTH");
    let mut resource = provider.resource("foundry_private_state_verifier");
    let planned = resource.plan(Config::from(json!({})).unknown("input_value")).await.unwrap();
    let applied = resource.apply_plan(planned, json!({ "input_value": "süd" })).await.unwrap();
    applied.expect_value("decrypted_token", "SECRET_FOR_SÜD");
}

#[tokio::test]
async fn nested_things_are_given_back() {
    let provider = for_tests().await;
    let mut resource = provider.resource("foundry_nested_resource_test");
    let config = json!({
        "resource_name": "app",
        "configuration": { "a": [1, "x"] },
        "nested_configs": [
            { "service": "web", "port": 443, "protocol": "https", "ssl_enabled": true },
            { "service": "db", "port": 5432, "protocol": "tcp" },
        ],
    });
    let applied = resource.apply(config.clone()).await.unwrap();
    applied
        .expect_value("processed_data", json!({ "main_config": { "a": [1, "x"] }, "nested_count": 2 }))
        .expect_value("resource_id", "resource_app")
        .expect_value("exists", true);
    resource.plan(config).await.unwrap().expect_action(Action::NoOp);
    let applied = resource.apply(json!({ "resource_name": "b", "nested_configs": [] })).await.unwrap();
    applied.expect_value("processed_data", json!({ "main_config": {}, "nested_count": 0 }));
}

#[tokio::test]
async fn components_of_tests_are_hidden_from_users() {
    let provider = provider().await;
    for name in ["foundry_secret_note", "foundry_private_state_verifier", "foundry_nested_resource_test"] {
        assert!(provider.resource(name).validate(json!({})).await.is_err(), "{name}");
    }
    for name in ["foundry_simple_map_test", "foundry_mixed_map_test", "foundry_structured_object_test"] {
        assert!(provider.read_data(name, json!({})).await.is_err(), "{name}");
    }
}

#[tokio::test]
async fn maps_of_tests() {
    let provider = for_tests().await;
    let read =
        provider.read_data("foundry_simple_map_test", json!({ "input_data": { "b": "x", "a": "y" } })).await;
    read.unwrap()
        .expect_value("processed_data", json!({ "a": "Y", "b": "X" }))
        // SHA-256 of {"a":"Y","b":"X"}.
        .expect_value("data_hash", known::string_regex("^[0-9a-f]{64}$"));
    let read = provider.read_data("foundry_simple_map_test", json!({})).await.unwrap();
    read.expect_value("input_data", known::null()).expect_value("processed_data", json!({}));
    let input = json!({ "t": "x", "n": 1.5, "b": true, "l": [1] });
    let read = provider.read_data("foundry_mixed_map_test", json!({ "input_data": input })).await.unwrap();
    read.expect_value("processed_data", json!({ "t": "X", "n": 2.5, "b": true, "l": [1] }));
    for input in [json!("text"), json!([1]), json!(1)] {
        let failure =
            provider.read_data("foundry_mixed_map_test", json!({ "input_data": input })).await.unwrap_err();
        failure.expect(Expected::summary("Not a Map").at_attribute("input_data"));
    }
    let config = json!({ "config_name": "app", "metadata": { "k": "abc" } });
    let read = provider.read_data("foundry_structured_object_test", config).await.unwrap();
    read.expect_value("generated_config.settings", json!({ "k": "processed_abc" }))
        .expect_value("generated_config.numeric_settings", json!({ "num_k": 3 }))
        .expect_value("summary.total_keys", 1)
        .expect_value("summary.has_metadata", true)
        .expect_value("summary.config_hash", "a172cedc")
        .expect_value("summary.nested_info.level", 2);
}

#[tokio::test]
async fn tokens_stay_out_of_messages() {
    let canary = Canary::new("timed-canary-value").allowed_in_state("name");
    let provider = LocalProvider::new(Foundry::default()).canary(canary).configure(json!({})).await.unwrap();
    let mut token = provider.resource("foundry_timed_token");
    token.apply(json!({ "name": "timed-canary-value" })).await.unwrap();
}
