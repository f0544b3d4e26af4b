//! `psp diff`: what has changed, and what a delta would hold.

use std::fs;

use serde_json::{Value, json};

use crate::bench::{Bench, MANIFEST};

fn build(bench: &Bench, output: &str) {
    bench.done(&["build", "--key", "1.key", "-q", "-o", output]);
}

#[test]
fn the_same() {
    let bench = Bench::built();
    fs::copy(bench.path("hello.psp"), bench.path("copy.psp")).unwrap();
    assert_eq!(bench.done(&["diff", "--exit-code", "hello.psp", "copy.psp"]), "the packages are the same\n");
    let (document, _) = bench.json(&["diff", "hello.psp", "copy.psp"]);
    assert_eq!(
        (&document["schema"], &document["same"], &document["slots"]),
        (&json!("psp-diff/1"), &json!(true), &json!([]))
    );
    bench.done(&["sign", "copy.psp", "--key", "2.key"]);
    assert_eq!(bench.json(&["diff", "hello.psp", "copy.psp"]).0["facts"][0]["what"], "signers");
}

#[test]
fn every_kind_of_change() {
    let bench = Bench::built();
    bench.write("app/lib/words.txt", &format!("{}more", "words that repeat ".repeat(9000)));
    bench.write("app/new/file", "new");
    bench.mode("app/bin/admin", 0o755);
    fs::remove_file(bench.path("app/bin/words")).unwrap();
    bench.write("app/bin/words", "a file now");
    fs::remove_dir(bench.path("app/empty")).unwrap();
    bench.write("app/lib/plain", "x");
    bench.mode("app/lib/plain", 0o644);
    build(&bench, "middle.psp");
    bench.mode("app/lib/plain", 0o755);
    bench.write("extra.bin", "extra");
    let manifest = MANIFEST
        .replace("1.2.3", "1.3.0")
        .replace("id = \"data\"\nsource = \"data.bin\"", "id = \"extra\"\nsource = \"extra.bin\"");
    bench.write("manifest.toml", &manifest);
    build(&bench, "new.psp");
    let files = |document: &Value, slot: usize| -> Vec<(String, String)> {
        let files = document["slots"][slot]["files"].as_array().unwrap();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        files.iter().map(|file| (word(&file["path"]), word(&file["change"]))).collect()
    };
    let pair = |path: &str, change: &str| (path.to_owned(), change.to_owned());
    let (document, code) = bench.json(&["diff", "hello.psp", "middle.psp"]);
    assert_eq!((code, &document["same"]), (0, &json!(false)));
    let expected = [
        pair("bin/words", "kind"),
        pair("empty", "removed"),
        pair("lib/plain", "added"),
        pair("lib/same.txt", "changed"),
        pair("lib/words.txt", "changed"),
        pair("new", "added"),
        pair("new/file", "added"),
    ];
    assert_eq!(files(&document, 0), expected);
    let (document, _) = bench.json(&["diff", "middle.psp", "new.psp"]);
    assert_eq!(files(&document, 0), [pair("lib/plain", "mode")]);
    let slots: Vec<_> = document["slots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|slot| (slot["id"].clone(), slot["change"].clone()))
        .collect();
    assert_eq!(
        slots,
        [
            (json!("app"), json!("changed")),
            (json!("extra"), json!("added")),
            (json!("data"), json!("removed"))
        ]
    );
    assert_eq!(document["facts"][0], json!({ "what": "version", "before": "1.2.3", "after": "1.3.0" }));
    let text = bench.done(&["diff", "middle.psp", "new.psp"]);
    assert!(
        text.contains("version  1.2.3  → 1.3.0")
            && text.contains("lib/plain")
            && text.contains("frames are shared"),
        "{text}"
    );
    assert_eq!(bench.psp(&["diff", "--exit-code", "middle.psp", "new.psp"]).status.code(), Some(1));
}

#[test]
fn a_delta_is_small_when_little_has_changed() {
    let bench = Bench::built();
    let noise: Vec<u8> =
        (0..6_000_000u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(bench.path("data.bin"), &noise).unwrap();
    build(&bench, "old.psp");
    bench.write("app/lib/more.txt", "a line");
    build(&bench, "new.psp");
    let (document, _) = bench.json(&["diff", "old.psp", "new.psp"]);
    let number = |field: &str| document["delta"][field].as_u64().unwrap();
    assert!(number("shared_frames") >= 2 && number("shared_bytes") >= 6_000_000, "{document}");
    assert!(number("needed_bytes") < 10_000 && number("total_bytes") > 6_000_000, "{document}");
}

#[test]
fn names_that_are_not_text() {
    use std::os::unix::ffi::OsStrExt;
    let bench = Bench::built();
    fs::write(bench.path("app/lib").join(std::ffi::OsStr::from_bytes(b"od\xffd\n")), "x").unwrap();
    build(&bench, "new.psp");
    let (document, _) = bench.json(&["diff", "hello.psp", "new.psp"]);
    let file = &document["slots"][0]["files"][0];
    assert_eq!(
        (&file["path"], &file["path_bytes"]),
        (&json!("lib/od\u{fffd}d\n"), &json!("6c69622f6f64ff640a"))
    );
    assert!(bench.done(&["diff", "hello.psp", "new.psp"]).contains("lib/od\\xffd\\u{a}\n"));
}

#[test]
fn bad_input() {
    let bench = Bench::built();
    bench.refused(&["diff", "hello.psp", "missing.psp"], "package-read");
    bench.refused(&["diff", "manifest.toml", "hello.psp"], "not-a-package");
    assert_eq!(bench.json(&["diff", "manifest.toml", "hello.psp"]).0["schema"], "psp-error/1");
    assert_eq!(bench.psp(&["diff", "hello.psp"]).status.code(), Some(2));
}
