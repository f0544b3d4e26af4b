//! Decimal text to a 512-bit float, as Go's `big.ParseFloat(s, 10, 512, ToNearestEven)` reads it.

use dashu_int::UBig;

use super::float::{Float, Form};

/// Precision of a number that was written as text.
pub(crate) const TEXT_PREC: u32 = 512;

/// Largest decimal (or binary) exponent accepted. The reference goes on to two thousand million and then prints as many
/// digits; no number that means something is near this one.
const EXPONENT_LIMIT: i64 = 1_000_000;

/// The parts of a number literal.
struct Literal<'a> {
    whole: &'a [u8],
    fraction: &'a [u8],
    exp10: i64,
    exp2: i64,
}

/// Parses a whole string; nothing when it is not a number.
pub(crate) fn parse_float(text: &str) -> Option<Float> {
    let bytes = text.as_bytes();
    let (neg, rest) = split_sign(bytes);
    if matches!(rest, b"Inf" | b"inf") {
        return Some(Float::inf(neg, TEXT_PREC));
    }
    let literal = scan(rest)?;
    let digits: Vec<u8> = literal.whole.iter().chain(literal.fraction).copied().collect();
    let mant = UBig::from_str_radix(std::str::from_utf8(&digits).ok()?, 10).ok()?;
    if mant.is_zero() {
        return Some(Float::zero(neg, TEXT_PREC));
    }
    let exp5 = literal.exp10 - literal.fraction.len() as i64;
    let exp2 = exp5 + literal.exp2;
    if exp5 == 0 {
        return Some(Float::round_from(neg, mant, exp2, false, TEXT_PREC));
    }
    let unrounded = Float { prec: TEXT_PREC, neg, form: Form::Finite { mant, exp: exp2 } };
    let power = pow5(exp5.unsigned_abs(), TEXT_PREC + 64);
    let scaled = if exp5 < 0 { unrounded.div(&power, TEXT_PREC) } else { unrounded.mul(&power, TEXT_PREC) };
    scaled.ok()
}

fn split_sign(bytes: &[u8]) -> (bool, &[u8]) {
    match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, bytes),
    }
}

fn split_digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|b| !b.is_ascii_digit()).unwrap_or(bytes.len());
    bytes.split_at(end)
}

fn scan(bytes: &[u8]) -> Option<Literal<'_>> {
    let (whole, rest) = split_digits(bytes);
    let (fraction, rest) = match rest.split_first() {
        Some((b'.', after)) => split_digits(after),
        _ => (&[][..], rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (exp10, exp2) = match rest.split_first() {
        None => (0, 0),
        Some((b'e' | b'E', after)) => (scan_exponent(after)?, 0),
        Some((b'p' | b'P', after)) => (0, scan_exponent(after)?),
        Some(_) => return None,
    };
    Some(Literal { whole, fraction, exp10, exp2 })
}

fn scan_exponent(bytes: &[u8]) -> Option<i64> {
    let (neg, digits) = split_sign(bytes);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value: i64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (value <= EXPONENT_LIMIT).then_some(if neg { -value } else { value })
}

/// `5^n` at `prec` bits, by squaring, with 64 more bits for the squares.
fn pow5(n: u64, prec: u32) -> Float {
    const DIRECT: u64 = 27; // the largest power of five in 64 bits
    let start = n.min(DIRECT);
    let mut result = Float::round_from(false, UBig::from(5u64.pow(start as u32)), 0, false, prec);
    let mut square = Float::from_i64(5, prec + 64);
    let mut left = n - start;
    while left > 0 {
        if left & 1 == 1
            && let Ok(product) = result.mul(&square, prec)
        {
            result = product;
        }
        if let Ok(next) = square.mul(&square, prec + 64) {
            square = next;
        }
        left >>= 1;
    }
    result
}
