//! The attributes and the blocks of a block looked at in one way, and objects rebuilt member by member.
//!
//! What rebuilds answers None where nothing changes, so that an unchanged object is the same object.

use tf_cty::{Path, PathStep, Type, Value};

use crate::schema::{Attribute, AttributeKind, Block, NestedBlock};

/// An attribute or a nested block.
#[derive(Clone, Copy)]
pub(crate) enum Member<'a> {
    Attribute(&'a Attribute),
    Block(&'a NestedBlock),
}

/// Attributes, then blocks.
pub(crate) fn members(block: &Block) -> impl Iterator<Item = Member<'_>> {
    block.attributes.iter().map(Member::Attribute).chain(block.blocks.iter().map(Member::Block))
}

impl<'a> Member<'a> {
    pub(crate) fn name(self) -> &'a str {
        match self {
            Self::Attribute(a) => &a.name,
            Self::Block(b) => &b.name,
        }
    }

    pub(crate) fn ty(self) -> Type {
        match self {
            Self::Attribute(a) => a.ty(),
            Self::Block(b) => b.ty(),
        }
    }

    /// What its objects are made of; None for an attribute without attributes of its own.
    pub(crate) fn nested(self) -> Option<&'a Block> {
        match self {
            Self::Attribute(Attribute { kind: AttributeKind::Nested { object, .. }, .. }) => Some(object),
            Self::Attribute(_) => None,
            Self::Block(b) => Some(&b.block),
        }
    }

    pub(crate) fn attribute(self) -> Option<&'a Attribute> {
        match self {
            Self::Attribute(a) => Some(a),
            Self::Block(_) => None,
        }
    }
}

/// Whether what a path leads to must not be shown: an attribute on the way is sensitive.
pub(crate) fn is_sensitive(block: &Block, path: &Path) -> bool {
    let mut block = Some(block);
    for step in path.steps() {
        let PathStep::Attr(name) = step else { continue };
        let Some(member) = block.and_then(|block| members(block).find(|member| member.name() == &**name))
        else {
            return false;
        };
        if member.attribute().is_some_and(|attribute| attribute.sensitive) {
            return true;
        }
        block = member.nested();
    }
    false
}

/// A member of an object that may be null or unknown; then the member is too. `like` has the type.
pub(crate) fn child(object: &Value, name: &str, like: &Value) -> Value {
    match object.get(name) {
        Some(value) => value.clone(),
        None if object.is_known() => Value::null(like.ty().clone()),
        None => Value::unknown(like.ty().clone()),
    }
}

/// An object with some members changed by a function, which answers None for those that stay. None if all stay, and for objects
/// that are null or unknown.
pub(crate) fn rewrite<'b>(
    block: &'b Block,
    object: &Value,
    change: &mut dyn FnMut(Member<'b>, &Value) -> Option<Value>,
) -> Option<Value> {
    let mut changed: Vec<(&str, Value)> = Vec::new();
    for member in members(block) {
        if let Some(new) = object.get(member.name()).and_then(|old| change(member, old)) {
            changed.push((member.name(), new));
        }
    }
    if changed.is_empty() {
        return None;
    }
    let value_of = |name: &str| changed.iter().find(|(n, _)| *n == name).map(|(_, v)| v);
    Some(Value::object(object.entries().map(|(n, v)| (n, value_of(n).unwrap_or(v).clone()))))
}

/// The step from a value to its element of a number and key; None from an object to itself.
fn step(value: &Value, key: Value) -> Option<PathStep> {
    (!value.ty().is_object()).then_some(PathStep::Index(key))
}

/// The objects in a value of a nested attribute or block: the value itself if it is an object, else its elements. Nothing in a
/// value that is null or unknown.
pub(crate) fn objects(value: &Value) -> Vec<(Option<PathStep>, &Value)> {
    if !value.is_known() || value.is_null() {
        return Vec::new();
    }
    if value.ty().is_object() {
        return vec![(None, value)];
    }
    value.elements().map(|(key, element)| (step(value, key), element)).collect()
}

/// What changes an object, which is given by its number, its step and itself.
type Change<'a> = dyn FnMut(usize, Option<PathStep>, &Value) -> Option<Value> + 'a;

