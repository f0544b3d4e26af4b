//! Sizes for people: 1536 bytes are 1.5 KB, a step being 1024.

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::argument::{finite, options, whole};
use super::limits::MAX_PLACES;
use super::standard;

/// Names of the units, each 1024 of the one before. Of the last there may be any number.
const UNITS: [&str; 7] = ["B", "KB", "MB", "GB", "TB", "PB", "EB"];

/// A size and how many places.
#[derive(Arguments)]
pub(super) struct Size {
    /// The size in bytes; a fraction of a byte is left out.
    size_bytes: Option<Number>,
    /// How many decimal places, 1 if not given. Bytes never have any.
    #[param(variadic)]
    options: Vec<Option<Number>>,
}

/// `format_size`.
pub(super) struct FormatSize;

impl Function for FormatSize {
    type Arguments = Size;
    type Output = Option<String>;

    const NAME: &'static str = "format_size";
    const SUMMARY: &'static str = "Writes a size in bytes for people.";

    fn description(&self) -> Description {
        Description::markdown(
            "A number of bytes in the largest unit of which there is one, from B to EB, each 1024 of the one before: \
             `format_size(1536)` is `\"1.5 KB\"`, `format_size(1536, 2)` is `\"1.50 KB\"`. That of null is null.",
        )
    }

    async fn call(&self, arguments: Size) -> Result<Option<String>, FunctionError> {
        let [places] = options(arguments.options, 1)?;
        let places = places.map(|n| whole(&n, 0..=MAX_PLACES, "the precision", 1)).transpose()?.unwrap_or(1);
        let Some(size) = arguments.size_bytes else { return Ok(None) };
        finite(&size, "size_bytes", 0)?;
        written(&size, places).map(Some)
    }
}

/// Dividing by 1024 changes no bit of a number, and `%.1f` rounds its exact value, a tie going to the even digit.
fn written(size: &Number, places: i64) -> Result<String, FunctionError> {
    let step = Number::from(1024);
    let mut amount = size.abs();
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while amount.compare(&step).is_ge()
        && let Some(larger) = units.next()
    {
        amount = amount.div(&step).map_err(|error| FunctionError::new(error.to_string()))?;
        unit = Some(larger);
    }
    let is_bytes = unit == UNITS.first();
    let template = if is_bytes { "%d".to_owned() } else { format!("%.{places}f") };
    let amount = if is_bytes { standard::call("int", &[amount.into()])? } else { amount.into() };
    let digits = standard::text("format", &[template.into(), amount])?;
    let sign = if size.is_negative() && digits != "0" { "-" } else { "" };
    Ok(format!("{sign}{digits} {}", unit.unwrap_or(&"")))
}

#[cfg(test)]
mod tests {
    use super::written;
    use tf_sdk::Number;

    #[test]
    fn sizes_are_written() {
        for (size, places, want) in [
            ("0", 1, "0 B"),
            ("1", 1, "1 B"),
            ("-1", 1, "-1 B"),
            ("0.5", 1, "0 B"),
            ("-0.5", 1, "0 B"),
            ("1023", 1, "1023 B"),
            ("1023.999", 1, "1023 B"),
            ("1024", 1, "1.0 KB"),
            ("1024", 0, "1 KB"),
            ("1536", 2, "1.50 KB"),
            ("-1536", 1, "-1.5 KB"),
            ("1536", 0, "2 KB"),
            ("2560", 0, "2 KB"),
            ("1280", 1, "1.2 KB"),
            ("1048575", 1, "1024.0 KB"),
            ("1048576", 1, "1.0 MB"),
            ("1180591620717411303424", 1, "1024.0 EB"),
            // An f64 would have 9007199254740992 here.
            ("9007199254740993", 30, "8.000000000000000888178419700125 PB"),
            ("1234567890123456789012345", 3, "1070816.951 EB"),
        ] {
            assert_eq!(written(&Number::parse(size).unwrap(), places).as_deref(), Ok(want), "{size}");
        }
    }

    #[test]
    fn machine_numbers_do_not_round() {
        assert_eq!(written(&Number::from(i64::MAX), 20).as_deref(), Ok("7.99999999999999999913 EB"));
        assert_eq!(written(&Number::from(i64::MIN), 1).as_deref(), Ok("-8.0 EB"));
    }
}
