//! Durations as Go writes them, such as `1h15m30.918s`.

const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Nanoseconds of a duration; nothing when it is malformed or does not fit 64 bits.
pub(super) fn parse(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (value, after) = parse_part(rest)?;
        total = total.checked_add(value).filter(|t| *t <= 1 << 63)?;
        rest = after;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

/// One number with its unit.
fn parse_part(text: &str) -> Option<(i128, &str)> {
    let digits = |s: &str| s.find(|c: char| !c.is_ascii_digit()).unwrap_or(s.len());
    let (whole, rest) = text.split_at(digits(text));
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(after) => after.split_at(digits(after)),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let end = rest.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    let (_, unit) = UNITS.iter().find(|(unit, _)| *unit == name)?;
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok().filter(|w| *w <= 1 << 63)? };
    // The fraction is read as far as it fits 63 bits and multiplied as a float, as the reference does.
    let (mut value, mut scale) = (0f64, 1f64);
    let mut exact: i64 = 0;
    for digit in fraction.bytes() {
        match exact.checked_mul(10).and_then(|v| v.checked_add(i64::from(digit - b'0'))) {
            Some(v) => exact = v,
            None => break,
        }
        value = exact as f64;
        scale *= 10.0;
    }
    let part = (value * (*unit as f64 / scale)) as i128;
    Some((whole.checked_mul(*unit)?.checked_add(part)?, rest))
}
