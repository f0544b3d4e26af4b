//! `nested_resource_test`, for tests: a value of any type beside blocks.

use tf_sdk::plan_modifier;
use tf_sdk::prelude::*;

use crate::component::components;

/// A configuration of any type and blocks, given back. Only for tests.
#[derive(Clone, Debug, Model)]
#[model(version = 1)]
pub struct Nested {
    /// What it is called.
    #[attr(required)]
    resource_name: String,
    /// A configuration of any type.
    #[attr(optional)]
    configuration: Value,
    /// The configuration, as `main_config`, and how many blocks there are, as `nested_count`.
    #[attr(computed)]
    processed_data: Value,
    /// The name with `resource_` in front.
    #[attr(computed)]
    resource_id: Tf<String>,
    /// True.
    #[attr(computed, plan = plan_modifier::use_state_for_unknown())]
    exists: Tf<bool>,
    #[block]
    nested_configs: Vec<NestedConfig>,
}

/// A structured configuration.
#[derive(Clone, Debug, Model)]
pub(super) struct NestedConfig {
    /// The service.
    #[attr(required)]
    service: String,
    /// The port.
    #[attr(required)]
    port: i64,
    /// The protocol.
    #[attr(required)]
    protocol: String,
    /// Whether it is encrypted.
    #[attr(optional)]
    ssl_enabled: Option<bool>,
}

components! {
    /// `nested_resource_test`.
    NestedResourceTest
}

impl Nested {
    fn processed(self) -> Self {
        let main = match self.configuration.is_null() {
            true => Value::object::<&str>([]),
            false => self.configuration.clone(),
        };
        let count = i64::try_from(self.nested_configs.len()).unwrap_or(i64::MAX);
        Self {
            processed_data: Value::object([("main_config", main), ("nested_count", Value::from(count))]),
            resource_id: format!("resource_{}", self.resource_name).into(),
            exists: true.into(),
            ..self
        }
    }
}

impl<P: Provider> Resource for NestedResourceTest<P> {
    type Provider = P;
    type Model = Nested;

    const NAME: &'static str = "nested_resource_test";

    async fn create(&self, _: &mut Create<Self>, planned: Nested) -> Result<Nested> {
        Ok(planned.processed())
    }

    async fn read(&self, _: &mut Read<Self>, state: Nested) -> Result<Option<Nested>> {
        Ok(Some(state))
    }

    async fn update(&self, _: &mut Update<Self>, _: Nested, planned: Nested) -> Result<Nested> {
        Ok(planned.processed())
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Nested) -> Result<()> {
        Ok(())
    }
}
