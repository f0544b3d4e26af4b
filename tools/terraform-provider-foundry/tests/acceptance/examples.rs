//! The examples that the documentation shows: each is applied, plans nothing the second time, and is destroyed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;
use serde_json::{Value as Json, json};
use terraform_provider_foundry::Foundry;
use tf_testkit::{Expected, Step, known};

use crate::support::case;

fn examples(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(kind)
}

fn read(kind: &str, name: &str, file: &str) -> String {
    fs::read_to_string(examples(kind).join(name).join(file)).unwrap()
}

fn names(kind: &str) -> Vec<String> {
    let entries = fs::read_dir(examples(kind)).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn resource(name: &str) -> Step {
    Step::config(&read("resources", name, "resource.tf"))
}

fn data(name: &str) -> Step {
    Step::config(&read("data-sources", name, "data-source.tf"))
}

#[test]
fn every_component_has_an_example() {
    let Some(terraform) = tf_testkit::terraform::Terraform::or_skip() else { return };
    let mut workspace = tf_testkit::terraform::Workspace::new(&terraform, crate::support::source()).unwrap();
    workspace.set_env(Foundry::TEST_MODE, "true");
    workspace.configure("").unwrap();
    let printed = workspace.provider_schemas().unwrap();
    let schema = printed["provider_schemas"].as_object().unwrap().values().next().unwrap();
    for (kind, folder) in [
        ("resource_schemas", "resources"),
        ("data_source_schemas", "data-sources"),
        ("ephemeral_resource_schemas", "ephemeral-resources"),
        ("functions", "functions"),
    ] {
        let components: Vec<String> = schema[kind].as_object().unwrap().keys().cloned().collect();
        assert_eq!(names(folder), components, "{kind}");
    }
}

#[test]
fn file_content() {
    case()
        .step(
            resource("foundry_file_content").expect_output(
                "motd_sha256",
                "59d6413948a585db9a15042888fcd7ca4c85416ac2f71f1a80c9c83df78b3a56",
            ),
        )
        .step(Step::import("foundry_file_content.motd").id("etc/motd"))
        .run();
}

#[test]
fn local_directory() {
    case()
        .step(
            resource("foundry_local_directory")
                .expect_output("cache_path", known::string_regex("/var/cache/app$")),
        )
        .step(Step::import("foundry_local_directory.cache").id("var/cache/app"))
        .run();
}

#[test]
fn timed_token() {
    case()
        .step(resource("foundry_timed_token").expect_output("deploy_token", known::string_regex("^token-")))
        .run();
}

#[test]
fn warning_example() {
    let warning = Expected::summary("Attribute Deprecated").and_containing("Use name instead.");
    case()
        .step(
            resource("foundry_warning_example")
                .expect_warning(warning)
                .expect_output("names", json!(["billing", "from_file:names.txt"])),
        )
        .run();
}

#[test]
fn components_of_tests() {
    for (step, output, expected) in [
        (
            resource("foundry_nested_resource_test"),
            "processed",
            json!({ "main_config": { "region": "north", "sizes": [1, 2] }, "nested_count": 1 }),
        ),
        (resource("foundry_private_state_verifier"), "decrypted", json!("SECRET_FOR_NORTH")),
        (data("foundry_simple_map_test"), "shout", json!("HELLO")),
        (data("foundry_mixed_map_test"), "mixed", json!({ "greeting": "HELLO", "count": 42, "done": true })),
        (data("foundry_structured_object_test"), "settings", json!({ "owner": "processed_ann" })),
    ] {
        case().env(Foundry::TEST_MODE, "true").step(step.expect_output(output, expected)).run();
    }
}

#[test]
fn env_variables() {
    case()
        .env("APP_NAME", "demo")
        .env("APP_TOKEN", "t0p")
        .step(
            data("foundry_env_variables")
                .expect_output("names", json!(["app_name"]))
                .expect_output("token", "t0p"),
        )
        .run();
}

#[test]
fn data_sources() {
    case()
        .step(data("foundry_file_info").expect_output("here", known::string_regex("^[^ ]+ 0o[0-7]+$")))
        .run();
    case().step(data("foundry_lens_jq").expect_output("adults", json!(["ann"]))).run();
    case()
        .step(
            data("foundry_provider_config_reader").expect_output("api", "https://api.example.com/v1 in 30 s"),
        )
        .run();
}

#[test]
fn http_api() {
    // Nothing listens there: a message, and no error.
    case()
        .step(
            data("foundry_http_api")
                .variable("url", "http://127.0.0.1:1/health")
                .expect_output("health", known::string_regex("no response")),
        )
        .run();
}

#[test]
fn lease() {
    case().step(Step::config(&read("ephemeral-resources", "foundry_lease", "ephemeral-resource.tf"))).run();
}

/// All examples of functions at once: their outputs have names of their own.
#[test]
fn functions() {
    let mut config = String::new();
    for name in names("functions") {
        config += &read("functions", &name, "function.tf");
    }
    let expected = fs::read_to_string(examples("functions").join("expected.json")).unwrap();
    let expected: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&expected).unwrap();
    let outputs = config.lines().filter(|line| line.starts_with("output ")).count();
    assert_eq!(outputs, expected.len());
    let step = Step::config(&config);
    let step = expected.iter().fold(step, |step, (name, value)| match value.get() {
        // Every digit counts.
        digits if digits.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            step.expect_output(name, known::number(digits))
        }
        text => step.expect_output(name, serde_json::from_str::<Json>(text).unwrap()),
    });
    case().env(Foundry::TEST_MODE, "true").step(step).run();
}
