//! OpenPGP by the key that signs packages: what registries ask of a release's checksums (RFC 4880, and the EdDSA of RFC 9580).
//!
//! The key becomes a version 4 EdDSA key with one user id that names it. All times are [`CREATED`], so that a key has one
//! OpenPGP form and a text one signature: they say nothing of when something happened.
//!
//! OpenPGP signs a SHA-256 of 32 bytes; what psp signs begins with a prefix of its own and is longer. So neither signature can
//! be taken for the other.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::archive::hex;
use crate::keys::SecretKey;

/// When every key and every signature says that it was made: the first second of 2020, in seconds since 1970.
pub const CREATED: u32 = 1_577_836_800;

const PUBLIC_KEY_PACKET: u8 = 6;
const USER_ID_PACKET: u8 = 13;
const SIGNATURE_PACKET: u8 = 2;
const EDDSA: u8 = 22;
const SHA256: u8 = 8;
/// The object identifier of the curve, with its length before it.
const ED25519: &[u8] = &[9, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01];
/// A signature of a document's bytes.
const OF_BINARY: u8 = 0x00;
/// A key's statement that a user id is its own.
const OF_USER_ID: u8 = 0x13;

/// A signing key in OpenPGP's form.
#[derive(Debug)]
pub struct OpenPgpKey<'k> {
    key: &'k SecretKey,
    body: Vec<u8>,
    fingerprint: [u8; 20],
}

impl<'k> OpenPgpKey<'k> {
    /// The OpenPGP form of a key.
    pub fn of(key: &'k SecretKey) -> Self {
        let mut body = vec![4];
        body.extend(CREATED.to_be_bytes());
        body.push(EDDSA);
        body.extend(ED25519);
        let mut point = vec![0x40];
        point.extend(key.public().0);
        body.extend(integer(&point));
        let mut sha1 = Sha1::new();
        sha1.update(framed_key(&body));
        Self { key, fingerprint: sha1.finalize().into(), body }
    }

    /// The fingerprint, in upper-case hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        hex(&self.fingerprint).to_ascii_uppercase()
    }

    /// The key id: the last 16 digits of the fingerprint.
    pub fn id(&self) -> String {
        self.fingerprint()[24..].to_owned()
    }

    /// The public key with its user id, as a block of text.
    pub fn armored(&self) -> String {
        let name = format!("psp publisher {}", self.key.public().hex());
        let mut signed = framed_key(&self.body);
        signed.push(0xb4);
        signed.extend((name.len() as u32).to_be_bytes());
        signed.extend(name.as_bytes());
        let parts = [
            packet(PUBLIC_KEY_PACKET, &self.body),
            packet(USER_ID_PACKET, name.as_bytes()),
            self.sign(OF_USER_ID, &signed),
        ];
        armor("PUBLIC KEY BLOCK", &parts.concat())
    }

    /// A detached signature of these bytes, in binary: registries take no other form.
    pub fn detached(&self, bytes: &[u8]) -> Vec<u8> {
        self.sign(OF_BINARY, bytes)
    }

    /// A signature packet (RFC 4880 5.2.3) of what precedes the signature's own statements.
    fn sign(&self, kind: u8, signed: &[u8]) -> Vec<u8> {
        let mut statements = subpacket(2, &CREATED.to_be_bytes());
        statements.extend(subpacket(33, &[&[4], self.fingerprint.as_slice()].concat()));
        if kind == OF_USER_ID {
            // It certifies and signs.
            statements.extend(subpacket(27, &[0x03]));
        }
        let mut body = vec![4, kind, EDDSA, SHA256];
        body.extend((statements.len() as u16).to_be_bytes());
        body.extend(statements);
        let mut digest = Sha256::new();
        digest.update(signed);
        digest.update(&body);
        digest.update([4, 0xff]);
        digest.update((body.len() as u32).to_be_bytes());
        let digest: [u8; 32] = digest.finalize().into();
        let issuer = subpacket(16, &self.fingerprint[12..]);
        body.extend((issuer.len() as u16).to_be_bytes());
        body.extend(issuer);
        body.extend(&digest[..2]);
        let (r, s) = self.key.sign_openpgp(&digest);
        body.extend(integer(&r));
        body.extend(integer(&s));
        packet(SIGNATURE_PACKET, &body)
    }
}

/// A key's packet as signatures and the fingerprint take it in.
fn framed_key(body: &[u8]) -> Vec<u8> {
    let mut framed = vec![0x99];
    framed.extend((body.len() as u16).to_be_bytes());
    framed.extend(body);
    framed
}

/// A packet with a header of the new form; ours are all shorter than 8384 bytes (RFC 4880 4.2.2).
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![0xc0 | tag];
    match body.len() {
        length @ 0..192 => packet.push(length as u8),
        length => {
            let rest = length - 192;
            packet.extend([(rest >> 8) as u8 + 192, rest as u8]);
        }
    }
    packet.extend(body);
    packet
}

/// A statement of a signature; ours are all shorter than 192 bytes.
fn subpacket(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[body.len() as u8 + 1, kind], body].concat()
}

/// A number of any size, most significant byte first, behind the number of its bits.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let bytes = &bytes[start..];
    let bits = bytes.first().map_or(0, |first| bytes.len() * 8 - first.leading_zeros() as usize);
    [&(bits as u16).to_be_bytes(), bytes].concat()
}

fn armor(what: &str, bytes: &[u8]) -> String {
    let mut text = format!("-----BEGIN PGP {what}-----\n\n");
    let encoded = STANDARD.encode(bytes);
    let (mut rest, columns) = (encoded.as_str(), 64);
    while !rest.is_empty() {
        let (line, more) = rest.split_at(columns.min(rest.len()));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    let sum = STANDARD.encode(&crc24(bytes).to_be_bytes()[1..]);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "={sum}\n-----END PGP {what}-----");
    text
}

/// The checksum of an armor (RFC 4880 6.1).
fn crc24(bytes: &[u8]) -> u32 {
    let mut crc = 0x00b7_04ce_u32;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4cfb;
            }
        }
    }
    crc & 0x00ff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (bytes, expected) in [
            (&[0_u8, 0][..], &[0_u8, 0][..]),
            (&[1], &[0, 1, 1]),
            (&[0, 0x80], &[0, 8, 0x80]),
            (&[1, 0xff], &[0, 9, 1, 0xff]),
        ] {
            assert_eq!(integer(bytes), expected);
        }
    }

    #[test]
    fn the_checksum_of_an_armor() {
        // The value that catalogues of checksums give for these digits.
        assert_eq!(crc24(b"123456789"), 0x0021_cf02);
        assert_eq!(crc24(b""), 0x00b7_04ce);
    }

    #[test]
    fn a_key_has_one_form_and_a_text_one_signature() {
        let key = SecretKey::generate().unwrap();
        let (one, two) = (OpenPgpKey::of(&key), OpenPgpKey::of(&key));
        assert_eq!(one.armored(), two.armored());
        assert_eq!(one.detached(b"text"), two.detached(b"text"));
        assert_ne!(one.detached(b"text"), one.detached(b"Text"));
        assert_eq!((one.id().len(), one.fingerprint().len()), (16, 40));
    }
}
