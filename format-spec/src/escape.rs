//! Bytes from a package or a file system, made fit to print.

use core::fmt;

/// Prints bytes with control characters, line separators, invisible direction marks and what is not UTF-8 as `\x..`, so that
/// no name can forge a line or drive a terminal.
pub struct Escaped<'a>(pub &'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                if is_unsafe(character) {
                    write!(f, "{}", character.escape_unicode())?;
                } else {
                    fmt::Write::write_char(f, character)?;
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn nothing_unsafe_is_printed() {
        for (bytes, text) in [
            (&b"plain name"[..], "plain name"),
            (b"a\nb", "a\\u{a}b"),
            (b"\x1b[31m", "\\u{1b}[31m"),
            (b"\xff\xfe", "\\xff\\xfe"),
            ("caf\u{e9}".as_bytes(), "caf\u{e9}"),
            ("x\u{202e}y".as_bytes(), "x\\u{202e}y"),
        ] {
            assert_eq!(Escaped(bytes).to_string(), text);
        }
    }
}