/// The value with its objects changed by a function, which is given each one's number, step and self, and answers None for those
/// that stay.
pub(crate) fn rewrite_objects(value: &Value, change: &mut Change<'_>) -> Option<Value> {
    let mut any = false;
    let mut made = Vec::new();
    for (number, (step, object)) in objects(value).into_iter().enumerate() {
        let new = change(number, step, object);
        any |= new.is_some();
        made.push(new.unwrap_or_else(|| object.clone()));
    }
    if !any {
        return None;
    }
    // Elements that no longer have one type keep the collection as it was; the check of the whole object's type reports them.
    match value.ty() {
        Type::Object(_) => made.pop(),
        Type::List(_) => Value::list(made).ok(),
        Type::Set(_) => Value::set(made).ok(),
        Type::Tuple(_) => Some(Value::tuple(made)),
        Type::Map(_) => Value::map(value.entries().map(|(k, _)| k).zip(made)).ok(),
        _ => None,
    }
}

/// For each object in a value the one that corresponds to it in another value of the same attribute: by place, by key, in a set by
/// being equal or else by fitting, each at most once. Null where there is none, unknown where the other value is unknown.
pub(crate) fn counterparts(
    value: &Value,
    other: &Value,
    fits: &dyn Fn(&Value, &Value) -> bool,
) -> Vec<Value> {
    let own = objects(value);
    let none = |like: &Value| Value::null(like.ty().clone());
    if !other.is_known() {
        return own.iter().map(|(_, o)| Value::unknown(o.ty().clone())).collect();
    }
    if other.is_null() {
        return own.iter().map(|(_, o)| none(o)).collect();
    }
    match value.ty() {
        Type::Object(_) => vec![other.clone()],
        Type::Set(_) => in_set(&own, other, fits),
        Type::Map(_) => {
            value.entries().map(|(key, o)| other.get(key).cloned().unwrap_or_else(|| none(o))).collect()
        }
        _ => {
            let others = other.as_slice().unwrap_or_default();
            let by_place = own.iter().enumerate();
            by_place.map(|(i, (_, o))| others.get(i).cloned().unwrap_or_else(|| none(o))).collect()
        }
    }
}

fn in_set(
    own: &[(Option<PathStep>, &Value)],
    other: &Value,
    fits: &dyn Fn(&Value, &Value) -> bool,
) -> Vec<Value> {
    let is_in = |set: &Value, element: &Value| {
        element.is_wholly_known()
            && set.has_element(element).ok().and_then(|found| found.as_bool()) == Some(true)
    };
    let mut rest: Vec<&Value> = other.as_slice().unwrap_or_default().iter().collect();
    let mut found: Vec<Option<Value>> = Vec::with_capacity(own.len());
    for (_, object) in own {
        let equal = is_in(other, object) || rest.iter().any(|o| o.raw_equals(object));
        if equal {
            rest.retain(|o| !o.raw_equals(object));
        }
        found.push(equal.then(|| (*object).clone()));
    }
    let open: Vec<usize> = (0..own.len()).filter(|number| found[*number].is_none()).collect();
    let objects: Vec<&Value> = open.iter().map(|number| own[*number].1).collect();
    for (number, partner) in open.iter().zip(partners(&objects, &rest, fits)) {
        let null = || Value::null(own[*number].1.ty().clone());
        found[*number] = Some(partner.map_or_else(null, |place| rest[place].clone()));
    }
    found.into_iter().flatten().collect()
}

/// For each object the place of another one that fits it, each at most once, for as many objects as possible. The ones that say most
/// of themselves choose first.
fn partners(
    objects: &[&Value],
    others: &[&Value],
    fits: &dyn Fn(&Value, &Value) -> bool,
) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..objects.len()).collect();
    order.sort_by_key(|number| unknown_count(objects[*number]));
    // By place in `others`, whose it is.
    let mut owners: Vec<Option<usize>> = vec![None; others.len()];
    for number in order {
        let free =
            (0..others.len()).find(|place| owners[*place].is_none() && fits(objects[number], others[*place]));
        match free {
            Some(place) => owners[place] = Some(number),
            None => {
                claim(number, objects, others, fits, &mut owners, &mut vec![false; others.len()]);
            }
        }
    }
    let mut partners = vec![None; objects.len()];
    for (place, owner) in owners.into_iter().enumerate() {
        if let Some(owner) = owner {
            partners[owner] = Some(place);
        }
    }
    partners
}

