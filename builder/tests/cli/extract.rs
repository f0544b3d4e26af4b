//! `psp extract`: verified content, whole slots, and never over something.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use serde_json::json;

use crate::bench::Bench;
use crate::damage;

#[test]
fn trees_come_out_as_they_went_in() {
    let bench = Bench::built();
    let text = bench.done(&["extract", "hello.psp"]);
    assert_eq!(text, "hello-1.2.3/app: 8 entries, 162.2 kB\nhello-1.2.3/data: 1 entry, 300.0 kB\n");
    let at = |path: &str| bench.path("hello-1.2.3").join(path);
    let mode = |path: &str| fs::symlink_metadata(at(path)).unwrap().permissions().mode() & 0o7777;
    for (path, expected) in [
        ("", 0o755),
        ("app", 0o755),
        ("app/bin", 0o755),
        ("app/empty", 0o755),
        ("app/bin/hello", 0o755),
        ("app/lib/words.txt", 0o644),
        ("data/data.bin", 0o644),
    ] {
        assert_eq!(mode(path), expected, "{path}");
    }
    assert_eq!(fs::read_link(at("app/bin/words")).unwrap().to_str(), Some("../lib/words.txt"));
    assert_eq!(
        fs::metadata(at("app/lib/same.txt")).unwrap().ino(),
        fs::metadata(at("app/lib/words.txt")).unwrap().ino()
    );
    assert_eq!(fs::read(at("app/bin/hello")).unwrap(), fs::read(bench.path("app/bin/hello")).unwrap());
    assert_eq!(fs::metadata(at("data/data.bin")).unwrap().len(), 300_000);
    assert_eq!(bench.names("hello-1.2.3"), ["app", "data"]);
    // Packed again it is the same.
    bench.write(
        "again.toml",
        &crate::bench::MANIFEST.replace("source = \"app\"", "source = \"hello-1.2.3/app\""),
    );
    bench.done(&["build", "again.toml", "--key", "1.key", "-q", "-o", "again.psp"]);
    assert_eq!(bench.json(&["diff", "hello.psp", "again.psp"]).0["same"], true);
}

#[test]
fn modes_do_not_depend_on_the_umask() {
    let bench = Bench::built();
    let psp = env!("CARGO_BIN_EXE_psp");
    let script = format!("umask 077; exec {psp} extract hello.psp -o out --slot app");
    let status = std::process::Command::new("/bin/sh")
        .args(["-c", &script])
        .stdout(std::process::Stdio::null())
        .current_dir(bench.path(""))
        .status()
        .unwrap();
    assert!(status.success());
    let mode = |path: &str| fs::metadata(bench.path(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(
        (mode("out/app"), mode("out/app/bin/hello"), mode("out/app/lib/words.txt")),
        (0o755, 0o755, 0o644)
    );
}

#[test]
fn one_slot_to_a_place() {
    let bench = Bench::built();
    let (document, code) = bench.json(&["extract", "hello.psp", "-o", "deep/er", "--slot", "data"]);
    assert_eq!((code, &document["schema"]), (0, &json!("psp-extract/1")));
    assert_eq!(
        document["slots"],
        json!([{ "id": "data", "path": "deep/er/data", "entries": 1, "size": 300_000 }])
    );
    assert_eq!(bench.names("deep/er"), ["data"]);
    let message = bench.refused(&["extract", "hello.psp", "--slot", "nope"], "slot-none");
    assert!(message.contains("its slots are: app, data"), "{message}");
}

#[test]
fn nothing_is_overwritten() {
    let bench = Bench::built();
    bench.write("out/data/mine", "mine");
    assert!(
        bench.refused(&["extract", "hello.psp", "-o", "out"], "extract-exists").contains("out/data exists")
    );
    assert_eq!(bench.names("out"), ["data"]);
    assert_eq!(fs::read_to_string(bench.path("out/data/mine")).unwrap(), "mine");
    fs::remove_dir_all(bench.path("out/data")).unwrap();
    std::os::unix::fs::symlink("/nowhere", bench.path("out/data")).unwrap();
    bench.refused(&["extract", "hello.psp", "-o", "out"], "extract-exists");
    bench.write("file", "");
    bench.refused(&["extract", "hello.psp", "-o", "file/out"], "extract-write");
}

#[test]
fn nothing_is_left_of_what_is_damaged() {
    let bench = Bench::built();
    for damage in damage::all(&bench) {
        fs::write(bench.path("bad.psp"), &damage.bytes).unwrap();
        // What is wrong with the stub is no concern of a slot.
        if damage.region == "stub" {
            continue;
        }
        let slot = if damage.what == "second slot" { "data" } else { "app" };
        bench.refused(&["extract", "bad.psp", "-o", "out", "--slot", slot], damage.code);
        assert_eq!(bench.names("out"), Vec::<String>::new(), "{}", damage.what);
    }
    bench.refused(&["extract", "missing.psp"], "package-read");
}
