//! Matchers: what a value should be, exactly or in part.
//!
//! One set of matchers serves both lanes. A list of the provider's schema is a tuple in Terraform's JSON and a map an object, so
//! matchers look at the shape of values and not at the names of their types; numbers are compared exactly, however long.
//!
//! Anything that can be written in JSON is a matcher of exactly itself: `case.expect_value(address, "size", 10)`.

mod collection;
mod scalar;
mod show;

use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;
use tf_cty::Value;

pub use collection::{
    list, list_partial, list_size, map, map_partial, map_size, object, object_partial, set, set_exact,
    set_partial, set_size, tuple, tuple_partial, tuple_size,
};
pub use scalar::{
    bool, bool_func, exact, float, float_func, func, integer, integer_func, not_null, null, number,
    number_func, string, string_func, string_regex, unknown,
};
pub(crate) use show::show;

/// What a value should be. Made by the functions of this module.
#[derive(Clone)]
pub struct Known(Arc<dyn Matcher>);

impl Known {
    /// A matcher of one's own.
    pub fn new(matcher: impl Matcher) -> Self {
        Self(Arc::new(matcher))
    }

    /// What it expects, in words.
    pub fn describe(&self) -> String {
        self.0.describe()
    }

    /// Whether a value is as expected; the error says where it first is not.
    pub fn check(&self, found: &Value) -> Result<(), Mismatch> {
        self.0.check(found)
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}

/// A test of one value.
pub trait Matcher: Send + Sync + 'static {
    /// What is expected, in words that go after "expected": `a string matching ^item-`.
    fn describe(&self) -> String;

    /// Whether a value is as expected.
    fn check(&self, found: &Value) -> Result<(), Mismatch>;
}

/// A value that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}expected {expected}, found {found}", place(at))]
pub struct Mismatch {
    /// Where inside the value, such as `[0].name`; empty for the value itself.
    pub at: String,
    /// What was expected, in words.
    pub expected: String,
    /// What is there.
    pub found: String,
}

impl Mismatch {
    /// Of a whole value.
    pub fn new(expected: impl Into<String>, found: &Value) -> Self {
        Self { at: String::new(), expected: expected.into(), found: show(found) }
    }

    /// The same inside a larger value.
    #[must_use]
    pub fn inside(self, step: &str) -> Self {
        Self { at: format!("{step}{}", self.at), ..self }
    }
}

fn place(at: &str) -> String {
    if at.is_empty() { String::new() } else { format!("at {}: ", at.trim_start_matches('.')) }
}

macro_rules! exactly_itself {
    ($($t:ty),*) => {$(
        impl From<$t> for Known {
            fn from(value: $t) -> Self {
                exact(value)
            }
        }
    )*};
}
exactly_itself!(&str, String, bool, i32, i64, u32, u64, f64, Json, Value);

/// A value as tests write it: anything that JSON can say, or a [`Value`] for what it cannot.
pub trait IntoValue {
    /// The value. JSON's lists are tuples, its objects objects.
    fn into_value(self) -> Value;
}

impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
    }
}

impl IntoValue for &Value {
    fn into_value(self) -> Value {
        self.clone()
    }
}

impl IntoValue for Json {
    fn into_value(self) -> Value {
        of_json(&self)
    }
}

impl IntoValue for f64 {
    fn into_value(self) -> Value {
        of_json(&Json::from(self))
    }
}

macro_rules! value_from {
    ($($t:ty),*) => {$(
        impl IntoValue for $t {
            fn into_value(self) -> Value {
                Value::from(self)
            }
        }
    )*};
}
value_from!(&str, String, bool, i32, i64, u32, u64, usize, tf_cty::Number);

