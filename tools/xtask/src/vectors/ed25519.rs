//! Ed25519 at its edges (SPEC 7): signatures on which verifiers are known to disagree, each with the one right answer.
//!
//! Notation: B is the base point, L its order, T a point of order 8, A = a·B a key, R and S the two halves of a signature,
//! k = SHA-512(R ‖ A ‖ message).

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT as BASE, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use psp_format::digest::{Digest, Key};
use psp_format::signature::{Purpose, Signature, message};
use sha2::{Digest as _, Sha512};

use super::draft::{PUBLISHER, WITNESS, public_key, sign, signing_key};

/// A case of `signatures.json`.
pub(crate) struct Case {
    pub(crate) signature: Signature,
    pub(crate) root: Digest,
    pub(crate) valid: bool,
    pub(crate) note: String,
}

/// A signature that a lax verifier would take, for a vector of its own.
pub(crate) struct Forgery {
    pub(crate) name: &'static str,
    pub(crate) note: &'static str,
    pub(crate) signature: Signature,
}

/// L, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// A root for signatures that belong to no package.
fn root(number: u8) -> Digest {
    Digest::of(&[b"root of no package".as_slice(), &[number]].concat())
}

/// The signature with L added to S.
pub(crate) fn add_order(mut bytes: [u8; 64]) -> [u8; 64] {
    let mut carry = 0;
    for (byte, add) in bytes[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = (sum & 0xff) as u8;
        carry = sum >> 8;
    }
    bytes
}

/// The identity: the plainest key of small order.
pub(crate) fn small_order_key() -> Key {
    Key(EIGHT_TORSION[0].compress().0)
}

/// For the identity as a key, R = S·B is a signature of everything.
pub(crate) fn sign_for_identity(key: &Key) -> Signature {
    let s = Scalar::from(1_234_567u32);
    assemble(key.0, (s * BASE).compress().0, s)
}

fn assemble(key: [u8; 32], r: [u8; 32], s: Scalar) -> Signature {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&r);
    bytes[32..].copy_from_slice(s.as_bytes());
    Signature { key: Key(key), purpose: Purpose::NONE, bytes }
}

fn challenge(r: &[u8; 32], key: &[u8; 32], root: &Digest) -> Scalar {
    let hash = Sha512::new()
        .chain_update(r)
        .chain_update(key)
        .chain_update(message(&Key(*key), Purpose::NONE, root))
        .finalize();
    Scalar::from_bytes_mod_order_wide(&hash.into())
}

fn secret(seed: u8) -> Scalar {
    signing_key(seed).to_scalar()
}

/// A signature for `key` = a·B (and whatever of small order it has besides) with R as these bytes, whose logarithm is r.
fn sign_as(seed: u8, key: [u8; 32], r: Scalar, r_bytes: [u8; 32], root: &Digest) -> Signature {
    assemble(key, r_bytes, r + challenge(&r_bytes, &key, root) * secret(seed))
}

/// Signatures of `root` in the name of `seed`'s key that only lax verifiers take.
pub(crate) fn forgeries(seed: u8, root: &Digest) -> Vec<Forgery> {
    let key = public_key(seed).0;
    let r = Scalar::from(987_654_321u64);
    let identity = EIGHT_TORSION[0].compress().0;
    let cofactored = (r * BASE + EIGHT_TORSION[1]).compress().0;
    vec![
        Forgery {
            name: "r-identity",
            note: "R is the identity, and the equation holds",
            signature: sign_as(seed, key, Scalar::ZERO, identity, root),
        },
        Forgery {
            name: "r-not-canonical",
            note: "R is the identity with y = p + 1",
            signature: sign_as(seed, key, Scalar::ZERO, not_canonical(1), root),
        },
        Forgery {
            name: "cofactored",
            note: "the equation holds only when multiplied by 8",
            signature: sign_as(seed, key, r, cofactored, root),
        },
    ]
}

/// p + `above` as 32 bytes: the encoding of y = `above` that is not the canonical one.
fn not_canonical(above: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed + above;
    bytes[31] = 0x7f;
    bytes
}

/// All cases of `signatures.json`.
pub(crate) fn cases() -> Vec<Case> {
    let mut list = plain();
    list.extend(weak_keys());
    list.extend(keys_not_canonical());
    list.extend(weak_commitments());
    list.extend(scalars());
    list.extend(cofactors());
    list
}

fn case(signature: Signature, root: Digest, valid: bool, note: &str) -> Case {
    Case { signature, root, valid, note: note.into() }
}

fn plain() -> Vec<Case> {
    let root = root(0);
    let good = sign(PUBLISHER, "", &root);
    let mut list = vec![
        case(good, root, true, "valid"),
        case(sign(WITNESS, "", &root), root, true, "valid, by another key"),
        case(sign(PUBLISHER, "release-2", &root), root, true, "valid, with a purpose"),
        case(sign(PUBLISHER, "sixteen-letters-", &root), root, true, "valid, with the longest purpose"),
        case(sign(PUBLISHER, "", &Digest([0; 32])), Digest([0; 32]), true, "valid, for a root of zeros"),
        case(Signature { key: public_key(WITNESS), ..good }, root, false, "another key's signature"),
        case(
            Signature { purpose: Purpose::new("x").unwrap_or(Purpose::NONE), ..good },
            root,
            false,
            "another purpose",
        ),
        case(good, Digest([1; 32]), false, "another root"),
        case(Signature { bytes: [0; 64], ..good }, root, false, "zeros"),
    ];
    for byte in [0, 31, 32, 62] {
        let mut flipped = good;
        flipped.bytes[byte] ^= 1;
        list.push(case(flipped, root, false, &format!("a bit flipped in byte {byte}")));
    }
    list
}

