//! Functions over numbers.

use std::cmp::Ordering;

use dashu_int::UBig;

use super::spec::{Function, Result, function, integer, takes, text};
use super::{FunctionError, rational};
use crate::number::Number;
use crate::types::Type;
use crate::value::{OpError, Value};

fn number(v: &Value) -> Result<&Number> {
    v.as_number().ok_or_else(|| FunctionError::new("a known number is required"))
}

/// A number as the nearest `f64`, which must not overflow.
fn float(v: &Value) -> Result<f64> {
    let n = number(v)?;
    let f = n.to_f64();
    if f.is_infinite() && !n.is_infinite() {
        return Err(FunctionError::new("value is too large for this function"));
    }
    Ok(f)
}

fn unary(
    name: &'static str,
    what: &str,
    takes: u8,
    f: impl Fn(&Value) -> Result<Value> + Send + Sync + 'static,
) -> Function {
    function(name, what)
        .param("num", Type::Number, takes)
        .returns(Type::Number)
        .does(move |args, _| f(&args[0]))
}

fn binary(
    name: &'static str,
    what: &str,
    ty: Type,
    takes: u8,
    f: impl Fn(&Value, &Value) -> std::result::Result<Value, OpError> + Send + Sync + 'static,
) -> Function {
    let params = function(name, what).param("a", Type::Number, takes).param("b", Type::Number, takes);
    params.returns(ty).does(move |args, _| Ok(f(&args[0], &args[1])?))
}

fn extreme(name: &'static str, what: &str, want: Ordering) -> Function {
    function(name, what).variadic("numbers", Type::Number, takes::DYNAMIC).returns(Type::Number).does(
        move |args, _| {
            if args.is_empty() {
                return Err(FunctionError::new("must pass at least one number"));
            }
            let mut best = Number::infinity(want == Ordering::Greater);
            for arg in args {
                let n = number(arg)?;
                if n.compare(&best) == want {
                    best = n.clone();
                }
            }
            Ok(best.into())
        },
    )
}

pub(super) fn all() -> Vec<Function> {
    let mut all = arithmetic();
    all.extend(comparisons());
    all.extend(rounding());
    all
}

fn arithmetic() -> Vec<Function> {
    let marked = takes::DYNAMIC | takes::MARKED;
    let op = |name, what, f| binary(name, what, Type::Number, takes::DYNAMIC, f);
    type Op = fn(&Value, &Value) -> std::result::Result<Value, OpError>;
    vec![
        unary("absolute", "Returns the magnitude of the given number.", marked, |v| Ok(v.absolute()?)),
        unary("negate", "Multiplies the given number by -1.", marked, |v| Ok(v.negate()?)),
        op("add", "Returns the sum of the two given numbers.", Value::add as Op),
        op("subtract", "Returns the difference between the two given numbers.", Value::subtract),
        op("multiply", "Returns the product of the two given numbers.", Value::multiply),
        op("divide", "Divides the first given number by the second.", Value::divide),
        op(
            "modulo",
            "Divides the first given number by the second and returns the remainder.",
            Value::modulo,
        ),
    ]
}

fn comparisons() -> Vec<Function> {
    let any = takes::DYNAMIC | takes::MARKED | takes::UNKNOWN;
    let op = |name, what, f| binary(name, what, Type::Bool, any, f);
    type Op = fn(&Value, &Value) -> std::result::Result<Value, OpError>;
    vec![
        op(
            "greaterthan",
            "Returns true if the first number is greater than the second.",
            Value::greater_than as Op,
        ),
        op(
            "greaterthanorequalto",
            "Returns true if the first number is greater than or equal to the second.",
            Value::greater_than_or_equal_to,
        ),
        op("lessthan", "Returns true if the first number is less than the second.", Value::less_than),
        op(
            "lessthanorequalto",
            "Returns true if the first number is less than or equal to the second.",
            Value::less_than_or_equal_to,
        ),
        extreme("min", "Returns the smallest of all of the given numbers.", Ordering::Less),
        extreme("max", "Returns the greatest of all of the given numbers.", Ordering::Greater),
    ]
}

