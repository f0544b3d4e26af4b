//! Logarithm and power of `f64`, computed the way Go's `math` package does, so that the last bits agree.

/// `value = fraction * 2^exponent` with the fraction in `[0.5, 1)`.
fn split(value: f64) -> (f64, i32) {
    if value == 0.0 || !value.is_finite() {
        return (value, 0);
    }
    let (value, bias) =
        if value.abs() < f64::MIN_POSITIVE { (value * 2f64.powi(52), -52) } else { (value, 0) };
    let bits = value.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32 - 1022;
    (f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52)), exponent + bias)
}

/// `fraction * 2^exponent`.
fn join(fraction: f64, exponent: i64) -> f64 {
    let exponent = exponent.clamp(-3000, 3000) as i32;
    let half = exponent / 2;
    fraction * 2f64.powi(half / 2) * 2f64.powi(half - half / 2) * 2f64.powi(exponent - half)
}

/// The natural logarithm, by a polynomial in `s = f / (2 + f)` where `1 + f` is the fraction near one.
pub(super) fn log(x: f64) -> f64 {
    const LN2_HI: f64 = 6.931_471_803_691_238e-1;
    const LN2_LO: f64 = 1.908_214_929_270_587_7e-10;
    const ODD: [f64; 4] = [
        6.666_666_666_666_735e-1,
        2.857_142_874_366_239e-1,
        1.818_357_216_161_805e-1,
        1.479_819_860_511_658_6e-1,
    ];
    const EVEN: [f64; 3] = [3.999_999_999_940_942e-1, 2.222_219_843_214_978_4e-1, 1.531_383_769_920_937_3e-1];
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x <= 0.0 {
        return if x == 0.0 { f64::NEG_INFINITY } else { f64::NAN };
    }
    let (mut fraction, mut exponent) = split(x);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = f64::from(exponent);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let t1 = s2 * (ODD[0] + s4 * (ODD[1] + s4 * (ODD[2] + s4 * ODD[3])));
    let t2 = s4 * (EVEN[0] + s4 * (EVEN[1] + s4 * EVEN[2]));
    let r = t1 + t2;
    let half = 0.5 * f * f;
    k * LN2_HI - ((half - (s * (half + r) + k * LN2_LO)) - f)
}

/// `e^x` for a finite `x` far from overflow, with fused steps as on x86-64: the argument is reduced to a sixteenth of
/// `ln 2 / 2`, a Taylor series gives `e^r - 1`, and four squarings undo the sixteenth.
fn exp(x: f64) -> f64 {
    const LN2_UPPER: f64 = 0.693_147_180_559_662_956_511_601_805_686_950_683_593_75;
    const LN2_LOWER: f64 = 0.282_352_905_630_315_771_225_884_481_750_134_360_255_254_120_68e-12;
    let k = (x * std::f64::consts::LOG2_E).round_ties_even();
    let mut r = (-k).mul_add(LN2_LOWER, (-k).mul_add(LN2_UPPER, x)) * 0.0625;
    // 1/n! from n = 8 down to 1; each is the closest f64.
    let series = [40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0];
    r *= series.iter().fold(0.0, |sum: f64, factorial| sum.mul_add(r, 1.0 / factorial));
    // (1 + r)^2 - 1 = r * (r + 2)
    for _ in 0..3 {
        r *= r + 2.0;
    }
    join(r.mul_add(r + 2.0, 1.0), k as i64)
}

/// `x^y`, by repeated squaring for the whole part of `y` and by `exp` and `log` for the rest.
pub(super) fn pow(x: f64, y: f64) -> f64 {
    let special =
        y == 0.0 || x == 1.0 || x == 0.0 || x.is_nan() || y.is_nan() || x.is_infinite() || y.is_infinite();
    if special {
        return x.powf(y);
    }
    if y == 1.0 {
        return x;
    }
    if y.abs() == 0.5 {
        return if y > 0.0 { x.sqrt() } else { 1.0 / x.sqrt() };
    }
    let (mut whole, mut rest) = (y.abs().trunc(), y.abs().fract());
    if rest != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    if whole >= 2f64.powi(63) {
        return match x {
            -1.0 => 1.0,
            x if (x.abs() < 1.0) == (y > 0.0) => 0.0,
            _ => f64::INFINITY,
        };
    }
    let (mut result, mut exponent) = (1.0, 0i64);
    if rest != 0.0 {
        if rest > 0.5 {
            rest -= 1.0;
            whole += 1.0;
        }
        result = exp(rest * log(x));
    }
    let (mut square, e) = split(x);
    let mut square_exponent = i64::from(e);
    let mut left = whole as i64;
    while left != 0 {
        if !(-(1 << 12)..=1 << 12).contains(&square_exponent) {
            exponent += square_exponent;
            break;
        }
        if left & 1 == 1 {
            result *= square;
            exponent += square_exponent;
        }
        square *= square;
        square_exponent <<= 1;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        left >>= 1;
    }
    if y < 0.0 {
        result = 1.0 / result;
        exponent = -exponent;
    }
    join(result, exponent)
}
