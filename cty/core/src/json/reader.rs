//! A scanner over JSON text. Never recurses.

use std::borrow::Cow;

use crate::codec::{DecodeProblem, lossy};

/// How deeply skipped values may nest, as in the reference's scanner.
const MAX_SKIP_DEPTH: usize = 10_000;

#[derive(Clone)]
pub(crate) struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

/// A scalar, or the opening of a container.
pub(crate) enum Token<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    String(Cow<'a, str>),
    Open(u8),
}

type Result<T> = std::result::Result<T, DecodeProblem>;

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    fn syntax(&self, expected: &'static str) -> DecodeProblem {
        if self.at >= self.text.len() {
            DecodeProblem::Eof
        } else {
            DecodeProblem::Syntax { offset: self.at, expected }
        }
    }

    /// The next byte that is no white space.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(b @ (b' ' | b'\t' | b'\r' | b'\n')) = self.text.get(self.at) {
            debug_assert!(b.is_ascii_whitespace());
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    /// Consumes a byte if it comes next.
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect(&mut self, byte: u8, name: &'static str) -> Result<()> {
        if self.take(byte) { Ok(()) } else { Err(self.syntax(name)) }
    }

    pub(crate) fn token(&mut self) -> Result<Token<'a>> {
        match self.peek() {
            Some(b'"') => self.string().map(Token::String),
            Some(b @ (b'[' | b'{')) => {
                self.at += 1;
                Ok(Token::Open(b))
            }
            Some(b'n') => self.literal(b"null", Token::Null),
            Some(b't') => self.literal(b"true", Token::Bool(true)),
            Some(b'f') => self.literal(b"false", Token::Bool(false)),
            Some(b'-' | b'0'..=b'9') => self.number().map(Token::Number),
            _ => Err(self.syntax("a value")),
        }
    }

    fn literal(&mut self, word: &[u8], token: Token<'a>) -> Result<Token<'a>> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.syntax("a literal"));
        }
        self.at += word.len();
        Ok(token)
    }

    fn digits(&mut self) -> Result<()> {
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { Err(self.syntax("a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<&'a str> {
        let start = self.at;
        self.at += usize::from(self.text[self.at] == b'-');
        if self.text.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            self.at += usize::from(matches!(self.text.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        std::str::from_utf8(&self.text[start..self.at]).map_err(|_| self.syntax("a number"))
    }

    /// A string; bytes that are not UTF-8 and lone surrogates become U+FFFD.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>> {
        self.expect(b'"', "a string")?;
        let start = self.at;
        self.plain();
        if self.text.get(self.at) == Some(&b'"') {
            let raw = &self.text[start..self.at];
            self.at += 1;
            return Ok(lossy(raw));
        }
        let mut out = lossy(&self.text[start..self.at]).into_owned();
        loop {
            match self.text.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out.into());
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escape()?);
                }
                _ => return Err(self.syntax("a character of a string")),
            }
            let start = self.at;
            self.plain();
            out.push_str(&lossy(&self.text[start..self.at]));
        }
    }

    /// Moves over characters that stand for themselves.
    fn plain(&mut self) {
        let rest = &self.text[self.at..];
        let len = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len());
        self.at += len;
    }

    fn escape(&mut self) -> Result<char> {
        let Some(b) = self.text.get(self.at).copied() else {
            return Err(DecodeProblem::Eof);
        };
        let c = match b {
            b'"' | b'\\' | b'/' => b as char,
            b'b' => '\x08',
            b'f' => '\x0c',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.syntax("an escape")),
        };
        self.at += 1;
        Ok(c)
    }

    fn unicode(&mut self) -> Result<char> {
        let first = self.hex()?;
        if !(0xd800..0xe000).contains(&first) {
            return Ok(char::from_u32(first).unwrap_or('\u{fffd}'));
        }
        if first < 0xdc00 && self.text[self.at..].starts_with(b"\\u") {
            let back = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let c = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(c).unwrap_or('\u{fffd}'));
            }
            self.at = back;
        }
        Ok('\u{fffd}')
    }

    fn hex(&mut self) -> Result<u32> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.text.get(self.at).and_then(|b| (*b as char).to_digit(16));
            value = value * 16 + digit.ok_or_else(|| self.syntax("a hexadecimal digit"))?;
            self.at += 1;
        }
        Ok(value)
    }

    /// Moves over one value, checking its syntax.
    pub(crate) fn skip(&mut self) -> Result<()> {
        let mut open: Vec<u8> = Vec::new();
        loop {
            if let Token::Open(kind) = self.token()? {
                if open.len() >= MAX_SKIP_DEPTH {
                    return Err(DecodeProblem::TooDeep);
                }
                if !self.take(kind + 2) {
                    open.push(kind);
                    self.skip_key(kind)?;
                    continue;
                }
            }
            loop {
                let Some(kind) = open.last().copied() else { return Ok(()) };
                if self.take(b',') {
                    self.skip_key(kind)?;
                    break;
                }
                self.expect(kind + 2, "a comma or the end of a container")?;
                open.pop();
            }
        }
    }

    fn skip_key(&mut self, kind: u8) -> Result<()> {
        if kind == b'{' {
            self.peek();
            self.string()?;
            self.expect(b':', "a colon")?;
        }
        Ok(())
    }

    /// Moves to the next element of a container: true if there is one. `first` says whether one was read before.
    pub(crate) fn more(&mut self, close: u8, first: bool) -> Result<bool> {
        if self.take(close) {
            return Ok(false);
        }
        if !first {
            self.expect(b',', "a comma or the end of a container")?;
        }
        Ok(true)
    }

    /// The key of an object's member, with its colon.
    pub(crate) fn key(&mut self) -> Result<Cow<'a, str>> {
        self.peek();
        let key = self.string()?;
        self.expect(b':', "a colon")?;
        Ok(key)
    }
}
