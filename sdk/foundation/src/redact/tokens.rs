//! Secrets that are known by their own shape: prefixed tokens, JWTs, PEM blocks, `Bearer x`.

use std::ops::Range;

/// Prefix, and how many characters of the token's alphabet must follow at least.
const PREFIXES: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("AGE-SECRET-KEY-1", 20),
    ("SG.", 30),
    ("ATATT3", 20),
    ("dckr_pat_", 16),
    ("dop_v1_", 20),
    ("doo_v1_", 20),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("gldt-", 16),
    ("hf_", 24),
    ("hvb.", 20),
    ("hvs.", 20),
    ("lin_api_", 20),
    ("npm_", 24),
    ("pypi-", 32),
    ("rk_live_", 12),
    ("rk_test_", 12),
    ("shpat_", 20),
    ("sk-", 20),
    ("sk_live_", 12),
    ("sk_test_", 12),
    ("whsec_", 16),
    ("xapp-", 12),
    ("xoxa-", 10),
    ("xoxb-", 10),
    ("xoxe-", 10),
    ("xoxp-", 10),
    ("xoxr-", 10),
    ("xoxs-", 10),
    ("ya29.", 20),
];

/// Longest header of a JWT.
const PART_MAX: usize = 1024;

/// Words after "Bearer" that are prose.
const BEARER_PROSE: &[&str] = &[
    "token",
    "tokens",
    "auth",
    "authentication",
    "authorization",
    "of",
    "scheme",
    "realm",
    "is",
    "was",
    "and",
    "or",
    "credentials",
];

/// Whether `byte` can be inside a word.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The secret that begins with the word at `at`, if its shape tells.
pub(super) fn at_word(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text.get(at..)?;
    let &[first, second, ..] = rest.as_bytes() else { return None };
    // The first two letters rule out nearly every word there is.
    match (first, second) {
        (b'A', b'K' | b'S' | b'I' | b'G' | b'T') | (b'S', b'G') => prefixed(rest, at),
        (b'd', b'c' | b'o') | (b'g', b'h' | b'i' | b'l') | (b'h', b'f' | b'v') | (b'l', b'i') => {
            prefixed(rest, at)
        }
        (b'n', b'p') | (b'p', b'y') | (b'r', b'k') | (b's', b'k' | b'h') | (b'w', b'h') => prefixed(rest, at),
        (b'x', b'a' | b'o') | (b'y', b'a') => prefixed(rest, at),
        (b'e', b'y') if rest.starts_with("eyJ") => jwt(rest, at),
        (b'B' | b'b', b'e' | b'a' | b'E' | b'A') => scheme(text, rest, at),
        _ => None,
    }
}

fn prefixed(rest: &str, at: usize) -> Option<Range<usize>> {
    let (prefix, least) = PREFIXES.iter().find(|(prefix, _)| rest.starts_with(prefix))?;
    // A key id of AWS is exactly as long; a longer run is some other word in capitals.
    let exact = matches!(*prefix, "AKIA" | "ASIA");
    let body = rest[prefix.len()..].bytes().take(if exact { 17 } else { usize::MAX });
    let body = body.take_while(|&byte| is_word(byte) || matches!(byte, b'-' | b'.' | b'=' | b'~')).count();
    let body = rest[prefix.len()..prefix.len() + body].trim_end_matches(['.', '-']).len();
    let fits = if exact { body == *least } else { body >= *least };
    fits.then(|| at..at + prefix.len() + body)
}

fn jwt(rest: &str, at: usize) -> Option<Range<usize>> {
    let part = |from: usize| {
        rest.as_bytes()[from..]
            .iter()
            .take(PART_MAX)
            .take_while(|&&byte| is_word(byte) || byte == b'-')
            .count()
    };
    let header = part(0);
    if header < 8 || rest.as_bytes().get(header) != Some(&b'.') || part(header + 1) < 8 {
        return None;
    }
    let run = rest.bytes().take_while(|&byte| is_word(byte) || matches!(byte, b'-' | b'.' | b'=')).count();
    Some(at..at + rest[..run].trim_end_matches('.').len())
}

/// `Bearer <token>` and `Basic <base64>`: the part after the scheme.
fn scheme(text: &str, rest: &str, at: usize) -> Option<Range<usize>> {
    let name = rest
        .get(..6)
        .filter(|name| name.eq_ignore_ascii_case("bearer"))
        .or_else(|| rest.get(..5).filter(|name| name.eq_ignore_ascii_case("basic")))?;
    let gap = rest[name.len()..].bytes().take_while(|&byte| byte == b' ').count();
    let start = name.len() + gap;
    let len = rest[start..].bytes().take_while(|&byte| is_token_byte(byte)).count();
    let word = rest[start..start + len].trim_end_matches(['.', ',']);
    if gap == 0 || gap > 4 || word.is_empty() {
        return None;
    }
    let value = at + start..at + start + word.len();
    let opens = at == 0 || matches!(text.as_bytes()[at - 1], b'\n' | b'"' | b'\'' | b'`' | b':' | b'=');
    let spoken = BEARER_PROSE.iter().any(|prose| word.eq_ignore_ascii_case(prose));
    let masked = if name.len() == 6 {
        (opens && !spoken) || is_tokenish(word)
    } else {
        word.len() >= 8 && is_tokenish(word)
    };
    masked.then_some(value)
}

fn is_token_byte(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'-' | b'.' | b'~' | b'+' | b'/' | b'=')
}

/// Looks made by a machine: digits, capitals inside, signs inside, or simply long.
pub(super) fn is_tokenish(word: &str) -> bool {
    let inner = word.get(1..).unwrap_or_default();
    word.len() >= 20
        || word.bytes().any(|byte| byte.is_ascii_digit())
        || (inner.bytes().any(|byte| byte.is_ascii_uppercase())
            && word.bytes().any(|byte| byte.is_ascii_lowercase()))
        || word.bytes().any(|byte| !byte.is_ascii_alphanumeric() && byte != b'-' && byte != b'/')
}

/// A PEM block of a private key whose `-----BEGIN` is at `at`: what is between the two marker lines, or all
/// there is when the end is missing.
pub(super) fn pem(text: &str, at: usize) -> Option<Range<usize>> {
    let label = text.get(at..)?.strip_prefix("-----BEGIN ")?;
    let close = label
        .as_bytes()
        .iter()
        .take(64)
        .position(|&byte| byte == b'-')
        .filter(|&close| label[..close].contains("PRIVATE KEY"))?;
    let dashes = label[close..].bytes().take_while(|&byte| byte == b'-').count();
    let start = at + "-----BEGIN ".len() + close + dashes;
    let end = text[start..].find("-----END").map_or(text.len(), |end| start + end);
    (start < end).then_some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_is_reached() {
        for (prefix, least) in PREFIXES {
            let token = format!("{prefix}{}", "A1".repeat(*least)[..*least].to_owned());
            assert_eq!(at_word(&token, 0), Some(0..token.len()), "{token}");
            assert!(crate::redact::text(&format!("x {token}")).ends_with("***"), "{token}");
            assert!(crate::redact::may_hold_secret(crate::json::classify(&token), token.len()), "{token}");
        }
    }
}
