//! Text: normal form C, grapheme clusters and Go's quoting, all at Unicode 15 as the reference has it.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_segmentation::UnicodeSegmentation;

/// The text in Unicode normal form C, in which all strings, keys and attribute names are kept.
pub fn normalize(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// The grapheme clusters of a text.
pub(crate) fn graphemes(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.graphemes(true)
}

/// Cuts a prefix so that no text that follows can change what is left: neither combine with its last character in normal
/// form C nor join its last grapheme cluster.
pub(crate) fn safe_prefix(prefix: &str) -> String {
    let mut prefix = normalize(prefix).into_owned();
    if let Some(cut) = last_boundary(&prefix)
        && cut != prefix.len()
    {
        prefix.truncate(cut);
        return prefix;
    }
    let Some((start, last)) = prefix.grapheme_indices(true).next_back() else {
        return prefix;
    };
    let mut chars = last.chars();
    let ends = chars.next().is_some_and(ends_cluster) && chars.next().is_none();
    let keep = if ends { prefix.len() } else { start };
    prefix.truncate(keep);
    prefix
}

/// Where the last character starts that begins a normalisation segment, or the end when nothing can follow into it.
fn last_boundary(text: &str) -> Option<usize> {
    for (i, c) in text.char_indices().rev() {
        if starts_segment(c) {
            // A last character that never combines with what follows ends its segment.
            let inert = i + c.len_utf8() == text.len() && !combines_forward(c);
            return Some(if inert { text.len() } else { i });
        }
    }
    None
}

/// True when normalisation never reaches across the start of this character.
fn starts_segment(c: char) -> bool {
    use unicode_normalization::char::canonical_combining_class;
    canonical_combining_class(c) == 0 && is_nfc_quick(std::iter::once(c)) == IsNormalized::Yes
}

/// True when some character may follow that composes with this one or must be reordered after it.
fn combines_forward(c: char) -> bool {
    use unicode_normalization::char::{compose, decompose_canonical};
    if c.is_ascii() {
        return c.is_ascii_alphabetic() || matches!(c, '<' | '=' | '>');
    }
    let mut decomposed = false;
    decompose_canonical(c, |d| decomposed |= d != c);
    decomposed || compose(c, '\u{0338}').is_some() || COMPOSING_MARKS.iter().any(|m| compose(c, *m).is_some())
}

/// Every mark that composes with some starter, besides Hangul.
const COMPOSING_MARKS: &[char] = &[
    '\u{0300}',
    '\u{0301}',
    '\u{0302}',
    '\u{0303}',
    '\u{0304}',
    '\u{0306}',
    '\u{0307}',
    '\u{0308}',
    '\u{0309}',
    '\u{030a}',
    '\u{030b}',
    '\u{030c}',
    '\u{030f}',
    '\u{0311}',
    '\u{0313}',
    '\u{0314}',
    '\u{031b}',
    '\u{0323}',
    '\u{0324}',
    '\u{0325}',
    '\u{0326}',
    '\u{0327}',
    '\u{0328}',
    '\u{032d}',
    '\u{032e}',
    '\u{0330}',
    '\u{0331}',
    '\u{0342}',
    '\u{0345}',
    '\u{0653}',
    '\u{0654}',
    '\u{0655}',
    '\u{093c}',
    '\u{09be}',
    '\u{09d7}',
    '\u{0b3e}',
    '\u{0b56}',
    '\u{0b57}',
    '\u{0bbe}',
    '\u{0bd7}',
    '\u{0c56}',
    '\u{0cc2}',
    '\u{0cd5}',
    '\u{0cd6}',
    '\u{0d3e}',
    '\u{0d57}',
    '\u{0dca}',
    '\u{0dcf}',
    '\u{0ddf}',
    '\u{102e}',
    '\u{1161}',
    '\u{11a8}',
    '\u{1b35}',
    '\u{3099}',
    '\u{309a}',
    '\u{110ba}',
    '\u{11127}',
    '\u{1133e}',
    '\u{11357}',
    '\u{114b0}',
    '\u{114ba}',
    '\u{114bd}',
    '\u{115af}',
    '\u{11930}',
];

/// Characters after which a grapheme cluster always ends; the reference's list.
fn ends_cluster(c: char) -> bool {
    "-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'".contains(c)
}

/// The text in double quotes as Go's `%q` writes it.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x0b' => out.push_str("\\v"),
            ' '..='~' => out.push(c),
            c if is_printable(c) => out.push(c),
            c if (c as u32) < 0x80 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if (c as u32) < 0x10000 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    out.push('"');
    out
}

/// Letters, marks, numbers, punctuation and symbols.
fn is_printable(c: char) -> bool {
    use std::sync::LazyLock;
    static PRINTABLE: LazyLock<Option<regex::Regex>> =
        LazyLock::new(|| regex::Regex::new(r"^[\pL\pM\pN\pP\pS]$").ok());
    let mut buf = [0; 4];
    PRINTABLE.as_ref().is_some_and(|p| p.is_match(c.encode_utf8(&mut buf)))
}

#[cfg(test)]
mod tests {
    use super::{quote, safe_prefix};

    #[test]
    fn prefixes_are_cut_where_text_may_combine() {
        let cases = [
            ("abc", "ab"),
            ("e", ""),
            ("cafe\u{301}", "caf"),
            ("日本", "日"),
            ("a-", "a-"),
            ("a=", "a"),
            ("\r", ""),
            ("", ""),
        ];
        for (prefix, want) in cases {
            assert_eq!(safe_prefix(prefix), want, "{prefix:?}");
        }
    }

    #[test]
    fn quoting_is_gos() {
        assert_eq!(quote("a\"\n\u{1}é\u{200b}\u{e000}"), "\"a\\\"\\n\\x01é\\u200b\\ue000\"");
    }
}
