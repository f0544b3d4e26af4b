//! Attributes.

use tf_cty::{Path, Type};

use super::block::{self, Inside};
use super::{Found, SchemaProblem, Use, usable};
use crate::Diagnostics;
use crate::schema::{Attribute, AttributeKind, Nesting, Presence};

pub(super) fn check(attribute: &Attribute, path: &Path, inside: Inside, found: &mut Found<'_>) {
    if matches!(found.used, Use::Provider | Use::Meta) && attribute.presence.is_computed() {
        found.push(path, SchemaProblem::ComputedConfiguration);
    }
    if found.used != Use::Resource && !attribute.plan_modifiers.is_empty() {
        found.push(path, SchemaProblem::PlanModifierPlace);
    }
    write_only(attribute, path, inside, found);
    default(attribute, path, found);
    environment(attribute, path, inside, found);
    match &attribute.kind {
        AttributeKind::Plain { ty, .. } => usable(ty, path, found),
        AttributeKind::Nested { nesting, object } => {
            if !object.blocks.is_empty() {
                found.push(path, SchemaProblem::BlocksInAttribute);
            }
            if *nesting != Nesting::Single && object.object_type().has_dynamic_types() {
                found.push(path, SchemaProblem::DynamicInCollection);
            }
            let set = *nesting == Nesting::Set || inside == Inside::Set;
            block::check(object, path, if set { Inside::Set } else { Inside::Other }, found);
        }
    }
}

fn write_only(attribute: &Attribute, path: &Path, inside: Inside, found: &mut Found<'_>) {
    if !attribute.write_only {
        return;
    }
    if found.used != Use::Resource {
        found.push(path, SchemaProblem::WriteOnlyPlace);
    }
    if attribute.presence.is_computed() {
        found.push(path, SchemaProblem::WriteOnlyComputed);
    }
    if inside == Inside::Set {
        found.push(path, SchemaProblem::WriteOnlyInSet);
    }
    if let AttributeKind::Nested { object, .. } = &attribute.kind {
        for inner in object.attributes.iter().filter(|inner| !inner.write_only) {
            found.push(&path.clone().attr(&inner.name), SchemaProblem::NotWriteOnlyInside);
        }
    }
}

fn default(attribute: &Attribute, path: &Path, found: &mut Found<'_>) {
    let Some(default) = &attribute.default else { return };
    if attribute.write_only {
        found.push(path, SchemaProblem::DefaultWriteOnly);
        return;
    }
    let allowed = match found.used {
        Use::Provider => attribute.presence == Presence::Optional,
        Use::Meta => false,
        Use::Resource | Use::DataSource | Use::Ephemeral => attribute.presence == Presence::OptionalComputed,
    };
    if !allowed {
        found.push(path, SchemaProblem::DefaultNotComputed);
    }
    let value = default.value(path, &mut Diagnostics::new());
    if let Some(error) = value.ty().conformance_errors(&attribute.ty()).first() {
        found.push(path, SchemaProblem::DefaultType(error.to_string()));
    }
}

fn environment(attribute: &Attribute, path: &Path, inside: Inside, found: &mut Found<'_>) {
    let allowed = found.used == Use::Provider
        && inside == Inside::Root
        && attribute.presence == Presence::Optional
        && matches!(attribute.ty(), Type::String | Type::Bool | Type::Number);
    if attribute.environment.is_some() && !allowed {
        found.push(path, SchemaProblem::EnvironmentPlace);
    }
}
