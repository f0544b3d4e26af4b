//! Packages that `psp build` does not make, well signed all the same.

use ed25519_dalek::{Signer, SigningKey};
use psp_format::manifest::{Manifest, root};
use psp_format::package::encode_tail;
use psp_format::signature::{Purpose, Signature, message};
use psp_format::{Key, Package};

use super::*;

/// Writes a package with an edited manifest, signed by key 1.
pub(super) fn forged(bench: &Bench, package: &str, name: &str, edit: impl FnOnce(&mut Manifest<'_>)) {
    let whole = bytes(bench.path(package));
    let size = whole.len() as u64;
    let tail = psp_format::verify::read_tail(&whole[..], size).unwrap();
    let head = &whole[..whole.len() - tail.len()];
    let mut manifest = Package::parse(&tail, size).unwrap().manifest;
    edit(&mut manifest);
    let manifest = manifest.encode();
    let signer = SigningKey::from_bytes(&[1; 32]);
    let key = Key(signer.verifying_key().to_bytes());
    let signed = message(&key, Purpose::NONE, &root(&manifest));
    let signature = Signature { key, purpose: Purpose::NONE, bytes: signer.sign(&signed).to_bytes() };
    let tail = encode_tail(&manifest, 0, &[signature], head.len() as u64);
    fs::write(bench.path(name), [head, &tail].concat()).unwrap();
}
