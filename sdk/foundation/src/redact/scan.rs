//! One pass over a text, collecting the ranges that hold secrets.

use super::keys::is_secret_key;
use super::tokens::{self, is_word};
use super::values::{self, Lead};
use std::ops::Range;

/// Farthest a key's name, or the user part of an URL, is looked for.
const KEY_MAX: usize = 96;
const AUTHORITY_MAX: usize = 1024;
/// Farthest `value` may be from `name` in `{"name": "password", "value": "x"}`.
const PAIR_MAX: usize = 160;

/// The secrets in `text`, in order, not overlapping.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut scan = Scan { text, bytes: text.as_bytes(), named: None };
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match scan
            .at(at)
            .filter(|range| range.start < range.end && range.start >= found.last().map_or(0, |last| last.end))
        {
            Some(range) => {
                at = range.end.max(at + 1);
                found.push(range);
            }
            None => at += 1,
        }
    }
    found
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// Where `"name": "<a secret's name>"` was seen last.
    named: Option<usize>,
}

/// The key before a separator.
struct Key<'t> {
    name: &'t str,
    lead: Lead,
    /// The quote before an unquoted key, which then encloses key and value.
    enclosing: Option<u8>,
}

impl<'t> Scan<'t> {
    /// The secret that what stands at `at` announces. Only ASCII announces anything, so ranges are on
    /// character boundaries.
    #[inline]
    fn at(&mut self, at: usize) -> Option<Range<usize>> {
        match self.bytes[at] {
            b':' if self.bytes[at..].starts_with(b"://") => self.authority(at + 3),
            // `:=` is the business of its `=`.
            b':' if self.bytes.get(at + 1) == Some(&b'=') => None,
            b':' => self.connection(at).or_else(|| self.pair(at, at + 1)),
            b'=' => self.pair(at, at + 1 + self.arrow_len(at)),
            b'%' if self.bytes[at..].starts_with(b"%3D") => self.pair(at, at + 3),
            b'<' => self.tag(at),
            b',' => self.listed(at),
            b'-' if self.bytes[at..].starts_with(b"-----BEGIN") => tokens::pem(self.text, at),
            b'-' if at == 0 || matches!(self.bytes[at - 1], b' ' | b'\n' | b'\t') => self.flag(at),
            byte if byte.is_ascii_alphabetic()
                && (at == 0 || !is_word(self.bytes[at - 1]) || self.after_escape(at)) =>
            {
                tokens::at_word(self.text, at).or_else(|| self.webhook(at))
            }
            _ => None,
        }
    }

    /// How much more of `==`, `=>`, `=~` follows the `=` at `at`.
    fn arrow_len(&self, at: usize) -> usize {
        self.bytes[at + 1..].iter().take(2).take_while(|byte| matches!(byte, b'=' | b'>' | b'~')).count()
    }

    /// `\n` and the like before a word are no part of it.
    fn after_escape(&self, at: usize) -> bool {
        at >= 2 && self.bytes[at - 2] == b'\\' && matches!(self.bytes[at - 1], b'n' | b'r' | b't')
    }

    /// `key: value`, `key=value`, `"key": "value"`, with the separator at `at` and the value from `from`.
    fn pair(&mut self, at: usize, from: usize) -> Option<Range<usize>> {
        let separator = self.bytes[at];
        let mut end = at;
        // `key := value`, `key := "x"`
        if separator == b'=' && end > 0 && matches!(self.bytes[end - 1], b':' | b'+' | b'?') {
            end -= 1;
        }
        let key = self.key_before(end, separator)?;
        if matches!(key.name, "name" | "key" | "field" | "Name" | "Key") {
            self.note_name(from);
        }
        let named = matches!(key.name, "value" | "Value" | "default")
            && self.named.is_some_and(|named| at - named <= PAIR_MAX);
        if named {
            self.named = None;
        } else if !is_secret_key(key.name) {
            return None;
        }
        let signature = separator == b':' && self.bytes.get(at + 1) == Some(&b':');
        if signature {
            return None;
        }
        values::after(self.text, from, key.name, if named { Lead::Equals } else { key.lead }, key.enclosing)
    }

    /// `"name": "password"`: what `value` follows is a secret.
    fn note_name(&mut self, from: usize) {
        let rest = self.text[from..].trim_start_matches([' ', '\\']);
        let quoted = rest.strip_prefix(['"', '\'']);
        let len = quoted.map_or(0, |name| {
            name.bytes()
                .take(KEY_MAX)
                .take_while(|&byte| is_word(byte) || matches!(byte, b'-' | b'.'))
                .count()
        });
        if let Some(name) = quoted.map(|name| &name[..len])
            && is_secret_key(name)
        {
            self.named = Some(from);
        }
    }