/// Finds a partner for an object by giving those who have one another one. True if there is one.
fn claim(
    number: usize,
    objects: &[&Value],
    others: &[&Value],
    fits: &dyn Fn(&Value, &Value) -> bool,
    owners: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for place in 0..others.len() {
        if seen[place] || !fits(objects[number], others[place]) {
            continue;
        }
        seen[place] = true;
        let is_free = match owners[place] {
            None => true,
            Some(owner) => claim(owner, objects, others, fits, owners, seen),
        };
        if is_free {
            owners[place] = Some(number);
            return true;
        }
    }
    false
}

/// How many parts of a value are unknown.
fn unknown_count(value: &Value) -> usize {
    if !value.is_known() {
        return 1;
    }
    if value.is_wholly_known() {
        return 0;
    }
    value.elements().map(|(_, element)| unknown_count(element)).sum()
}

/// True if two values of a nested attribute or block are the same but for attributes that are free.
pub(crate) fn same_objects(
    block: &Block,
    one: &Value,
    other: &Value,
    free: &dyn Fn(&Attribute, &Value, &Value) -> bool,
) -> bool {
    if one.is_null() || other.is_null() || !one.is_known() || !other.is_known() {
        return one.raw_equals(other);
    }
    if one.ty().is_object() {
        return same(block, one, other, free);
    }
    let pairs = counterparts(one, other, &|a, b| same(block, a, b, free));
    one.len() == other.len()
        && objects(one).iter().zip(&pairs).all(|((_, a), b)| !b.is_null() && same(block, a, b, free))
}

/// True if two objects are the same but for attributes that are free.
pub(crate) fn same(
    block: &Block,
    one: &Value,
    other: &Value,
    free: &dyn Fn(&Attribute, &Value, &Value) -> bool,
) -> bool {
    if one.is_null() || other.is_null() || !one.is_known() || !other.is_known() {
        return one.raw_equals(other);
    }
    members(block).all(|member| {
        let (Some(a), Some(b)) = (one.get(member.name()), other.get(member.name())) else { return false };
        if member.attribute().is_some_and(|attribute| free(attribute, a, b)) {
            return true;
        }
        match member.nested() {
            Some(nested) => same_objects(nested, a, b, free),
            None => a.raw_equals(b),
        }
    })
}

/// Whether an object of a plan can have come from one of the configuration: whatever the provider computes is free.
pub(crate) fn comes_from(block: &Block, planned: &Value, config: &Value) -> bool {
    same(block, planned, config, &|attribute, _, config| {
        attribute.write_only || attribute.presence.is_computed() && config.is_null()
    })
}

/// Whether an object of a plan can be one of the state: what is not known yet is free.
pub(crate) fn may_be(block: &Block, planned: &Value, state: &Value) -> bool {
    same(block, planned, state, &|attribute, planned, _| attribute.write_only || !planned.is_known())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(enabled: Option<bool>, id: Option<&str>) -> Value {
        Value::object([
            ("enabled", enabled.map_or_else(|| Value::unknown(Type::Bool), Value::from)),
            ("id", id.map_or_else(|| Value::unknown(Type::String), Value::from)),
        ])
    }

    fn fits(planned: &Value, actual: &Value) -> bool {
        planned
            .entries()
            .zip(actual.entries())
            .all(|((_, planned), (_, actual))| !planned.is_known() || planned.raw_equals(actual))
    }

    #[test]
    fn elements_of_sets_find_each_other_whatever_their_order() {
        let actual = Value::set([rule(Some(false), Some("b")), rule(Some(true), Some("a"))]).unwrap();
        // What says nothing of itself takes what is left.
        let planned = Value::set([rule(None, None), rule(Some(false), None)]).unwrap();
        let found = counterparts(&planned, &actual, &fits);
        for (own, other) in objects(&planned).into_iter().zip(&found) {
            assert!(!other.is_null() && fits(own.1, other), "{own:?} {other:?}");
        }
        // Each of these says half, so that the first must give way.
        let planned = Value::set([rule(None, Some("a")), rule(Some(true), None)]).unwrap();
        let both = Value::set([rule(Some(true), Some("a")), rule(Some(true), Some("b"))]).unwrap();
        let found = counterparts(&planned, &both, &fits);
        assert!(found.iter().all(|other| !other.is_null()) && found[0] != found[1], "{found:?}");
        // Two for one: one of them goes without.
        let one = Value::set([rule(Some(true), Some("a"))]).unwrap();
        assert_eq!(counterparts(&planned, &one, &fits).iter().filter(|other| other.is_null()).count(), 1);
    }
}
