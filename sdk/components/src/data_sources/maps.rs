//! `simple_map_test` and `mixed_map_test`, for tests: maps in, maps out.

use std::collections::BTreeMap;

use tf_sdk::prelude::*;

use crate::component::components;
use crate::digest::sha256;

/// A map of texts, and the same in capitals. Only for tests.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct SimpleMap {
    /// A map of texts.
    #[attr(optional)]
    input_data: Option<BTreeMap<String, String>>,
    /// The map with its values in capitals.
    #[attr(computed)]
    processed_data: Tf<BTreeMap<String, String>>,
    /// SHA-256 of `processed_data` as JSON, in hexadecimal digits.
    #[attr(computed)]
    data_hash: Tf<String>,
}

/// A map of any values; texts in capitals, numbers one more. Only for tests.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct MixedMap {
    /// A map or object of any values.
    #[attr(optional)]
    input_data: Value,
    /// The object with its texts in capitals and its numbers one more; everything else as it is.
    #[attr(computed)]
    processed_data: Value,
    /// SHA-256 of `processed_data` as JSON, in hexadecimal digits.
    #[attr(computed)]
    data_hash: Tf<String>,
}

components! {
    /// `simple_map_test`.
    SimpleMapTest
    /// `mixed_map_test`.
    MixedMapTest
}

impl<P: Provider> DataSource for SimpleMapTest<P> {
    type Provider = P;
    type Model = SimpleMap;

    const NAME: &'static str = "simple_map_test";

    async fn read(&self, _: &mut ReadData<Self>, config: SimpleMap) -> Result<SimpleMap> {
        let input = config.input_data.clone().unwrap_or_default();
        let processed: BTreeMap<_, _> =
            input.into_iter().map(|(key, text)| (key, text.to_uppercase())).collect();
        let data_hash = sha256(&serde_json::to_vec(&processed)?).into();
        Ok(SimpleMap { processed_data: processed.into(), data_hash, ..config })
    }
}

impl<P: Provider> DataSource for MixedMapTest<P> {
    type Provider = P;
    type Model = MixedMap;

    const NAME: &'static str = "mixed_map_test";

    async fn validate(&self, cx: &mut Validate<MixedMap>) -> Result<()> {
        let input: Value = cx.config.get("input_data")?;
        let is_map = input.ty().is_map() || input.ty().is_object();
        if input.is_known() && !input.is_null() && !is_map {
            let detail =
                format!("A map or an object is required, but received {}.", input.ty().friendly_name());
            let error = Diagnostic::error("Not a Map", detail);
            cx.diagnostics.push(error.at(Path::new().attr("input_data")));
        }
        Ok(())
    }

    async fn read(&self, _: &mut ReadData<Self>, config: MixedMap) -> Result<MixedMap> {
        let mut attributes = Vec::new();
        if !config.input_data.is_null() {
            for (name, value) in config.input_data.entries() {
                attributes.push((name.clone(), processed(value)?));
            }
        }
        let processed_data = Value::object(attributes);
        let json = tf_sdk::cty::json::encode(&processed_data, processed_data.ty())?;
        Ok(MixedMap { data_hash: sha256(json.as_ref()).into(), processed_data, ..config })
    }
}

fn processed(value: &Value) -> Result<Value> {
    Ok(if let Some(text) = value.as_str() {
        Value::from(text.to_uppercase())
    } else if value.as_number().is_some() {
        value.add(&Value::from(1))?
    } else {
        value.clone()
    })
}
