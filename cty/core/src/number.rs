//! Numbers: arbitrary-precision binary floats, with a fast path for what fits an `i64` or an `f64`.
//!
//! A number carries the precision it was made with: 512 bits when it was written as text, 53 when it came from an `f64`,
//! 64 when it came from a machine integer. The precision decides how results round and how many digits print, so it is
//! part of a number's behaviour but not of its equality.
//!
//! The arithmetic is [`float`]: integers from `dashu-int`, rounding of our own. Two ready-made float crates were tried on
//! the vectors first. `dashu-float` has no negative zero, no way to print the shortest decimal for a *binary* precision,
//! and its precision is a property of a context, not of the number. `astro-float` rounds precision up to whole 64-bit words, so it
//! has no 53-bit numbers. The reference's numbers need all three.

mod float;
mod parse;
mod text;

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use dashu_int::UBig;
use float::{Float, Form};
pub(crate) use parse::TEXT_PREC;

/// An operation whose result is not a number, such as `inf - inf` or `0 / 0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the result is not a number")]
pub struct NanError;

/// Text that is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number is required")]
pub struct ParseNumberError;

/// A number of any size, as Terraform has them.
///
/// ```
/// use tf_cty::Number;
/// let third = Number::parse("1")?.div(&Number::parse("3")?)?;
/// assert_eq!(third.to_string().len(), 157);
/// assert_eq!(Number::parse("1e3")?, Number::from(1000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Number(Repr);

/// Canonical: an integer that fits is always `Int`, a 53-bit number always `F64`, the rest `Big`.
#[derive(Clone)]
enum Repr {
    /// An integer other than negative zero.
    Int { prec: u32, value: i64 },
    /// A finite 53-bit number that is no `Int`.
    F64(f64),
    /// Everything else.
    Big(Arc<Float>),
}

const INT_PREC: u32 = 64;
const F64_PREC: u32 = 53;

impl Number {
    /// Zero, at 53 bits.
    pub const ZERO: Self = Self(Repr::Int { prec: F64_PREC, value: 0 });

