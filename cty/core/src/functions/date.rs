//! Functions over timestamps in RFC 3339. Years may go beyond 9999.

use super::spec::{Function, Result, function, takes, text};
use super::{FunctionError, duration};
use crate::types::Type;
use crate::value::Value;

pub(super) fn all() -> Vec<Function> {
    vec![
        function("formatdate", "Formats a timestamp in another notation.")
            .param("format", Type::String, takes::PLAIN)
            .param("time", Type::String, takes::PLAIN)
            .returns(Type::String)
            .does(|args, _| {
                let time = text(&args[1])?;
                let time =
                    Timestamp::parse(time).ok_or_else(|| FunctionError::of_argument(1, invalid(time)))?;
                Ok(format_date(text(&args[0])?, &time)?.into())
            }),
        function("timeadd", "Adds a duration to a timestamp.")
            .param("timestamp", Type::String, takes::PLAIN)
            .param("duration", Type::String, takes::PLAIN)
            .returns(Type::String)
            .refined(None)
            .does(|args, _| {
                let (time, span) = (text(&args[0])?, text(&args[1])?);
                let time = Timestamp::parse(time).ok_or_else(|| FunctionError::new(invalid(time)))?;
                let bad = || FunctionError::new(format_args!("invalid duration {span:?}"));
                let nanoseconds = duration::parse(span).ok_or_else(bad)?;
                Ok(Value::from(time.plus(nanoseconds).to_rfc3339()))
            }),
    ]
}

fn invalid(time: &str) -> String {
    format!("not a valid RFC3339 timestamp: {time:?}")
}

/// A moment and the offset from UTC in which it is written.
struct Timestamp {
    /// Seconds since 1970 in UTC.
    seconds: i64,
    nanoseconds: i64,
    offset_seconds: i64,
}

/// A moment in its own offset.
struct Clock {
    year: i64,
    month: i64,
    day: i64,
    weekday: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl Timestamp {
    fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if bytes.len() < 19 || separators.iter().any(|(i, c)| bytes[*i] != *c) {
            return None;
        }
        let year = digits(&bytes[..4], 0, 9999)?;
        let month = digits(&bytes[5..7], 1, 12)?;
        let day = digits(&bytes[8..10], 1, days_in(month, year))?;
        let hour = digits(&bytes[11..13], 0, 23)?;
        let minute = digits(&bytes[14..16], 0, 59)?;
        let second = digits(&bytes[17..19], 0, 59)?;
        let (nanoseconds, rest) = fraction(&bytes[19..]);
        let offset_seconds = offset(rest)?;
        let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
        Some(Self { seconds: seconds - offset_seconds, nanoseconds, offset_seconds })
    }

    fn plus(&self, nanoseconds: i64) -> Self {
        let sum = self.nanoseconds + nanoseconds % 1_000_000_000;
        let seconds = self.seconds + nanoseconds / 1_000_000_000 + sum.div_euclid(1_000_000_000);
        Self { seconds, nanoseconds: sum.rem_euclid(1_000_000_000), offset_seconds: self.offset_seconds }
    }

