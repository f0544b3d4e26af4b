//! Terraform's own functions, under the names that tf-cty has them by.

use tf_sdk::cty::functions;
use tf_sdk::{FunctionError, Value};

/// Calls one; what it says of an argument is said of the argument of the same number.
pub(super) fn call(name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
    let function = functions::get(name).ok_or_else(|| {
        FunctionError::new(format!("there is no function {name:?}; this is a bug of the provider"))
    })?;
    function.call(arguments).map_err(|error| FunctionError {
        text: error.to_string(),
        argument: error.argument().and_then(|n| u32::try_from(n).ok()),
    })
}

/// Calls one that gives text.
pub(super) fn text(name: &str, arguments: &[Value]) -> Result<String, FunctionError> {
    let value = call(name, arguments)?;
    value.as_str().map(str::to_owned).ok_or_else(|| {
        FunctionError::new(format!("{name} gave something else than text; this is a bug of the provider"))
    })
}

/// The characters of a text, which are grapheme clusters.
pub(super) fn length(text: &str) -> Result<usize, FunctionError> {
    let value = call("strlen", &[Value::from(text)])?;
    let length = value.as_number().and_then(|n| usize::try_from(n.to_i64()?).ok());
    length.ok_or_else(|| FunctionError::new("strlen gave no number; this is a bug of the provider"))
}

/// The first characters of a text, which has no fewer.
pub(super) fn first(text: &str, characters: usize) -> Result<String, FunctionError> {
    self::text("substr", &[Value::from(text), Value::from(0), Value::from(characters)])
}
