//! Keys in files, and everything that is not one.

use super::*;
use crate::diagnostic::Diagnostic;

const SEED: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const PUBLIC: &str = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";

fn text(text: &str) -> SecretText {
    Secret::new(Zeroizing::new(text.to_owned()))
}

fn secret() -> SecretKey {
    SecretKey::parse(&text(&format!("psp-secret-key-1 {SEED} {PUBLIC}\n")), "test").unwrap()
}

#[test]
fn pairs_round_trip() {
    let directory = tempfile::tempdir().unwrap();
    let key = SecretKey::generate().unwrap();
    let files = write_pair(&directory.path().join("my.release"), &key).unwrap();
    assert!(files.secret.ends_with("my.release.key") && files.public.ends_with("my.release.pub"));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode(&files.secret), mode(&files.public)), (0o600, 0o644));
    assert_eq!(SecretKey::read(&files.secret).unwrap().public(), key.public());
    assert_eq!(read_public(&files.public).unwrap(), key.public());
    assert_eq!(read_public(&files.secret).unwrap(), key.public());
    assert!(!is_exposed(&files.secret) && is_exposed(&files.public));
    let again = write_pair(&directory.path().join("my.release"), &key).unwrap_err();
    assert_eq!(again.code().code, "key-exists");
    assert_eq!(**secret().line().expose(), format!("psp-secret-key-1 {SEED} {PUBLIC}\n"));
}

#[test]
fn what_is_no_secret_key() {
    let check = |text: &str, code: &str, message: &str| {
        let error = SecretKey::parse(&self::text(text), "k").unwrap_err();
        assert_eq!((error.code().code, error.to_string().as_str()), (code, message), "{text}");
        assert!(!format!("{error:?}").contains(&SEED[..8]));
    };
    let other = PUBLIC.replace("03a1", "03a2");
    check("", "key-file", "k is not a secret key of psp's");
    check("hello", "key-file", "k is not a secret key of psp's");
    check(SEED, "key-file", "k is not a secret key of psp's");
    check(
        &format!("psp-public-key-1 {PUBLIC}"),
        "key-file",
        "k is a public key; signing needs the secret one",
    );
    check("-----BEGIN PRIVATE KEY-----\n", "key-file", "k is a PEM file; psp has a form of its own");
    check("psp-secret-key-1", "key-file", "the key k is damaged");
    check(&format!("psp-secret-key-1 {SEED}"), "key-file", "the key k is damaged");
    check(&format!("psp-secret-key-1 {} {PUBLIC}", &SEED[1..]), "key-file", "the key k is damaged");
    check(&format!("psp-secret-key-1 {SEED} {PUBLIC} x"), "key-file", "the key k is damaged");
    let mismatch = "the secret key k does not belong to the public key in it";
    check(&format!("psp-secret-key-1 {SEED} {other}"), "key-mismatch", mismatch);
    assert_eq!(format!("{:?}", secret()), format!("SecretKey({PUBLIC})"));
}

#[test]
fn a_pair_must_match() {
    let directory = tempfile::tempdir().unwrap();
    let files = write_pair(&directory.path().join("a"), &secret()).unwrap();
    let other = write_pair(&directory.path().join("b"), &SecretKey::generate().unwrap()).unwrap();
    fs::copy(&other.public, &files.public).unwrap();
    assert_eq!(SecretKey::read(&files.secret).unwrap_err().code().code, "key-mismatch");
    fs::write(&files.public, "junk").unwrap();
    assert_eq!(SecretKey::read(&files.secret).unwrap_err().code().code, "key-file");
    assert_eq!(SecretKey::read(&directory.path().join("c.key")).unwrap_err().code().code, "key-read");
    fs::write(directory.path().join("big"), vec![b'x'; 5000]).unwrap();
    assert_eq!(read_public(&directory.path().join("big")).unwrap_err().code().code, "key-file");
    let weak = format!("psp-public-key-1 {}", "0".repeat(64));
    fs::write(directory.path().join("weak.pub"), weak).unwrap();
    assert_eq!(read_public(&directory.path().join("weak.pub")).unwrap_err().code().code, "key-file");
}

#[test]
fn the_development_key_is_made_once() {
    let directory = tempfile::tempdir().unwrap();
    let home = directory.path().join("config/psp");
    let first = development_key(&home).unwrap();
    assert!(first.is_new && !is_exposed(&first.path));
    let second = development_key(&home).unwrap();
    assert!(!second.is_new);
    assert_eq!(first.key.public(), second.key.public());
    fs::write(&first.path, "junk").unwrap();
    assert_eq!(development_key(&home).unwrap_err().code().code, "key-file");
}
