//! `foundry_env_variables`. The rules of choosing are tested beside the code, with environments of their own.

use serde_json::json;
use tf_testkit::{Config, Expected, known};

use crate::support::provider;

#[tokio::test]
async fn one_filter_at_most() {
    let provider = provider().await;
    for config in [
        json!({ "keys": ["A"], "prefix": "A" }),
        json!({ "keys": ["A"], "regex": "A" }),
        json!({ "prefix": "A", "regex": "A" }),
    ] {
        let failure = provider.read_data("foundry_env_variables", config).await.unwrap_err();
        failure.expect(Expected::summary("Invalid Attribute Combination"));
    }
    for (name, value) in [("transform_keys", "title"), ("transform_values", "")] {
        let failure = provider.read_data("foundry_env_variables", json!({ name: value })).await.unwrap_err();
        failure.expect(Expected::summary("Invalid Attribute Value Match").at_attribute(name));
    }
    let bad = Config::from(json!({ "regex": "(" })).unknown("exclude_empty");
    let failure = provider.read_data("foundry_env_variables", bad).await.unwrap_err();
    failure.expect(Expected::summary("Invalid Regular Expression").at_attribute("regex"));
}

#[tokio::test]
async fn a_filter_keeps_the_rest_out_of_state() {
    let provider = provider().await;
    let read = provider.read_data("foundry_env_variables", json!({ "keys": ["PATH"] })).await.unwrap();
    read.expect_value("values", known::map_size(1))
        .expect_value("all_values", known::map_size(1))
        .expect_value("sensitive_values", known::map_size(0))
        .expect_value("exclude_empty", true)
        .expect_value("case_sensitive", true)
        .expect_value("all_environment", known::null());
    let config = json!({ "keys": ["PATH"], "sensitive_keys": ["PATH"] });
    let read = provider.read_data("foundry_env_variables", config).await.unwrap();
    read.expect_value("values", known::map_size(0)).expect_value("sensitive_values", known::map_size(1));
}
