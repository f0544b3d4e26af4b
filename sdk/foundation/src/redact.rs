//! Finding secrets in what is about to be written, and masking them.
//!
//! Two judgements, both deliberately simple: [`is_secret_key`] on a field's name, and [`text`] on a value or
//! message. Prose stays whole: a word such as "token" masks nothing unless a value follows it the way values
//! follow keys. Where a text can be read both ways, the value is masked.
//!
//! The work is linear in the text and allocates only when something is found.

mod keys;
mod scan;
mod tokens;
mod values;

pub use keys::is_secret_key;

use crate::json::class;
use std::borrow::Cow;
use std::ops::Range;

/// What is printed in place of a secret.
pub const MASK: &str = "***";

/// `text` with every secret replaced by [`MASK`].
pub fn text(text: &str) -> Cow<'_, str> {
    if !may_hold_secret(crate::json::classify(text), text.len()) {
        return Cow::Borrowed(text);
    }
    let found = scan::secrets(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for Range { start, end } in found {
        out.push_str(&text[from..start]);
        out.push_str(MASK);
        from = end;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

/// `text` with every byte of every secret replaced by `*`, line breaks kept: offsets into it stay right.
pub fn same_length(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for Range { start, end } in scan::secrets(text) {
        out.push_str(&text[from..start]);
        out.extend(text[start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }));
        from = end;
    }
    out.push_str(&text[from..]);
    out
}

/// `value` as it may be printed beside the key `key`.
pub fn value<'v>(key: &str, value: &'v str) -> Cow<'v, str> {
    if is_secret_key(key) && !values::is_harmless(value) { Cow::Borrowed(MASK) } else { text(value) }
}

/// Whether a text of `len` bytes with these [`class`] bits can hold any secret [`text`] would find. Wrong only
/// on the safe side; it spares most values the scan.
#[inline]
pub(crate) fn may_hold_secret(bits: u8, len: usize) -> bool {
    const MARKS: u8 = class::SEPARATOR | class::TAG | class::ESCAPE;
    bits & MARKS != 0 || (len >= 8 && may_hold_token(bits, len))
}

/// As above, for texts without any mark between key and value: bare tokens, `Bearer x`, `--password x`.
fn may_hold_token(bits: u8, len: usize) -> bool {
    let has = |class| bits & class != 0;
    (has(class::SPACE)
        && (has(class::UPPER) || has(class::DASH) || has(class::DIGIT) || has(class::JOINT) || len >= 24))
        || (len >= 15 && has(class::DIGIT) && (has(class::UPPER) || has(class::DASH) || has(class::JOINT)))
        || (len >= 15 && has(class::UPPER) && (has(class::DASH) || has(class::JOINT) || len >= 20))
}
