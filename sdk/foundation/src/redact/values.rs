//! Where a value begins and ends, once its key is known to be a secret's.

use super::keys;
use super::tokens;
use std::ops::Range;

/// What led to the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    /// `key=value`: always a value.
    Equals,
    /// `key: value` at the start of a text, line or item, or with a quoted key: data.
    Colon,
    /// `the key: value` amid words: may be prose.
    Prose,
    /// `--key value`.
    Flag,
}

/// Words that follow a secret's name in prose. Nobody's password.
const PROSE: &[&str] = &[
    "a",
    "access",
    "accepted",
    "already",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "bad",
    "be",
    "by",
    "can",
    "cannot",
    "certificate",
    "changed",
    "connection",
    "context",
    "could",
    "created",
    "deadline",
    "deleted",
    "denied",
    "dns",
    "does",
    "empty",
    "eof",
    "error",
    "exactly",
    "expected",
    "expired",
    "expires",
    "failed",
    "failure",
    "file",
    "for",
    "found",
    "from",
    "has",
    "if",
    "in",
    "incorrect",
    "invalid",
    "io",
    "is",
    "it",
    "its",
    "length",
    "lookup",
    "lost",
    "malformed",
    "may",
    "mismatch",
    "missing",
    "must",
    "need",
    "needs",
    "network",
    "never",
    "no",
    "not",
    "ok",
    "of",
    "on",
    "only",
    "operation",
    "optional",
    "or",
    "parse",
    "permission",
    "please",
    "refilled",
    "refreshed",
    "rejected",
    "request",
    "required",
    "response",
    "revoked",
    "rotated",
    "see",
    "server",
    "set",
    "should",
    "status",
    "string",
    "the",
    "this",
    "timed",
    "timeout",
    "tls",
    "to",
    "too",
    "unable",
    "unauthorized",
    "unexpected",
    "unknown",
    "unset",
    "updated",
    "use",
    "used",
    "using",
    "valid",
    "verified",
    "was",
    "when",
    "will",
    "with",
    "without",
    "wrong",
    "you",
    "your",
];

/// Words that stand for a value in a usage text.
const PLACEHOLDERS: &[&str] =
    &["VALUE", "STRING", "PASSWORD", "TOKEN", "SECRET", "KEY", "FILE", "PATH", "TEXT"];

/// Names of authorization schemes, left visible before the secret.
const SCHEMES: &[&str] =
    &["basic", "bearer", "digest", "token", "negotiate", "apikey", "aws4-hmac-sha256", "ntlm"];

/// Nothing to hide: absent, a truth value, or masked already.
pub(super) fn is_harmless(value: &str) -> bool {
    let value = value.trim();
    let words = [
        "",
        "null",
        "none",
        "nil",
        "true",
        "false",
        "undefined",
        "unknown",
        "***",
        "[redacted]",
        "<redacted>",
        "(sensitive value)",
        "\"***\"",
    ];
    words.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// The value of the secret `key` that begins at `from` or after white space, without its quotes. `enclosing` is
/// the quote the whole `key: value` stands in, if any.
pub(super) fn after(
    text: &str,
    from: usize,
    key: &str,
    lead: Lead,
    enclosing: Option<u8>,
) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = from + bytes[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if matches!(bytes.get(at), None | Some(b'\n' | b'\r' | b'|' | b'>')) && lead == Lead::Colon {
        return block(text, from);
    }
    let slashes = bytes[at..].iter().take_while(|&&byte| byte == b'\\').count();
    match *bytes.get(at + slashes)? {
        quote @ (b'"' | b'\'' | b'`') if Some(quote) != enclosing || slashes > 0 => {
            let inner = at + slashes + 1..closing_quote(bytes, at + slashes + 1, quote, slashes);
            return (!is_harmless(&text[inner.clone()])).then_some(inner);
        }
        b'{' | b'[' => {
            let inner = at + 1..closing_bracket(bytes, at);
            return (!inner.is_empty() && !is_harmless(&text[inner.clone()])).then_some(inner);
        }
        _ => {}
    }
    if let Some(scheme) = scheme_len(&text[at..]) {
        at += scheme;
    }
    let value = if keys::is_whole_line(key) && lead != Lead::Prose {
        rest_of_line(bytes, at, enclosing)
    } else {
        bare(bytes, at)
    };
    let word = &text[value.clone()];
    let kept = is_harmless(word)
        || (keys::may_be_count(key)
            && word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'_')))
        || (key.to_ascii_lowercase().ends_with("pwd") && word.starts_with(['/', '~']))
        || (lead != Lead::Equals && is_prose(word, key, lead));
    (!kept).then_some(value)
}

/// Whether `word` after `key:` or `--key` is a word of a sentence rather than a value.
fn is_prose(word: &str, key: &str, lead: Lead) -> bool {
    let first = word.split([' ', ',', '.', ';', '\'', '!']).next().unwrap_or(word);
    if word.len() <= 64 && PROSE.iter().any(|prose| first.eq_ignore_ascii_case(prose)) {
        return true;
    }
    if lead == Lead::Flag {
        return PLACEHOLDERS.contains(&word) || word.starts_with(['<', '-']);
    }
    let lower = key.to_ascii_lowercase();
    let strong = ["word", "phrase", "passwd", "pwd", "pass"].iter().any(|end| lower.ends_with(end));
    lead == Lead::Prose && !strong && !tokens::is_tokenish(word)
}

