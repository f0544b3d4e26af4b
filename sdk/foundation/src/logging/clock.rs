//! Timestamps: RFC 3339 in UTC with six digits of a second, as hclog wants them.

use std::time::{SystemTime, UNIX_EPOCH};

/// The date and second last written, kept as text.
#[derive(Debug, Default)]
pub(super) struct Stamp {
    second: Option<u64>,
    text: String,
}

const PAIRS: &str = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

fn push_pair(out: &mut String, value: u32) {
    let at = 2 * (value % 100) as usize;
    out.push_str(&PAIRS[at..at + 2]);
}

impl Stamp {
    /// Appends `now` as `2026-11-22T10:00:00.123456Z`. Before 1970 counts as 1970.
    #[inline]
    pub(super) fn push(&mut self, out: &mut String, now: SystemTime) {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.second != Some(since.as_secs()) {
            self.second = Some(since.as_secs());
            self.text = seconds(since.as_secs());
        }
        out.push_str(&self.text);
        let micros = since.subsec_micros();
        push_pair(out, micros / 10_000);
        push_pair(out, micros / 100);
        push_pair(out, micros);
        out.push('Z');
    }
}

/// `2026-11-22T10:00:00.`
fn seconds(since: u64) -> String {
    let (year, month, day) = civil(since / 86_400);
    let (hour, minute, second) = (since / 3600 % 24, since / 60 % 60, since % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.")
}

/// Year, month and day of a day counted from 1970-01-01, Gregorian.
fn civil(day: u64) -> (u64, u64, u64) {
    let (mut year, mut left) = (1970 + day / 146_097 * 400, day % 146_097);
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn known_instants() {
        let mut stamp = Stamp::default();
        for (micros, expected) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_399_999_999, "2000-02-28T23:59:59.999999Z"),
            (951_827_696_000_001, "2000-02-29T12:34:56.000001Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (1_795_341_600_123_456, "2026-11-22T10:00:00.123456Z"),
            (1_795_341_600_000_056, "2026-11-22T10:00:00.000056Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] {
            let mut out = String::new();
            stamp.push(&mut out, UNIX_EPOCH + Duration::from_micros(micros));
            assert_eq!(out, expected);
        }
        let mut out = String::new();
        stamp.push(&mut out, UNIX_EPOCH - Duration::from_secs(5));
        assert_eq!(out, "1970-01-01T00:00:00.000000Z");
    }
}
