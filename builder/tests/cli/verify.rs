//! `psp verify`: yes to what is whole and signed as demanded, no to everything else.

use std::fs;

use serde_json::json;

use crate::bench::{Bench, key_id};
use crate::damage;

#[test]
fn a_good_package() {
    let bench = Bench::built();
    bench.done(&["sign", "hello.psp", "--key", "2.key", "--purpose", "release"]);
    bench.trust(&format!("key {} The release team\n", key_id(2)));
    let text = bench.done(&["verify", "hello.psp"]);
    for words in [
        "hello.psp: whole and valid\n",
        "hello 1.2.3 for x86_64-linux",
        &key_id(1),
        "not known here, primary",
        &key_id(2),
        "trusted as `The release team`, for release",
        "known: the one that this psp carries",
        "this machine would start it",
    ] {
        assert!(text.contains(words), "no {words:?} in {text}");
    }
    let (document, code) = bench.json(&["verify", "hello.psp"]);
    assert_eq!(code, 0);
    assert_eq!(document["schema"], "psp-verify/1");
    assert_eq!((&document["valid"], &document["stub"]["known"]), (&json!(true), &json!(true)));
    let mut signatures = document["signatures"].as_array().unwrap().clone();
    signatures.sort_by_key(|signature| signature["primary"] == false);
    let facts = |at: usize, field: &str| signatures[at][field].clone();
    assert_eq!(
        [facts(0, "key_id"), facts(0, "trusted"), facts(0, "standing")],
        [json!(key_id(1)), json!(false), json!("unknown")]
    );
    assert_eq!(
        [facts(1, "key_id"), facts(1, "trusted"), facts(1, "purpose")],
        [json!(key_id(2)), json!(true), json!("release")]
    );
}

#[test]
fn no_to_everything_that_is_not_whole() {
    let bench = Bench::built();
    for damage in damage::all(&bench) {
        fs::write(bench.path("bad.psp"), &damage.bytes).unwrap();
        let output = bench.psp(&["verify", "bad.psp"]);
        assert_eq!(output.status.code(), Some(1), "{}", damage.what);
        let (document, code) = bench.json(&["verify", "bad.psp"]);
        assert_eq!((code, &document["valid"]), (1, &json!(false)), "{}", damage.what);
        let error = &document["error"];
        assert_eq!(
            (error["code"].as_str(), error["region"].as_str()),
            (Some(damage.code), Some(damage.region)),
            "{}: {document}",
            damage.what
        );
    }
    fs::write(bench.path("locked.psp"), "x").unwrap();
    for (path, code) in [
        ("missing.psp", "package-read"),
        (".", "not-a-package"),
        ("/dev/null", "not-a-package"),
        ("manifest.toml", "not-a-package"),
    ] {
        bench.refused(&["verify", path], code);
        assert_eq!(bench.json(&["verify", path]).1, 1, "{path}");
    }
    let odd = "bad\u{1b}[31m\n.psp";
    assert!(bench.refused(&["verify", odd], "package-read").contains("bad\\u{1b}[31m\\u{a}.psp"));
}

#[test]
fn the_part_is_named() {
    let bench = Bench::built();
    let damage = damage::all(&bench);
    let second = damage.iter().find(|damage| damage.what == "second slot").unwrap();
    fs::write(bench.path("bad.psp"), &second.bytes).unwrap();
    let message = bench.refused(&["verify", "bad.psp"], "frame-digest");
    assert!(
        message.contains("bad.psp: a frame is not the one that was signed (slot 1 `data`, at offset 0x"),
        "{message}"
    );
}

