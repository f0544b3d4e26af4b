//! The few lines of JSON writing that errors and log records share: strings, and one object at a time.
//!
//! Whatever goes in, one line comes out: control characters and newlines are escaped, so no value can end a
//! record and begin a forged one.

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Bits of [`CLASS`]: what a byte of text asks of the writer.
pub(crate) mod class {
    /// Must be escaped in JSON: controls, `"`, `\`, DEL.
    pub(crate) const ESCAPE: u8 = 1;
    /// Separates a key from its value, or opens an URL: `:` `=`.
    pub(crate) const SEPARATOR: u8 = 2;
    /// An ASCII capital.
    pub(crate) const UPPER: u8 = 4;
    /// `-`.
    pub(crate) const DASH: u8 = 8;
    /// A space.
    pub(crate) const SPACE: u8 = 16;
    /// `<` opens a tag, `'` a quoted name.
    pub(crate) const TAG: u8 = 32;
    /// `_` or `.`, inside prefixed tokens.
    pub(crate) const JOINT: u8 = 64;
    /// A decimal digit.
    pub(crate) const DIGIT: u8 = 128;
}

/// Per byte, the [`class`] bits.
pub(crate) static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0usize;
    while byte < 256 {
        table[byte] = match byte as u8 {
            0x00..0x20 | 0x7f | b'"' | b'\\' => class::ESCAPE,
            b':' | b'=' => class::SEPARATOR,
            b'A'..=b'Z' => class::UPPER,
            b'-' => class::DASH,
            b' ' => class::SPACE,
            b'<' | b'\'' => class::TAG,
            b'_' | b'.' => class::JOINT,
            b'0'..=b'9' => class::DIGIT,
            _ => 0,
        };
        byte += 1;
    }
    table
}

/// All [`class`] bits that occur in `text`.
#[inline]
pub(crate) fn classify(text: &str) -> u8 {
    text.as_bytes().iter().fold(0, |bits, &byte| bits | CLASS[byte as usize])
}

/// Appends `text` with JSON's escapes, without quotes.
pub fn push_escaped(out: &mut String, text: &str) {
    let bytes = text.as_bytes();
    let mut plain = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if CLASS[byte as usize] & class::ESCAPE == 0 {
            continue;
        }
        out.push_str(&text[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            _ => {
                out.push_str("\\u00");
                out.push(HEX[usize::from(byte >> 4)] as char);
                out.push(HEX[usize::from(byte & 15)] as char);
            }
        }
    }
    out.push_str(&text[plain..]);
}

/// Appends `text` as a JSON string, quotes included.
pub fn push_string(out: &mut String, text: &str) {
    out.push('"');
    push_escaped(out, text);
    out.push('"');
}

/// One JSON object under construction: members in the order they are added.
#[derive(Debug)]
pub struct Object {
    text: String,
}

impl Default for Object {
    fn default() -> Object {
        Object::new()
    }
}

impl Object {
    /// `{` with nothing in it yet.
    pub fn new() -> Object {
        Object { text: String::from("{") }
    }

    /// Adds a string member.
    pub fn string(&mut self, key: &str, value: &str) -> &mut Object {
        self.key(key);
        push_string(&mut self.text, value);
        self
    }

    /// Adds a string member if there is a value.
    pub fn optional(&mut self, key: &str, value: Option<&str>) -> &mut Object {
        if let Some(value) = value {
            self.string(key, value);
        }
        self
    }

    /// Adds a whole number.
    pub fn number(&mut self, key: &str, value: u64) -> &mut Object {
        self.key(key);
        self.text.push_str(&value.to_string());
        self
    }

    /// Adds a list of strings.
    pub fn strings<S: AsRef<str>>(&mut self, key: &str, values: &[S]) -> &mut Object {
        self.key(key);
        self.text.push('[');
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            push_string(&mut self.text, value.as_ref());
        }
        self.text.push(']');
        self
    }

    /// Adds an object as a member.
    pub fn object(&mut self, key: &str, value: Object) -> &mut Object {
        self.key(key);
        self.text.push_str(&value.finish());
        self
    }

    /// The text, closed.
    pub fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }

    fn key(&mut self, key: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        push_string(&mut self.text, key);
        self.text.push(':');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_below_128_survives_a_round_trip_on_one_line() {
        let all: String = (0u8..128).map(char::from).chain("é🔑\u{2028}".chars()).collect();
        let mut object = Object::new();
        object.string(&all, &all).strings("list", &[&all, ""]).number("n", u64::MAX).optional("no", None);
        let text = object.finish();
        assert!(text.bytes().all(|byte| byte >= 0x20 && byte != 0x7f), "{text}");
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value[&all], all);
        assert_eq!(value["list"][0], all);
        assert_eq!(value["n"], u64::MAX);
        assert!(value.get("no").is_none());
    }
}
