//! The proposed new object: what Terraform expects of an update before the provider has said anything.
//!
//! The configuration counts where it says something. What the provider computes is kept from the prior object where the
//! configuration says nothing; nested objects are matched with their prior selves by position, by key, or, in sets, by what they
//! could have been made of.

use tf_cty::Value;

use super::schema::{Attribute, Block, Kind, NestedBlock, Nesting, elements, member};

/// The proposed new object. `prior` is null for a creation; `config` is an object of the block's type.
pub(crate) fn proposed_new(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || !config.is_known() {
        return prior.clone();
    }
    let empty;
    let prior = if prior.is_null() {
        empty = block.empty();
        &empty
    } else {
        prior
    };
    object(block, prior, config)
}

/// As [`proposed_new`], for objects inside: a prior that is null or unknown says nothing.
fn object(block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || !config.is_known() {
        return config.clone();
    }
    let attributes = block.attributes.iter().map(|a| {
        let ty = a.ty();
        (a.name.as_str(), attribute(a, &member(prior, &a.name, &ty), &member(config, &a.name, &ty)))
    });
    let blocks = block.blocks.iter().map(|b| {
        let ty = b.ty();
        (b.name.as_str(), nested_block(b, &member(prior, &b.name, &ty), &member(config, &b.name, &ty)))
    });
    Value::object(attributes.chain(blocks))
}

fn attribute(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    match &attribute.kind {
        _ if attribute.is_computed && config.is_null() => {
            if holds_configured(attribute, prior) {
                config.clone()
            } else {
                prior.clone()
            }
        }
        Kind::Nested(nesting, block) => nested(*nesting, block, prior, config),
        Kind::Plain(_) => config.clone(),
    }
}

fn nested_block(nested_block: &NestedBlock, prior: &Value, config: &Value) -> Value {
    nested(nested_block.nesting, &nested_block.block, prior, config)
}

fn nested(nesting: Nesting, block: &Block, prior: &Value, config: &Value) -> Value {
    if config.is_null() || !config.is_known() {
        return config.clone();
    }
    if matches!(nesting, Nesting::Single | Nesting::Group) {
        return object(block, prior, config);
    }
    let priors = elements(prior);
    let ty = block.ty();
    let mut taken = vec![false; priors.len()];
    let members = elements(config).into_iter().map(|(key, element)| {
        let index = match nesting {
            Nesting::Set => {
                (0..priors.len()).find(|&i| !taken[i] && could_be_from(block, &priors[i].1, &element))
            }
            _ => priors.iter().position(|(other, _)| *other == key),
        };
        if let Some(index) = index {
            taken[index] = true;
        }
        let prior = index.map_or_else(|| Value::null(ty.clone()), |index| priors[index].1.clone());
        (key, object(block, &prior, &element))
    });
    let members = members.collect();
    nesting.collect(&ty, members)
}

/// True if an attribute that is computed and nested has, in its prior value, something that only a configuration can have set:
/// the configuration is gone, so it cannot be kept.
fn holds_configured(attribute: &Attribute, prior: &Value) -> bool {
    let Kind::Nested(nesting, block) = &attribute.kind else { return false };
    if prior.is_null() || !prior.is_known() {
        return false;
    }
    let objects = match nesting {
        Nesting::Single | Nesting::Group => vec![prior.clone()],
        _ => elements(prior).into_iter().map(|(_, element)| element).collect(),
    };
    objects.iter().any(|object| {
        block.attributes.iter().any(|inner| {
            let value = member(object, &inner.name, &inner.ty());
            match inner.is_computed {
                true => holds_configured(inner, &value),
                false => !value.is_null(),
            }
        })
    })
}

/// True if a prior object could have come of this configuration: what differs is computed, and not configured.
fn could_be_from(block: &Block, prior: &Value, config: &Value) -> bool {
    if prior.raw_equals(config) {
        return true;
    }
    if prior.is_null() || config.is_null() || !prior.is_known() || !config.is_known() {
        return false;
    }
    let attributes = block.attributes.iter().all(|a| {
        let ty = a.ty();
        let (prior, config) = (member(prior, &a.name, &ty), member(config, &a.name, &ty));
        match &a.kind {
            _ if prior.raw_equals(&config) => true,
            _ if a.is_computed && config.is_null() => !holds_configured(a, &prior),
            Kind::Nested(nesting, block) => nested_could_be_from(*nesting, block, &prior, &config),
            Kind::Plain(_) => false,
        }
    });
    attributes
        && block.blocks.iter().all(|b| {
            let ty = b.ty();
            let (prior, config) = (member(prior, &b.name, &ty), member(config, &b.name, &ty));
            prior.raw_equals(&config) || nested_could_be_from(b.nesting, &b.block, &prior, &config)
        })
}

/// Sets inside are not looked into: which of their elements belong together cannot be told from here.
fn nested_could_be_from(nesting: Nesting, block: &Block, prior: &Value, config: &Value) -> bool {
    match nesting {
        Nesting::Set => false,
        Nesting::Single | Nesting::Group => could_be_from(block, prior, config),
        Nesting::List | Nesting::Map => {
            let (priors, configs) = (elements(prior), elements(config));
            priors.len() == configs.len()
                && prior.is_null() == config.is_null()
                && priors
                    .iter()
                    .zip(&configs)
                    .all(|((a, prior), (b, config))| a == b && could_be_from(block, prior, config))
        }
    }
}

#[cfg(test)]
mod tests;
