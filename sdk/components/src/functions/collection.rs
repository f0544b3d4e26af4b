//! What is in collections, and how much of it.

use tf_sdk::Type;
use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::argument::{named, options};
use super::{sequence, standard};

/// Anything that has a length.
#[derive(Arguments)]
pub(super) struct Measured {
    /// A list, set, map, object or string.
    #[param(allow_null)]
    collection: Value,
}

/// `length`.
pub(super) struct Length;

impl Function for Length {
    type Arguments = Measured;
    type Output = Option<usize>;

    const NAME: &'static str = "length";
    const SUMMARY: &'static str = "Counts the elements of a collection, or the characters of a string.";

    fn description(&self) -> Description {
        Description::markdown(
            "How many elements a list, set, map or object has, or how many characters a string: `length([\"a\", \"b\"])` is `2`, \
             `length(\"né\")` is `2`. A character is what a reader takes for one, however many codes it has. That of null is null.",
        )
    }

    async fn call(&self, Measured { collection }: Measured) -> Result<Option<usize>, FunctionError> {
        if collection.is_null() {
            return Ok(None);
        }
        if let Some(text) = collection.as_str() {
            return standard::length(text).map(Some);
        }
        collection.len().map(Some).ok_or_else(|| {
            let text =
                format!("{} has no length; a list, set, map, object or string has", named(&collection));
            FunctionError::argument(0, text)
        })
    }
}

/// A list, and what to look for.
#[derive(Arguments)]
pub(super) struct Sought {
    /// The list to look in, its elements of any types.
    #[param(allow_null)]
    list_to_check: Value,
    /// What to look for.
    element: Value,
}

/// `contains`.
pub(super) struct Contains;

impl Function for Contains {
    type Arguments = Sought;
    type Output = Option<bool>;

    const NAME: &'static str = "contains";
    const SUMMARY: &'static str = "Checks whether a list has an element.";

    fn description(&self) -> Description {
        Description::markdown(
            "Whether one of the elements equals a value: `contains([1, \"a\"], \"a\")` is `true`. Values of different types are \
             never equal: `contains([1], true)` and `contains([1], \"1\")` are `false`. In place of the list null gives null.",
        )
    }

    async fn call(&self, arguments: Sought) -> Result<Option<bool>, FunctionError> {
        let elements = sequence::elements(&arguments.list_to_check, "list_to_check", 0)?;
        Ok(elements.map(|elements| elements.iter().any(|found| same(found, &arguments.element))))
    }
}

/// Whether two values are the same to people: a tuple may equal a list, an object a map.
fn same(a: &Value, b: &Value) -> bool {
    if a.is_null() || b.is_null() {
        return a.is_null() && b.is_null();
    }
    if a.ty().is_set() || b.ty().is_set() {
        return a.ty().is_set() && b.ty().is_set() && same_members(a, b);
    }
    let keyed = |value: &Value| value.ty().is_map() || value.ty().is_object();
    if keyed(a) && keyed(b) {
        let pairs = || a.entries().zip(b.entries());
        return a.len() == b.len() && pairs().all(|((k1, v1), (k2, v2))| k1 == k2 && same(v1, v2));
    }
    match (a.as_slice(), b.as_slice()) {
        (Some(x), Some(y)) if !keyed(a) && !keyed(b) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y))
        }
        _ => a.equals(b).as_bool() == Some(true),
    }
}

/// Whether two sets have the same elements, of which none is in a set twice.
fn same_members(a: &Value, b: &Value) -> bool {
    let (a, b) = (a.as_slice().unwrap_or_default(), b.as_slice().unwrap_or_default());
    a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| same(x, y)))
}

/// A map, a key, and what there is without it.
#[derive(Arguments)]
pub(super) struct Keyed {
    /// The map or object to look in, its values of any types.
    #[param(allow_null)]
    map_to_search: Value,
    /// The key to look for.
    key: String,
    /// What the result is if there is no such key; it may be null. Not given, that is an error.
    #[param(variadic, allow_null)]
    defaults: Vec<Value>,
}

/// `lookup`.
pub(super) struct Lookup;

impl Function for Lookup {
    type Arguments = Keyed;
    type Output = Value;

    const NAME: &'static str = "lookup";
    const SUMMARY: &'static str = "Looks up a key in a map.";

    fn description(&self) -> Description {
        Description::markdown(
            "What a map or object has under a key, or the default if it has no such key: `lookup({ a = 1 }, \"a\")` is `1`, \
             `lookup({ a = 1 }, \"b\", \"none\")` is `\"none\"`. A default of another type is given as it is. Without a default, a \
             key that is missing is an error. In place of the map null gives null.",
        )
    }

    async fn call(&self, arguments: Keyed) -> Result<Value, FunctionError> {
        let [default] = options(arguments.defaults.into_iter().map(Some).collect(), 2)?;
        let (map, key) = (&arguments.map_to_search, &arguments.key);
        if map.is_null() {
            return Ok(Value::null(Type::Dynamic));
        }
        if !map.ty().is_map() && !map.ty().is_object() {
            let text = format!("map_to_search must be a map or an object, not {}", named(map));
            return Err(FunctionError::argument(0, text));
        }
        let missing =
            || FunctionError::argument(1, format!("the map has no key {key:?}, and there is no default"));
        map.get(key).cloned().or(default).ok_or_else(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::same;
    use tf_sdk::{Type, Value};

    #[test]
    fn values_are_compared_by_what_they_are_to_people() {
        let one = || Value::from(1);
        let text = || Value::from("1");
        let list = |value: Value| Value::list([value]).unwrap();
        let set = |values: &[i64]| Value::set(values.iter().map(|n| Value::from(*n))).unwrap();
        let object = |value: Value| Value::object([("a", value)]);
        let check = |a: Value, b: Value, want: bool| {
            assert_eq!(same(&a, &b), want, "{a:?} {b:?}");
            assert_eq!(same(&b, &a), want, "{b:?} {a:?}");
        };
        check(one(), one(), true);
        check(one(), tf_sdk::Number::parse("1.0").unwrap().into(), true);
        check(list(one()), Value::tuple([one()]), true);
        check(Value::tuple([one(), text()]), Value::tuple([one(), text()]), true);
        check(object(one()), Value::map([("a", one())]).unwrap(), true);
        check(object(list(one())), object(Value::tuple([one()])), true);
        check(set(&[1, 2]), set(&[2, 1]), true);
        check(Value::null(Type::String), Value::null(Type::Number), true);
        check(Value::tuple([]), Value::empty_list(Type::String), true);
        check(one(), Value::from(2), false);
        check(one(), Value::from(true), false);
        check(one(), text(), false);
        check(text(), Value::from(true), false);
        check(one(), list(one()), false);
        check(list(one()), Value::tuple([one(), one()]), false);
        check(list(one()), Value::tuple([Value::from(true)]), false);
        check(object(one()), object(text()), false);
        check(object(one()), Value::object([("b", one())]), false);
        check(object(one()), Value::object([("a", one()), ("b", one())]), false);
        check(object(one()), Value::tuple([one()]), false);
        check(set(&[1]), list(one()), false);
        check(set(&[1, 2]), set(&[1, 3]), false);
        check(set(&[1, 2]), set(&[1]), false);
        check(Value::null(Type::Number), Value::from(0), false);
        check(Value::tuple([]), Value::object(Vec::<(&str, Value)>::new()), false);
    }
}
