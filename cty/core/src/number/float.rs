//! Binary floats of any precision, rounded to nearest even: the arithmetic of Go's `big.Float`.
//!
//! A float is a sign, an odd integer mantissa and a power of two, and knows its precision in bits. Every operation is
//! exact and then rounded once. Never allocates in proportion to an exponent: a term too small to matter becomes a
//! sticky bit. Start with [`Float::round_from`].

use std::cmp::Ordering;

use dashu_int::UBig;
use dashu_int::ops::BitTest;

use super::NanError;

/// Largest and smallest binary exponent (of a mantissa in `[0.5, 1)`) before a float becomes infinite or zero.
const EXP_LIMIT: i64 = i32::MAX as i64;

/// A binary float with its own precision.
#[derive(Clone, Debug)]
pub(crate) struct Float {
    /// Precision in bits; 0 only for an infinity that never met a number.
    pub(crate) prec: u32,
    /// True for a negative number, for `-0` and for negative infinity.
    pub(crate) neg: bool,
    pub(crate) form: Form,
}

/// What kind of number a [`Float`] is.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    Zero,
    /// `mant * 2^exp`, `mant` odd.
    Finite {
        mant: UBig,
        exp: i64,
    },
    Inf,
}

impl Float {
    pub(crate) fn zero(neg: bool, prec: u32) -> Self {
        Self { prec, neg, form: Form::Zero }
    }

    pub(crate) fn inf(neg: bool, prec: u32) -> Self {
        Self { prec, neg, form: Form::Inf }
    }

    /// Rounds `(mant + sticky) * 2^exp` to `prec` bits, where `sticky` stands for a positive amount below one unit.
    pub(crate) fn round_from(neg: bool, mant: UBig, exp: i64, sticky: bool, prec: u32) -> Self {
        if mant.is_zero() {
            return Self::zero(neg, prec);
        }
        let (mut mant, mut exp) = (mant, exp);
        let bits = mant.bit_len();
        if bits > prec as usize {
            let shift = bits - prec as usize;
            let half = mant.bit(shift - 1);
            let rest = sticky || mant.trailing_zeros().is_some_and(|z| z < shift - 1);
            mant >>= shift;
            exp += shift as i64;
            if half && (rest || mant.bit(0)) {
                mant += UBig::ONE;
            }
        }
        let zeros = mant.trailing_zeros().unwrap_or(0);
        if zeros > 0 {
            mant >>= zeros;
            exp += zeros as i64;
        }
        let top = exp + mant.bit_len() as i64;
        if top > EXP_LIMIT {
            return Self::inf(neg, prec);
        }
        if top < -EXP_LIMIT {
            return Self::zero(neg, prec);
        }
        Self { prec, neg, form: Form::Finite { mant, exp } }
    }

    pub(crate) fn from_i64(v: i64, prec: u32) -> Self {
        Self::round_from(v < 0, UBig::from(v.unsigned_abs()), 0, false, prec)
    }

    /// A finite or infinite `f64`, at its own 53 bits.
    pub(crate) fn from_f64(v: f64) -> Self {
        let neg = v.is_sign_negative();
        if v.is_infinite() {
            return Self::inf(neg, 53);
        }
        let bits = v.to_bits();
        let raw_exp = ((bits >> 52) & 0x7ff) as i64;
        let frac = bits & ((1 << 52) - 1);
        let (mant, exp) = if raw_exp == 0 { (frac, -1074) } else { (frac | (1 << 52), raw_exp - 1075) };
        Self::round_from(neg, UBig::from(mant), exp, false, 53)
    }

    /// Position just above the most significant bit: the exponent of a mantissa in `[0.5, 1)`. Finite only.
    fn top(mant: &UBig, exp: i64) -> i64 {
        exp + mant.bit_len() as i64
    }

    pub(crate) fn is_integer(&self) -> bool {
        match &self.form {
            Form::Zero => true,
            Form::Finite { exp, .. } => *exp >= 0,
            Form::Inf => false,
        }
    }

    /// Fewest bits that hold the mantissa exactly.
    pub(crate) fn min_prec(&self) -> u32 {
        match &self.form {
            Form::Finite { mant, .. } => mant.bit_len() as u32,
            _ => 0,
        }
    }