    fn key_before(&self, end: usize, separator: u8) -> Option<Key<'t>> {
        let mut end = end;
        while end > 0 && self.bytes[end - 1] == b' ' && separator != b'%' {
            end -= 1;
        }
        let quote = end
            .checked_sub(1)
            .map(|last| self.bytes[last])
            .filter(|byte| matches!(byte, b'"' | b'\'' | b'`' | b']'));
        if quote.is_some() {
            end -= 1;
            while end > 0 && matches!(self.bytes[end - 1], b'\\' | b'"' | b'\'') {
                end -= 1;
            }
        }
        let spaced = quote.is_some_and(|quote| quote != b']');
        let start = self.name_start(end, spaced);
        let name = self.text.get(start..end).filter(|name| !name.is_empty())?;
        let before = start.checked_sub(1).map(|before| self.bytes[before]);
        let lead = match separator {
            b'=' | b'%' => Lead::Equals,
            _ if quote.is_none() && before == Some(b' ') && self.amid_words(start) => Lead::Prose,
            _ => Lead::Colon,
        };
        let (name, lead) = self.with_words_before(name, start, lead);
        if is_parser_talk(name) {
            return None;
        }
        let enclosing = before.filter(|byte| quote.is_none() && matches!(byte, b'"' | b'\'' | b'`'));
        Some(Key { name, lead, enclosing })
    }

    /// Where the name that ends at `end` begins.
    fn name_start(&self, end: usize, spaced: bool) -> usize {
        let name = self.bytes[..end].iter().rev().take(KEY_MAX);
        end - name
            .take_while(|&&byte| is_word(byte) || matches!(byte, b'-' | b'.') || (spaced && byte == b' '))
            .count()
    }

    /// Whether a word stands before the name at `start` on its line.
    fn amid_words(&self, start: usize) -> bool {
        let before = self.bytes[..start].iter().rev().take(8).skip_while(|&&byte| byte == b' ').take(1);
        before.copied().any(|byte| is_word(byte) || matches!(byte, b'.' | b')' | b'\'' | b'"' | b'>'))
    }

    /// `API key: x`: up to two words before belong to the name when they make it a secret's. Such a name is
    /// one's own label, not prose, when it begins the line.
    fn with_words_before(&self, name: &'t str, start: usize, lead: Lead) -> (&'t str, Lead) {
        if lead != Lead::Prose {
            return (name, lead);
        }
        let (mut from, mut best) = (start, (name, lead));
        for _ in 0..2 {
            let end =
                from - self.bytes[..from].iter().rev().take(2).take_while(|&&byte| byte == b' ').count();
            let begin = self.name_start(end, false);
            if end == from || begin == end {
                break;
            }
            from = begin;
            let wider = &self.text[from..start + name.len()];
            let opens =
                from == 0 || matches!(self.bytes[from - 1], b'\n' | b'"' | b'\'' | b',' | b'{' | b'(' | b'[');
            if is_secret_key(wider) {
                let lead = if opens { Lead::Colon } else { lead };
                best = (wider, lead);
            }
        }
        best
    }

    /// The password in an URL whose authority begins at `from`.
    fn authority(&self, from: usize) -> Option<Range<usize>> {
        let window = &self.bytes[from..self.bytes.len().min(from + AUTHORITY_MAX)];
        let stop = |ends: &[u8]| window.iter().position(|byte| ends.contains(byte)).unwrap_or(window.len());
        let outer = stop(b" \t\r\n\"'`<>\\");
        let inner = stop(b"/?# \t\r\n\"'`<>\\");
        let last_at = |len: usize| window[..len].iter().rposition(|&byte| byte == b'@');
        let colon = window[..outer].iter().position(|&byte| byte == b':');
        let host = last_at(inner).or_else(|| {
            // A password with `/`, `?` or `#` in it: what stands after the colon is no port.
            let colon = colon.filter(|&colon| colon < inner)?;
            let port = &window[colon + 1..inner];
            (port.is_empty() || !port.iter().all(u8::is_ascii_digit)).then(|| last_at(outer)).flatten()
        })?;
        match colon.filter(|&colon| colon < host) {
            Some(colon) if colon + 1 < host => self.unless_masked(from + colon + 1..from + host),
            Some(_) => None,
            None if host >= 16 => self.unless_masked(from..from + host),
            None => None,
        }
    }

    fn unless_masked(&self, range: Range<usize>) -> Option<Range<usize>> {
        (self.text.get(range.clone())? != super::MASK).then_some(range)
    }

    /// `user:password@tcp(host)/db` and `user:password@host:5432/db`, without a scheme; `-u user:password`.
    fn connection(&self, colon: usize) -> Option<Range<usize>> {
        let user = self.bytes[..colon]
            .iter()
            .rev()
            .take(64)
            .take_while(|&&byte| is_word(byte) || matches!(byte, b'-' | b'.' | b'%'))
            .count();
        let start = colon - user;
        let end = colon
            + 1
            + self.bytes[colon + 1..]
                .iter()
                .take(256)
                .take_while(|&&byte| !byte.is_ascii_whitespace() && !b"\"'`<>,".contains(&byte))
                .count();
        let value = self.text.get(colon + 1..end).filter(|value| !value.is_empty())?;
        if user > 0 && self.is_user_flag(start) {
            return self.unless_masked(colon + 1..end);
        }
        let host = value.rfind('@').filter(|&host| host > 0)?;
        let rest = &value[host + 1..];
        let name = rest.bytes().take_while(|&byte| is_word(byte) || matches!(byte, b'-' | b'.')).count();
        let port = rest.as_bytes().get(name) == Some(&b':')
            && rest.as_bytes().get(name + 1).is_some_and(u8::is_ascii_digit);
        let dialled = ["tcp(", "unix(", "tcp6("].iter().any(|protocol| rest.starts_with(protocol));
        (user > 0 && (port || dialled))
            .then_some(colon + 1..colon + 1 + host)
            .and_then(|range| self.unless_masked(range))
    }

    fn is_user_flag(&self, start: usize) -> bool {
        let near = crate::failure::floor_boundary(self.text, start.saturating_sub(24));
        let before = self.text[near..start].trim_end_matches(['"', '\'', ' ', '=']);
        let flag = before.rsplit([' ', '\n', '"']).next().unwrap_or_default();
        start > 0 && matches!(flag, "-u" | "--user" | "--proxy-user" | "-U")
    }

    /// `<password>x</password>`
    fn tag(&self, at: usize) -> Option<Range<usize>> {
        let rest = &self.bytes[at + 1..];
        let len = rest
            .iter()
            .take(KEY_MAX)
            .take_while(|&&byte| is_word(byte) || matches!(byte, b'-' | b'.' | b':'))
            .count();
        let name = &self.text[at + 1..at + 1 + len];
        let close = at + 1 + len + rest[len..].iter().take(KEY_MAX).position(|&byte| byte == b'>')? + 1;
        let end = close
            + self.bytes[close..].iter().position(|&byte| byte == b'<').filter(|_| is_secret_key(name))?;
        (!values::is_harmless(&self.text[close..end])).then_some(close..end)
    }

    /// `--password x`, `-token x`
    fn flag(&self, at: usize) -> Option<Range<usize>> {
        let dashes = self.bytes[at..].iter().take(2).take_while(|&&byte| byte == b'-').count();
        let start = at + dashes;
        let len = self.bytes[start..]
            .iter()
            .take(KEY_MAX)
            .take_while(|&&byte| is_word(byte) || byte == b'-')
            .count();
        let name = &self.text[start..start + len];
        if self.bytes.get(start + len) != Some(&b' ') || !is_secret_key(name) {
            return None;
        }
        values::after(self.text, start + len, name, Lead::Flag, None)
    }

    /// `("password", "x")`, `["--password", "x"]`, `["authorization", "x"]`: a list's item before the comma at
    /// `at` names a secret.
    fn listed(&self, at: usize) -> Option<Range<usize>> {
        let quote =
            at.checked_sub(1).map(|last| self.bytes[last]).filter(|byte| matches!(byte, b'"' | b'\''))?;
        let slashes = self.bytes[..at - 1].iter().rev().take(8).take_while(|&&byte| byte == b'\\').count();
        let end = at - 1 - slashes;
        let start = self.name_start(end, false);
        let name = &self.text[start..end];
        let outer = start.checked_sub(2 + slashes).map(|outer| self.bytes[outer]);
        if start == 0 || self.bytes[start - 1] != quote || !is_secret_key(name) {
            return None;
        }
        let value = values::after(self.text, at + 1, name, Lead::Equals, None)?;
        let after = self.bytes[value.end..].iter().find(|byte| !matches!(byte, b'\\' | b'"' | b'\''));
        let pair = matches!(outer, Some(b'(' | b'[')) && matches!(after, Some(b')' | b']'));
        (name.starts_with('-') || pair).then_some(value)
    }

    /// Chat webhooks: whoever has the address may post.
    fn webhook(&self, at: usize) -> Option<Range<usize>> {
        let rest = self.text.get(at..).filter(|rest| rest.starts_with(['h', 'd']))?;
        let path = ["hooks.slack.com/services/", "discord.com/api/webhooks/"]
            .iter()
            .find(|host| rest.starts_with(**host))?;
        let len = rest[path.len()..]
            .bytes()
            .take_while(|&byte| is_word(byte) || matches!(byte, b'/' | b'-'))
            .count();
        Some(at + path.len()..at + path.len() + len)
    }
}

/// "unexpected token: x" is about syntax.
fn is_parser_talk(name: &str) -> bool {
    let talk = ["unexpected", "expected", "illegal", "unknown", "next"];
    name.split_once(' ').is_some_and(|(first, rest)| {
        rest.eq_ignore_ascii_case("token") && talk.iter().any(|word| first.eq_ignore_ascii_case(word))
    })
}