fn rounding() -> Vec<Function> {
    vec![
        unary("int", "Discards any fractional portion of the given number.", takes::DYNAMIC, |v| {
            let n = number(v)?;
            if n.is_integer() {
                return Ok(v.clone());
            }
            let (negative, whole) =
                n.to_big_integer().ok_or_else(|| FunctionError::new("not a finite number"))?;
            Ok(Number::from_big_integer(negative && !whole.is_zero(), whole).into())
        }),
        unary("ceil", "Returns the smallest whole number that is not less than the given number.", 0, |v| {
            Ok(number(v)?.to_whole(true).into())
        }),
        unary(
            "floor",
            "Returns the greatest whole number that is not greater than the given number.",
            0,
            |v| Ok(number(v)?.to_whole(false).into()),
        ),
        unary("signum", "Returns the sign of the given whole number: -1, 0 or 1.", 0, |v| {
            Ok(integer(v)?.signum().into())
        }),
        function("log", "Returns the logarithm of the given number in the given base.")
            .param("num", Type::Number, takes::PLAIN)
            .param("base", Type::Number, takes::PLAIN)
            .returns(Type::Number)
            .does(|args, _| {
                let quotient = rational::log(float(&args[0])?) / rational::log(float(&args[1])?);
                Ok(Number::from_f64(quotient)?.into())
            }),
        function("pow", "Returns the given number raised to the given power.")
            .param("num", Type::Number, takes::PLAIN)
            .param("power", Type::Number, takes::PLAIN)
            .returns(Type::Number)
            .does(|args, _| Ok(Number::from_f64(rational::pow(float(&args[0])?, float(&args[1])?))?.into())),
        function("parseint", "Parses the given string as an integer of the given base.")
            .param("number", Type::Dynamic, takes::PLAIN)
            .param("base", Type::Number, takes::PLAIN)
            .returns_from(|args| match args[0].ty() {
                Type::String => Ok(Type::Number),
                other => {
                    let got = other.friendly_name();
                    Err(FunctionError::of_argument(
                        0,
                        format_args!("first argument must be a string, not {got}"),
                    ))
                }
            })
            .does(|args, _| parse_int(&args[0], &args[1])),
    ]
}

fn parse_int(digits: &Value, base: &Value) -> Result<Value> {
    let digits = text(digits).map_err(|e| FunctionError::of_argument(0, e))?;
    let base = integer(base).map_err(|e| FunctionError::of_argument(1, e))?;
    if !(2..=62).contains(&base) {
        let message = "base must be a whole number between 2 and 62 inclusive";
        return Err(FunctionError::of_argument(1, message));
    }
    let bad =
        || FunctionError::of_argument(0, format_args!("cannot parse {digits:?} as a base {base} integer"));
    let (negative, rest) = match digits.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let digit_of = |b: &u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'z' => Some(b - b'a' + 10),
        b'A'..=b'Z' => Some(b - b'A' + if base <= 36 { 10 } else { 36 }),
        _ => None,
    };
    let values: Option<Vec<u8>> = rest.iter().map(|b| digit_of(b).filter(|d| i64::from(*d) < base)).collect();
    let values = values.filter(|v| !v.is_empty()).ok_or_else(bad)?;
    let magnitude = from_digits(&values, base as u32);
    Ok(Number::from_big_integer(negative && !magnitude.is_zero(), magnitude).into())
}

/// Halves the digits, so that long numbers take less than quadratic time.
fn from_digits(digits: &[u8], base: u32) -> UBig {
    if digits.len() <= 64 {
        return digits.iter().fold(UBig::ZERO, |n, d| n * base + UBig::from(*d));
    }
    let (high, low) = digits.split_at(digits.len() / 2);
    from_digits(high, base) * UBig::from(base).pow(low.len()) + from_digits(low, base)
}