#[test]
fn each_key_must_have_signed() {
    let bench = Bench::built();
    bench.done(&["verify", "hello.psp", "--key", "1.pub"]);
    bench.done(&["verify", "hello.psp", "--key", &key_id(1)]);
    bench.done(&["verify", "hello.psp", "--key", "hello.psp"]);
    bench.refused(&["verify", "hello.psp", "--key", "2.pub"], "key-not-signed");
    bench.refused(&["verify", "hello.psp", "--key", "1.pub", "--key", "2.pub"], "key-not-signed");
    bench.refused(&["verify", "hello.psp", "--key", "manifest.toml"], "key-file");
    bench.refused(&["verify", "hello.psp", "--key", "missing.pub"], "key-read");
    bench.refused(&["verify", "hello.psp", "--key", &"0".repeat(64)], "key-file");
    bench.done(&["sign", "hello.psp", "--key", "2.key"]);
    bench.done(&["verify", "hello.psp", "--key", "1.pub", "--key", "2.pub"]);
}

#[test]
fn detached_signatures() {
    let bench = Bench::built();
    let before = fs::read(bench.path("hello.psp")).unwrap();
    bench.done(&["sign", "hello.psp", "--key", "2.key", "--detached", "--purpose", "audit"]);
    assert_eq!(fs::read(bench.path("hello.psp")).unwrap(), before);
    let with = |file: &'static str| ["verify", "hello.psp", "--key", "2.pub", "--signature", file];
    assert!(bench.done(&with("hello.psp.sig")).contains("for audit, in hello.psp.sig"));
    bench.refused(&["verify", "hello.psp", "--key", "2.pub"], "key-not-signed");
    bench.refused(&with("missing.sig"), "signature-file");
    bench.refused(&with("manifest.toml"), "signature-file");
    bench.refused(&with("hello.psp"), "signature-file");
    let mut bytes = fs::read(bench.path("hello.psp.sig")).unwrap();
    bytes[100] ^= 1;
    fs::write(bench.path("bad.sig"), bytes).unwrap();
    bench.refused(&with("bad.sig"), "signature-invalid");
    // Of another package it says nothing.
    bench.write("app/lib/words.txt", "other");
    bench.done(&["build", "--key", "1.key", "-q"]);
    bench.refused(&with("hello.psp.sig"), "signature-foreign");
}

#[test]
fn trust_is_told_and_demanded() {
    let (one, two) = (key_id(1), key_id(2));
    let bench = Bench::built();
    let trusted = ["verify", "hello.psp", "--require-trusted"];
    bench.refused(&trusted, "untrusted");
    for (lines, code) in [
        (format!("key {two} other\n"), Some("untrusted")),
        (format!("key {one} ours\n"), None),
        (format!("key {one} ours\nrequire trusted 2\n"), Some("untrusted")),
        (format!("key {one} ours\nrevoke {one} lost\n"), Some("key-revoked")),
        (format!("key {one} ours\nminimum-version hello 1.2.4\n"), Some("version-too-old")),
        (format!("key {one} ours\nminimum-sequence hel* 8\n"), Some("sequence-too-old")),
        (format!("key {one} ours\nrequire-keys hello 1 {two}\n"), Some("untrusted")),
        (format!("require-keys hello 1 {one}\n"), Some("untrusted")),
    ] {
        bench.trust(&lines);
        match code {
            Some(code) => drop(bench.refused(&trusted, code)),
            None => drop(bench.done(&trusted)),
        }
        // Without the demand the file is whole and valid all the same, and what the machine thinks is told.
        let (document, exit) = bench.json(&["verify", "hello.psp"]);
        assert_eq!(exit, 0, "{lines}");
        let allowed = document["policy"]["allowed"].as_bool().unwrap();
        assert_eq!(
            allowed,
            code.is_none() || lines.starts_with("require-keys") || lines.starts_with(&format!("key {two}")),
            "{lines}"
        );
    }
    bench.trust("require everything\n");
    bench.refused(&["verify", "hello.psp"], "trust-invalid");
    bench.trust("");
    bench.mode("home/.config/psp/trust", 0o666);
    bench.refused(&["verify", "hello.psp"], "trust-unsafe");
}

#[test]
fn wrong_usage() {
    let bench = Bench::built();
    for arguments in [
        &["verify"][..],
        &["verify", "hello.psp", "--kee", "x"],
        &["verify", "hello.psp", "more"],
        &["verify", "hello.psp", "--key"],
    ] {
        assert_eq!(bench.psp(arguments).status.code(), Some(2), "{arguments:?}");
    }
}
