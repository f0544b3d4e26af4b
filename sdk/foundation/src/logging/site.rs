//! What is known of a call site once and for all: its text, its field names, which of them hold secrets.

use super::record::{Format, Shape};
use crate::das::Das;
use crate::json;
use crate::redact;
use std::sync::OnceLock;
use tracing::{Level, Metadata};

/// Call sites remembered; further ones are worked out each time.
const SLOTS: usize = 4096;
const PROBES: usize = 16;

/// One call site, rendered for one format.
#[derive(Debug)]
pub(super) struct Site {
    metadata: &'static Metadata<'static>,
    /// What stands between the timestamp and the first field.
    pub(super) head: String,
    pub(super) fields: Box<[Field]>,
}

/// One field of a call site.
#[derive(Debug)]
pub(super) struct Field {
    /// The name as the format writes it, separator included.
    pub(super) key: String,
    /// The name says that the value is a secret.
    pub(super) secret: bool,
    /// Written already, in the head.
    pub(super) known: bool,
    /// The message.
    pub(super) message: bool,
}

/// The sites of one layer. Reading takes no lock.
#[derive(Debug)]
pub(super) struct Sites {
    slots: Box<[OnceLock<Box<Site>>]>,
}

impl Sites {
    pub(super) fn new() -> Sites {
        Sites { slots: (0..SLOTS).map(|_| OnceLock::new()).collect() }
    }

    /// Calls `use_site` with the site of `metadata`.
    #[inline]
    pub(super) fn with<R>(
        &self,
        metadata: &'static Metadata<'static>,
        format: &Format,
        use_site: impl FnOnce(&Site) -> R,
    ) -> R {
        let address = std::ptr::from_ref(metadata).addr();
        let first = (address >> 3).wrapping_mul(0x9E37_79B9_7F4A_7C15_usize) >> (usize::BITS - SLOTS.ilog2());
        for probe in 0..PROBES {
            let slot = &self.slots[(first + probe) % SLOTS];
            let site = slot.get_or_init(|| Box::new(Site::new(metadata, format)));
            if std::ptr::eq(site.metadata, metadata) {
                return use_site(site);
            }
        }
        use_site(&Site::new(metadata, format))
    }
}

impl Site {
    pub(super) fn new(metadata: &'static Metadata<'static>, format: &Format) -> Site {
        let das = Das::from_name(metadata.name());
        let has_message = metadata.fields().iter().any(|field| field.name() == "message");
        let fields = metadata.fields().iter().map(|field| Field::new(field.name(), das.is_some(), format));
        Site { metadata, fields: fields.collect(), head: head(metadata, das, has_message, format) }
    }
}

impl Field {
    pub(super) fn new(name: &str, has_das: bool, format: &Format) -> Field {
        let message = name == "message";
        let known = has_das && matches!(name, "domain" | "action" | "status");
        let name = name.strip_prefix("r#").unwrap_or(name);
        let mut key = String::new();
        match format.shape {
            Shape::Json => push_key(
                &mut key,
                if message { "event" } else { name },
                message,
                &["timestamp", "level", "target", "event", "spans", "dropped", "truncated"],
            ),
            Shape::Hclog => {
                push_key(&mut key, if message { "@message" } else { name }, message, &["spans", "truncated"])
            }
            Shape::Text if message => key.push(' '),
            Shape::Text => {
                let dim = if format.colour { ("\u{1b}[2m", "\u{1b}[0m") } else { ("", "") };
                key = format!(" {}{}={}", dim.0, crate::failure::escape_controls(name), dim.1);
            }
        }
        Field { key, secret: !message && redact::is_secret_key(name), known, message }
    }
}

/// `,"name":`. A field of a record's own keys' names gets another one, so that it can forge none of them.
fn push_key(out: &mut String, name: &str, own: bool, taken: &[&str]) {
    out.push_str(",\"");
    if !own && (taken.contains(&name) || name.starts_with('@')) {
        out.push_str("field_");
    }
    json::push_escaped(out, if own { name } else { name.trim_start_matches('@') });
    out.push_str("\":");
}

fn head(metadata: &Metadata<'_>, das: Option<Das>, has_message: bool, format: &Format) -> String {
    let mut head = String::new();
    let text = das.map(|das| format!("{} {} {}", das.domain.word(), das.action.word(), das.status.word()));
    match format.shape {
        Shape::Json | Shape::Hclog => {
            let hclog = format.shape == Shape::Hclog;
            let keys = if hclog {
                ["\",\"@level\":", ",\"@module\":", ",\"@message\":"]
            } else {
                ["\",\"level\":", ",\"target\":", ",\"event\":"]
            };
            head.push_str(keys[0]);
            json::push_string(
                &mut head,
                if hclog { lower(metadata.level()) } else { metadata.level().as_str() },
            );
            head.push_str(keys[1]);
            json::push_string(
                &mut head,
                &if hclog { metadata.target().replace("::", ".") } else { metadata.target().to_owned() },
            );
            if let Some(das) = das {
                for (key, word) in [
                    ("domain", das.domain.word()),
                    ("action", das.action.word()),
                    ("status", das.status.word()),
                ] {
                    head.push_str(&format!(",\"{key}\":\"{word}\""));
                }
            }
            if !has_message {
                head.push_str(keys[2]);
                json::push_string(&mut head, text.as_deref().unwrap_or_default());
            }
        }
        Shape::Text => {
            let (on, off) = if format.colour { (colour(metadata.level()), "\u{1b}[0m") } else { ("", "") };
            head.push_str(&format!(" {on}{:5}{off}", metadata.level().as_str()));
            match (das, format.marks) {
                (Some(das), super::Marks::Emoji) => {
                    head.push_str(&format!(
                        " {} {} {}",
                        das.domain.mark(),
                        das.action.mark(),
                        das.status.mark()
                    ));
                }
                (Some(_), super::Marks::Ascii) => {
                    head.push_str(&format!(" [{}]", text.as_deref().unwrap_or_default()))
                }
                _ => {}
            }
            let shown = format.marks == super::Marks::Ascii || has_message;
            match text.filter(|_| !shown) {
                Some(text) => head.push_str(&format!(" {text}")),
                None => head.push_str(&format!(" {}:", crate::failure::escape_controls(metadata.target()))),
            }
        }
    }
    head
}

pub(super) fn lower(level: &Level) -> &'static str {
    match *level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

fn colour(level: &Level) -> &'static str {
    match *level {
        Level::ERROR => "\u{1b}[31m",
        Level::WARN => "\u{1b}[33m",
        Level::INFO => "\u{1b}[32m",
        Level::DEBUG => "\u{1b}[34m",
        Level::TRACE => "\u{1b}[35m",
    }
}
