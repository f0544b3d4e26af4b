//! Digests and keys: 32 bytes each, never to be mixed up.

use core::fmt;

use sha2::{Digest as _, Sha256};

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// An Ed25519 public key, as its 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub [u8; 32]);

/// What a labelled digest is of (SPEC 1: `H(label, bytes)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// The manifest: the root.
    Manifest,
    /// A content record: the content id.
    Slot,
    /// A frame table.
    FrameTable,
}

impl Label {
    fn text(self) -> &'static str {
        match self {
            Label::Manifest => "psp/1 manifest",
            Label::Slot => "psp/1 slot",
            Label::FrameTable => "psp/1 frame table",
        }
    }
}

impl Digest {
    /// SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// `H(label, bytes)` of SPEC 1: domain-separated.
    pub fn labelled(label: Label, bytes: &[u8]) -> Digest {
        let mut hasher = Sha256::new();
        hasher.update(padded::<32>(label.text()));
        hasher.update(bytes);
        Digest(hasher.finalize().into())
    }

    /// 64 lower-case hexadecimal digits.
    pub fn hex(&self) -> Hex {
        Hex::of(&self.0)
    }
}

/// SHA-256 of bytes that come piece by piece.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Add bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes added.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl Key {
    /// 64 lower-case hexadecimal digits: the key's id.
    pub fn hex(&self) -> Hex {
        Hex::of(&self.0)
    }

    /// Parse 64 lower-case hexadecimal digits.
    pub fn from_hex(text: &[u8]) -> Option<Key> {
        parse_hex(text).map(Key)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.hex().as_str())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.hex().as_str())
    }
}

/// A digest or key written out, without allocating.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hex([u8; 64]);

impl Hex {
    fn of(bytes: &[u8; 32]) -> Hex {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
            pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        Hex(text)
    }

    /// The digits as text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The digits as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Parse 64 lower-case hexadecimal digits.
pub fn parse_hex(text: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Some(bytes)
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// `text` with zeros up to N bytes; the labels of SPEC are all shorter.
pub(crate) fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    for (to, from) in bytes.iter_mut().zip(text.bytes()) {
        *to = from;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_refuses_what_is_not() {
        let key = Key(core::array::from_fn(|i| (i * 37) as u8));
        assert_eq!(Key::from_hex(key.hex().as_bytes()), Some(key));
        for bad in [&b""[..], &[b'a'; 63], &[b'a'; 65], &[b'A'; 64], &[b'g'; 64], &[0xff; 64]] {
            assert_eq!(Key::from_hex(bad), None);
        }
    }

    #[test]
    fn labels_separate_domains() {
        assert_ne!(Digest::labelled(Label::Manifest, b"x"), Digest::labelled(Label::Slot, b"x"));
        assert_ne!(Digest::labelled(Label::Slot, b"x"), Digest::of(b"x"));
    }
}