    fn clock(&self) -> Clock {
        let local = self.seconds + self.offset_seconds;
        let (days, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
        let (year, month, day) = civil_from_days(days);
        let weekday = (days + 4).rem_euclid(7);
        Clock {
            year,
            month,
            day,
            weekday,
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
        }
    }

    fn to_rfc3339(&self) -> String {
        let c = self.clock();
        let (year, zone) = (year_text(c.year), self.zone(":", "Z"));
        format!("{year}-{:02}-{:02}T{:02}:{:02}:{:02}{zone}", c.month, c.day, c.hour, c.minute, c.second)
    }

    /// The offset, or `utc` in its place when it is zero.
    fn zone(&self, colon: &str, utc: &str) -> String {
        if self.offset_seconds == 0 && !utc.is_empty() {
            return utc.to_owned();
        }
        let sign = if self.offset_seconds < 0 { '-' } else { '+' };
        let minutes = self.offset_seconds.abs() / 60;
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }
}

/// At least four digits, after the sign.
fn year_text(year: i64) -> String {
    if year < 0 { format!("-{:04}", -year) } else { format!("{year:04}") }
}

fn digits(text: &[u8], min: i64, max: i64) -> Option<i64> {
    if !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = text.iter().fold(0, |n, d| n * 10 + i64::from(d - b'0'));
    (min..=max).contains(&value).then_some(value)
}

/// Nanoseconds of a decimal fraction, and what follows it.
fn fraction(text: &[u8]) -> (i64, &[u8]) {
    let Some((b'.', rest)) = text.split_first() else { return (0, text) };
    let len = rest.iter().position(|b| !b.is_ascii_digit()).unwrap_or(rest.len());
    if len == 0 {
        return (0, text);
    }
    let value = (0..9).fold(0, |n, i| n * 10 + i64::from(rest[..len].get(i).map_or(0, |d| d - b'0')));
    (value, &rest[len..])
}

fn offset(text: &[u8]) -> Option<i64> {
    if text == b"Z" {
        return Some(0);
    }
    let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] = text else { return None };
    let seconds = digits(&[*h1, *h2], 0, 23)? * 3600 + digits(&[*m1, *m2], 0, 59)? * 60;
    Some(if *sign == b'-' { -seconds } else { seconds })
}

fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. Years begin in March here, so that the leap day is the last of the year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

fn format_date(format: &str, time: &Timestamp) -> Result<String> {
    let clock = time.clock();
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            rest = quoted(&rest[1..], &mut out)?;
        } else if first.is_ascii_alphabetic() {
            let end = rest.find(|c| c != first).unwrap_or(rest.len());
            let (verb, after) = rest.split_at(end);
            out.push_str(&format_verb(verb, time, &clock).ok_or_else(|| {
                FunctionError::of_argument(0, format_args!("invalid date format verb {verb:?}"))
            })?);
            rest = after;
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    Ok(out)
}

/// Text up to a closing quote, in which two quotes stand for one; two quotes alone are one.
fn quoted<'a>(text: &'a str, out: &mut String) -> Result<&'a str> {
    if let Some(rest) = text.strip_prefix('\'') {
        out.push('\'');
        return Ok(rest);
    }
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\'') {
        out.push_str(before);
        match after.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Ok(after),
        }
    }
    Err(FunctionError::of_argument(0, "unterminated literal '"))
}

fn format_verb(verb: &str, time: &Timestamp, c: &Clock) -> Option<String> {
    let number = |n: i64| match verb.len() {
        1 => Some(n.to_string()),
        2 => Some(format!("{n:02}")),
        _ => None,
    };
    let name = |names: &[&str], i: i64| names.get(usize::try_from(i).ok()?).map(|n| (*n).to_owned());
    let half = |names: [&str; 2]| (verb.len() == 2).then(|| names[usize::from(c.hour >= 12)].to_owned());
    match (verb.as_bytes().first()?, verb.len()) {
        (b'Y', 2) => Some(format!("{:02}", c.year % 100)),
        (b'Y', 4) => Some(year_text(c.year)),
        (b'M', 1 | 2) => number(c.month),
        (b'M', 3) => name(&MONTHS, c.month - 1).map(|n| n[..3].to_owned()),
        (b'M', 4) => name(&MONTHS, c.month - 1),
        (b'D', _) => number(c.day),
        (b'E', 3) => name(&WEEKDAYS, c.weekday).map(|n| n[..3].to_owned()),
        (b'E', 4) => name(&WEEKDAYS, c.weekday),
        (b'h', _) => number(c.hour),
        (b'H', _) => number((c.hour + 11) % 12 + 1),
        (b'A', _) => half(["AM", "PM"]),
        (b'a', _) => half(["am", "pm"]),
        (b'm', _) => number(c.minute),
        (b's', _) => number(c.second),
        (b'Z', 1) => Some(time.zone(":", "Z")),
        (b'Z', 3) => Some(time.zone("", "UTC")),
        (b'Z', 4) => Some(time.zone("", "")),
        (b'Z', 5) => Some(time.zone(":", "")),
        _ => None,
    }
}