/// For each key of small order, a signature whose equation holds.
fn weak_keys() -> Vec<Case> {
    let mut list = vec![];
    for (number, point) in EIGHT_TORSION.iter().enumerate() {
        let key = point.compress().0;
        let (signature, root) = sign_for_weak(key, *point);
        list.push(case(
            signature,
            root,
            false,
            &format!("A is of small order, number {number}; the equation holds"),
        ));
    }
    list
}

/// Tries roots until k·A vanishes, so that R = S·B satisfies the equation without a cofactor.
fn sign_for_weak(key: [u8; 32], point: EdwardsPoint) -> (Signature, Digest) {
    let s = Scalar::from(55_555u32);
    let r = (s * BASE).compress().0;
    let found = (0..=255).map(root).find(|root| is_identity(challenge(&r, &key, root) * point));
    (assemble(key, r, s), found.unwrap_or(root(0)))
}

fn is_identity(point: EdwardsPoint) -> bool {
    point == EIGHT_TORSION[0]
}

/// Keys with another spelling of y, or with a sign where x is zero. Those that are points at all are of small order or unknown.
fn keys_not_canonical() -> Vec<Case> {
    let root = root(1);
    let with_sign = |mut key: [u8; 32]| {
        key[31] |= 0x80;
        key
    };
    let minus_one = EIGHT_TORSION[4].compress().0;
    let mut keys: Vec<([u8; 32], String)> =
        (0..19).map(|above| (not_canonical(above), format!("A has y = p + {above}"))).collect();
    keys.push((with_sign(not_canonical(0)), "A has y = p and the sign bit".into()));
    keys.push((with_sign(not_canonical(1)), "A has y = p + 1, x = 0 and the sign bit".into()));
    keys.push((with_sign(small_order_key().0), "A has y = 1, x = 0 and the sign bit".into()));
    keys.push((with_sign(minus_one), "A has y = -1, x = 0 and the sign bit".into()));
    keys.push((not_on_curve(), "A is not on the curve".into()));
    let s = Scalar::from(55_555u32);
    let r = (s * BASE).compress().0;
    keys.into_iter().map(|(key, note)| case(assemble(key, r, s), root, false, &note)).collect()
}

/// y = 2 belongs to no point.
fn not_on_curve() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = 2;
    bytes
}

/// R of small order: S = k·a satisfies the equation up to R itself, and for the identity exactly.
fn weak_commitments() -> Vec<Case> {
    let key = public_key(PUBLISHER).0;
    let root = root(2);
    let at =
        |r: [u8; 32], note: &str| case(sign_as(PUBLISHER, key, Scalar::ZERO, r, &root), root, false, note);
    let mut list = vec![
        at(EIGHT_TORSION[0].compress().0, "R is the identity; the equation holds"),
        at(not_canonical(1), "R is the identity with y = p + 1; the equation holds"),
        at(not_canonical(0), "R has y = p"),
    ];
    for (number, point) in EIGHT_TORSION.iter().enumerate().skip(1) {
        list.push(at(point.compress().0, &format!("R is of small order, number {number}")));
    }
    let mut signed_identity = EIGHT_TORSION[0].compress().0;
    signed_identity[31] |= 0x80;
    list.push(at(signed_identity, "R has y = 1, x = 0 and the sign bit"));
    list.push(at(not_on_curve(), "R is not on the curve"));
    list
}

fn scalars() -> Vec<Case> {
    let root = root(3);
    let good = sign(PUBLISHER, "", &root);
    let with_s = |s: [u8; 32], note: &str| {
        let mut signature = good;
        signature.bytes[32..].copy_from_slice(&s);
        case(signature, root, false, note)
    };
    let mut high = good;
    high.bytes[63] |= 0x20;
    let mut top = good;
    top.bytes[63] |= 0x80;
    vec![
        case(good, root, true, "valid, S below L"),
        case(Signature { bytes: add_order(good.bytes), ..good }, root, false, "S + L"),
        case(Signature { bytes: add_order(add_order(good.bytes)), ..good }, root, false, "S + 2L"),
        with_s([0; 32], "S = 0"),
        with_s(ORDER, "S = L"),
        with_s([0xff; 32], "S = 2^256 - 1"),
        case(high, root, false, "S with bit 253 set"),
        case(top, root, false, "S with bit 255 set"),
    ]
}

/// Where verifiers with and without cofactor part.
fn cofactors() -> Vec<Case> {
    let key = public_key(PUBLISHER).0;
    let r = Scalar::from(987_654_321u64);
    let mut list = vec![];
    for (number, torsion) in EIGHT_TORSION.iter().enumerate().skip(1) {
        let root = root(4);
        let commitment = (r * BASE + torsion).compress().0;
        let note = format!("R = r·B + T, number {number}: holds only when multiplied by 8");
        list.push(case(sign_as(PUBLISHER, key, r, commitment, &root), root, false, &note));
    }
    let mixed = (secret(PUBLISHER) * BASE + EIGHT_TORSION[1]).compress().0;
    let commitment = (r * BASE).compress().0;
    let vanishes = |root: &Digest| is_identity(challenge(&commitment, &mixed, root) * EIGHT_TORSION[1]);
    for (valid, note) in [
        (true, "A = a·B + T is of mixed order, and 8 divides k: holds exactly"),
        (false, "A = a·B + T is of mixed order, and 8 does not divide k: holds only when multiplied by 8"),
    ] {
        if let Some(root) = (0..=255).map(root).find(|root| vanishes(root) == valid) {
            list.push(case(sign_as(PUBLISHER, mixed, r, commitment, &root), root, valid, note));
        }
    }
    list
}
