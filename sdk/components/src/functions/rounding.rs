//! Rounding to decimal places, a tie going to the even neighbour.
//!
//! It is done on the digits of the number as it is written, not on its bits: 2.675 lies between two numbers of 512 bits, and yet it is a
//! tie at two places. Whatever a number's size, this takes a time and a memory in proportion to its digits.

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::argument::{finite, options, whole};
use super::limits::MAX_PLACES;

/// A number and how many places.
#[derive(Arguments)]
pub(super) struct Rounded {
    /// The number to round.
    number: Option<Number>,
    /// How many decimal places are left, 0 if not given; below 0 so many digits before the point become 0.
    #[param(variadic)]
    options: Vec<Option<Number>>,
}

/// `round`.
pub(super) struct Round;

impl Function for Round {
    type Arguments = Rounded;
    type Output = Option<Number>;

    const NAME: &'static str = "round";
    const SUMMARY: &'static str = "Rounds a number to decimal places.";

    fn description(&self) -> Description {
        Description::markdown(
            "The number rounded to so many decimal places, to none without the option: `round(3.14159, 2)` is `3.14`, \
             `round(1250, -2)` is `1200`. What lies just between two goes to the even one: `round(2.5)` is `2`, `round(3.5)` is `4`. \
             That of null is null.",
        )
    }

    async fn call(&self, arguments: Rounded) -> Result<Option<Number>, FunctionError> {
        let [places] = options(arguments.options, 1)?;
        let places = places.map(|n| whole(&n, -MAX_PLACES..=MAX_PLACES, "the precision", 1));
        let places = places.transpose()?.unwrap_or(0);
        let Some(number) = arguments.number else { return Ok(None) };
        finite(&number, "number", 0)?;
        let rounded = Number::parse(&rounded(&number.to_string(), places));
        rounded.map(Some).map_err(|error| FunctionError::new(error.to_string()))
    }
}

/// Rounds digits with an optional sign and point.
fn rounded(number: &str, places: i64) -> String {
    let (sign, magnitude) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let digits = [whole.as_bytes(), fraction.as_bytes()].concat();
    // How many of the digits are kept; below zero the number is less than a tenth of the last place.
    let kept = whole.len() as i64 + places;
    match usize::try_from(kept) {
        Ok(kept) if kept >= digits.len() => number.to_owned(),
        Ok(kept) => with_sign(sign, &cut(digits, kept, whole.len())),
        Err(_) => "0".to_owned(),
    }
}

/// Keeps some of the digits, of which so many are before the point.
fn cut(mut digits: Vec<u8>, kept: usize, point: usize) -> String {
    let tail = digits.split_off(kept);
    if goes_up(digits.last().copied(), &tail) {
        count_up(&mut digits);
    }
    // One digit more if a carry came out of the first.
    let point = point + (digits.len() - kept);
    let zeros = point.saturating_sub(digits.len());
    digits.extend(std::iter::repeat_n(b'0', zeros));
    let mut text: String = digits.iter().map(|digit| char::from(*digit)).collect();
    text.insert(point, '.');
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() { "0".to_owned() } else { text.to_owned() }
}

/// Whether what is cut off is more than half of the last place, or half of it and the digit before is odd.
fn goes_up(last: Option<u8>, tail: &[u8]) -> bool {
    let odd = last.is_some_and(|digit| digit % 2 == 1);
    match tail.split_first() {
        Some((b'5', rest)) => odd || rest.iter().any(|digit| *digit != b'0'),
        Some((first, _)) => *first > b'5',
        None => false,
    }
}

fn count_up(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit != b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
}

/// Nothing is less than zero by its sign alone.
fn with_sign(sign: &str, magnitude: &str) -> String {
    let sign = if magnitude.bytes().all(|byte| matches!(byte, b'0' | b'.')) { "" } else { sign };
    format!("{sign}{magnitude}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tf_sdk::Number;

    use super::rounded;

    fn check(number: &str, places: i64, want: &str) {
        let got = Number::parse(&rounded(number, places)).unwrap();
        assert_eq!(got.to_string(), want, "{number} to {places}: {}", rounded(number, places));
    }

    #[test]
    fn ties_go_to_even() {
        for (number, places, want) in [
            ("0.5", 0, "0"),
            ("1.5", 0, "2"),
            ("2.5", 0, "2"),
            ("-0.5", 0, "0"),
            ("-1.5", 0, "-2"),
            ("-2.5", 0, "-2"),
            ("2.675", 2, "2.68"),
            ("2.665", 2, "2.66"),
            ("1.005", 2, "1"),
            ("25", -1, "20"),
            ("35", -1, "40"),
            ("50", -2, "0"),
            ("150", -2, "200"),
            ("-25", -1, "-20"),
        ] {
            check(number, places, want);
        }
    }

    #[test]
    fn what_is_not_a_tie_goes_to_the_nearer() {
        for (number, places, want) in [
            ("0", 0, "0"),
            ("0", -3, "0"),
            ("0.49999", 0, "0"),
            ("0.50001", 0, "1"),
            ("2.5000000000000000000000000000000001", 0, "3"),
            ("9.99", 1, "10"),
            ("99.995", 1, "100"),
            ("-9.99", 0, "-10"),
            ("999", -1, "1000"),
            ("999", -3, "1000"),
            ("499", -3, "0"),
            ("999", -4, "0"),
            ("-999", -4, "0"),
            ("0.05", 0, "0"),
            ("0.0001", 3, "0"),
            ("0.0009", 3, "0.001"),
            ("1.23", 2, "1.23"),
            ("1.23", 1000, "1.23"),
            ("123456789012345678901234567890.5", 0, "123456789012345678901234567890"),
            ("123456789012345678901234567891.5", 0, "123456789012345678901234567892"),
            ("123456789012345678901234567890", -1000, "0"),
            (".5", 0, "0"),
            (".6", 0, "1"),
        ] {
            check(number, places, want);
        }
    }

    proptest! {
        #[test]
        fn rounding_again_changes_nothing(number in "-?[0-9]{1,30}(\\.[0-9]{1,30})?", places in -40_i64..40) {
            let once = rounded(&number, places);
            prop_assert_eq!(Number::parse(&rounded(&once, places)).unwrap(), Number::parse(&once).unwrap());
        }

        #[test]
        fn it_moves_by_no_more_than_half_a_place(number in "-?[0-9]{1,30}(\\.[0-9]{1,30})?", places in -40_i64..40) {
            let parse = |text: &str| Number::parse(text).unwrap();
            let moved = parse(&rounded(&number, places)).sub(&parse(&number)).unwrap().abs();
            let half = parse(&format!("0.50000000000000000001e{}", -places));
            prop_assert!(moved.compare(&half).is_lt());
        }
    }
}
