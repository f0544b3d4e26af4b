//! Semantic equality: what is the same to the author's type keeps the form it had.

use tf_cty::{Type, Value};

use super::member::{counterparts, rewrite, rewrite_objects, same};
use crate::schema::{AttributeKind, Block, Checks};

/// How much of an attribute keeps its form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All of it or nothing: a plan is the configuration's value or the state's, not a mixture.
    Whole,
    /// Each element for itself: one that really changed does not change the form of the others.
    Elements,
}

/// The new object with every value in its old form that differs from the old one in form only.
pub(crate) fn kept(block: &Block, extent: Extent, old: &Value, new: &Value) -> Option<Value> {
    if old.is_null() || !old.is_known() {
        return None;
    }
    rewrite(block, new, &mut |member, new| {
        let old = old.get(member.name())?;
        if new.raw_equals(old) {
            return None;
        }
        if let Some(AttributeKind::Plain { checks, .. }) = member.attribute().map(|a| &a.kind) {
            return kept_value(checks, extent, old, new);
        }
        let nested = member.nested()?;
        let pairs = counterparts(new, old, &|new, old| is_same(nested, old, new));
        rewrite_objects(new, &mut |number, _, new| kept(nested, extent, &pairs[number], new))
    })
}

/// True if two objects differ in form only.
fn is_same(block: &Block, old: &Value, new: &Value) -> bool {
    same(block, old, new, &|attribute, old, new| match &attribute.kind {
        AttributeKind::Plain { checks, .. } => equal(checks, old, new),
        AttributeKind::Nested { .. } => false,
    })
}

fn equal(checks: &Checks, old: &Value, new: &Value) -> bool {
    let comparable = |value: &Value| !value.is_null() && value.is_wholly_known();
    comparable(old) && comparable(new) && (checks.semantically_equal)(old, new)
}

fn kept_value(checks: &Checks, extent: Extent, old: &Value, new: &Value) -> Option<Value> {
    if equal(checks, old, new) {
        return Some(old.clone());
    }
    let both_known = [old, new].iter().all(|value| value.is_known() && !value.is_null());
    if !both_known || old.ty() != new.ty() || extent == Extent::Whole {
        return None;
    }
    let mut any = false;
    let mut choose = |old: Option<&Value>, new: &Value, one: &dyn Fn(&Value) -> Option<Value>| {
        let same = |old: &Value| match (one(old), one(new)) {
            (Some(a), Some(b)) => !old.raw_equals(new) && equal(checks, &a, &b),
            _ => false,
        };
        let kept = old.filter(|old| same(old));
        any |= kept.is_some();
        kept.unwrap_or(new).clone()
    };
    let made = match new.ty() {
        Type::List(_) => {
            let old = old.as_slice().unwrap_or_default();
            let elements = new.as_slice().unwrap_or_default().iter().enumerate();
            let one = |element: &Value| Value::list([element.clone()]).ok();
            let made: Vec<Value> = elements.map(|(i, new)| choose(old.get(i), new, &one)).collect();
            Value::list(made).ok()
        }
        Type::Map(_) => {
            let one = |element: &Value| Value::map([("", element.clone())]).ok();
            let made: Vec<_> =
                new.entries().map(|(key, new)| (key, choose(old.get(key), new, &one))).collect();
            Value::map(made).ok()
        }
        Type::Set(_) => {
            let old = old.as_slice().unwrap_or_default();
            let one = |element: &Value| Value::set([element.clone()]).ok();
            let is_same =
                |old: &Value, new: &Value| one(old).zip(one(new)).is_some_and(|(a, b)| equal(checks, &a, &b));
            let elements = new.as_slice().unwrap_or_default().iter();
            let made: Vec<Value> =
                elements.map(|new| choose(old.iter().find(|old| is_same(old, new)), new, &one)).collect();
            Value::set(made).ok()
        }
        _ => None,
    };
    made.filter(|_| any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AttributeType;
    use crate::types::Json;

    #[test]
    fn a_plan_is_no_mixture() {
        let checks = <std::collections::BTreeMap<String, Json> as AttributeType>::CHECKS;
        let map = |a: &str, b: &str| Value::map([("a", Value::from(a)), ("b", Value::from(b))]).unwrap();
        let old = map("{\"x\":1}", "1");
        let (reformatted, changed) = (map("{ \"x\": 1 }", "1"), map("{ \"x\": 1 }", "2"));
        assert_eq!(kept_value(&checks, Extent::Whole, &old, &reformatted), Some(old.clone()));
        assert_eq!(kept_value(&checks, Extent::Whole, &old, &changed), None);
        assert_eq!(kept_value(&checks, Extent::Elements, &old, &changed), Some(map("{\"x\":1}", "2")));
    }
}
