//! Regular expressions in RE2's language, translated into that of the `regex` crate.
//!
//! The crate's engine and leftmost-first matching are the same. Its language differs in small ways: perl classes are Unicode, sets
//! nest, `x`, `R` and `u` are flags, some escapes mean more, braces and repetitions of repetitions are read otherwise.

use regex::Regex;

/// Largest count in a repetition.
const MAX_REPEAT: u32 = 1000;

/// Compiles a pattern; the error is a sentence for people.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let mut translator = Translator { rest: pattern, out: String::with_capacity(pattern.len() + 16) };
    translator.pattern()?;
    Regex::new(&translator.out).map_err(|e| format!("invalid regexp pattern: {}", last_line(&e.to_string())))
}

fn last_line(message: &str) -> &str {
    message.lines().last().unwrap_or(message)
}

struct Translator<'a> {
    rest: &'a str,
    out: String,
}

impl Translator<'_> {
    fn fail<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("invalid regexp pattern: {what} before {:?}", self.rest))
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn take(&mut self, prefix: &str) -> bool {
        match self.rest.strip_prefix(prefix) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn literal(&mut self, c: char) {
        self.out.push_str(&format!("\\x{{{:x}}}", c as u32));
    }

    fn pattern(&mut self) -> Result<(), String> {
        // True after something that can be repeated, and after a repetition.
        let (mut repeatable, mut repeated) = (false, false);
        while let Some(c) = self.rest.chars().next() {
            let count = if c == '{' { self.count() } else { None };
            if matches!(c, '*' | '+' | '?') || count.is_some() {
                if !repeatable || repeated {
                    return self.fail("misplaced repetition operator");
                }
                self.repetition(count)?;
                repeated = true;
                continue;
            }
            self.next();
            (repeatable, repeated) = (true, false);
            match c {
                '(' => repeatable = self.group()?,
                '|' => {
                    self.out.push('|');
                    repeatable = false;
                }
                '[' => self.class()?,
                '\\' => self.escape()?,
                '{' | '}' | ']' => self.literal(c),
                _ => self.out.push(c),
            }
        }
        Ok(())
    }

    /// A repetition count in braces; nothing when the brace is a literal one.
    fn count(&self) -> Option<(usize, u32, Option<u32>, bool)> {
        let inner = self.rest.strip_prefix('{')?;
        let end = inner.find('}')?;
        let number = |s: &str| {
            (!s.is_empty() && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse().unwrap_or(u32::MAX))
        };
        let (min, max, open) = match inner[..end].split_once(',') {
            None => (number(&inner[..end])?, None, false),
            Some((min, "")) => (number(min)?, None, true),
            Some((min, max)) => (number(min)?, Some(number(max)?), false),
        };
        Some((end + 2, min, max, open))
    }

    fn repetition(&mut self, count: Option<(usize, u32, Option<u32>, bool)>) -> Result<(), String> {
        let len = match count {
            Some((len, min, max, _)) => {
                if min.max(max.unwrap_or(0)) > MAX_REPEAT || max.is_some_and(|m| m < min) {
                    return self.fail("invalid repeat count");
                }
                len
            }
            None => 1,
        };
        self.out.push_str(&self.rest[..len]);
        self.rest = &self.rest[len..];
        if self.take("?") {
            self.out.push('?');
        }
        Ok(())
    }

    /// What follows an opening parenthesis; false when it only sets flags, which cannot be repeated.
    fn group(&mut self) -> Result<bool, String> {
        self.out.push('(');
        if !self.take("?") {
            return Ok(false);
        }
        self.out.push('?');
        if self.rest.starts_with("P<")
            || (self.rest.starts_with('<') && !self.rest.starts_with("<=") && !self.rest.starts_with("<!"))
        {
            let end = self.rest.find('>').ok_or("invalid regexp pattern: invalid named capture")?;
            let name = self.rest[..end].trim_start_matches('P').trim_start_matches('<');
            if name.is_empty() || !name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) {
                return self.fail("invalid named capture");
            }
            self.out.push_str(&format!("P<{name}>"));
            self.rest = &self.rest[end + 1..];
            return Ok(false);
        }
        loop {
            match self.next() {
                Some(c @ ('i' | 'm' | 's' | 'U' | '-')) => self.out.push(c),
                Some(c @ (':' | ')')) => {
                    self.out.push(c);
                    return Ok(false);
                }
                _ => return self.fail("invalid or unsupported Perl syntax"),
            }
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(c) = self.next() else { return self.fail("trailing backslash at end of expression") };
        match c {
            'd' => self.out.push_str("[0-9]"),
            'D' => self.out.push_str("[^0-9]"),
            'w' => self.out.push_str("[0-9A-Za-z_]"),
            'W' => self.out.push_str("[^0-9A-Za-z_]"),
            's' => self.out.push_str("[\\t\\n\\x0c\\r ]"),
            'S' => self.out.push_str("[^\\t\\n\\x0c\\r ]"),
            'b' => self.out.push_str("(?-u:\\b)"),
            'B' => self.out.push_str("(?-u:\\B)"),
            'A' | 'z' => self.out.push_str(&format!("\\{c}")),
            'Q' => {
                let (quoted, rest) = self.rest.split_once("\\E").unwrap_or((self.rest, ""));
                self.rest = rest;
                quoted.chars().for_each(|c| self.literal(c));
            }
            'p' | 'P' => self.property(c)?,
            _ => {
                let c = self.escaped_char(c)?;
                self.literal(c);
            }
        }
        Ok(())
    }

    fn property(&mut self, p: char) -> Result<(), String> {
        let (name, rest) = match self.rest.strip_prefix('{') {
            Some(inner) => {
                let end = inner.find('}').ok_or("invalid regexp pattern: invalid character class range")?;
                (&inner[..end], &inner[end + 1..])
            }
            None => {
                let end = self.rest.chars().next().map_or(0, char::len_utf8);
                self.rest.split_at(end)
            }
        };
        let (negated, name) = match name.strip_prefix('^') {
            Some(name) => (true, name),
            None => (false, name),
        };
        if name == "Any" {
            self.out.push_str(if negated == (p == 'P') {
                "[\\x{0}-\\x{10ffff}]"
            } else {
                "[^\\x{0}-\\x{10ffff}]"
            });
        } else if name.is_empty() || !name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) {
            return self.fail("invalid character class range");
        } else {
            let p = if negated == (p == 'P') { 'p' } else { 'P' };
            self.out.push_str(&format!("\\{p}{{{name}}}"));
        }
        self.rest = rest;
        Ok(())
    }

    /// The character that an escape stands for.
    fn escaped_char(&mut self, c: char) -> Result<char, String> {
        let code = match c {
            'a' => 7,
            'f' => 12,
            't' => 9,
            'n' => 10,
            'r' => 13,
            'v' => 11,
            'x' => self.hex()?,
            // One digit is a reference back, unless it is zero; more are octal.
            '1'..='7' if !self.rest.starts_with(|c| matches!(c, '0'..='7')) => {
                return self.fail("invalid escape sequence");
            }
            '0'..='7' => {
                let mut value = c as u32 - '0' as u32;
                for _ in 0..2 {
                    match self.rest.chars().next().and_then(|c| c.to_digit(8)) {
                        Some(d) => value = value * 8 + d,
                        None => break,
                    }
                    self.next();
                }
                value
            }
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => c as u32,
            _ => return self.fail("invalid escape sequence"),
        };
        char::from_u32(code).map_or_else(|| self.fail("invalid escape sequence"), Ok)
    }

    fn hex(&mut self) -> Result<u32, String> {
        let digits = if let Some(inner) = self.rest.strip_prefix('{') {
            let end = inner.find('}').ok_or("invalid regexp pattern: invalid escape sequence")?;
            self.rest = &inner[end + 1..];
            &inner[..end]
        } else {
            let Some((digits, rest)) = self.rest.split_at_checked(2) else {
                return self.fail("invalid escape sequence");
            };
            self.rest = rest;
            digits
        };
        let all_hex = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| all_hex);
        value.map_or_else(|| self.fail("invalid escape sequence"), Ok)
    }

    /// A bracket expression after its opening bracket.
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.take("^") {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            if self.rest.starts_with(']') && !first {
                self.next();
                self.out.push(']');
                return Ok(());
            }
            first = false;
            if self.rest.starts_with("[:")
                && let Some(end) = self.rest.find(":]")
            {
                let (name, rest) = self.rest.split_at(end + 2);
                self.out.push_str(name);
                self.rest = rest;
                continue;
            }
            if let Some(set) = self.class_escape()? {
                self.out.push_str(set);
                continue;
            }
            if self.rest.starts_with("\\p") || self.rest.starts_with("\\P") {
                self.next();
                let p = self.next().unwrap_or('p');
                self.property(p)?;
                continue;
            }
            let low = self.class_char()?;
            self.literal(low);
            if self.rest.starts_with('-') && !self.rest.starts_with("-]") && self.rest.len() > 1 {
                self.next();
                let high = self.class_char()?;
                if high < low {
                    return self.fail("invalid character class range");
                }
                self.out.push('-');
                self.literal(high);
            }
        }
    }

    /// A perl class inside brackets.
    fn class_escape(&mut self) -> Result<Option<&'static str>, String> {
        let sets = [
            ("\\d", "0-9"),
            ("\\w", "0-9A-Za-z_"),
            ("\\s", "\\t\\n\\x0c\\r "),
            ("\\D", "[^0-9]"),
            ("\\W", "[^0-9A-Za-z_]"),
            ("\\S", "[^\\t\\n\\x0c\\r ]"),
        ];
        Ok(sets.iter().find(|(escape, _)| self.take(escape)).map(|(_, set)| *set))
    }

    fn class_char(&mut self) -> Result<char, String> {
        match self.next() {
            None => self.fail("missing closing ]"),
            Some('\\') => match self.next() {
                Some(c) => self.escaped_char(c),
                None => self.fail("trailing backslash at end of expression"),
            },
            Some(c) => Ok(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::compile;

    fn first<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
        compile(pattern).expect("a pattern").find(text).map(|m| m.as_str())
    }

    #[test]
    fn re2_meanings() {
        let cases = [
            (r"\d+", "٣12", Some("12")),
            (r"\w+", "é_a1", Some("_a1")),
            (r"[\w&&b]+", "&&a", Some("&&a")),
            (r"[a[b]+", "[b", Some("[b")),
            (r"a{,2}", "a{,2}", Some("a{,2}")),
            (r"\Qa.b\E+", "a.bb", Some("a.bb")),
            (r"\x41\x{1F600}", "A😀", Some("A😀")),
            (r"\101", "A", Some("A")),
            (r"\<", "<", Some("<")),
            (r"(?U)a+", "aaa", Some("a")),
            (r"[[:alpha:]]+", "1ab", Some("ab")),
            (r"[]a]+", "]a", Some("]a")),
            (r"\p{^L}+", "ab12", Some("12")),
            (r"\bx", "éx", Some("x")),
            (r"a|b", "b", Some("b")),
            (r"[a-c-]+", "b-", Some("b-")),
        ];
        for (pattern, text, want) in cases {
            assert_eq!(first(pattern, text), want, "{pattern}");
        }
    }

    #[test]
    fn re2_refusals() {
        let bad = [
            "(", ")", "a**", "*a", "a{2}{3}", "a{1001}", "a{3,2}", r"(a)\1", "a(?=b)", "(?<=a)b", "(?x)a b",
            r"\y", "[b-a]", "[a", "(?P<>a)", r"\xZZ", "\\", "(?u)a", "+", "|*",
        ];
        for pattern in bad {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }
}
