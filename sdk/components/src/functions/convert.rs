//! Values as text.

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::argument::named;

/// Any value.
#[derive(Arguments)]
pub(super) struct Convertible {
    /// A string, number or bool.
    #[param(allow_null)]
    value: Value,
}

/// `tostring`.
pub(super) struct ToString;

impl Function for ToString {
    type Arguments = Convertible;
    type Output = Option<String>;

    const NAME: &'static str = "tostring";
    const SUMMARY: &'static str = "Converts a value to text.";

    fn description(&self) -> Description {
        Description::markdown(
            "A number, bool or string as text: `tostring(1.50)` is `\"1.5\"`, `tostring(true)` is `\"true\"`. Numbers have all of \
             their digits and no exponent. Collections cannot be converted; that of null is null.",
        )
    }

    async fn call(&self, Convertible { value }: Convertible) -> Result<Option<String>, FunctionError> {
        if value.is_null() {
            return Ok(None);
        }
        let text = text_of(&value);
        text.map(Some).ok_or_else(|| {
            FunctionError::argument(0, format!("{} cannot be converted to text", named(&value)))
        })
    }
}

/// The text of a string, number or bool.
pub(super) fn text_of(value: &Value) -> Option<String> {
    let text = value.as_str().map(str::to_owned);
    let number = || value.as_number().map(Number::to_string);
    let bool = || value.as_bool().map(|bool| bool.to_string());
    text.or_else(number).or_else(bool)
}
