//! Arithmetic, exact to 512 bits as Terraform's own.
//!
//! The protocol carries short numbers as machine integers and floats, which would round to their own few bits: every operand is
//! first given the bits of a number in a configuration. No result is infinite, for Terraform cannot store one.

use tf_sdk::cty::NanError;
use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::argument::{finite, present};

/// Two numbers, either of which may be null.
#[derive(Arguments)]
pub(super) struct Pair {
    /// The first number.
    a: Option<Number>,
    /// The second number.
    b: Option<Number>,
}

type Operation = fn(&Number, &Number) -> Result<Number, NanError>;

/// `add`.
pub(super) struct Add;

impl Function for Add {
    type Arguments = Pair;
    type Output = Option<Number>;

    const NAME: &'static str = "add";
    const SUMMARY: &'static str = "Adds two numbers.";

    fn description(&self) -> Description {
        Description::markdown(
            "The sum of two numbers, exact to Terraform's 512 bits: `add(0.1, 0.2)` is `0.3`. If one of them is null, so is the sum.",
        )
    }

    async fn call(&self, arguments: Pair) -> Result<Option<Number>, FunctionError> {
        arguments.calculate(Number::add)
    }
}

/// `subtract`.
pub(super) struct Subtract;

impl Function for Subtract {
    type Arguments = Pair;
    type Output = Option<Number>;

    const NAME: &'static str = "subtract";
    const SUMMARY: &'static str = "Subtracts one number from another.";

    fn description(&self) -> Description {
        Description::markdown(
            "The first number without the second, exact to Terraform's 512 bits: `subtract(10, 2.5)` is `7.5`. If one of them is \
             null, so is the difference.",
        )
    }

    async fn call(&self, arguments: Pair) -> Result<Option<Number>, FunctionError> {
        arguments.calculate(Number::sub)
    }
}

/// `multiply`.
pub(super) struct Multiply;

impl Function for Multiply {
    type Arguments = Pair;
    type Output = Option<Number>;

    const NAME: &'static str = "multiply";
    const SUMMARY: &'static str = "Multiplies two numbers.";

    fn description(&self) -> Description {
        Description::markdown(
            "The product of two numbers, exact to Terraform's 512 bits: `multiply(4, 2.5)` is `10`. If one of them is null, so is \
             the product.",
        )
    }

    async fn call(&self, arguments: Pair) -> Result<Option<Number>, FunctionError> {
        arguments.calculate(Number::mul)
    }
}

/// `divide`.
pub(super) struct Divide;

impl Function for Divide {
    type Arguments = Pair;
    type Output = Option<Number>;

    const NAME: &'static str = "divide";
    const SUMMARY: &'static str = "Divides one number by another.";

    fn description(&self) -> Description {
        Description::markdown(
            "The first number divided by the second, to Terraform's 512 bits: `divide(10, 4)` is `2.5`. If one of them is null, so \
             is the quotient. Nothing can be divided by zero.",
        )
    }

    async fn call(&self, arguments: Pair) -> Result<Option<Number>, FunctionError> {
        match &arguments {
            Pair { a: Some(_), b: Some(b) } if b.sign() == 0 => {
                Err(FunctionError::argument(1, "division by zero has no result"))
            }
            _ => arguments.calculate(Number::div),
        }
    }
}

impl Pair {
    fn calculate(&self, operation: Operation) -> Result<Option<Number>, FunctionError> {
        let (Some(a), Some(b)) = (&self.a, &self.b) else { return Ok(None) };
        finite(a, "a", 0)?;
        finite(b, "b", 1)?;
        combined(&widened(a)?, &widened(b)?, operation).map(Some)
    }
}

/// Numbers, or null in place of the list.
#[derive(Arguments)]
pub(super) struct Summands {
    /// The numbers to add, at least one.
    numbers: Option<Vec<Option<Number>>>,
}

/// `sum`.
pub(super) struct Sum;

impl Function for Sum {
    type Arguments = Summands;
    type Output = Option<Number>;

    const NAME: &'static str = "sum";
    const SUMMARY: &'static str = "Adds all numbers of a list.";

    fn description(&self) -> Description {
        Description::markdown(
            "The sum of a list of numbers, exact to Terraform's 512 bits: `sum([0.1, 0.2, 3])` is `3.3`. An empty list has none; \
             that of null is null.",
        )
    }

    async fn call(&self, Summands { numbers }: Summands) -> Result<Option<Number>, FunctionError> {
        let Some(numbers) = numbers.map(|numbers| present(numbers, 0)).transpose()? else { return Ok(None) };
        if numbers.is_empty() {
            return Err(FunctionError::argument(0, "an empty list has no sum"));
        }
        let mut sum = widened(&Number::ZERO)?;
        for number in &numbers {
            sum = combined(&sum, number, Number::add)?;
        }
        Ok(Some(sum))
    }
}

/// The same number with the bits of one in a configuration, which no operation then rounds to fewer.
fn widened(number: &Number) -> Result<Number, FunctionError> {
    let zero = Number::parse("0").map_err(|error| FunctionError::new(error.to_string()))?;
    combined(number, &zero, Number::add)
}

fn combined(a: &Number, b: &Number, operation: Operation) -> Result<Number, FunctionError> {
    let result = operation(a, b).map_err(|error| FunctionError::new(error.to_string()))?;
    match result.is_infinite() {
        true => Err(FunctionError::new("the result is too large")),
        false => Ok(result),
    }
}

#[cfg(test)]
mod tests {
    use super::{Operation, Pair, widened};
    use tf_sdk::Number;

    fn check(a: Number, b: Number, operation: Operation, want: &str) {
        let pair = Pair { a: Some(a), b: Some(b) };
        let got = pair.calculate(operation).unwrap().unwrap();
        assert_eq!(got.to_string(), want);
    }

    #[test]
    fn machine_numbers_do_not_round() {
        let third = "0.".to_owned() + &"3".repeat(154) + "5";
        check(Number::from(1), Number::from(3), Number::div, &third);
        check(Number::from(i64::MAX), Number::from(i64::MAX), Number::add, "18446744073709551614");
        check(Number::from_f64(0.5).unwrap(), Number::from(i64::MAX), Number::add, "9223372036854775807.5");
        check(Number::from(i64::MAX), Number::from(2), Number::mul, "18446744073709551614");
        check(Number::from(i64::MIN), Number::from(1), Number::sub, "-9223372036854775809");
    }

    #[test]
    fn widening_changes_no_value() {
        for number in [Number::ZERO, Number::from(-7), Number::from_f64(0.1).unwrap()] {
            let wide = widened(&number).unwrap();
            assert_eq!(wide.compare(&number), std::cmp::Ordering::Equal, "{number}");
            assert_eq!(wide.precision(), 512, "{number}");
        }
    }

    #[test]
    fn infinities_are_refused() {
        let infinite = || Some(Number::infinity(true));
        let one = || Some(Number::from(1));
        for (a, b, at) in [(infinite(), one(), 0), (one(), infinite(), 1), (infinite(), infinite(), 0)] {
            let error = Pair { a, b }.calculate(Number::add).unwrap_err();
            assert_eq!(error.argument, Some(at));
        }
    }
}
