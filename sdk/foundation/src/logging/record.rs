//! Rendering: one event into one line of text, values redacted on the way.

use super::Marks;
use super::site::{Field, Site};
use crate::json::{self, class};
use crate::redact::{self, MASK};
use std::error::Error;
use std::fmt::{self, Write};
use tracing::field::Visit;

/// Longest value that is kept, in bytes.
const VALUE_MAX: usize = 16 << 10;

/// What a line looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One JSON object, keys of our own.
    Json,
    /// One JSON object as hclog writes it.
    Hclog,
    /// For people.
    Text,
}

/// A shape with its options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) shape: Shape,
    pub(super) colour: bool,
    pub(super) marks: Marks,
    pub(super) redact: bool,
}

impl Format {
    /// What opens a line, up to the timestamp.
    pub(super) fn opening(&self) -> &'static str {
        match self.shape {
            Shape::Json => "{\"timestamp\":\"",
            Shape::Hclog => "{\"@timestamp\":\"",
            Shape::Text => "",
        }
    }

    /// Longest line. Terraform cuts lines over 64 KiB into pieces that are no JSON any more.
    pub(super) fn line_max(&self) -> usize {
        if self.shape == Shape::Hclog { 60 << 10 } else { 256 << 10 }
    }
}

/// Writes the fields of one event or span.
pub(super) struct Fields<'a> {
    pub(super) out: &'a mut String,
    /// For values that must be formatted before they can be judged.
    pub(super) scratch: &'a mut String,
    pub(super) site: &'a Site,
    pub(super) format: &'a Format,
    pub(super) full: bool,
}

impl<'a> Fields<'a> {
    /// Writes the key; whether a value is to follow.
    #[inline]
    fn key(&mut self, field: &tracing::field::Field) -> Option<&'a Field> {
        let site: &'a Site = self.site;
        let known = site.fields.get(field.index())?;
        if known.known || self.full {
            return None;
        }
        if self.out.len() + known.key.len() + 64 > self.format.line_max() {
            self.full = true;
            return None;
        }
        self.out.push_str(&known.key);
        Some(known)
    }

    fn plain(&mut self, field: &tracing::field::Field, text: &str) {
        let quote = if self.format.shape == Shape::Text { "" } else { "\"" };
        match self.key(field) {
            None => {}
            Some(known) if known.secret && self.format.redact => self.out.extend([quote, MASK, quote]),
            // hclog's reader breaks down on a message that is no string.
            Some(known) if known.message => self.out.extend([quote, text, quote]),
            Some(_) => self.out.push_str(text),
        }
    }

    #[inline]
    fn text(&mut self, field: &tracing::field::Field, value: &str) {
        let Some(&Field { secret, message, .. }) = self.key(field) else { return };
        let room = self.format.line_max().saturating_sub(self.out.len() + 64).min(VALUE_MAX);
        push_value(self.out, value, secret, message, room, self.format);
    }
}

/// Appends one textual value, judged, escaped and cut.
#[inline]
fn push_value(out: &mut String, value: &str, secret: bool, message: bool, room: usize, format: &Format) {
    let bits = json::classify(value);
    let fits = value.len() * 6 <= room || (value.len() <= room && bits & class::ESCAPE == 0);
    let dull = fits
        && !secret
        && bits & class::ESCAPE == 0
        && (!format.redact || !redact::may_hold_secret(bits, value.len()));
    match format.shape {
        Shape::Text => push_readable(out, &judged(value, secret, room, format), message),
        _ if dull => {
            out.push('"');
            out.push_str(value);
            out.push('"');
        }
        _ => {
            out.push('"');
            json::push_escaped(out, &judged(value, secret, room, format));
            out.push('"');
        }
    }
}