    /// The same number rounded to another precision.
    pub(crate) fn with_prec(&self, prec: u32) -> Self {
        match &self.form {
            Form::Finite { mant, exp } => Self::round_from(self.neg, mant.clone(), *exp, false, prec),
            _ => Self { prec, ..self.clone() },
        }
    }

    pub(crate) fn negated(&self) -> Self {
        Self { neg: !self.neg, ..self.clone() }
    }

    /// -1, 0 or 1; both zeros are 0.
    pub(crate) fn sign(&self) -> i32 {
        match self.form {
            Form::Zero => 0,
            _ if self.neg => -1,
            _ => 1,
        }
    }

    /// Sum, at `prec` bits.
    pub(crate) fn add(&self, other: &Self, prec: u32) -> Result<Self, NanError> {
        match (&self.form, &other.form) {
            (Form::Inf, Form::Inf) if self.neg != other.neg => Err(NanError),
            (Form::Inf, _) => Ok(Self::inf(self.neg, prec)),
            (_, Form::Inf) => Ok(Self::inf(other.neg, prec)),
            (Form::Zero, Form::Zero) => Ok(Self::zero(self.neg && other.neg, prec)),
            (Form::Zero, _) => Ok(other.with_prec(prec)),
            (_, Form::Zero) => Ok(self.with_prec(prec)),
            (Form::Finite { mant: m1, exp: e1 }, Form::Finite { mant: m2, exp: e2 }) => {
                let (a, b) = ((self.neg, m1, *e1), (other.neg, m2, *e2));
                Ok(if e1 >= e2 { add_finite(a, b, prec) } else { add_finite(b, a, prec) })
            }
        }
    }

    /// Product, at `prec` bits.
    pub(crate) fn mul(&self, other: &Self, prec: u32) -> Result<Self, NanError> {
        let neg = self.neg != other.neg;
        match (&self.form, &other.form) {
            (Form::Zero, Form::Inf) | (Form::Inf, Form::Zero) => Err(NanError),
            (Form::Inf, _) | (_, Form::Inf) => Ok(Self::inf(neg, prec)),
            (Form::Zero, _) | (_, Form::Zero) => Ok(Self::zero(neg, prec)),
            (Form::Finite { mant: m1, exp: e1 }, Form::Finite { mant: m2, exp: e2 }) => {
                Ok(Self::round_from(neg, m1 * m2, e1 + e2, false, prec))
            }
        }
    }

    /// Quotient, at `prec` bits.
    pub(crate) fn div(&self, other: &Self, prec: u32) -> Result<Self, NanError> {
        let neg = self.neg != other.neg;
        match (&self.form, &other.form) {
            (Form::Zero, Form::Zero) | (Form::Inf, Form::Inf) => Err(NanError),
            (Form::Inf, _) | (_, Form::Zero) => Ok(Self::inf(neg, prec)),
            (Form::Zero, _) | (_, Form::Inf) => Ok(Self::zero(neg, prec)),
            (Form::Finite { mant: m1, exp: e1 }, Form::Finite { mant: m2, exp: e2 }) => {
                // Enough bits that the quotient has at least prec + 2 of them.
                let shift = (prec as usize + 2 + m2.bit_len()).saturating_sub(m1.bit_len());
                let num = m1 << shift;
                let quo = &num / m2;
                let rest = num != &quo * m2;
                Ok(Self::round_from(neg, quo, e1 - e2 - shift as i64, rest, prec))
            }
        }
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let by_sign = self.sign().cmp(&other.sign());
        if by_sign != Ordering::Equal || self.sign() == 0 {
            return by_sign;
        }
        let magnitude = match (&self.form, &other.form) {
            (Form::Inf, Form::Inf) => Ordering::Equal,
            (Form::Inf, _) => Ordering::Greater,
            (_, Form::Inf) => Ordering::Less,
            (Form::Finite { mant: m1, exp: e1 }, Form::Finite { mant: m2, exp: e2 }) => {
                let tops = Self::top(m1, *e1).cmp(&Self::top(m2, *e2));
                tops.then_with(|| {
                    // Equal tops: the exponents differ by less than the longer mantissa.
                    let low = (*e1).min(*e2);
                    (m1 << (e1 - low) as usize).cmp(&(m2 << (e2 - low) as usize))
                })
            }
            _ => Ordering::Equal,
        };
        if self.neg { magnitude.reverse() } else { magnitude }
    }

