//! State as `terraform show -json` prints it.

use std::collections::BTreeMap;

use serde::Deserialize;
use tf_cty::Value;

use super::json::{self, Sensitivity};

/// A state.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct State {
    /// The version of the form.
    pub format_version: String,
    /// The Terraform that wrote it; none for a state with nothing in it.
    #[serde(default)]
    pub terraform_version: Option<String>,
    /// What there is; None if there is nothing.
    #[serde(default)]
    pub values: Option<Values>,
}

/// What a state, or a plan's result, consists of.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Values {
    /// Outputs of the root module, by name.
    #[serde(default)]
    pub outputs: BTreeMap<String, Output>,
    /// The root module.
    #[serde(default)]
    pub root_module: Module,
}

/// A module's resources, and the modules in it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Module {
    /// `module.a`; none for the root module.
    #[serde(default)]
    pub address: Option<String>,
    /// Its resources.
    #[serde(default)]
    pub resources: Vec<Resource>,
    /// The modules in it.
    #[serde(default)]
    pub child_modules: Vec<Module>,
}

/// An output.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Output {
    /// Whether Terraform shows it.
    #[serde(default)]
    pub sensitive: bool,
    /// Its value; null in a plan that does not know it.
    #[serde(default = "json::null", deserialize_with = "json::value")]
    pub value: Value,
}

/// One object.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Resource {
    /// `module.a.acc_item.b["key"]`.
    pub address: String,
    /// `managed` or `data`.
    pub mode: String,
    /// `acc_item`.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// The name in its module.
    pub name: String,
    /// The key of `for_each` or the number of `count`; else null.
    #[serde(default = "json::null", deserialize_with = "json::value")]
    pub index: Value,
    /// The full address of the provider.
    #[serde(default)]
    pub provider_name: String,
    /// The version of the schema that wrote it.
    #[serde(default)]
    pub schema_version: u64,
    /// Its attributes: an object; lists and sets are tuples, maps objects.
    #[serde(default = "json::null", deserialize_with = "json::value")]
    pub values: Value,
    /// Which of them are sensitive.
    #[serde(default)]
    pub sensitive_values: Sensitivity,
    /// Whether it will be replaced, for its creation failed halfway.
    #[serde(default)]
    pub tainted: bool,
    /// Addresses of what it depends on.
    #[serde(default)]
    pub depends_on: Vec<String>,
}

impl State {
    /// All objects, those of inner modules after those of outer ones.
    pub fn resources(&self) -> Vec<&Resource> {
        let mut found = Vec::new();
        if let Some(values) = &self.values {
            values.root_module.collect(&mut found);
        }
        found
    }

    /// The object with this address.
    pub fn resource(&self, address: &str) -> Option<&Resource> {
        self.resources().into_iter().find(|resource| resource.address == address)
    }

    /// An output.
    pub fn output(&self, name: &str) -> Option<&Output> {
        self.values.as_ref()?.outputs.get(name)
    }

    /// True if there is no managed object.
    pub fn is_empty(&self) -> bool {
        !self.resources().iter().any(|resource| resource.mode == "managed")
    }
}

impl Module {
    fn collect<'a>(&'a self, found: &mut Vec<&'a Resource>) {
        found.extend(&self.resources);
        self.child_modules.iter().for_each(|module| module.collect(found));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_with_modules_and_long_numbers() {
        let state: State = serde_json::from_str(
            r#"{"format_version":"1.0","terraform_version":"1.11.4","values":{"outputs":{"o":{"sensitive":true,"value":1,"type":"number"}},
            "root_module":{"resources":[{"address":"a_b.c","mode":"managed","type":"a_b","name":"c","schema_version":2,
            "values":{"n":123456789012345678901234567890123456789},"sensitive_values":{"n":true}}],
            "child_modules":[{"address":"module.m","resources":[{"address":"module.m.data.a_b.c[\"k\"]","mode":"data","type":"a_b","name":"c","index":"k"}]}]}}}"#,
        )
        .unwrap();
        assert_eq!(state.resources().len(), 2);
        let number = state.resource("a_b.c").unwrap().values.get_attr("n").unwrap();
        assert_eq!(number.as_number().unwrap().to_string(), "123456789012345678901234567890123456789");
        assert!(state.output("o").unwrap().sensitive);
        assert!(!state.is_empty());
    }

    #[test]
    fn a_state_with_nothing_in_it() {
        let state: State = serde_json::from_str(r#"{"format_version":"1.0"}"#).unwrap();
        assert!(state.is_empty() && state.resources().is_empty() && state.output("o").is_none());
    }
}
