//! Matchers of one value: strings, numbers, bools, null and unknown, and exactly a given one.

use regex::Regex;
use tf_cty::{Number, Value};

use super::{IntoValue, Known, Matcher, Mismatch, collection, show};

type Test<T> = Box<dyn Fn(T) -> Option<bool> + Send + Sync>;

/// A test with its words.
struct Described {
    words: String,
    test: Box<dyn Fn(&Value) -> bool + Send + Sync>,
}

impl Matcher for Described {
    fn describe(&self) -> String {
        self.words.clone()
    }

    fn check(&self, found: &Value) -> Result<(), Mismatch> {
        if (self.test)(found) { Ok(()) } else { Err(Mismatch::new(self.describe(), found)) }
    }
}

fn described(words: impl Into<String>, test: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Known {
    Known::new(Described { words: words.into(), test: Box::new(test) })
}

struct Exact(Value);

impl Matcher for Exact {
    fn describe(&self) -> String {
        show(&self.0)
    }

    fn check(&self, found: &Value) -> Result<(), Mismatch> {
        collection::same(&self.0, found)
    }
}

/// Exactly this, all the way down. Lists are compared in order: where order does not count, use [`super::set`].
pub fn exact(value: impl IntoValue) -> Known {
    Known::new(Exact(value.into_value()))
}

/// Null.
pub fn null() -> Known {
    described("null", Value::is_null)
}

struct NotNull;

impl Matcher for NotNull {
    fn describe(&self) -> String {
        "something other than null".into()
    }

    fn check(&self, found: &Value) -> Result<(), Mismatch> {
        match (found.is_null(), found.is_known()) {
            (true, _) => Err(Mismatch::new(self.describe(), found)),
            (_, false) => Err(Mismatch::new("something known", found)),
            _ => Ok(()),
        }
    }
}

/// Anything that is known and not null.
pub fn not_null() -> Known {
    Known::new(NotNull)
}

/// Not known before the object is created or changed.
pub fn unknown() -> Known {
    described("a value that is not known yet", |found| !found.is_known())
}

/// Whatever passes a test; `words` go after "expected".
pub fn func(words: &str, test: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Known {
    described(words, test)
}

/// This bool.
pub fn bool(value: bool) -> Known {
    described(value.to_string(), move |found| found.as_bool() == Some(value))
}

/// A bool that passes a test.
pub fn bool_func(words: &str, test: impl Fn(bool) -> bool + Send + Sync + 'static) -> Known {
    described(format!("a bool {words}"), move |found| found.as_bool().is_some_and(&test))
}

/// This string.
pub fn string(value: &str) -> Known {
    let value = value.to_owned();
    described(format!("the string {value:?}"), move |found| found.as_str() == Some(&value))
}

/// A string in which this regular expression is found. One that is no regular expression never matches, and says so.
pub fn string_regex(pattern: &str) -> Known {
    match Regex::new(pattern) {
        Ok(regex) => described(format!("a string matching {pattern}"), move |found| {
            found.as_str().is_some_and(|text| regex.is_match(text))
        }),
        Err(_) => {
            described(format!("a string matching {pattern}, which is no regular expression"), |_| false)
        }
    }
}

/// A string that passes a test; `words` go after "a string".
pub fn string_func(words: &str, test: impl Fn(&str) -> bool + Send + Sync + 'static) -> Known {
    described(format!("a string {words}"), move |found| found.as_str().is_some_and(&test))
}

/// This number, given in digits so that none is too long: `number("0.1")`.
pub fn number(digits: &str) -> Known {
    match Number::parse(digits) {
        Ok(number) => {
            described(format!("the number {digits}"), move |found| found.as_number() == Some(&number))
        }
        Err(_) => described(format!("the number {digits}, which is none"), |_| false),
    }
}

/// A number that passes a test; `words` go after "a number".
pub fn number_func(words: &str, test: impl Fn(&Number) -> bool + Send + Sync + 'static) -> Known {
    described(format!("a number {words}"), move |found| found.as_number().is_some_and(&test))
}

/// This integer.
pub fn integer(value: i64) -> Known {
    described(format!("the integer {value}"), move |found| as_integer(found) == Some(value))
}

/// A 64-bit integer that passes a test; `words` go after "an integer".
pub fn integer_func(words: &str, test: impl Fn(i64) -> bool + Send + Sync + 'static) -> Known {
    let test: Test<i64> = Box::new(move |n| Some(test(n)));
    described(format!("an integer {words}"), move |found| as_integer(found).and_then(&test) == Some(true))
}

/// The number that is nearest to this float, or this float.
pub fn float(value: f64) -> Known {
    described(format!("the number {value}"), move |found| {
        found.as_number().is_some_and(|n| n.to_f64() == value)
    })
}

/// A number that, as a float, passes a test; `words` go after "a number".
pub fn float_func(words: &str, test: impl Fn(f64) -> bool + Send + Sync + 'static) -> Known {
    described(format!("a number {words}"), move |found| found.as_number().is_some_and(|n| test(n.to_f64())))
}

fn as_integer(found: &Value) -> Option<i64> {
    found.as_number().and_then(Number::to_i64)
}
