//! A function that only tests of providers need.

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::argument::{named, options};
use super::standard;

/// The mode without which no other is meant, and in which keys are counted.
const ANALYZE: &str = "analyze";

/// JSON, and what to do with it.
#[derive(Arguments)]
pub(super) struct Nested {
    /// A document; the empty text is an empty object.
    input_json: String,
    /// What is done beyond echoing it: "analyze", if not given, counts its keys.
    #[param(variadic)]
    processing_mode: Vec<Option<String>>,
}

/// `foundry_nested_data_processor`.
pub(super) struct NestedDataProcessor;

impl Function for NestedDataProcessor {
    type Arguments = Nested;
    type Output = String;

    const NAME: &'static str = "foundry_nested_data_processor";
    const SUMMARY: &'static str = "Wraps a JSON document; for tests.";

    fn description(&self) -> Description {
        Description::markdown(
            "An object, as JSON, with the document under `original_data` and under `summary` the `mode` and, in the mode `analyze`, \
             `total_keys`: of `{\"a\":1}` there is `1`.",
        )
    }

    async fn call(&self, arguments: Nested) -> Result<String, FunctionError> {
        let [mode] = options(arguments.processing_mode, 1)?;
        let mode = mode.unwrap_or_else(|| ANALYZE.to_owned());
        let json = if arguments.input_json.is_empty() { "{}" } else { &arguments.input_json };
        let data = standard::call("jsondecode", &[json.into()])?;
        let mut summary = vec![("mode", Value::from(mode.as_str()))];
        if mode == ANALYZE {
            summary.push(("total_keys", total_keys(&data)?.into()));
        }
        let result = Value::object([("original_data", data), ("summary", Value::object(summary))]);
        standard::text("jsonencode", &[result])
    }
}

fn total_keys(data: &Value) -> Result<usize, FunctionError> {
    if let Some(text) = data.as_str() {
        return standard::length(text);
    }
    data.len().ok_or_else(|| {
        let is = if data.is_null() { "null".to_owned() } else { named(data) };
        FunctionError::argument(0, format!("the document is {is}, in which nothing can be counted"))
    })
}