    /// The integer part, truncated towards zero; nothing for infinities.
    pub(crate) fn truncated(&self) -> Option<UBig> {
        match &self.form {
            Form::Zero => Some(UBig::ZERO),
            Form::Inf => None,
            Form::Finite { mant, exp } if *exp >= 0 => Some(mant << *exp as usize),
            Form::Finite { mant, exp } => Some(if Self::top(mant, *exp) <= 0 {
                UBig::ZERO
            } else {
                mant >> exp.unsigned_abs() as usize
            }),
        }
    }

    /// The value, when it is an integer that fits.
    pub(crate) fn to_i64(&self) -> Option<i64> {
        match &self.form {
            Form::Zero => Some(0),
            Form::Finite { mant, exp } if *exp >= 0 && Self::top(mant, *exp) <= 64 => {
                let v = u64::try_from(mant << *exp as usize).ok()?;
                if self.neg { 0i64.checked_sub_unsigned(v) } else { i64::try_from(v).ok() }
            }
            _ => None,
        }
    }

    /// The value, when an `f64` holds it exactly.
    pub(crate) fn to_f64_exact(&self) -> Option<f64> {
        let sign = if self.neg { -1.0 } else { 1.0 };
        match &self.form {
            Form::Zero => Some(0.0 * sign),
            Form::Inf => Some(f64::INFINITY * sign),
            Form::Finite { mant, exp } => {
                let fits = mant.bit_len() <= 53 && *exp >= -1074 && Self::top(mant, *exp) <= 1024;
                let m = u64::try_from(mant.clone()).ok().filter(|_| fits)?;
                Some(sign * scale(m as f64, *exp))
            }
        }
    }

    /// The nearest `f64`.
    pub(crate) fn to_f64(&self) -> f64 {
        let Form::Finite { mant, exp } = &self.form else {
            return self.to_f64_exact().unwrap_or(0.0);
        };
        let top = Self::top(mant, *exp);
        let prec = if top < -1021 { (top + 1074).max(0) as u32 } else { 53 };
        let sign = if self.neg { -1.0 } else { 1.0 };
        if prec == 0 {
            // Below the smallest subnormal: it rounds up only from above one half of it.
            let up = top == -1074 && mant.bit_len() > 1;
            return if up { sign * f64::from_bits(1) } else { sign * 0.0 };
        }
        self.with_prec(prec).to_f64_exact().unwrap_or(sign * f64::INFINITY)
    }
}

/// `m * 2^exp` where the product is known to be exact.
fn scale(m: f64, exp: i64) -> f64 {
    let step = |v: f64, e: i64| v * f64::from_bits(((e + 1023) as u64) << 52);
    match exp {
        e if e > 971 => step(step(m, e - 900), 900),
        e if e < -1000 => step(step(m, e + 500), -500),
        e => step(m, e),
    }
}

/// Adds two finite terms `(negative, mantissa, exponent)`; the first has the larger exponent.
fn add_finite(a: (bool, &UBig, i64), b: (bool, &UBig, i64), prec: u32) -> Float {
    let guard = prec as i64 + 3;
    let (a_neg, a_mant, a_exp) = a;
    let (b_neg, b_mant, b_exp) = b;
    if Float::top(b_mant, b_exp) <= a_exp - guard {
        // The small term only tells on which side of a the sum lies.
        let wide = a_mant << guard as usize;
        let mant = if a_neg == b_neg { wide } else { wide - UBig::ONE };
        return Float::round_from(a_neg, mant, a_exp - guard, true, prec);
    }
    let aligned = a_mant << (a_exp - b_exp) as usize;
    if a_neg == b_neg {
        return Float::round_from(a_neg, aligned + b_mant, b_exp, false, prec);
    }
    match aligned.cmp(b_mant) {
        Ordering::Equal => Float::zero(false, prec),
        Ordering::Greater => Float::round_from(a_neg, aligned - b_mant, b_exp, false, prec),
        Ordering::Less => Float::round_from(b_neg, b_mant - aligned, b_exp, false, prec),
    }
}
