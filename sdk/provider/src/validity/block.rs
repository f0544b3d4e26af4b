//! Blocks.

use tf_cty::Path;

use super::{Found, SchemaProblem, attribute, names};
use crate::schema::{AttributeKind, Block, BlockNesting, NestedBlock};

/// What a block or attribute is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// Nothing: reserved names count here.
    Root,
    /// Something that is no set.
    Other,
    /// A set, at whatever height.
    Set,
}

pub(super) fn check(block: &Block, path: &Path, inside: Inside, found: &mut Found<'_>) {
    let mut seen: Vec<&str> = Vec::new();
    let names = block.attributes.iter().map(|a| &a.name).chain(block.blocks.iter().map(|b| &b.name));
    for name in names {
        let at = path.clone().attr(name);
        if !names::is_identifier(name) {
            found.push(&at, SchemaProblem::BadName);
        }
        if inside == Inside::Root && names::is_reserved(name, found.used) {
            found.push(&at, SchemaProblem::ReservedName);
        }
        if seen.contains(&name.as_str()) {
            found.push(&at, SchemaProblem::DuplicateName);
        }
        seen.push(name);
    }
    for one in &block.attributes {
        attribute::check(one, &path.clone().attr(&one.name), inside, found);
    }
    for one in &block.blocks {
        nested(one, &path.clone().attr(&one.name), inside, found);
    }
}

fn nested(nested: &NestedBlock, path: &Path, inside: Inside, found: &mut Found<'_>) {
    let (min, max) = (nested.min_items, nested.max_items);
    match nested.nesting {
        BlockNesting::Single if min != max || max > 1 => found.push(path, SchemaProblem::SingleBlockItems),
        BlockNesting::Group | BlockNesting::Map if (min, max) != (0, 0) => {
            found.push(path, SchemaProblem::BlockItems);
        }
        BlockNesting::List | BlockNesting::Set if max > 0 && min > max => {
            found.push(path, SchemaProblem::BlockItemsOrder);
        }
        _ => {}
    }
    if nested.nesting == BlockNesting::Set && nested.block.object_type().has_dynamic_types() {
        found.push(path, SchemaProblem::DynamicInCollection);
    }
    if found.used != super::Use::Resource && !nested.plan_modifiers.is_empty() {
        found.push(path, SchemaProblem::PlanModifierPlace);
    }
    let inner = if nested.nesting == BlockNesting::Set || inside == Inside::Set {
        Inside::Set
    } else {
        Inside::Other
    };
    check(&nested.block, path, inner, found);
}

/// Reports nested attributes.
pub(super) fn check_v5(block: &Block, path: &Path, found: &mut Found<'_>) {
    for attribute in &block.attributes {
        if matches!(attribute.kind, AttributeKind::Nested { .. }) {
            found.push(&path.clone().attr(&attribute.name), SchemaProblem::NestedInV5);
        }
    }
    for nested in &block.blocks {
        check_v5(&nested.block, &path.clone().attr(&nested.name), found);
    }
}
