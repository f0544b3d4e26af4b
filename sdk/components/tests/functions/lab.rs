//! A provider that has nothing but the functions.

use std::fmt::Write;

use serde_json::value::RawValue;
use tf_components::{Audience, Options};
use tf_sdk::cty::functions;
use tf_sdk::prelude::*;
use tf_testkit::LocalProvider;

pub(crate) struct Lab(Audience);

impl Provider for Lab {
    type Config = Empty;
    type Client = ();
    type Meta = Empty;
    const NAME: &'static str = "lab";
    const VERSION: &'static str = "1.0.0";

    fn components(&self, components: &mut Components<Self>) {
        tf_components::functions::register(components, &Options { audience: self.0, ..Options::default() });
    }

    async fn configure(&self, _: &mut Configure, _: Empty) -> Result<()> {
        Ok(())
    }
}

pub(crate) fn provider(audience: Audience) -> LocalProvider<tf_sdk::Server> {
    LocalProvider::new(Lab(audience))
}

/// JSON of any depth and with numbers of any length, as Terraform would have it from a configuration: lists are tuples.
pub(crate) fn value(json: &str) -> Value {
    functions::get("jsondecode").unwrap().call(&[json.into()]).unwrap()
}

/// A value as JSON in the form that only one JSON of it has.
pub(crate) fn json(value: &Value) -> String {
    if value.is_null() {
        return "null".to_owned();
    }
    functions::get("jsonencode")
        .unwrap()
        .call(std::slice::from_ref(value))
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

/// The result of a call as JSON, or its error: `argument: text`, without the number if it is about none.
pub(crate) async fn call(
    provider: &LocalProvider<tf_sdk::Server>,
    name: &str,
    arguments: &str,
) -> std::result::Result<String, String> {
    let parsed: Vec<&RawValue> = serde_json::from_str(arguments).unwrap();
    let values: Vec<Value> = parsed.iter().map(|argument| value(argument.get())).collect();
    let result =
        provider.call(name, values).await.unwrap_or_else(|failure| panic!("{name}{arguments}: {failure}"));
    result.map(|value| json(&value)).map_err(|error| {
        let mut out = String::new();
        if let Some(argument) = error.argument {
            let _ = write!(out, "{argument}: ");
        }
        out + &error.text
    })
}
