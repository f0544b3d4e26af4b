//! Joining the elements of a list.

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::argument::named;
use super::convert::text_of;
use super::sequence;
use super::text::fits;

/// The number of the argument that has the elements.
const STRINGS: u32 = 1;

/// Texts and what goes between them.
#[derive(Arguments)]
pub(super) struct Parts {
    /// What goes between the elements; null is nothing.
    delimiter: Option<String>,
    /// A list of strings, numbers and bools.
    #[param(allow_null)]
    strings: Value,
}

/// `join`.
pub(super) struct Join;

impl Function for Join {
    type Arguments = Parts;
    type Output = Option<String>;

    const NAME: &'static str = "join";
    const SUMMARY: &'static str = "Joins the elements of a list.";

    fn description(&self) -> Description {
        Description::markdown(
            "The elements of a list with a delimiter between them: `join(\", \", [\"a\", 1, true])` is `\"a, 1, true\"`. Null and \
             collections cannot be joined; in place of the list null gives null.",
        )
    }

    async fn call(&self, arguments: Parts) -> Result<Option<String>, FunctionError> {
        let Some(elements) = sequence::elements(&arguments.strings, "strings", STRINGS)? else {
            return Ok(None);
        };
        let delimiter = arguments.delimiter.unwrap_or_default();
        joined(elements, &delimiter).map(Some)
    }
}

fn joined(elements: &[Value], delimiter: &str) -> Result<String, FunctionError> {
    let mut parts = Vec::new();
    let mut bytes = elements.len().saturating_sub(1).saturating_mul(delimiter.len());
    for (place, element) in elements.iter().enumerate() {
        let part = text_of(element).ok_or_else(|| {
            let is = if element.is_null() { "null".to_owned() } else { named(element) };
            FunctionError::argument(STRINGS, format!("element {place} is {is}, which cannot be joined"))
        })?;
        bytes = bytes.saturating_add(part.len());
        fits(bytes)?;
        parts.push(part);
    }
    Ok(parts.join(delimiter))
}

#[cfg(test)]
mod tests {
    use super::joined;
    use tf_sdk::{FunctionError, Type, Value};

    #[test]
    fn an_error_names_the_element_and_the_list() {
        let check = |element: Value, want: &str| {
            let error = joined(&[Value::from("a"), Value::from(1), element], ",").unwrap_err();
            assert_eq!(
                error,
                FunctionError::argument(1, format!("element 2 is {want}, which cannot be joined"))
            );
        };
        check(Value::null(Type::String), "null");
        check(Value::null(Type::Dynamic), "null");
        check(Value::tuple([]), "a tuple");
        check(Value::object([("a", Value::from(1))]), "an object");
        check(Value::list([Value::from("a")]).unwrap(), "a list of string");
    }

    #[test]
    fn results_are_bounded() {
        let delimiter = "x".repeat(1 << 20);
        let elements = vec![Value::from(""); 100];
        assert_eq!(joined(&elements[..64], &delimiter).map(|text| text.len()), Ok(63 << 20));
        assert!(joined(&elements, &delimiter).is_err());
    }
}
