//! What Terraform proposes: the configuration, with what the provider computes taken from the prior state.

use tf_sdk::schema::{AttributeKind, Block};
use tf_sdk::{Type, Value};

/// The proposed state of an object.
pub(crate) fn object(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || !config.is_known() {
        return config.clone();
    }
    let was =
        |name: &str, like: &Value| prior.get(name).cloned().unwrap_or_else(|| Value::null(like.ty().clone()));
    let attributes = block.attributes.iter().map(|attribute| {
        let config = &config.get(&attribute.name).unwrap().clone();
        let prior = was(&attribute.name, config);
        let proposed = match &attribute.kind {
            _ if config.is_null() && attribute.presence.is_computed() => prior,
            AttributeKind::Nested { object, .. } => objects(object, &prior, config),
            AttributeKind::Plain { .. } => config.clone(),
        };
        (attribute.name.clone(), proposed)
    });
    let blocks = block.blocks.iter().map(|nested| {
        let config = config.get(&nested.name).unwrap();
        (nested.name.clone(), objects(&nested.block, &was(&nested.name, config), config))
    });
    Value::object(attributes.chain(blocks))
}

fn objects(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || !config.is_known() || config.is_empty() {
        return config.clone();
    }
    let null = |like: &Value| Value::null(like.ty().clone());
    match config.ty() {
        Type::List(_) => {
            let prior = prior.as_slice().unwrap_or_default();
            let elements = config.as_slice().unwrap().iter().enumerate();
            let one = |(i, config): (usize, &Value)| {
                object(block, &prior.get(i).cloned().unwrap_or_else(|| null(config)), config)
            };
            Value::list(elements.map(one)).unwrap()
        }
        Type::Set(_) => {
            let prior = prior.as_slice().unwrap_or_default();
            let one = |config: &Value| {
                let found = prior.iter().find(|prior| object(block, prior, config) == **prior);
                object(block, &found.cloned().unwrap_or_else(|| null(config)), config)
            };
            Value::set(config.as_slice().unwrap().iter().map(one)).unwrap()
        }
        Type::Map(_) => {
            let one = |(key, config): (&std::sync::Arc<str>, &Value)| {
                let prior = prior.get(key).cloned().unwrap_or_else(|| null(config));
                (key.clone(), object(block, &prior, config))
            };
            Value::map(config.entries().map(one)).unwrap()
        }
        _ => object(block, prior, config),
    }
}
