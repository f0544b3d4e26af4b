//! What a plugin writes to its standard error: hclog's JSON, one object a line, or any text at all.
//!
//! No line is refused: whatever cannot be understood is a message of level debug. Start with [`LogLine`].

use serde_json::{Map, Value};
use tracing::{debug, error, info, trace, warn};

/// How important a line is, by hclog's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// `trace`
    Trace,
    /// `debug`, and what names no level
    Debug,
    /// `info`
    Info,
    /// `warn`
    Warn,
    /// `error`, and everything from a line on that begins with `panic: ` or `fatal error: `
    Error,
}

/// A line of a plugin's log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// How important it is.
    pub level: Level,
    /// What it says: `@message`, or the whole line if it is no JSON object. A message that is no string is its JSON.
    pub message: String,
    /// The part of the plugin that says it: `@module`.
    pub module: Option<String>,
    /// When: `@timestamp`, as the plugin wrote it.
    pub timestamp: Option<String>,
    /// Everything else that the object has.
    pub fields: Map<String, Value>,
}

impl Level {
    fn named(name: &str) -> Option<Level> {
        let names =
            [("trace", Level::Trace), ("debug", Level::Debug), ("info", Level::Info), ("warn", Level::Warn)];
        let names = names.into_iter().chain([("error", Level::Error)]);
        names.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, level)| level)
    }
}

impl LogLine {
    /// Reads a line, without its line break. Bytes that are no UTF-8 become U+FFFD.
    pub fn parse(line: &[u8]) -> LogLine {
        match serde_json::from_slice::<Map<String, Value>>(line) {
            Ok(object) => LogLine::structured(object),
            Err(_) => LogLine::text(String::from_utf8_lossy(line).into_owned()),
        }
    }

    fn structured(mut object: Map<String, Value>) -> LogLine {
        let mut take = |key| object.remove(key).map(words);
        let level = take("@level").and_then(|name| Level::named(&name)).unwrap_or(Level::Debug);
        let message = take("@message").unwrap_or_default();
        let (module, timestamp) = (take("@module"), take("@timestamp"));
        LogLine { level, message, module, timestamp, fields: object }
    }

    fn text(message: String) -> LogLine {
        let prefix = message.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let level = prefix.and_then(|(name, _)| Level::named(name)).unwrap_or(Level::Debug);
        LogLine { level, message, module: None, timestamp: None, fields: Map::new() }
    }

    /// Hands the line to `tracing`, with the target `plugin`.
    pub fn trace(&self) {
        let (message, module) = (self.message.as_str(), self.module.as_deref());
        let fields = (!self.fields.is_empty()).then(|| Value::Object(self.fields.clone()).to_string());
        macro_rules! emit {
            ($emit:ident) => {
                $emit!(target: "plugin", module, fields, "{message}")
            };
        }
        match self.level {
            Level::Trace => emit!(trace),
            Level::Debug => emit!(debug),
            Level::Info => emit!(info),
            Level::Warn => emit!(warn),
            Level::Error => emit!(error),
        }
    }
}

/// A string as it is, anything else as JSON.
fn words(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// Reads the lines of one plugin: after a crash has begun, text belongs to its trace.
#[derive(Debug, Default)]
pub(super) struct LogReader {
    is_crashing: bool,
}

impl LogReader {
    /// Reads the next line.
    pub(super) fn line(&mut self, line: &[u8]) -> LogLine {
        let mut parsed = LogLine::parse(line);
        self.is_crashing |= line.starts_with(b"panic: ") || line.starts_with(b"fatal error: ");
        if self.is_crashing && line.first() != Some(&b'{') {
            parsed.level = Level::Error;
        }
        parsed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, level: Level, message: &str) {
        let parsed = LogLine::parse(line.as_bytes());
        assert_eq!((parsed.level, parsed.message.as_str()), (level, message), "{line}");
    }

    #[test]
    fn hclog_lines() {
        let line = br#"{"@level":"WARN","@message":"m","@module":"a.b","@timestamp":"2026-11-22T10:00:00.123456Z","n":1}"#;
        let parsed = LogLine::parse(line);
        assert_eq!(parsed.level, Level::Warn);
        assert_eq!(parsed.message, "m");
        assert_eq!(parsed.module.as_deref(), Some("a.b"));
        assert_eq!(parsed.timestamp.as_deref(), Some("2026-11-22T10:00:00.123456Z"));
        assert_eq!(parsed.fields.into_iter().collect::<Vec<_>>(), [("n".to_owned(), Value::from(1))]);
    }

    #[test]
    fn lines_of_no_known_form_are_harmless() {
        check(r#"{"@message":5}"#, Level::Debug, "5");
        check(r#"{"@message":{"a":[]},"@level":3}"#, Level::Debug, r#"{"a":[]}"#);
        check(r#"{"@level":"loud","@message":"m"}"#, Level::Debug, "m");
        check("{}", Level::Debug, "");
        check(r#"["a"]"#, Level::Debug, r#"["a"]"#);
        check(r#"{"@message":"cut off"#, Level::Debug, r#"{"@message":"cut off"#);
        check("", Level::Debug, "");
        check(&"[".repeat(60_000), Level::Debug, &"[".repeat(60_000));
        assert_eq!(LogLine::parse(b"a\xff").message, "a\u{fffd}");
    }

    #[test]
    fn text_names_its_level_in_brackets() {
        check("[WARN] low", Level::Warn, "[WARN] low");
        check("[ERROR] x", Level::Error, "[ERROR] x");
        check("[nothing] x", Level::Debug, "[nothing] x");
        check("[INFO", Level::Debug, "[INFO");
    }

    #[test]
    fn a_crash_is_an_error_to_its_end() {
        let mut reader = LogReader::default();
        let mut level = |line: &str| reader.line(line.as_bytes()).level;
        assert_eq!(level("about to panic: no"), Level::Debug);
        assert_eq!(level("panic: index out of range"), Level::Error);
        assert_eq!(level("  at main.go:7"), Level::Error);
        assert_eq!(level(r#"{"@level":"info","@message":"m"}"#), Level::Info);
    }
}
