//! What the provider has, held against the seed's published schema: the same names and types but for what is listed here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use terraform_provider_foundry::Foundry;
use tf_sdk::{Provider, schema_is_valid};
use tf_testkit::terraform::{ProviderSource, Terraform, Workspace};

const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-foundry");

/// Attributes that differ on purpose: where, which, and what differs there.
const DIFFERENT: &[(&str, &str, &str)] = &[
    // Provider settings are never computed: what they are by default is documented, and provider_config_reader shows it.
    ("provider", "api_insecure_skip_verify", "computed"),
    ("provider", "api_retries", "computed"),
    ("provider", "api_timeout", "computed"),
    ("provider", "lens_enabled", "computed"),
    ("provider", "foundry_testmode", "computed"),
    // It has no effect, and says so.
    ("provider", "lens_jq_path", "deprecated"),
    // What may hold a secret is not shown.
    ("foundry_env_variables", "all_environment", "sensitive"),
    ("foundry_env_variables", "all_values", "sensitive"),
    ("foundry_http_api", "headers", "sensitive"),
    ("foundry_provider_config_reader", "api_headers", "sensitive"),
    ("provider", "api_headers", "sensitive"),
    // Results cannot be configured.
    ("foundry_http_api", "content_type", "optional"),
    ("foundry_http_api", "error_message", "optional"),
    ("foundry_http_api", "header_count", "optional"),
    ("foundry_http_api", "response_body", "optional"),
    ("foundry_http_api", "response_headers", "optional"),
    ("foundry_http_api", "response_time_ms", "optional"),
    ("foundry_http_api", "status_code", "optional"),
    // Objects rather than nested attributes: both versions of the protocol have them.
    ("foundry_structured_object_test", "generated_config", "type"),
    ("foundry_structured_object_test", "summary", "type"),
];

/// `terraform providers schema -json` of the binary, with or without the components of tests.
fn printed(test_mode: &str) -> Option<Json> {
    let source = ProviderSource::dev_override(Foundry::ADDRESS, BINARY).unwrap();
    let mut workspace = Workspace::new(&Terraform::or_skip()?, source).unwrap();
    workspace.set_env(Foundry::TEST_MODE, test_mode);
    workspace.configure("").unwrap();
    let printed = workspace.provider_schemas().unwrap();
    Some(printed["provider_schemas"].as_object().unwrap().values().next().unwrap().clone())
}

/// The seed's, with our names.
fn seeds(text: &str) -> Json {
    let schema: Json = serde_json::from_str(&text.replace("pyvider_", "foundry_")).unwrap();
    schema["provider_schemas"].as_object().unwrap().values().next().unwrap().clone()
}

type Attributes = BTreeMap<(String, String), Json>;

/// Every attribute of every component, by both names, and blocks as attributes of their own names.
fn attributes(schema: &Json) -> Attributes {
    let mut all = Attributes::new();
    let mut add = |component: &str, block: &Json| {
        collect(component, "", block, &mut all);
    };
    add("provider", &schema["provider"]["block"]);
    for kind in ["resource_schemas", "data_source_schemas", "ephemeral_resource_schemas"] {
        for (name, component) in schema[kind].as_object().into_iter().flatten() {
            add(name, &component["block"]);
        }
    }
    all
}

fn collect(component: &str, prefix: &str, block: &Json, all: &mut Attributes) {
    for (name, attribute) in block["attributes"].as_object().into_iter().flatten() {
        all.insert((component.to_owned(), format!("{prefix}{name}")), attribute.clone());
    }
    for (name, nested) in block["block_types"].as_object().into_iter().flatten() {
        collect(component, &format!("{prefix}{name}."), &nested["block"], all);
    }
}

/// The keys of two attributes that differ, descriptions aside.
fn differences(ours: &Json, theirs: &Json) -> Vec<&'static str> {
    let keys = ["type", "required", "optional", "computed", "sensitive", "write_only", "deprecated"];
    keys.into_iter().filter(|key| ours.get(key) != theirs.get(key)).collect()
}

#[test]
fn the_schema_is_the_seeds() {
    for (test_mode, text) in [
        ("true", include_str!("../../../../test-fixtures/components/pyvider-testmode.json")),
        ("false", include_str!("../../../../test-fixtures/components/pyvider.json")),
    ] {
        let Some(ours) = printed(test_mode) else { return };
        let theirs = seeds(text);
        let (own, seed) = (attributes(&ours), attributes(&theirs));
        assert_eq!(own.keys().collect::<Vec<_>>(), seed.keys().collect::<Vec<_>>());
        for ((component, attribute), value) in &own {
            let expected: Vec<_> = DIFFERENT
                .iter()
                .filter(|(c, a, _)| c == component && a == attribute)
                .map(|(_, _, key)| *key)
                .collect();
            let found = differences(value, &seed[&(component.clone(), attribute.clone())]);
            assert_eq!(found, expected, "{component}.{attribute}: {value}");
        }
        let names = |schema: &Json| -> BTreeSet<String> {
            schema["functions"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&ours), names(&theirs));
    }
}

#[test]
fn everything_is_described() {
    let Some(schema) = printed("true") else { return };
    let described = |value: &Json| value["description"].as_str().is_some_and(|text| !text.is_empty());
    for ((component, attribute), value) in attributes(&schema) {
        assert!(described(&value), "{component}.{attribute} has no description");
    }
    for kind in ["resource_schemas", "data_source_schemas", "ephemeral_resource_schemas"] {
        for (name, component) in schema[kind].as_object().into_iter().flatten() {
            assert!(described(&component["block"]), "{name} has no description");
            assert_eq!(component["version"], 1, "{name}");
        }
    }
    for (name, function) in schema["functions"].as_object().into_iter().flatten() {
        assert!(described(function), "{name} has no description");
        assert!(!function["summary"].as_str().unwrap_or_default().is_empty(), "{name} has no summary");
        for parameter in function["parameters"].as_array().into_iter().flatten() {
            assert!(described(parameter), "{name}: {parameter}");
        }
    }
}

#[test]
fn the_schema_is_valid() {
    schema_is_valid(Foundry::default()).unwrap();
    tf_sdk::schema_is_valid_in_v5(Foundry::default()).unwrap();
}
