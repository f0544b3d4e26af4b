//! Signatures (SPEC 7): what is signed, how a list of them looks, and strict verification.

use alloc::vec::Vec;

use ed25519_dalek::VerifyingKey;

use crate::digest::{Digest, Key, padded};
use crate::error::{Error, ErrorKind, Region};
use crate::wire::{Reader, Writer};

/// Bytes of one signature in the list.
pub const SIGNATURE_BYTES: usize = 112;
/// Bytes of the signed message.
pub const MESSAGE_BYTES: usize = 112;
/// Bytes of a detached signature.
pub const DETACHED_BYTES: usize = 152;
const DETACHED_MAGIC: [u8; 8] = *b"PSPSIG1\n";

/// What a signature is for: ASCII `[a-z0-9-]*`, padded with zeros. All zeros when nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose([u8; 16]);

impl Purpose {
    /// No purpose.
    pub const NONE: Purpose = Purpose([0; 16]);

    /// A purpose of at most 16 characters `[a-z0-9-]`.
    pub fn new(text: &str) -> Option<Purpose> {
        let fits = text.len() <= 16 && text.bytes().all(is_purpose_byte);
        fits.then(|| Purpose(padded(text)))
    }

    /// The purpose as text, empty for none.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|&b| b == 0).unwrap_or(16);
        core::str::from_utf8(&self.0[..length]).unwrap_or_default()
    }

    fn parse(bytes: [u8; 16]) -> Option<Purpose> {
        let length = bytes.iter().position(|&b| b == 0).unwrap_or(16);
        let (text, zeros) = bytes.split_at(length);
        let canonical = text.iter().copied().all(is_purpose_byte) && zeros.iter().all(|&b| b == 0);
        canonical.then_some(Purpose(bytes))
    }
}

fn is_purpose_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')
}

/// One signature: who, what for, and the 64 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The key that signed.
    pub key: Key,
    /// What the signature is for.
    pub purpose: Purpose,
    /// R and S.
    pub bytes: [u8; 64],
}

/// The message that `key` signs for a package of this root.
pub fn message(key: &Key, purpose: Purpose, root: &Digest) -> [u8; MESSAGE_BYTES] {
    let mut message = [0; MESSAGE_BYTES];
    message[..32].copy_from_slice(&padded::<32>("psp/1 package signature"));
    message[32..64].copy_from_slice(&key.0);
    message[64..80].copy_from_slice(&purpose.0);
    message[80..].copy_from_slice(&root.0);
    message
}

impl Signature {
    /// Verify strictly against `root` (SPEC 7).
    ///
    /// # Errors
    /// `key-invalid`, `signature-invalid`; `number` says which signature of the list it is.
    pub fn verify(&self, root: &Digest, number: usize) -> Result<(), Error> {
        let at = |kind| Error::new(kind, Region::Signatures, (number * SIGNATURE_BYTES) as u64);
        let key = usable_key(&self.key).ok_or(at(ErrorKind::KeyInvalid))?;
        let signature = ed25519_dalek::Signature::from_bytes(&self.bytes);
        // Strict: canonical S and R, no small order, no cofactor.
        key.verify_strict(&message(&self.key, self.purpose, root), &signature)
            .map_err(|_| at(ErrorKind::SignatureInvalid))
    }

    /// Parse one signature.
    ///
    /// # Errors
    /// `purpose`, `truncated`.
    pub fn read(reader: &mut Reader<'_>) -> Result<Signature, Error> {
        let key = reader.key()?;
        let at = reader.error(ErrorKind::Purpose);
        let purpose = Purpose::parse(reader.array()?).ok_or(at)?;
        Ok(Signature { key, purpose, bytes: reader.array()? })
    }

    /// Append the 112 bytes.
    pub fn write(&self, writer: &mut Writer) {
        writer.raw(&self.key.0);
        writer.raw(&self.purpose.0);
        writer.raw(&self.bytes);
    }
}

/// Whether `key` may sign: a canonical point that is not of small order.
pub fn is_usable_key(key: &Key) -> bool {
    usable_key(key).is_some()
}

fn usable_key(key: &Key) -> Option<VerifyingKey> {
    let point = VerifyingKey::from_bytes(&key.0).ok()?;
    (is_canonical(&key.0) && !point.is_weak()).then_some(point)
}

/// SPEC 7: y is less than 2^255 - 19. (Where x is zero the order is small, so the sign bit needs no look of its own.)
fn is_canonical(encoding: &[u8; 32]) -> bool {
    let top = encoding[31] & 0x7f == 0x7f && encoding[1..31].iter().all(|&b| b == 0xff);
    !(top && encoding[0] >= 0xed)
}

/// Parse the list that precedes the trailer.
///
/// # Errors
/// `signature-order`, `purpose`, `truncated`, `trailing`.
pub fn parse_list(bytes: &[u8], count: u32) -> Result<Vec<Signature>, Error> {
    let mut reader = Reader::new(bytes, Region::Signatures, 0);
    let mut list: Vec<Signature> = Vec::new();
    for _ in 0..count {
        let at = reader.error(ErrorKind::SignatureOrder);
        let signature = Signature::read(&mut reader)?;
        if list.last().is_some_and(|last| last.key >= signature.key) {
            return Err(at);
        }
        list.push(signature);
    }
    reader.end()?;
    Ok(list)
}