    /// Reads decimal text, at 512 bits: digits with an optional sign, point and exponent, or `inf`.
    pub fn parse(text: &str) -> Result<Self, ParseNumberError> {
        let bytes = text.as_bytes();
        let digits = bytes.strip_prefix(b"-").unwrap_or(bytes);
        if (1..=18).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) {
            let magnitude = digits.iter().fold(0i64, |n, d| n * 10 + i64::from(d - b'0'));
            let negative = digits.len() < bytes.len();
            if magnitude != 0 || !negative {
                return Ok(Self(Repr::Int {
                    prec: TEXT_PREC,
                    value: if negative { -magnitude } else { magnitude },
                }));
            }
        }
        parse::parse_float(text).map(Self::from_float).ok_or(ParseNumberError)
    }

    /// The exact value of an `f64`, at 53 bits; NaN is refused.
    pub fn from_f64(value: f64) -> Result<Self, NanError> {
        if value.is_nan() { Err(NanError) } else { Ok(Self::from_float(Float::from_f64(value))) }
    }

    /// Positive or negative infinity.
    pub fn infinity(negative: bool) -> Self {
        Self(Repr::Big(Arc::new(Float::inf(negative, 0))))
    }

    /// An integer of any size, at as many bits as it needs but at least 64.
    pub(crate) fn from_big_integer(negative: bool, magnitude: UBig) -> Self {
        use dashu_int::ops::BitTest;
        let prec = (magnitude.bit_len() as u32).max(INT_PREC);
        Self::from_float(Float::round_from(negative, magnitude, 0, false, prec))
    }

    /// The precision in bits: 512 for parsed text, 53 for an `f64`, 64 or more for integers.
    pub fn precision(&self) -> u32 {
        match &self.0 {
            Repr::Int { prec, .. } => *prec,
            Repr::F64(_) => F64_PREC,
            Repr::Big(f) => f.prec,
        }
    }

    /// The value, when it is an integer that fits.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int { value, .. } => Some(*value),
            Repr::F64(v) => (*v == 0.0).then_some(0),
            Repr::Big(f) => f.to_i64(),
        }
    }

    /// The value, when it is an integer that fits.
    pub fn to_u64(&self) -> Option<u64> {
        match self.to_i64() {
            Some(v) => u64::try_from(v).ok(),
            None if self.is_negative() || !self.is_integer() => None,
            None => self.to_big_integer().and_then(|(_, v)| u64::try_from(v).ok()),
        }
    }

    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Int { value, .. } => *value as f64,
            Repr::F64(v) => *v,
            Repr::Big(f) => f.to_f64(),
        }
    }

    /// The value as an `f64`, when that is exact.
    pub fn to_f64_exact(&self) -> Option<f64> {
        match &self.0 {
            Repr::F64(v) => Some(*v),
            _ => self.float().to_f64_exact(),
        }
    }

    /// True for finite numbers without a fraction.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Int { .. } => true,
            Repr::F64(v) => v.fract() == 0.0,
            Repr::Big(f) => f.is_integer(),
        }
    }

    /// True for both infinities.
    pub fn is_infinite(&self) -> bool {
        matches!(&self.0, Repr::Big(f) if matches!(f.form, Form::Inf))
    }

    /// True below zero, and for negative zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Int { value, .. } => *value < 0,
            Repr::F64(v) => v.is_sign_negative(),
            Repr::Big(f) => f.neg,
        }
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i32 {
        match &self.0 {
            Repr::Int { value, .. } => value.signum() as i32,
            Repr::F64(v) if *v == 0.0 => 0,
            Repr::F64(v) => v.signum() as i32,
            Repr::Big(f) => f.sign(),
        }
    }

    /// The integer part towards zero, as sign and magnitude; nothing for infinities.
    pub(crate) fn to_big_integer(&self) -> Option<(bool, UBig)> {
        let f = self.float();
        f.truncated().map(|m| (f.neg, m))
    }

    /// The sum; opposite infinities have none.
    pub fn add(&self, other: &Self) -> Result<Self, NanError> {
        let prec = self.precision().max(other.precision());
        if let (Repr::Int { value: a, .. }, Repr::Int { value: b, .. }) = (&self.0, &other.0)
            && let Some(sum) = a.checked_add(*b).filter(|v| fits(*v, prec))
        {
            return Ok(Self(Repr::Int { prec, value: sum }));
        }
        self.float().add(&other.float(), prec).map(Self::from_float)
    }

    /// The difference; equal infinities have none.
    pub fn sub(&self, other: &Self) -> Result<Self, NanError> {
        self.add(&other.neg())
    }

    /// The negative; of zero it is negative zero.
    pub fn neg(&self) -> Self {
        match &self.0 {
            Repr::Int { prec, value } if *value != 0 && *value != i64::MIN => {
                Self(Repr::Int { prec: *prec, value: -value })
            }
            _ => Self::from_float(self.float().negated()),
        }
    }

    /// The magnitude.
    pub fn abs(&self) -> Self {
        if self.is_negative() { self.neg() } else { self.clone() }
    }

    /// The product, at no less precision than it needs up to 512 bits; zero times infinity has none.
    pub fn mul(&self, other: &Self) -> Result<Self, NanError> {
        let prec = self.precision().max(other.precision());
        if let (Repr::Int { value: a, .. }, Repr::Int { value: b, .. }) = (&self.0, &other.0)
            && let Some(product) = a.checked_mul(*b).filter(|v| *v != 0 && fits(*v, prec))
        {
            return Ok(Self(Repr::Int { prec, value: product }));
        }
        let product = self.float().mul(&other.float(), TEXT_PREC)?;
        let prec = prec.max(product.min_prec());
        Ok(Self::from_float(product.with_prec(prec)))
    }

    /// The quotient; a number divided by zero is infinite, `0 / 0` and `inf / inf` have none.
    pub fn div(&self, other: &Self) -> Result<Self, NanError> {
        let prec = self.precision().max(other.precision());
        if let (Repr::Int { value: a, .. }, Repr::Int { value: b, .. }) = (&self.0, &other.0)
            && a.checked_rem(*b) == Some(0)
            && *a != 0
            && fits(*a, prec)
        {
            return Ok(Self(Repr::Int { prec, value: a / b }));
        }
        self.float().div(&other.float(), prec).map(Self::from_float)
    }

    /// The remainder of a division that truncates towards zero; with a zero divisor the number itself.
    pub fn rem(&self, other: &Self) -> Result<Self, NanError> {
        if self.is_infinite() || other.is_infinite() {
            return self.mul(other);
        }
        if other.sign() == 0 {
            return Ok(self.clone());
        }
        let (a, b) = (self.float(), other.float());
        let ratio = a.div(&b, a.prec.max(b.prec))?;
        let whole = ratio.truncated().ok_or(NanError)?;
        let whole = Float::round_from(ratio.neg, whole, 0, false, a.prec);
        let back = b.mul(&whole, a.prec)?;
        a.add(&back.negated(), a.prec).map(Self::from_float)
    }

    /// The nearest integer not above (`up` false) or not below the number; an infinity as it is.
    pub(crate) fn to_whole(&self, up: bool) -> Self {
        let f = self.float();
        let Some(mut whole) = f.truncated() else { return self.clone() };
        if !f.is_integer() && f.neg != up {
            whole += UBig::ONE;
        }
        let neg = f.neg && !whole.is_zero();
        Self::from_float(Float::round_from(neg, whole, 0, false, f.prec))
    }

    /// The number as `%e`, `%f` or `%g` prints it; without a precision as many digits as identify it.
    pub(crate) fn to_format(&self, verb: u8, precision: Option<usize>) -> String {
        text::format(&self.float(), verb, precision)
    }

    /// The exact bits in hexadecimal, such as `0x.cp+1` for 1.5.
    pub fn exact_hex(&self) -> String {
        text::exact_hex(&self.float())
    }

    /// Appends the shortest decimal that identifies the number.
    pub(crate) fn write_text(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Repr::Int { prec, value } if fits(*value, *prec) => {
                out.extend_from_slice(itoa::Buffer::new().format(*value).as_bytes());
            }
            _ => out.extend_from_slice(self.shortest().as_bytes()),
        }
    }

    fn shortest(&self) -> String {
        let quick = if let Repr::F64(v) = self.0 { text::shortest_f64(v) } else { None };
        quick.unwrap_or_else(|| text::shortest(&self.float()))
    }

    /// The ten significant digits that set hashing looks at.
    pub(crate) fn hash_text(&self) -> String {
        match &self.0 {
            Repr::Int { value, .. } if value.unsigned_abs() < 10_000_000_000 => value.to_string(),
            _ => text::ten_digits(&self.float()),
        }
    }

    fn float(&self) -> std::borrow::Cow<'_, Float> {
        use std::borrow::Cow;
        match &self.0 {
            Repr::Int { prec, value } => Cow::Owned(Float::from_i64(*value, *prec)),
            Repr::F64(v) => Cow::Owned(Float::from_f64(*v)),
            Repr::Big(f) => Cow::Borrowed(f),
        }
    }

    fn from_float(f: Float) -> Self {
        if let Some(value) = f.to_i64().filter(|v| *v != 0 || !f.neg) {
            return Self(Repr::Int { prec: f.prec, value });
        }
        if f.prec == F64_PREC
            && let Some(v) = f.to_f64_exact().filter(|v| v.is_finite())
        {
            return Self(Repr::F64(v));
        }
        Self(Repr::Big(Arc::new(f)))
    }
}

