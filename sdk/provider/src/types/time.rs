//! Points in time.

use jiff::Timestamp;

use super::ParseTextError;
use super::text::text_type;

/// A time as RFC 3339 has it: `2026-01-02T03:04:05Z`, `2026-01-02T04:04:05.5+01:00`. Two are the same if they are the same
/// instant.
#[derive(Clone, Debug)]
pub struct Rfc3339 {
    text: String,
    meaning: Timestamp,
}

text_type!(Rfc3339, Timestamp, instant, instant: "The instant.");

/// In UTC.
impl From<Timestamp> for Rfc3339 {
    fn from(instant: Timestamp) -> Self {
        Self { text: instant.to_string(), meaning: instant }
    }
}

fn instant(text: &str) -> Result<Timestamp, ParseTextError> {
    let refuse = |reason: String| ParseTextError::new(text, "an RFC 3339 time", reason);
    if !has_form(text.as_bytes()) {
        return Err(refuse("it is written like \"2026-01-02T03:04:05Z\"".into()));
    }
    text.parse().map_err(|error: jiff::Error| refuse(error.to_string()))
}

/// jiff reads more than RFC 3339 has, annotations for one; numbers it checks itself.
fn has_form(text: &[u8]) -> bool {
    let like = |part: &[u8], form: &[u8]| {
        let fits = |(c, f): (&u8, &u8)| if *f == b'0' { c.is_ascii_digit() } else { c == f };
        part.len() == form.len() && part.iter().zip(form).all(fits)
    };
    let Some((clock, mut rest)) = text.split_at_checked(19) else { return false };
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|c| c.is_ascii_digit()).count();
        if digits == 0 {
            return false;
        }
        rest = &fraction[digits..];
    }
    like(clock, b"0000-00-00T00:00:00") && (rest == b"Z" || like(rest, b"+00:00") || like(rest, b"-00:00"))
}