/// `value` redacted and cut so that even escaped it fits into `room` bytes.
fn judged<'v>(value: &'v str, secret: bool, room: usize, format: &Format) -> std::borrow::Cow<'v, str> {
    if secret && format.redact {
        let harmless = matches!(value, "" | "null" | "None");
        return std::borrow::Cow::Borrowed(if harmless { value } else { MASK });
    }
    let head = &value[..crate::failure::floor_boundary(value, VALUE_MAX * 4)];
    let clean = if format.redact { redact::text(head) } else { std::borrow::Cow::Borrowed(head) };
    let mut end = 0;
    let mut cost = 0;
    for (at, character) in clean.char_indices() {
        cost += if character.is_ascii() && json::CLASS[character as usize] & class::ESCAPE != 0 {
            6
        } else {
            character.len_utf8()
        };
        if cost > room {
            break;
        }
        end = at + character.len_utf8();
    }
    if end == clean.len() && head.len() == value.len() {
        return clean;
    }
    // A token cut in half is no longer known as one: the cut falls back to the last space.
    let kept =
        clean[..end].rfind(' ').map_or(end.saturating_sub(256), |space| space.max(end.saturating_sub(256)));
    let kept = crate::failure::floor_boundary(&clean, kept);
    std::borrow::Cow::Owned(format!(
        "{}… ({} bytes cut)",
        &clean[..kept],
        value.len() - kept.min(value.len())
    ))
}

/// A value for people: quoted if it would otherwise run into what follows, nothing in it able to move the
/// cursor.
fn push_readable(out: &mut String, value: &str, message: bool) {
    let hostile = value.chars().any(crate::failure::is_hostile);
    if !hostile && (message || (!value.is_empty() && !value.contains([' ', '"', '=', '\\']))) {
        out.push_str(value);
    } else if message {
        out.push_str(&crate::failure::escape_controls(value));
    } else {
        let _ = write!(out, "{value:?}");
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        self.text(field, value);
    }

    fn record_i64(&mut self, field: &tracing::field::Field, value: i64) {
        self.plain(field, itoa::Buffer::new().format(value));
    }

    fn record_u64(&mut self, field: &tracing::field::Field, value: u64) {
        self.plain(field, itoa::Buffer::new().format(value));
    }

    fn record_i128(&mut self, field: &tracing::field::Field, value: i128) {
        self.text(field, itoa::Buffer::new().format(value));
    }

    fn record_u128(&mut self, field: &tracing::field::Field, value: u128) {
        self.text(field, itoa::Buffer::new().format(value));
    }

    fn record_f64(&mut self, field: &tracing::field::Field, value: f64) {
        if value.is_finite() {
            self.plain(field, zmij::Buffer::new().format_finite(value));
        } else {
            self.text(
                field,
                if value.is_nan() {
                    "NaN"
                } else if value > 0.0 {
                    "inf"
                } else {
                    "-inf"
                },
            );
        }
    }

    fn record_bool(&mut self, field: &tracing::field::Field, value: bool) {
        let text = if value { "true" } else { "false" };
        if let Some(known) = self.key(field) {
            let quote = if known.message && self.format.shape != Shape::Text { "\"" } else { "" };
            self.out.extend([quote, text, quote]);
        }
    }

    fn record_bytes(&mut self, field: &tracing::field::Field, value: &[u8]) {
        self.text(field, &String::from_utf8_lossy(&value[..value.len().min(VALUE_MAX * 4)]));
    }

    fn record_error(&mut self, field: &tracing::field::Field, value: &(dyn Error + 'static)) {
        let mut text = std::mem::take(self.scratch);
        text.clear();
        let mut bounded = Bounded { text: &mut text };
        let mut written = write!(bounded, "{value}");
        let mut source = value.source();
        for _ in 0..16 {
            let (Some(cause), Ok(())) = (source, written) else { break };
            written = write!(bounded, ": {cause}");
            source = cause.source();
        }
        self.text(field, &text);
        *self.scratch = text;
    }

    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
        if self.site.fields.get(field.index()).is_none_or(|known| known.known) {
            return;
        }
        let mut text = std::mem::take(self.scratch);
        text.clear();
        let _ = write!(Bounded { text: &mut text }, "{value:?}");
        self.text(field, &text);
        *self.scratch = text;
    }
}

/// Takes no more than a few times [`VALUE_MAX`]: a value of a gigabyte stops being formatted there.
struct Bounded<'a> {
    text: &'a mut String,
}

impl Write for Bounded<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = (VALUE_MAX * 4 + 4).saturating_sub(self.text.len());
        let end = crate::failure::floor_boundary(part, room);
        self.text.push_str(&part[..end]);
        if end == part.len() { Ok(()) } else { Err(fmt::Error) }
    }
}