/// True when an integer needs no rounding at a precision.
fn fits(value: i64, prec: u32) -> bool {
    prec >= INT_PREC || value.unsigned_abs() >> prec.min(63) == 0
}

/// Numbers are equal when they are the same integer or print the same shortest decimal.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Int { value: a, .. }, Repr::Int { value: b, .. }) => a == b,
            (Repr::F64(a), Repr::F64(b)) => a == b,
            _ => self.sign() == other.sign() && equal_floats(&self.float(), &other.float()),
        }
    }
}

impl Eq for Number {}

fn equal_floats(a: &Float, b: &Float) -> bool {
    let infinite = matches!(a.form, Form::Inf) || matches!(b.form, Form::Inf);
    if infinite || a.is_integer() || b.is_integer() || a.prec == b.prec {
        return a.compare(b) == Ordering::Equal;
    }
    close(a, b) && text::shortest(a) == text::shortest(b)
}

/// True when both numbers are finite and agree in magnitude to a factor of four, as numbers with one text do.
fn close(a: &Float, b: &Float) -> bool {
    use dashu_int::ops::BitTest;
    match (&a.form, &b.form) {
        (Form::Finite { mant: m1, exp: e1 }, Form::Finite { mant: m2, exp: e2 }) => {
            ((e1 + m1.bit_len() as i64) - (e2 + m2.bit_len() as i64)).abs() <= 1
        }
        _ => false,
    }
}