/// JSON as a value: lists are tuples, null has no type.
pub(crate) fn of_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::null(tf_cty::Type::Dynamic),
        Json::Bool(b) => Value::from(*b),
        Json::Number(n) => tf_cty::Number::parse(&n.to_string())
            .map_or_else(|_| Value::null(tf_cty::Type::Dynamic), Value::from),
        Json::String(s) => Value::from(s.as_str()),
        Json::Array(elements) => Value::tuple(elements.iter().map(of_json)),
        Json::Object(entries) => Value::object(entries.iter().map(|(name, value)| (name, of_json(value)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn yes(known: impl Into<Known>, found: impl IntoValue) {
        let known = known.into();
        known.check(&found.into_value()).unwrap_or_else(|mismatch| panic!("{known:?}: {mismatch}"));
    }

    fn no(known: impl Into<Known>, found: impl IntoValue, words: &str) {
        let known = known.into();
        let mismatch = known.check(&found.into_value()).expect_err(words);
        assert_eq!(mismatch.to_string(), words, "{known:?}");
    }

    #[test]
    fn scalars() {
        yes("a", "a");
        yes(1, json!(1.0));
        yes(
            number("123456789012345678901234567890123456789"),
            of_digits("123456789012345678901234567890123456789"),
        );
        yes(string_regex("^item-"), "item-a");
        yes(string_func("short", |s| s.len() < 3), "ab");
        yes(float(0.5), json!(0.5));
        yes(not_null(), "x");
        yes(null(), json!(null));
        yes(unknown(), Value::dynamic());
        yes(func("even", |v| v.as_number().and_then(|n| n.to_i64()).is_some_and(|n| n % 2 == 0)), 4);
        no("a", "b", "expected \"a\", found \"b\"");
        no(1, "1", "expected 1, found \"1\"");
        no(true, json!(null), "expected true, found null");
        no(integer(1), json!(1.5), "expected the integer 1, found 1.5");
        no(integer_func("above 3", |n| n > 3), 2, "expected an integer above 3, found 2");
        no(
            number("123456789012345678901234567890123456788"),
            of_digits("123456789012345678901234567890123456789"),
            "expected the number 123456789012345678901234567890123456788, \
             found 123456789012345678901234567890123456789",
        );
        no(number("12a"), 12, "expected the number 12a, which is none, found 12");
        no(string_regex("^item-"), "x", "expected a string matching ^item-, found \"x\"");
        no(
            string_regex("("),
            "x",
            "expected a string matching (, which is no regular expression, found \"x\"",
        );
        no(string("a"), 1, "expected the string \"a\", found 1");
        no(bool(true), false, "expected true, found false");
        no(not_null(), json!(null), "expected something other than null, found null");
        no(not_null(), Value::dynamic(), "expected something known, found unknown");
        no(null(), 1, "expected null, found 1");
        no(unknown(), 1, "expected a value that is not known yet, found 1");
        no("a", Value::dynamic(), "expected \"a\", found unknown");
    }

    #[test]
    fn collections() {
        let found = json!([{"a": 1, "b": [1, 2]}, {"a": 2, "b": []}]);
        yes(
            list([object([("a", 1.into()), ("b", list_size(2))]), object_partial([("a", 2)])]),
            found.clone(),
        );
        yes(list_partial([(1, object_partial([("b", json!([]))]))]), found.clone());
        yes(set([object_partial([("a", 2)]), object_partial([("a", 1)])]), found.clone());
        yes(set_partial([object_partial([("a", 2)])]), found.clone());
        yes(set_exact(json!([2, 1])), Value::set([Value::from(1), Value::from(2)]).unwrap());
        yes(map([("x", 1), ("y", 2)]), Value::map([("x", Value::from(1)), ("y", Value::from(2))]).unwrap());
        yes(map_partial([("x", 1)]), json!({"x": 1, "y": 2}));
        yes(tuple([1, 2]), Value::list([Value::from(1), Value::from(2)]).unwrap());
        no(
            found.clone(),
            json!([{"a": 1, "b": [1, 3]}, {"a": 2, "b": []}]),
            "at [0].b[1]: expected 2, found 3",
        );
        no(json!([1]), json!([1, 2]), "expected 1 element, found 2 elements: [1, 2]");
        no(json!({"a": 1}), json!({"a": 1, "b": 2}), "expected nothing at \"b\", found 2");
        no(json!({"a": 1}), json!({}), "expected 1 at \"a\", found nothing there: {}");
        no(
            list_size(3),
            found.clone(),
            "expected 3 elements, found 2 elements: [{\"a\": 1, \"b\": [1, 2]}, {\"a\": 2, \"b\": []}]",
        );
        no(list_partial([(5, 1)]), json!([1]), "expected 1 at [5], found nothing there: [1]");
        no(list([1]), json!({}), "expected a list of 1 element, found {}");
        no(map([("x", 1)]), json!([1]), "expected a map of 1 element, found [1]");
        no(map_size(1), json!({}), "expected 1 element, found 0 elements: {}");
        no(map_partial([("x", 2)]), json!({"x": 1}), "at x: expected 2, found 1");
        no(set([1, 1]), json!([1, 2]), "expected an element that is 1, found none left among [1, 2]");
        no(set_partial([3]), json!([1, 2]), "expected an element that is 3, found none left among [1, 2]");
        no(set_size(1), json!(null), "expected a set of 1 element, found null");
    }

    #[test]
    fn elements_of_a_set_are_paired_as_well_as_can_be() {
        // The first matcher fits both elements; only the second element is left for the second matcher.
        yes(set([not_null(), Known::from(1)]), json!([1, 2]));
        yes(set([Known::from(1), not_null()]), json!([2, 1]));
    }

    #[test]
    fn long_values_are_cut_in_messages() {
        let mismatch = exact("a").check(&Value::from("x".repeat(10_000))).unwrap_err();
        assert!(mismatch.to_string().len() < 600, "{mismatch}");
    }

    fn of_digits(digits: &str) -> Value {
        Value::from(tf_cty::Number::parse(digits).unwrap())
    }
}
