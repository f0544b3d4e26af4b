//! The provider's configuration, and `foundry_provider_config_reader`.

use serde_json::json;
use terraform_provider_foundry::Foundry;
use tf_components::Options;
use tf_sdk::lint::Lint;
use tf_testkit::{Config, Expected, LocalProvider, known};

use crate::support::{configured, for_tests};

const READER: &str = "foundry_provider_config_reader";

#[tokio::test]
async fn what_the_provider_works_with() {
    let read = configured(json!({})).await.read_data(READER, json!({})).await.unwrap();
    read.expect_value("api_endpoint", known::null())
        .expect_value("api_token", known::null())
        .expect_value("api_timeout", 30)
        .expect_value("api_retries", 3)
        .expect_value("api_insecure_skip_verify", false)
        .expect_value("api_headers", known::null());
    let config = json!({
        "api_endpoint": "https://api.example.com", "api_token": "t", "api_timeout": 1.5, "api_retries": 0,
        "api_insecure_skip_verify": true, "api_headers": { "X": "y" },
    });
    let read = configured(config).await.read_data(READER, json!({})).await.unwrap();
    read.expect_value("api_endpoint", "https://api.example.com")
        .expect_value("api_token", "t")
        .expect_value("api_timeout", known::number("1.5"))
        .expect_value("api_retries", 0)
        .expect_value("api_insecure_skip_verify", true)
        .expect_value("api_headers", json!({ "X": "y" }));
}

#[tokio::test]
async fn a_setting_that_is_unknown_is_named_when_it_is_needed() {
    let provider = LocalProvider::new(Foundry::default());
    let provider = provider.configure(Config::from(json!({})).unknown("api_endpoint")).await.unwrap();
    for (name, config) in [(READER, json!({})), ("foundry_http_api", json!({ "url": "http://127.0.0.1:1/" }))]
    {
        let failure = provider.read_data(name, config).await.unwrap_err();
        failure.expect(Expected::summary("Provider Setting Not Known Yet").and_containing("api_endpoint"));
    }
    // What needs no setting goes on.
    provider.read_data("foundry_file_info", json!({ "path": "." })).await.unwrap();
}

#[tokio::test]
async fn rules() {
    for (config, attribute) in [
        (json!({ "api_endpoint": "api.example.com" }), "api_endpoint"),
        (json!({ "api_timeout": 0 }), "api_timeout"),
        (json!({ "api_timeout": 301 }), "api_timeout"),
        (json!({ "api_retries": -1 }), "api_retries"),
        (json!({ "api_retries": 1.5 }), "api_retries"),
        (json!({ "foundry_testmode": true }), "foundry_testmode"),
    ] {
        let failure = LocalProvider::new(Foundry::default()).configure(config).await.err().unwrap();
        failure.expect(Expected::containing("").at_attribute(attribute));
    }
    let _tests = for_tests().await;
    let options = Options { audience: tf_components::Audience::Tests, ..Options::default() };
    LocalProvider::new(Foundry::new(options)).configure(json!({ "foundry_testmode": true })).await.unwrap();
}

#[test]
fn rules_have_names_of_their_own() {
    let lint = Lint::parse(
        "insecure-tls,insecure-http,world-writable-directory,long-lived-lease,security,reliability",
    );
    assert!(lint.unknown(tf_components::rules::RULES).is_empty());
}

/// What does not fit is not shown of an attribute that is sensitive.
#[tokio::test]
async fn a_sensitive_setting_that_does_not_fit_is_not_shown() {
    let config = json!({ "api_headers": { "X-Key": null } });
    let failure = LocalProvider::new(Foundry::default()).configure(config).await.unwrap_err();
    failure.expect(Expected::summary("Value Conversion").and_containing("is not of a form that it can have"));
}
