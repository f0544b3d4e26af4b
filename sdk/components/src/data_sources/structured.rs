//! `structured_object_test`, for tests: objects within objects.

use std::collections::BTreeMap;

use tf_sdk::prelude::*;

use crate::component::components;
use crate::digest::sha256;

/// Objects that are made of a name and a map. Only for tests.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Structured {
    /// What the objects are called.
    #[attr(required)]
    config_name: String,
    /// Texts by name.
    #[attr(optional)]
    metadata: Option<BTreeMap<String, String>>,
    /// A configuration with the name and the texts in it.
    #[attr(computed)]
    generated_config: Tf<Generated>,
    /// What there is to say of both.
    #[attr(computed)]
    summary: Tf<Summary>,
}

/// `generated_config`.
#[derive(Clone, Debug, Object)]
pub(super) struct Generated {
    name: String,
    version: String,
    enabled: bool,
    settings: BTreeMap<String, String>,
    numeric_settings: BTreeMap<String, i64>,
}

/// `summary`.
#[derive(Clone, Debug, Object)]
pub(super) struct Summary {
    total_keys: i64,
    has_metadata: bool,
    config_hash: String,
    nested_info: NestedInfo,
}

/// `summary.nested_info`.
#[derive(Clone, Debug, Object)]
pub(super) struct NestedInfo {
    created_at: String,
    level: i64,
}

components! {
    /// `structured_object_test`.
    StructuredObjectTest
}

impl<P: Provider> DataSource for StructuredObjectTest<P> {
    type Provider = P;
    type Model = Structured;

    const NAME: &'static str = "structured_object_test";

    async fn read(&self, _: &mut ReadData<Self>, config: Structured) -> Result<Structured> {
        let metadata = config.metadata.clone().unwrap_or_default();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let summary = Summary {
            total_keys: count(metadata.len()),
            has_metadata: !metadata.is_empty(),
            config_hash: sha256(config.config_name.as_bytes())[..8].to_owned(),
            nested_info: NestedInfo { created_at: "2025-06-24T20:30:00Z".into(), level: 2 },
        };
        let characters =
            metadata.iter().map(|(key, text)| (format!("num_{key}"), count(text.chars().count())));
        let generated_config = Generated {
            name: config.config_name.clone(),
            version: "1.0.0".into(),
            enabled: true,
            numeric_settings: characters.collect(),
            settings: metadata.into_iter().map(|(key, text)| (key, format!("processed_{text}"))).collect(),
        };
        Ok(Structured { generated_config: generated_config.into(), summary: summary.into(), ..config })
    }
}
