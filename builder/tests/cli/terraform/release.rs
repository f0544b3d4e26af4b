//! `psp release --terraform`.

use super::*;

#[test]
fn a_release_verifies_with_gpg() {
    let bench = bench();
    let said = bench.done(&["release", "--terraform", "r", "--key", "1.key", NAME]);
    let base = "terraform-provider-foundry_1.2.3";
    let names = ["SHA256SUMS", "SHA256SUMS.sig", "linux_amd64.zip", "manifest.json"];
    let names = names.map(|name| format!("{base}_{name}"));
    assert_eq!(bench.names("r"), names);
    assert_eq!(said.lines().count(), 4);
    let document: Value = serde_json::from_slice(&bytes(bench.path("r").join(&names[3]))).unwrap();
    assert_eq!(document["metadata"]["protocol_versions"], serde_json::json!(["5.0", "6.0"]));
    let before = tree(&bench.path("r"));
    bench.done(&["release", "--terraform", "r", "--key", "1.key", NAME]);
    assert!(tree(&bench.path("r")) == before, "the same bytes once more");
    bench.refused(&["release", "--terraform", "r", "--key", "2.key", NAME], "terraform-version-exists");
    bench.refused(&["release", "--terraform", "x", "--key", "1.key", NAME, NAME], "terraform-release");
    bench.write("manifest.toml", &manifest("1.2.4"));
    bench.done(&["build", "--key", "1.key", "-q", "-o", "next"]);
    bench.refused(&["release", "--terraform", "x", "--key", "1.key", NAME, "next"], "terraform-release");
    assert!(!bench.path("x").exists());
    let is_here = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !is_here("gpg") {
        assert!(std::env::var_os("CI").is_none_or(|value| value != "true"), "CI must have gpg");
        eprintln!("skipped: gpg is not here");
        return;
    }
    let key = bench.done(&["release", "--public-key", "--key", "1.key"]);
    bench.write("key.asc", &key);
    fs::create_dir(bench.path("gpg")).unwrap();
    bench.mode("gpg", 0o700);
    let gpg = |arguments: &[&str]| {
        let mut command = Command::new("gpg");
        command.args(["--batch", "--no-autostart"]).args(arguments).current_dir(bench.path(""));
        let output = command.env("GNUPGHOME", bench.path("gpg")).env("LC_ALL", "C").output().unwrap();
        (output.status.success(), text(&output.stderr))
    };
    let (imported, said) = gpg(&["--import", "key.asc"]);
    assert!(imported && said.contains("imported: 1"), "{said}");
    let [sums, signature] = [format!("r/{}", names[0]), format!("r/{}", names[1])];
    let (good, said) = gpg(&["--verify", &signature, &sums]);
    assert!(good && said.contains("Good signature"), "{said}");
    let mut changed = bytes(bench.path(&sums));
    changed[3] ^= 1;
    fs::write(bench.path("changed"), changed).unwrap();
    let (good, said) = gpg(&["--verify", &signature, "changed"]);
    assert!(!good && said.contains("BAD signature"), "{said}");
    let output = Command::new("sha256sum")
        .args(["--check", "--strict", &names[0]])
        .current_dir(bench.path("r"))
        .output();
    assert!(output.unwrap().status.success());
}

#[test]
fn archives_hold_one_program() {
    let bench = bench();
    bench.done(&["release", "--terraform", "r", "--key", "1.key", NAME]);
    let python = "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1]) as z:\n    assert z.testzip() is None\n    [e] = z.infolist()\n    print(e.filename, oct(e.external_attr >> 16), e.date_time, e.compress_type)\n    sys.stdout.flush()\n    sys.stdout.buffer.write(z.read(e))\n";
    let output =
        Command::new("python3").args(["-c", python]).arg(bench.path("r").join(ARCHIVE)).output().unwrap();
    let line = format!("{NAME} 0o100755 (1980, 1, 1, 0, 0, 0) 0\n");
    assert!(output.stdout.starts_with(line.as_bytes()), "{}", text(&output.stderr));
    assert!(output.stdout[line.len()..] == bytes(bench.path(NAME)));
}