/// `Bearer ` and the like, with the space.
fn scheme_len(rest: &str) -> Option<usize> {
    let word = rest.split(' ').next().filter(|word| word.len() < rest.len())?;
    let gap = rest[word.len()..].bytes().take_while(|&byte| byte == b' ').count();
    let next = rest.as_bytes().get(word.len() + gap);
    (SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
        && next.is_some_and(|next| !b"\n\"'{([".contains(next)))
    .then_some(word.len() + gap)
}

/// The index of the quote that closes what opened before `from` with `slashes` backslashes before it: the same
/// or fewer backslashes. Without one, the end.
fn closing_quote(bytes: &[u8], from: usize, quote: u8, slashes: usize) -> usize {
    let mut run = 0;
    for (at, &byte) in bytes.iter().enumerate().skip(from) {
        if byte == quote && (run <= slashes || (slashes == 0 && run % 2 == 0)) {
            return at - run.min(slashes);
        }
        run = if byte == b'\\' { run + 1 } else { 0 };
    }
    bytes.len()
}

/// The index of the bracket that closes the one at `open`, quoted ones not counted. Without one, the end.
fn closing_bracket(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0usize;
    let mut at = open;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            b'"' => {
                let slashes = bytes[open..at].iter().rev().take_while(|&&byte| byte == b'\\').count();
                at = closing_quote(bytes, at + 1, b'"', slashes);
                // The closing quote has its own backslashes before it.
                at += bytes[at.min(bytes.len())..].iter().take_while(|&&byte| byte == b'\\').count();
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn rest_of_line(bytes: &[u8], from: usize, enclosing: Option<u8>) -> Range<usize> {
    let ends = |byte: u8| match enclosing {
        Some(quote) => byte == quote || matches!(byte, b'\n' | b'\r' | b'\\'),
        None => matches!(byte, b'\n' | b'\r'),
    };
    let len = bytes[from..].iter().take_while(|&&byte| !ends(byte)).count();
    from..from + len
}

/// A value without quotes. A comma or semicolon ends it only where another item follows: passwords have them.
/// A bracket after a name, as in `Some("x")`, takes all that is in it.
fn bare(bytes: &[u8], from: usize) -> Range<usize> {
    let mut at = from;
    let mut named = true;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' if at > from && named && bytes.get(at + 1) == Some(&b'{') => {
                return from..past_bracket(bytes, at + 1);
            }
            b'(' | b'{' if at > from && named => return from..past_bracket(bytes, at),
            b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'`' => break,
            b'<' if bytes.get(at + 1) == Some(&b'/') => break,
            b'\\' if matches!(bytes.get(at + 1), Some(b'"' | b'n' | b'r' | b't')) => break,
            b',' | b';' | b'&' if begins_item(&bytes[at + 1..]) => break,
            _ => {
                named &= tokens::is_word(byte) || byte == b':';
                at += 1;
            }
        }
    }
    while at > from && matches!(bytes[at - 1], b',' | b';' | b')' | b']' | b'}') {
        at -= 1;
    }
    from..at
}

fn past_bracket(bytes: &[u8], open: usize) -> usize {
    (closing_bracket(bytes, open) + 1).min(bytes.len())
}

/// Whether `rest`, what follows a comma, is another item or the end.
fn begins_item(rest: &[u8]) -> bool {
    let gap = rest.iter().take_while(|&&byte| byte == b' ').count();
    let name = rest[gap..]
        .iter()
        .take(64)
        .take_while(|&&byte| tokens::is_word(byte) || matches!(byte, b'-' | b'.' | b'"' | b'\\'))
        .count();
    gap > 0
        || rest.is_empty()
        || matches!(rest.get(gap + name), Some(b'=' | b':'))
        || matches!(rest[0], b'\n' | b'\r' | b'"' | b'\\')
}

/// A YAML block or list below `key:`: the following lines as long as they are indented or items.
fn block(text: &str, from: usize) -> Option<Range<usize>> {
    // The key's own line has at most a block mark after the colon.
    let first = from + text.as_bytes()[from..].iter().take(8).position(|&byte| byte == b'\n')? + 1;
    let mark = text[from..first].trim();
    if !matches!(mark, "" | "|" | ">" | "|-" | ">-" | "|+" | ">+") {
        return None;
    }
    let mut end = first;
    for line in text[first..].split_inclusive('\n') {
        if !line.starts_with([' ', '\t']) && !line.starts_with("- ") {
            break;
        }
        end += line.len();
    }
    let start = first + text[first..end].bytes().take_while(|&byte| byte == b' ' || byte == b'\t').count();
    let end = start + text[start..end.max(start)].trim_end().len();
    (start < end).then_some(start..end)
}