/// Write the list that precedes the trailer; `signatures` are in order.
pub fn encode_list(signatures: &[Signature]) -> Vec<u8> {
    let mut writer = Writer::default();
    signatures.iter().for_each(|signature| signature.write(&mut writer));
    writer.0
}

/// Parse a detached signature: the root it is about, and the signature.
///
/// # Errors
/// `value` for another magic, `truncated`, `trailing`, `purpose`.
pub fn parse_detached(bytes: &[u8]) -> Result<(Digest, Signature), Error> {
    let mut reader = Reader::new(bytes, Region::Beside, 0);
    if reader.array::<8>()? != DETACHED_MAGIC {
        return Err(Error::new(ErrorKind::Value, Region::Beside, 0));
    }
    let root = reader.digest()?;
    let signature = Signature::read(&mut reader)?;
    reader.end()?;
    Ok((root, signature))
}

/// Write a detached signature.
pub fn encode_detached(root: &Digest, signature: &Signature) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.raw(&DETACHED_MAGIC);
    writer.raw(&root.0);
    signature.write(&mut writer);
    writer.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::{Signer, SigningKey};
    use std::vec;

    const ROOT: Digest = Digest([9; 32]);

    fn sign(seed: u8, purpose: Purpose) -> Signature {
        let signer = SigningKey::from_bytes(&[seed; 32]);
        let key = Key(signer.verifying_key().to_bytes());
        Signature { key, purpose, bytes: signer.sign(&message(&key, purpose, &ROOT)).to_bytes() }
    }

    #[test]
    fn a_signature_binds_key_purpose_and_root() {
        let good = sign(1, Purpose::new("release").unwrap());
        assert_eq!(good.verify(&ROOT, 0), Ok(()));
        assert_eq!(good.verify(&Digest([8; 32]), 0).unwrap_err().code(), "signature-invalid");
        let other_purpose = Signature { purpose: Purpose::NONE, ..good };
        assert_eq!(other_purpose.verify(&ROOT, 0).unwrap_err().code(), "signature-invalid");
        let other_key = Signature { key: sign(2, Purpose::NONE).key, ..good };
        assert_eq!(other_key.verify(&ROOT, 0).unwrap_err().code(), "signature-invalid");
        for byte in 0..64 {
            let mut bad = good;
            bad.bytes[byte] ^= 1;
            assert!(bad.verify(&ROOT, 3).is_err(), "{byte}");
        }
    }

    #[test]
    fn forged_keys_and_scalars_are_refused() {
        let good = sign(1, Purpose::NONE);
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut p = [0xff; 32];
        p[0] = 0xed;
        p[31] = 0x7f;
        let mut p_plus_one = p;
        p_plus_one[0] = 0xee;
        let small_order: [u8; 32] = [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
            0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
        ];
        for key in [[0; 32], identity, p, p_plus_one, small_order, [0xff; 32]] {
            let forged = Signature { key: Key(key), bytes: [0; 64], ..good };
            assert_eq!(forged.verify(&ROOT, 0).unwrap_err().code(), "key-invalid", "{key:?}");
        }
        // S + L says the same to a lax verifier.
        let order: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut carry = 0;
        let mut malleable = good;
        for (byte, add) in malleable.bytes[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            *byte = sum as u8;
            carry = sum >> 8;
        }
        assert_eq!(malleable.verify(&ROOT, 0).unwrap_err().code(), "signature-invalid");
    }

    #[test]
    fn lists_are_canonical() {
        let mut list = vec![sign(1, Purpose::NONE), sign(2, Purpose::NONE)];
        list.sort_by_key(|s| s.key);
        let bytes = encode_list(&list);
        assert_eq!(parse_list(&bytes, 2).unwrap(), list);
        list.reverse();
        assert_eq!(parse_list(&encode_list(&list), 2).unwrap_err().code(), "signature-order");
        let twice = encode_list(&[list[0], list[0]]);
        assert_eq!(parse_list(&twice, 2).unwrap_err().code(), "signature-order");
        assert_eq!(parse_list(&bytes, 1).unwrap_err().code(), "trailing");
        assert_eq!(parse_list(&bytes, 3).unwrap_err().code(), "truncated");
        let mut gap = bytes.clone();
        gap[40] = b'x';
        assert_eq!(parse_list(&gap, 2).unwrap_err().code(), "purpose");
    }

    #[test]
    fn detached_round_trip() {
        let signature = sign(3, Purpose::new("build-farm-1").unwrap());
        let bytes = encode_detached(&ROOT, &signature);
        assert_eq!(bytes.len(), DETACHED_BYTES);
        assert_eq!(parse_detached(&bytes), Ok((ROOT, signature)));
        assert!(parse_detached(&bytes[1..]).is_err() && parse_detached(&bytes[..151]).is_err());
        assert!(Purpose::new("UPPER").is_none() && Purpose::new("seventeen-letters").is_none());
    }
}
