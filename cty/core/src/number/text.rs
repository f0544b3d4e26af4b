//! Floats as text: the shortest decimal that reads back as the same number at its precision, a fixed number of digits
//! for hashing, and the exact bits.

use dashu_int::UBig;
use dashu_int::ops::BitTest;

use super::float::{Float, Form};

/// Above this many bits of exponent, ten digits are computed from a 640-bit approximation instead of the exact value:
/// no tie at ten digits is possible there.
const EXACT_EXP_LIMIT: i64 = 4096;

/// Decimal digits `0.d1d2d3… * 10^point`, without trailing zeros.
struct Decimal {
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// The exact decimal of `mant * 2^exp`.
    fn exact(mant: &UBig, exp: i64) -> Self {
        let (text, scale) = if exp >= 0 {
            ((mant << exp as usize).to_string(), 0)
        } else {
            let scale = exp.unsigned_abs() as usize;
            ((mant * UBig::from(5u8).pow(scale)).to_string(), scale as i64)
        };
        let point = text.len() as i64 - scale;
        let mut digits = text.into_bytes();
        trim_zeros(&mut digits);
        if digits.is_empty() {
            return Self { digits, point: 0 };
        }
        Self { digits, point }
    }

    fn at(&self, i: usize) -> u8 {
        self.digits.get(i).copied().unwrap_or(b'0')
    }

    /// Rounds to `n` digits, half to even.
    fn round(&mut self, n: usize) {
        if n >= self.digits.len() {
            return;
        }
        let tie = self.digits[n] == b'5' && n + 1 == self.digits.len();
        let up = if tie { n > 0 && (self.digits[n - 1] - b'0') % 2 == 1 } else { self.digits[n] >= b'5' };
        if up { self.round_up(n) } else { self.round_down(n) }
    }

    /// Rounds to `n` digits, which may be none or fewer than none.
    fn round_at(&mut self, n: i64) {
        match usize::try_from(n) {
            Ok(n) => self.round(n),
            Err(_) => {
                self.digits.clear();
                self.point = 0;
            }
        }
    }

    /// Scientific notation for large and small exponents, plain notation otherwise.
    fn write_general(&self, precision: usize, limit: Option<i64>, out: &mut String) {
        let len = self.digits.len();
        let limit =
            limit.unwrap_or(if precision > len && len as i64 >= self.point { len } else { precision } as i64);
        if self.point - 1 < -4 || self.point > limit {
            self.write_scientific(precision.min(len).saturating_sub(1), out);
        } else {
            let shown = if precision as i64 > self.point { len } else { precision };
            self.write_fixed((shown as i64 - self.point).max(0) as usize, out);
        }
    }

    fn round_down(&mut self, n: usize) {
        self.digits.truncate(n);
        trim_zeros(&mut self.digits);
        if self.digits.is_empty() {
            self.point = 0;
        }
    }

    fn round_up(&mut self, n: usize) {
        let mut n = n.min(self.digits.len());
        while n > 0 && self.digits[n - 1] == b'9' {
            n -= 1;
        }
        self.digits.truncate(n);
        match self.digits.last_mut() {
            Some(last) => *last += 1,
            None => {
                self.digits.push(b'1');
                self.point += 1;
            }
        }
    }

    /// Plain notation with `decimals` digits after the point.
    fn write_fixed(&self, decimals: usize, out: &mut String) {
        if self.point > 0 {
            (0..self.point as usize).for_each(|i| out.push(self.at(i) as char));
        } else {
            out.push('0');
        }
        if decimals > 0 {
            out.push('.');
            for i in 0..decimals as i64 {
                let place = self.point + i;
                out.push(if place < 0 { '0' } else { self.at(place as usize) as char });
            }
        }
    }

    /// Scientific notation with `decimals` digits after the point.
    fn write_scientific(&self, decimals: usize, out: &mut String) {
        out.push(self.at(0) as char);
        if decimals > 0 {
            out.push('.');
            (1..=decimals).for_each(|i| out.push(self.at(i) as char));
        }
        let exp = if self.digits.is_empty() { 0 } else { self.point - 1 };
        out.push_str(&format!("e{}{:02}", if exp < 0 { '-' } else { '+' }, exp.abs()));
    }
}

fn trim_zeros(digits: &mut Vec<u8>) {
    let end = digits.iter().rposition(|d| *d != b'0').map_or(0, |i| i + 1);
    digits.truncate(end);
}

/// [`shortest`] of an `f64` by the standard library, where both are sure to agree. They differ for powers of two, because
/// Go lets their texts be as far off below as above; for numbers that have fewer than 53 bits in an `f64`; and where the
/// number is halfway between two texts: Go takes the even one.
pub(crate) fn shortest_f64(v: f64) -> Option<String> {
    const STORED_BITS: i64 = f64::MANTISSA_DIGITS as i64 - 1;
    let (bits, limit) = (v.to_bits(), (1_u64 << f64::MANTISSA_DIGITS) as f64);
    let zeros = i64::from(bits.trailing_zeros());
    if !v.is_normal() || v.abs() >= limit || zeros >= STORED_BITS {
        return None;
    }
    let exponent = ((bits >> STORED_BITS) & 0x7ff) as i64 - 1023;
    // A binary fraction has as many decimals as bits, the last of them a 5.
    let decimals = (STORED_BITS - zeros - exponent).max(0);
    let text = v.to_string();
    let shown = text.find('.').map_or(0, |point| text.len() - point - 1) as i64;
    (shown + 1 != decimals).then_some(text)
}

