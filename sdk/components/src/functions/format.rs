//! Templates of two dialects: Terraform's verbs, and braces.
//!
//! A template with a percent sign is of the first and goes to Terraform's own `format`. Any other is of the second, in which `{}` is the
//! next value, `{0}` the first, and every other brace is itself, so that JSON needs no care.

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::argument::named;
use super::convert::text_of;
use super::text::fits;
use super::{sequence, standard};

/// The number of the argument that has the values.
const VALUES: u32 = 1;

/// A template and what fills it.
#[derive(Arguments)]
pub(super) struct Filled {
    /// The text, with verbs or with braces for the values.
    template: Option<String>,
    /// A list of the values, of any types. Null is none.
    #[param(allow_null)]
    values: Value,
}

/// `format`.
pub(super) struct Format;

impl Function for Format {
    type Arguments = Filled;
    type Output = Option<String>;

    const NAME: &'static str = "format";
    const SUMMARY: &'static str = "Fills a template with values.";

    fn description(&self) -> Description {
        Description::markdown(
            "The template with its verbs or braces filled. With a `%` in it, the verbs are those of Terraform's own `format`: \
             `format(\"%s has %.1f\", [\"it\", 2.25])` is `\"it has 2.2\"`. Without one, `{}` is the next value and `{0}` the first: \
             `format(\"{} + {}\", [1, 2])` is `\"1 + 2\"`; other braces are themselves. All values have to be used. In place of the \
             template null gives null.",
        )
    }

    async fn call(&self, arguments: Filled) -> Result<Option<String>, FunctionError> {
        let values = sequence::elements(&arguments.values, "values", VALUES)?.unwrap_or_default();
        let Some(template) = arguments.template else { return Ok(None) };
        match template.contains('%') {
            true => with_verbs(&template, values).map(Some),
            false => with_braces(&template, values).map(Some),
        }
    }
}

/// Terraform's own; each of its arguments after the template is an element of the list here.
fn with_verbs(template: &str, values: &[Value]) -> Result<String, FunctionError> {
    let arguments: Vec<Value> =
        std::iter::once(Value::from(template)).chain(values.iter().cloned()).collect();
    standard::text("format", &arguments)
        .map_err(|error| FunctionError { argument: error.argument.map(|number| number.min(VALUES)), ..error })
}

fn with_braces(template: &str, values: &[Value]) -> Result<String, FunctionError> {
    if values.is_empty() {
        return Ok(template.to_owned());
    }
    let mut out = String::new();
    let (mut next, mut used) = (0, 0);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((digits, tail)) = placeholder(after) else {
            out.push('{');
            rest = after;
            continue;
        };
        let place = match digits {
            "" => next,
            // A number that does not fit is the place of nothing.
            digits => digits.parse().unwrap_or(usize::MAX),
        };
        next += usize::from(digits.is_empty());
        out.push_str(&value_at(values, place, digits)?);
        fits(out.len())?;
        used = used.max(place + 1);
        rest = tail;
    }
    out.push_str(rest);
    if used < values.len() {
        let text = format!("there are {} values, of which the template uses {used}", values.len());
        return Err(FunctionError::argument(VALUES, text));
    }
    Ok(out)
}

/// What is before the closing brace, and what is after it.
fn placeholder(after: &str) -> Option<(&str, &str)> {
    let (digits, tail) = after.split_once('}')?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then_some((digits, tail))
}

fn value_at(values: &[Value], place: usize, digits: &str) -> Result<String, FunctionError> {
    let at_fault = |text: String| FunctionError::argument(VALUES, text);
    let value = values.get(place).ok_or_else(|| {
        let shown = if digits.is_empty() { place.to_string() } else { digits.to_owned() };
        at_fault(format!("there is no element {shown} for {{{digits}}}; the list has {}", values.len()))
    })?;
    text_of(value).ok_or_else(|| {
        let is = if value.is_null() { "null".to_owned() } else { named(value) };
        at_fault(format!("element {place} is {is}, which cannot be written for {{{digits}}}"))
    })
}

#[cfg(test)]
mod tests {
    use super::{with_braces, with_verbs};
    use tf_sdk::{FunctionError, Type, Value};

    fn values() -> [Value; 2] {
        [Value::from("a"), Value::from(1)]
    }

    #[test]
    fn braces_are_filled() {
        for (template, want) in [
            ("{} {}", "a 1"),
            ("{1} {0}", "1 a"),
            ("{1}", "1"),
            ("{}{}{0}", "a1a"),
            ("{0} {} {1}", "a a 1"),
            ("{{}} {}", "{a} 1"),
            ("{\"k\": {}, \"l\": [{}]}", "{\"k\": a, \"l\": [1]}"),
            ("{a} { } {-1} {} {} {", "{a} { } {-1} a 1 {"),
            ("{}}{}{", "a}1{"),
            ("{01} {000}", "1 a"),
        ] {
            assert_eq!(with_braces(template, &values()).as_deref(), Ok(want), "{template}");
        }
        assert_eq!(with_braces("{} {9}", &[]).as_deref(), Ok("{} {9}"));
    }

    #[test]
    fn what_cannot_be_filled_is_refused() {
        let list = Value::list([Value::from(1)]).unwrap();
        for (template, values, want) in [
            ("{} {} {}", values(), "there is no element 2 for {}; the list has 2"),
            ("{2}", values(), "there is no element 2 for {2}; the list has 2"),
            (
                "{99999999999999999999999}",
                values(),
                "there is no element 99999999999999999999999 for {99999999999999999999999}; the list has 2",
            ),
            ("x", values(), "there are 2 values, of which the template uses 0"),
            ("{}", values(), "there are 2 values, of which the template uses 1"),
            ("{}{}", [Value::from(1), list], "element 1 is a list of number, which cannot be written for {}"),
            (
                "{0}",
                [Value::null(Type::String), Value::from(1)],
                "element 0 is null, which cannot be written for {0}",
            ),
        ] {
            let error = with_braces(template, &values).unwrap_err();
            assert_eq!(error, FunctionError::argument(1, want), "{template}");
        }
    }

    #[test]
    fn results_are_bounded() {
        let long = [Value::from("x".repeat(1 << 20).as_str())];
        assert!(with_braces(&"{0}".repeat(65), &long).is_err());
        assert!(with_verbs("%999999999d", &[Value::from(1)]).is_err());
        assert!(with_verbs("%.999999999f", &[Value::from(1)]).is_err());
    }

    #[test]
    fn an_unused_value_is_of_the_list() {
        let error = with_verbs("%s", &[Value::from(1), Value::from(2), Value::from(3)]).unwrap_err();
        assert_eq!(error.argument, Some(1), "{error}");
    }
}
