//! Lists of signatures that must not be believed.

use psp_format::digest::Key;
use psp_format::manifest::{Unknown, root};
use psp_format::signature::{Purpose, Signature};

use super::Vector;
use super::draft::{Draft, PUBLISHER, STRANGER, WITNESS, public_key, sign};
use super::ed25519;
use super::manifest::base;

pub(crate) fn vectors() -> Vec<Vector> {
    let draft = base();
    let manifest = draft.manifest.encode();
    let root = root(&manifest);
    let good = sign(PUBLISHER, "", &root);
    let witness = sign(WITNESS, "", &root);
    let stranger = sign(STRANGER, "", &root);
    let sealed = |name: &str, expect: &[&str], note: &str, list: &[Signature]| {
        Vector::invalid(name, expect, note, draft.seal_with(&manifest, list))
    };
    let with_key = |key: [u8; 32]| Signature { key: Key(key), ..good };
    let with_bytes = |bytes: [u8; 64]| Signature { bytes, ..good };
    let sorted = |mut list: Vec<Signature>| {
        list.sort_by_key(|signature| signature.key);
        list
    };
    let mut reversed = sorted(vec![good, witness]);
    reversed.reverse();
    let invalid: &[&str] = &["signature-invalid"];
    let key: &[&str] = &["key-invalid", "signature-invalid", "primary-missing"];
    let mut other_root = root;
    other_root.0[0] ^= 1;
    let mut list = vec![
        sealed("signature-zero", invalid, "a signature of zeros", &[with_bytes([0; 64])]),
        sealed("signature-ones", invalid, "a signature of 0xff", &[with_bytes([0xff; 64])]),
        sealed("key-zero", key, "a key of zeros", &[with_key([0; 32])]),
        sealed("key-ones", key, "a key of 0xff", &[with_key([0xff; 32])]),
        sealed(
            "primary-missing",
            &["primary-missing"],
            "signed by another key than the manifest names",
            &[stranger],
        ),
        sealed("signature-order", &["signature-order"], "signatures out of order", &reversed),
        sealed("signature-twice", &["signature-order"], "a signature twice", &[good, good]),
        sealed(
            "signature-other-root",
            invalid,
            "a signature of another package",
            &[sign(PUBLISHER, "", &other_root)],
        ),
        sealed(
            "signature-other-key",
            invalid,
            "the stranger's signature under the publisher's key",
            &[with_bytes(stranger.bytes)],
        ),
        sealed(
            "signature-purpose",
            invalid,
            "a purpose that was not signed",
            &[Signature { purpose: Purpose::new("release").expect("a purpose that fits"), ..good }],
        ),
        sealed(
            "signature-one-bad",
            invalid,
            "one good signature and one that is not",
            &sorted(vec![good, Signature { bytes: good.bytes, ..witness }]),
        ),
        sealed(
            "signature-s-plus-l",
            invalid,
            "S + L: another spelling of a valid signature",
            &[with_bytes(ed25519::add_order(good.bytes))],
        ),
    ];
    list.push(purpose_vector("purpose-upper", "an upper-case letter", &draft, &manifest, good, b"RELEASE"));
    list.push(purpose_vector(
        "purpose-gap",
        "a letter after the first zero",
        &draft,
        &manifest,
        good,
        b"a\0b",
    ));
    list.push(nine(&draft, &manifest));
    for case in ed25519::forgeries(PUBLISHER, &root) {
        list.push(sealed(&format!("forged-{}", case.name), key, case.note, &[case.signature]));
    }
    list.push(weak_primary());
    list.push(rewritten());
    list
}

/// The signature is valid for the purpose as it stands, which no writer can express: its bytes are replaced afterwards.
fn purpose_vector(
    name: &str,
    note: &str,
    draft: &Draft<'_>,
    manifest: &[u8],
    good: Signature,
    purpose: &[u8],
) -> Vector {
    let mut bytes = draft.seal_with(manifest, &[good]);
    let at = bytes.len() - 64 - 112 + 32;
    bytes[at..at + purpose.len()].copy_from_slice(purpose);
    Vector::invalid(name, &["purpose", "signature-invalid"], &format!("a purpose with {note}"), bytes)
}

fn nine(draft: &Draft<'_>, manifest: &[u8]) -> Vector {
    let root = root(manifest);
    let mut list: Vec<Signature> = (0..9).map(|seed| sign(PUBLISHER + seed, "", &root)).collect();
    list.sort_by_key(|signature| signature.key);
    Vector::invalid(
        "signatures-nine",
        &["signature-count"],
        "nine valid signatures",
        draft.seal_with(manifest, &list),
    )
}

/// A manifest that names a key of small order, for which anyone can sign.
fn weak_primary() -> Vector {
    let mut draft = base();
    let weak = ed25519::small_order_key();
    draft.manifest.identity.primary = weak;
    let manifest = draft.manifest.encode();
    let signature = ed25519::sign_for_identity(&weak);
    let bytes = draft.seal_with(&manifest, &[signature]);
    Vector::invalid(
        "key-small-order-primary",
        &["key-invalid"],
        "the primary key is one for which anyone can sign",
        bytes,
    )
}

/// The manifest edited and signed by a stranger; the primary key stays.
fn rewritten() -> Vector {
    let mut draft = base();
    draft.manifest.unknown = vec![Unknown { kind: 0x9000, body: b"edited" }];
    draft.signers = vec![(STRANGER, "")];
    assert_eq!(draft.manifest.identity.primary, public_key(PUBLISHER));
    Vector::invalid(
        "resigned",
        &["primary-missing"],
        "edited and signed by a stranger, the primary key kept",
        draft.finish(),
    )
}