/// The shortest plain decimal that identifies the float at its precision (`Text('f', -1)`).
pub(crate) fn shortest(x: &Float) -> String {
    let mut out = String::new();
    if x.neg {
        out.push('-');
    }
    match &x.form {
        Form::Zero => out.push('0'),
        Form::Inf => {
            if !x.neg {
                out.push('+');
            }
            out.push_str("Inf");
        }
        Form::Finite { mant, exp } => {
            let mut d = Decimal::exact(mant, *exp);
            round_shortest(&mut d, mant, *exp, x.prec);
            let decimals = (d.digits.len() as i64 - d.point).max(0) as usize;
            d.write_fixed(decimals, &mut out);
        }
    }
    out
}

/// Drops the digits that are not needed to tell the number from its neighbours at `prec` bits.
fn round_shortest(d: &mut Decimal, mant: &UBig, exp: i64, prec: u32) {
    if d.digits.is_empty() {
        return;
    }
    // One bit more than the precision: the last bit is half a unit.
    let shift = prec as i64 + 1 - mant.bit_len() as i64;
    let mant = if shift >= 0 { mant << shift as usize } else { mant >> shift.unsigned_abs() as usize };
    let exp = exp - shift;
    let lower = Decimal::exact(&(&mant - UBig::ONE), exp);
    let upper = Decimal::exact(&(&mant + UBig::ONE), exp);
    let inclusive = !mant.bit(1);
    for i in 0..d.digits.len() {
        let (l, m, u) = (lower.at(i), d.at(i), upper.at(i));
        let down = l != m || (inclusive && i + 1 == lower.digits.len());
        let up = m != u && (inclusive || m + 1 < u || i + 1 < upper.digits.len());
        match (down, up) {
            (true, true) => return d.round(i + 1),
            (true, false) => return d.round_down(i + 1),
            (false, true) => return d.round_up(i + 1),
            (false, false) => {}
        }
    }
}

/// Ten significant digits (`Text('g', 10)`): what set hashing looks at.
pub(crate) fn ten_digits(x: &Float) -> String {
    format(x, b'g', Some(10))
}

/// The number in the notation of a verb, `e`, `f` or `g`; without a precision as many digits as identify the number.
pub(crate) fn format(x: &Float, verb: u8, precision: Option<usize>) -> String {
    let (mant, exp) = match &x.form {
        Form::Inf => return shortest(x),
        Form::Zero => (&UBig::ZERO, 0),
        Form::Finite { mant, exp } => (mant, *exp),
    };
    let few = verb != b'f' && precision.is_some_and(|p| p <= 64);
    let mut d =
        if few && exp.abs() > EXACT_EXP_LIMIT { approximate(mant, exp) } else { Decimal::exact(mant, exp) };
    let limit = precision.is_none().then_some(6);
    let precision = match (verb, precision) {
        (_, None) => {
            round_shortest(&mut d, mant, exp, x.prec);
            match verb {
                b'e' => d.digits.len().saturating_sub(1),
                b'f' => (d.digits.len() as i64 - d.point).max(0) as usize,
                _ => d.digits.len(),
            }
        }
        (b'e', Some(p)) => {
            d.round(p + 1);
            p
        }
        (b'f', Some(p)) => {
            d.round_at(d.point + p as i64);
            p
        }
        (_, Some(p)) => {
            d.round(p.max(1));
            p.max(1)
        }
    };
    let mut out = String::new();
    if x.neg {
        out.push('-');
    }
    match verb {
        b'e' => d.write_scientific(precision, &mut out),
        b'f' => d.write_fixed(precision, &mut out),
        _ => d.write_general(precision, limit, &mut out),
    }
    out
}

/// The leading digits of a number with a very large or very small exponent.
fn approximate(mant: &UBig, exp: i64) -> Decimal {
    const PREC: u32 = 640;
    let x = Float::round_from(false, mant.clone(), exp, false, PREC);
    let tens = ((exp + mant.bit_len() as i64) as f64 * std::f64::consts::LOG10_2) as i64;
    let scaled = match power_of_ten(tens.unsigned_abs(), PREC) {
        Some(p) if tens >= 0 => x.div(&p, PREC),
        Some(p) => x.mul(&p, PREC),
        None => Ok(x),
    };
    match scaled {
        Ok(Float { form: Form::Finite { mant, exp }, .. }) => {
            let mut d = Decimal::exact(&mant, exp);
            d.point += tens;
            d
        }
        _ => Decimal { digits: Vec::new(), point: 0 },
    }
}

fn power_of_ten(n: u64, prec: u32) -> Option<Float> {
    let mut result = Float::from_i64(1, prec);
    let mut square = Float::from_i64(10, prec);
    let mut left = n;
    while left > 0 {
        if left & 1 == 1 {
            result = result.mul(&square, prec).ok()?;
        }
        square = square.mul(&square, prec).ok()?;
        left >>= 1;
    }
    Some(result)
}

/// The exact bits: a hexadecimal fraction in `[0.5, 1)` and a power of two, such as `0x.cp+1` for 1.5.
pub(crate) fn exact_hex(x: &Float) -> String {
    let sign = if x.neg { "-" } else { "" };
    match &x.form {
        Form::Zero => format!("{sign}0"),
        Form::Inf => format!("{}Inf", if x.neg { "-" } else { "+" }),
        Form::Finite { mant, exp } => {
            let pad = (4 - mant.bit_len() % 4) % 4;
            let digits = (mant << pad).in_radix(16).to_string();
            let top = exp + mant.bit_len() as i64;
            format!("{sign}0x.{}p{top:+}", digits.trim_end_matches('0'))
        }
    }
}
