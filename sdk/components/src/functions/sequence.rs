//! A list, a tuple or a set: whatever the configuration has that is a list to people.

use tf_sdk::{FunctionError, Value};

use super::argument::named;

/// The elements, in order; of null there are none.
pub(super) fn elements<'a>(
    value: &'a Value,
    what: &str,
    argument: u32,
) -> Result<Option<&'a [Value]>, FunctionError> {
    let ty = value.ty();
    if value.is_null() {
        return Ok(None);
    }
    match value.as_slice().filter(|_| ty.is_list() || ty.is_tuple() || ty.is_set()) {
        Some(elements) => Ok(Some(elements)),
        None => {
            let text = format!("{what} must be a list, not {}", named(value));
            Err(FunctionError::argument(argument, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::elements;
    use tf_sdk::{Type, Value};

    #[test]
    fn sequences_have_elements_and_nothing_else_has() {
        let check = |value: Value, want: Result<Option<usize>, &str>| {
            let got = elements(&value, "values", 1);
            match (got, want) {
                (Ok(got), Ok(want)) => assert_eq!(got.map(<[Value]>::len), want, "{value:?}"),
                (Err(error), Err(want)) => {
                    assert_eq!((error.text.as_str(), error.argument), (want, Some(1)), "{value:?}");
                }
                (got, _) => panic!("{value:?}: {got:?}"),
            }
        };
        check(Value::tuple([]), Ok(Some(0)));
        check(Value::tuple([Value::from(1), Value::from("a")]), Ok(Some(2)));
        check(Value::list([Value::from(1)]).unwrap(), Ok(Some(1)));
        check(Value::set([Value::from(1), Value::from(1)]).unwrap(), Ok(Some(1)));
        check(Value::null(Type::Dynamic), Ok(None));
        check(Value::null(Type::String), Ok(None));
        check(Value::from("a"), Err("values must be a list, not a string"));
        check(Value::from(1), Err("values must be a list, not a number"));
        check(Value::from(true), Err("values must be a list, not a bool"));
        check(Value::object([("a", Value::from(1))]), Err("values must be a list, not an object"));
        check(
            Value::map([("a", Value::from(1))]).unwrap(),
            Err("values must be a list, not a map of number"),
        );
    }
}
