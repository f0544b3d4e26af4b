//! What arguments are asked beyond their type: options that are absent or too many, whole numbers in a range, text.
//!
//! Options arrive as the rest of the arguments, so nothing but this counts and checks them.

use std::ops::RangeInclusive;

use tf_sdk::{FunctionError, Number, Value};

/// The options of a call, of which there are at most `N`, the first being an argument of this number. What is not given is `None`.
pub(super) fn options<T, const N: usize>(
    given: Vec<Option<T>>,
    first: u32,
) -> Result<[Option<T>; N], FunctionError> {
    let mut options = [const { None }; N];
    for (number, option) in (first..).zip(given) {
        let Some(place) = options.get_mut((number - first) as usize) else {
            let most = if N == 1 { "there is 1 option".to_owned() } else { format!("there are {N} options") };
            return Err(FunctionError::argument(number, format!("too many arguments: {most}")));
        };
        *place = option;
    }
    Ok(options)
}

/// Options of any type: null is one that is not given.
pub(super) fn nullable(given: Vec<Value>) -> Vec<Option<Value>> {
    given.into_iter().map(|value| if value.is_null() { None } else { Some(value) }).collect()
}

/// A whole number in a range.
pub(super) fn whole(
    number: &Number,
    range: RangeInclusive<i64>,
    what: &str,
    argument: u32,
) -> Result<i64, FunctionError> {
    number.to_i64().filter(|n| number.is_integer() && range.contains(n)).ok_or_else(|| {
        let (least, most) = range.into_inner();
        let text = format!("{what} must be a whole number from {least} to {most}, not {}", shown(number));
        FunctionError::argument(argument, text)
    })
}

/// The number in an option of any type.
pub(super) fn number<'a>(option: &'a Value, what: &str, argument: u32) -> Result<&'a Number, FunctionError> {
    option.as_number().ok_or_else(|| wrong_type(option, what, "a number", argument))
}

/// The text in an option of any type.
pub(super) fn text(option: &Value, what: &str, argument: u32) -> Result<String, FunctionError> {
    let text = option.as_str().map(str::to_owned);
    text.ok_or_else(|| wrong_type(option, what, "a string", argument))
}

/// A number that is no infinity.
pub(super) fn finite(number: &Number, what: &str, argument: u32) -> Result<(), FunctionError> {
    match number.is_infinite() {
        true => Err(FunctionError::argument(argument, format!("{what} must not be infinite"))),
        false => Ok(()),
    }
}

/// The numbers of a list, none of which may be null or infinite.
pub(super) fn present(numbers: Vec<Option<Number>>, argument: u32) -> Result<Vec<Number>, FunctionError> {
    let present = |(place, number): (usize, Option<Number>)| {
        let null = || FunctionError::argument(argument, format!("element {place} is null"));
        let number = number.ok_or_else(null)?;
        finite(&number, &format!("element {place}"), argument)?;
        Ok(number)
    };
    numbers.into_iter().enumerate().map(present).collect()
}

fn wrong_type(found: &Value, what: &str, wanted: &str, argument: u32) -> FunctionError {
    let text = format!("{what} must be {wanted}, not {}", named(found));
    FunctionError::argument(argument, text)
}

/// The value's type with its article.
pub(super) fn named(value: &Value) -> String {
    let name = value.ty().friendly_name();
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name}")
}

/// The number, or only its beginning if it is long.
fn shown(number: &Number) -> String {
    const MOST: usize = 30;
    let text = number.to_string();
    if text.len() > MOST { format!("{}…", &text[..MOST]) } else { text }
}

#[cfg(test)]
mod tests {
    use super::{named, options, whole};
    use tf_sdk::{Number, Value};

    #[test]
    fn options_are_counted() {
        assert_eq!(options::<i64, 2>(vec![], 1), Ok([None, None]));
        assert_eq!(options(vec![Some(1), None], 1), Ok([Some(1), None]));
        let error = options::<i64, 1>(vec![Some(1), None], 1).unwrap_err();
        assert_eq!((error.argument, error.text.as_str()), (Some(2), "too many arguments: there is 1 option"));
        let error = options::<i64, 2>(vec![None, None, None, Some(1)], 3).unwrap_err();
        assert_eq!(
            (error.argument, error.text.as_str()),
            (Some(5), "too many arguments: there are 2 options")
        );
    }

    #[test]
    fn whole_numbers_are_whole_and_in_range() {
        let check = |text: &str, want: Option<i64>| {
            let number = Number::parse(text).unwrap();
            let got = whole(&number, -5..=5, "it", 1);
            assert_eq!(got.as_ref().ok(), want.as_ref(), "{text}: {got:?}");
        };
        check("0", Some(0));
        check("-5", Some(-5));
        check("5", Some(5));
        for refused in ["6", "-6", "0.5", "-0.5", "1e-30", "9223372036854775808", "1e1000", "inf", "-inf"] {
            check(refused, None);
        }
        let error = whole(&Number::parse("1e1000").unwrap(), 0..=1, "it", 1).unwrap_err();
        assert!(error.text.len() < 100, "{error}");
    }

    #[test]
    fn types_have_articles() {
        assert_eq!(named(&Value::object([("a", Value::from(1))])), "an object");
        assert_eq!(named(&Value::tuple([])), "a tuple");
    }
}
