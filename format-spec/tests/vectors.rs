//! All vectors: each package, signature and policy is judged as its list says, and every rule of SPEC.md has a vector.
#![forbid(unsafe_code)]

#[path = "support/vector.rs"]
mod vector;

use std::collections::BTreeSet;

use psp_format::signature::{MESSAGE_BYTES, Purpose, message};
use psp_format::trust::{Policy, Trust};
use psp_format::{Digest, Error, ErrorKind, Key, Package, Signature};
use vector::{Zstandard, folder, outcome, read, rows, text};

/// Codes that no package and no policy can end in: they are about files of a machine.
const ELSEWHERE: [&str; 2] = ["receipt", "trust-unsafe"];

fn code(result: Result<(), Error>) -> &'static str {
    result.map_or_else(|error| error.code(), |()| "ok")
}

#[test]
fn packages_end_in_what_is_expected() {
    let mut decoder = Zstandard::default();
    for row in rows("vectors.json") {
        let found = code(outcome(&read(text(&row, "file")), &mut decoder));
        let expected = match &row["expect"] {
            serde_json::Value::Array(codes) => codes.iter().any(|code| code == found),
            one => one == found,
        };
        assert!(expected, "{found} in {row}");
    }
}

#[test]
fn every_code_of_the_specification_has_a_vector() {
    let mut decoder = Zstandard::default();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    for row in rows("vectors.json") {
        reached.insert(code(outcome(&read(text(&row, "file")), &mut decoder)));
    }
    let policies = rows("trust.json");
    reached.extend(policies.iter().map(|row| text(row, "expect")));
    let all: Vec<&str> = ErrorKind::ALL.iter().map(|kind| kind.code()).chain(ELSEWHERE).collect();
    let missing: Vec<&&str> =
        all.iter().filter(|code| !reached.contains(**code) && !ELSEWHERE.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    // And SPEC.md has no code that the crate does not know.
    let spec = include_str!("../SPEC.md");
    for row in spec.lines().filter(|line| line.contains("(`")) {
        for word in row.split("(`").skip(1).filter_map(|rest| rest.split('`').next()) {
            let is_code = word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            assert!(!is_code || all.contains(&word), "SPEC.md has `{word}`");
        }
    }
}

#[test]
fn the_list_and_the_files_are_the_same() {
    let listed: BTreeSet<String> =
        rows("vectors.json").iter().map(|row| text(row, "file").to_owned()).collect();
    let mut present = BTreeSet::new();
    for sub in ["valid", "invalid"] {
        for entry in std::fs::read_dir(folder().join(sub)).unwrap() {
            present.insert(format!("{sub}/{}", entry.unwrap().file_name().to_str().unwrap()));
        }
    }
    assert_eq!(listed, present);
}

#[test]
fn more_is_refused_than_accepted() {
    let rows = rows("vectors.json");
    let valid = rows.iter().filter(|row| row["expect"] == "ok").count();
    assert!(valid >= 15 && rows.len() > 10 * valid, "{valid} of {}", rows.len());
}

#[test]
fn a_megabyte_appended_is_refused() {
    let mut decoder = Zstandard::default();
    for (file, bytes) in vector::valid(usize::MAX) {
        let longer = [&bytes[..], &vec![0; 1 << 20]].concat();
        assert_eq!(code(outcome(&longer, &mut decoder)), "not-a-package", "{file}");
    }
}

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    assert_eq!(hex.len(), 2 * N, "{hex}");
    std::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
}

#[test]
fn signatures_are_judged_strictly() {
    let rows = rows("signatures.json");
    for row in &rows {
        let text: [u8; MESSAGE_BYTES] = bytes(text(row, "message"));
        let key = Key(bytes(vector::text(row, "public_key")));
        let end = text[64..80].iter().position(|byte| *byte == 0).unwrap_or(16);
        let purpose = Purpose::new(std::str::from_utf8(&text[64..64 + end]).unwrap()).unwrap();
        let root = Digest(*text.last_chunk().unwrap());
        assert_eq!(message(&key, purpose, &root), text, "SPEC 7 in {row}");
        let signature = Signature { key, purpose, bytes: bytes(vector::text(row, "signature")) };
        assert_eq!(row["valid"], signature.verify(&root, 0).is_ok(), "{row}");
    }
    assert!(rows.iter().filter(|row| row["valid"] == true).count() >= 7);
    assert!(rows.iter().filter(|row| row["valid"] == false).count() >= 50);
}

#[test]
fn policies_are_judged_as_stated() {
    for row in rows("trust.json") {
        let bytes = read(text(&row, "file"));
        let package = Package::parse(&bytes, bytes.len() as u64).unwrap().verify().unwrap();
        let signers: Vec<Key> = package.signatures.iter().map(|signature| signature.key).collect();
        let judge = || {
            let file = |field| match text(&row, field) {
                "" => Ok(Trust::default()),
                text => Trust::parse(text.as_bytes()).map_err(|error| error.kind),
            };
            let policy = Policy { administrator: file("administrator")?, user: file("user")? };
            policy.check(&package.manifest.identity, &signers)
        };
        let found = judge().map_or_else(ErrorKind::code, |()| "ok");
        assert_eq!(row["expect"], found, "{row}");
    }
}