impl Number {
    /// Compares by exact value, unlike equality, which goes by the shortest decimal.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Int { value: a, .. }, Repr::Int { value: b, .. }) => a.cmp(b),
            _ => self.float().compare(&other.float()),
        }
    }
}

/// The shortest decimal that identifies the number at its precision, without exponent; `+Inf`, `-Inf`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int { prec, value } if fits(*value, *prec) => {
                f.write_str(itoa::Buffer::new().format(*value))
            }
            _ => f.write_str(&self.shortest()),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self(Repr::Int { prec: INT_PREC, value })
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        match i64::try_from(value) {
            Ok(v) => Self::from(v),
            Err(_) => Self::from_big_integer(false, UBig::from(value)),
        }
    }
}

macro_rules! from_small_integers {
    ($($t:ty),*) => {$(
        impl From<$t> for Number {
            fn from(value: $t) -> Self {
                Self::from(i64::from(value))
            }
        }
    )*};
}
from_small_integers!(i8, i16, i32, u8, u16, u32);

#[cfg(test)]
mod tests {
    use super::{Number, text};

    fn num(text: &str) -> Number {
        Number::parse(text).expect("a number")
    }

    #[test]
    fn text_round_trips() {
        for text in
            ["0", "-0", "1", "-1", "0.1", "1.5", "100000000000000000000", "0.00000000000000000001", "-2.25"]
        {
            assert_eq!(num(text).to_string(), text);
        }
        assert_eq!(num("1e3").to_string(), "1000");
        assert_eq!(num("1p3").to_string(), "8");
        assert_eq!(num("+.5").to_string(), "0.5");
        assert_eq!(num("inf").to_string(), "+Inf");
    }

    #[test]
    fn the_fast_text_of_floats_is_the_exact_one() {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        let mut seen = 0;
        for i in 0..4000 {
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            // Half of them near one, where few digits are usual.
            let bits = if i % 2 == 0 { bits } else { (bits & 0x803f_ffff_ffff_ffff) | 0x3fc0_0000_0000_0000 };
            let v = f64::from_bits(bits & !(u64::MAX >> (bits % 64)));
            if let Ok(n) = Number::from_f64(v)
                && let Some(quick) = text::shortest_f64(v)
            {
                assert_eq!(quick, text::shortest(&n.float()), "{bits:x}");
                seen += 1;
            }
        }
        assert!(seen > 1000, "{seen}");
    }

    #[test]
    fn bad_text_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1_0",
            "0x10",
            "1.2.3",
            " 1",
            "1 ",
            "nan",
            "infinity",
            "1e9999999",
        ] {
            assert!(Number::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn arithmetic_rounds_at_the_larger_precision() {
        let third = num("1").div(&num("3")).expect("quotient").to_string();
        assert_eq!(third.len(), 157, "{third}");
        assert!(third.ends_with("35"), "{third}");
        assert_eq!(
            Number::from(1).div(&Number::from(3)).expect("quotient").to_string(),
            "0.33333333333333333334"
        );
        assert_eq!(num("0").mul(&num("-3")).expect("product").to_string(), "-0");
        assert_eq!(num("7").rem(&num("-2")).expect("remainder"), num("1"));
        assert!(Number::infinity(false).sub(&Number::infinity(false)).is_err());
    }

    #[test]
    fn floats_keep_their_bits() {
        let tenth = Number::from_f64(0.1).expect("finite");
        assert_eq!(tenth.to_string(), "0.1");
        assert_eq!(tenth, num("0.1"));
        assert_ne!(tenth, num("0.1000000000000000055511151231257827021181583404541015625"));
        assert_eq!(Number::from_f64(1e23).expect("finite").to_string(), "100000000000000000000000");
        for v in [f64::MIN_POSITIVE, 5e-324, f64::MAX, 1.0 / 3.0, -123.456] {
            assert_eq!(Number::from_f64(v).expect("finite").to_f64(), v);
            assert_eq!(num(&format!("{v}")).to_f64(), v);
        }
        assert!(Number::from_f64(f64::NAN).is_err());
    }
}
