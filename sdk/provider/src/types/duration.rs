//! Durations as Go writes them, which is how Terraform's users write them: `90s`, `1h30m`, `1.5h`.

use std::time::Duration;

use super::ParseTextError;
use super::text::text_type;

/// A length of time, perhaps negative: `20m`, `1h30m`. Two of the same length are the same.
#[derive(Clone, Debug)]
pub struct GoDuration {
    text: String,
    meaning: i64,
}

text_type!(GoDuration, i64, parse_go_duration, nanoseconds: "Its length.");

impl GoDuration {
    /// The length; None if it is negative.
    pub fn duration(&self) -> Option<Duration> {
        u64::try_from(self.meaning).ok().map(Duration::from_nanos)
    }
}

/// In Go's form. What is longer than 292 years is cut to that, the longest that Go has.
impl From<Duration> for GoDuration {
    fn from(duration: Duration) -> Self {
        let nanoseconds = i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        Self { text: format_go_duration(nanoseconds), meaning: nanoseconds }
    }
}

/// The nanoseconds of a duration in Go's syntax: a sign, then numbers each with a unit (`ns`, `us` or `µs`, `ms`, `s`, `m`, `h`);
/// `0` needs none.
///
/// ```
/// use tf_sdk::types::parse_go_duration;
/// assert_eq!(parse_go_duration("1m1.5s"), Ok(61_500_000_000));
/// assert!(parse_go_duration("10 minutes").is_err());
/// ```
pub fn parse_go_duration(text: &str) -> Result<i64, ParseTextError> {
    let refuse = |reason: &str| ParseTextError::new(text, "a duration such as \"1h30m\" or \"90s\"", reason);
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(refuse("it is empty"));
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (nanoseconds, after) = one_part(rest).map_err(&refuse)?;
        total += nanoseconds;
        if total > i128::from(i64::MAX) + i128::from(negative) {
            return Err(refuse("it is too long"));
        }
        rest = after;
    }
    let total = if negative { -total } else { total };
    i64::try_from(total).map_err(|_| refuse("it is too long"))
}

/// A number with its unit at the beginning of a text; and what follows. A fraction of a nanosecond is cut off.
fn one_part(text: &str) -> Result<(i128, &str), &'static str> {
    let number = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let (number, rest) = text.split_at(number);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return Err("a number is missing");
    }
    let unit = rest.len() - rest.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '.').len();
    let (unit, rest) = rest.split_at(unit);
    let scale: i128 = match unit {
        "" => return Err("a number lacks its unit"),
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return Err("a unit is none of ns, us, ms, s, m and h"),
    };
    // 19 digits hold every duration; more are too long whatever they are, unless they are zeros in front.
    let whole = whole.trim_start_matches('0');
    if whole.len() > 19 {
        return Err("it is too long");
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().map_err(|_| "a number is missing")? };
    let digits = &fraction[..fraction.len().min(18)];
    let part: i128 = if digits.is_empty() { 0 } else { digits.parse().map_err(|_| "a number is missing")? };
    let power = 10_i128.pow(u32::try_from(digits.len()).unwrap_or(18));
    Ok((whole * scale + part * scale / power, rest))
}

/// Nanoseconds in Go's form: `1s`, `20m0s`, `1h30m0s`, `1.5ms`.
pub fn format_go_duration(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let n = nanoseconds.unsigned_abs();
    let (unit, scale) = match n {
        0 => return "0s".into(),
        1..1_000 => ("ns", 1),
        1_000..1_000_000 => ("µs", 1_000),
        1_000_000..1_000_000_000 => ("ms", 1_000_000),
        _ => return format!("{sign}{}", hours_minutes_seconds(n)),
    };
    format!("{sign}{}{unit}", decimal(n, scale))
}

fn hours_minutes_seconds(n: u64) -> String {
    const SECOND: u64 = 1_000_000_000;
    let (hours, minutes, rest) = (n / (3600 * SECOND), n / (60 * SECOND) % 60, n % (60 * SECOND));
    let seconds = decimal(rest, SECOND);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{seconds}s"),
        _ => format!("{hours}h{minutes}m{seconds}s"),
    }
}

/// A quotient without needless zeros; the scale is a power of ten.
fn decimal(n: u64, scale: u64) -> String {
    let (whole, fraction) = (n / scale, n % scale);
    if fraction == 0 {
        return whole.to_string();
    }
    let digits = format!("{:0width$}", fraction, width = scale.ilog10() as usize);
    format!("{whole}.{}", digits.trim_end_matches('0'))
}
