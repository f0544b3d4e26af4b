//! `psp inspect`: worth looking at, and the same for programs.

use std::fs;

use serde_json::json;

use crate::bench::{Bench, MANIFEST, key_id, text};
use crate::damage;

const SHOWN: &str = "\
hello 1.2.3  x86_64-linux
Says hello, and what it was given.

  License   MIT
  Homepage  https://example.org/hello
  Built by  psp VERSION
  Channel   stable
  Sequence  7
  Size      SIZE
  Format    1.0
  Root      ROOT
  Stub      4 bytes  unknown: signed, but not the one that this psp carries

Slots
  id        kind  lifecycle  files      size    stored    ratio  frames
  app       tree  cache          3  162.2 kB     483 B    0.3 %       2
  data      file  lazy           1  300.0 kB  300.1 kB  100.0 %       2
  together                       4  462.2 kB  300.6 kB   65.0 %

Entry points
  (default)  {slot:app}/bin/hello --flag
             set GREETING=hello
  admin      {slot:app}/bin/admin
             in {slot:app}/lib
             set GREETING=hello

Signatures
  KEY
  trusted as `Ours`, primary
";

/// What depends on versions and not on what is shown stands for itself.
fn settled(shown: &str) -> String {
    let line = |line: &str| match line.split_whitespace().next() {
        Some("Root") => "  Root      ROOT".to_owned(),
        Some("Size") => "  Size      SIZE".to_owned(),
        _ => line.replace(env!("CARGO_PKG_VERSION"), "VERSION").replace(&key_id(1), "KEY"),
    };
    shown.lines().map(|text| line(text) + "\n").collect()
}

#[test]
fn what_people_see() {
    let bench = Bench::new();
    bench.write("stub", "stub");
    bench.done(&["build", "--key", "1.key", "-q", "--stub", "stub"]);
    bench.trust(&format!("key {} Ours\n", key_id(1)));
    let shown = settled(&bench.done(&["inspect", "hello.psp"]));
    assert_eq!(shown, SHOWN, "{shown}");
}

#[test]
fn what_programs_see() {
    let bench = Bench::built();
    bench.trust(&format!("key {} Ours\n", key_id(1)));
    let (document, code) = bench.json(&["inspect", "hello.psp"]);
    assert_eq!(code, 0);
    for (field, value) in [
        ("schema", json!("psp-inspect/1")),
        ("format", json!("1.0")),
        ("name", json!("hello")),
        ("version", json!("1.2.3")),
        ("target", json!("x86_64-linux")),
        ("channel", json!("stable")),
        ("sequence", json!(7)),
        ("valid", json!(true)),
        ("fault", json!(null)),
        ("primary_key", json!(key_id(1))),
    ] {
        assert_eq!(document[field], value, "{field}");
    }
    assert_eq!(document["size"], json!(fs::metadata(bench.path("hello.psp")).unwrap().len()));
    let stub = &document["stub"];
    assert!(
        stub["known"] == true
            && stub["size"].as_u64() > Some(50_000)
            && stub["sha256"].as_str().unwrap().len() == 64
    );
    let slots = document["slots"].as_array().unwrap();
    assert_eq!(slots.len(), 2);
    let expected = json!({ "files": 3, "executables": 2, "directories": 3, "symlinks": 1, "hardlinks": 1 });
    assert_eq!(slots[0]["contents"], expected);
    for (field, value) in [
        ("id", json!("data")),
        ("kind", json!("file")),
        ("lifecycle", json!("lazy")),
        ("size", json!(300_000)),
        ("frames", json!(2)),
    ] {
        assert_eq!(slots[1][field], value, "{field}");
    }
    assert!(
        slots.iter().all(|slot| slot["sha256"].as_str().unwrap().len() == 64 && slot["stored_size"].is_u64())
    );
    let signature = &document["signatures"][0];
    assert_eq!(
        (&signature["key_id"], &signature["valid"], &signature["trusted"]),
        (&json!(key_id(1)), &json!(true), &json!(true))
    );
    assert_eq!(document["entries"][1]["name"], "admin");
    assert_eq!(document["information"]["license"], "MIT");
}

#[test]
fn what_is_wrong_is_shown_too() {
    let bench = Bench::built();
    for damage in damage::all(&bench) {
        fs::write(bench.path("bad.psp"), &damage.bytes).unwrap();
        let output = bench.psp(&["inspect", "bad.psp"]);
        let shown = text(&output.stdout);
        // Frames of data are for verify.
        if ["frame", "second slot"].contains(&damage.what) {
            assert_eq!(output.status.code(), Some(0), "{}", damage.what);
            continue;
        }
        assert_eq!(output.status.code(), Some(1), "{}", damage.what);
        let told = shown.contains(&format!("[{}]", damage.code))
            || text(&output.stderr).contains(&format!("[{}]", damage.code));
        assert!(told, "{}: {shown}{}", damage.what, text(&output.stderr));
    }
    let damage = damage::all(&bench);
    let signature = damage.iter().find(|damage| damage.what == "signature").unwrap();
    fs::write(bench.path("bad.psp"), &signature.bytes).unwrap();
    let (document, code) = bench.json(&["inspect", "bad.psp"]);
    assert_eq!(
        (code, &document["valid"], &document["fault"]["code"]),
        (1, &json!(false), &json!("signature-invalid"))
    );
    assert_eq!((&document["signatures"][0]["valid"], &document["name"]), (&json!(false), &json!("hello")));
    assert!(text(&bench.psp(&["inspect", "bad.psp"]).stdout).contains("NOT VALID"));
    let stub = damage.iter().find(|damage| damage.what == "stub").unwrap();
    fs::write(bench.path("bad.psp"), &stub.bytes).unwrap();
    assert_eq!(bench.json(&["inspect", "bad.psp"]).0["stub"]["known"], false);
}

#[test]
fn nothing_drives_the_terminal() {
    let bench = Bench::new();
    let manifest =
        MANIFEST.replace("Says hello, and what it was given.", "red \\u001b[31m and \\u202e turned");
    bench.write("manifest.toml", &manifest);
    let evil = "evil\u{1b}[2J";
    fs::write(bench.path("app").join(evil), "").unwrap();
    bench.write("manifest.toml", &manifest.replace("\"--flag\"", "\"--flag\\u0007\""));
    bench.done(&["build", "--key", "1.key", "-q"]);
    let shown = bench.done(&["inspect", "hello.psp"]);
    assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{shown:?}");
    assert!(
        shown.contains("red \\u{1b}[31m and \\u{202e} turned") && shown.contains("--flag\\u{7}"),
        "{shown}"
    );
}

#[test]
fn no_package() {
    let bench = Bench::new();
    bench.refused(&["inspect", "missing.psp"], "package-read");
    bench.refused(&["inspect", "manifest.toml"], "not-a-package");
    let (document, code) = bench.json(&["inspect", "manifest.toml"]);
    assert_eq!(
        (code, &document["schema"], &document["error"]["code"]),
        (1, &json!("psp-error/1"), &json!("not-a-package"))
    );
}
