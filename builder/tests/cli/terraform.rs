//! Providers: `[terraform]` in a manifest, `psp install`, `psp mirror`, `psp release`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::bench::{Bench, text};

/// Says that it listens, in whatever version it is asked for, and waits.
const PLUGIN: &str = "#!/bin/sh\necho \"1|$PLUGIN_PROTOCOL_VERSIONS|unix|/tmp/none|grpc|\"\nexec sleep 100\n";

const NAME: &str = "terraform-provider-foundry_v1.2.3";
const ARCHIVE: &str = "terraform-provider-foundry_1.2.3_linux_amd64.zip";

fn manifest(version: &str) -> String {
    format!(
        "[package]\nname = \"foundry\"\nversion = \"{version}\"\n[terraform]\nsource = \"registry.example.com/foundry/foundry\"\nprotocols = [\"6.0\", \"5.0\"]\n[run]\ncommand = [\"{{slot:app}}/plugin\"]\n[[slot]]\nid = \"app\"\nsource = \"plugin\"\n"
    )
}

/// A bench with a provider's manifest, and the provider by key 1.
fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("manifest.toml", &manifest("1.2.3"));
    plugin(&bench, PLUGIN);
    bench.done(&["build", "--key", "1.key", "-q"]);
    bench
}

fn plugin(bench: &Bench, script: &str) {
    bench.write("plugin/plugin", script);
    bench.mode("plugin/plugin", 0o755);
}

fn bytes(path: PathBuf) -> Vec<u8> {
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a directory with what they hold.
fn tree(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut queue = vec![root.to_owned()];
    while let Some(directory) = queue.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => queue.push(path),
                path => {
                    files.insert(path.strip_prefix(root).unwrap().to_owned(), bytes(path));
                }
            }
        }
    }
    files
}

/// A psp that may write only where everybody may.
fn unprivileged(bench: &Bench, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", env!("CARGO_BIN_EXE_psp")]);
    command.args(arguments).current_dir(bench.path("")).env_clear().env("HOME", "/nonexistent");
    command.output().unwrap()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

#[test]
fn a_provider_gets_its_name_when_it_has_answered() {
    let bench = bench();
    assert_eq!(fs::metadata(bench.path(NAME)).unwrap().permissions().mode() & 0o777, 0o755);
    let (inspected, _) = bench.json(&["inspect", NAME]);
    assert_eq!(inspected["information"]["terraform.source"], "registry.example.com/foundry/foundry");
    assert_eq!(inspected["information"]["terraform.protocols"], "5.0,6.0");
    let first = bytes(bench.path(NAME));
    bench.done(&["build", "--key", "1.key", "-q", "-o", "again"]);
    assert!(bytes(bench.path("again")) == first, "the same manifest and key give the same bytes");
    // What it said at last is what it is: an earlier file stays as it was when the next one is none.
    for (script, code, word) in [
        (
            "#!/bin/sh\necho 'cannot find libx' >&2\nexit 1\n",
            "terraform-handshake",
            "its last words: cannot find libx",
        ),
        ("#!/bin/sh\necho hello\nsleep 100\n", "terraform-handshake", "no handshake: hello"),
        (
            "#!/bin/sh\necho '1|6|unix|/x|grpc|'\nsleep 100\n",
            "terraform-protocol",
            "asked for 5 it answers with 6",
        ),
    ] {
        plugin(&bench, script);
        let output = bench.psp(&["build", "--key", "1.key"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.starts_with(&format!("error[{code}]: ")) && said.contains(word), "{said}");
        assert!(said.contains("manifest.toml:5:10"), "{said}");
        assert!(bytes(bench.path(NAME)) == first);
    }
    assert!(!bench.names("").iter().any(|name| name.ends_with(".new")), "{:?}", bench.names(""));
    bench.write("directory/x", "");
    let output = bench.psp(&["build", "--key", "1.key", "-o", "directory"]);
    assert!(text(&output.stderr).starts_with("error[output-invalid]"), "{}", text(&output.stderr));
}

#[test]
fn a_provider_is_tried_in_an_environment_of_its_own() {
    let bench = Bench::new();
    bench.write("manifest.toml", &manifest("1.2.3"));
    let told = bench.path("told");
    fs::write(&told, "").unwrap();
    plugin(&bench, &format!("#!/bin/sh\n{{ env; pwd; }} >> '{}'\n{}", told.display(), &PLUGIN[10..]));
    let mut build = bench.command(&["build", "--key", "1.key", "-q"]);
    build.env("AWS_SECRET_ACCESS_KEY", "canary").env("PSP_SIGNING_KEY", "canary");
    assert!(build.output().unwrap().status.success());
    let told = fs::read_to_string(told).unwrap();
    assert!(!told.contains("canary") && told.contains("TF_PLUGIN_MAGIC_COOKIE="), "{told}");
    assert!(!told.contains(&format!("HOME={}", bench.path("home").display())), "{told}");
    assert_eq!(told.matches("PLUGIN_PROTOCOL_VERSIONS=").count(), 2, "once for each version: {told}");
}

#[test]
fn a_provider_for_another_machine_is_not_tried() {
    let bench = Bench::new();
    bench.write("manifest.toml", &manifest("1.2.3"));
    plugin(&bench, "#!/bin/sh\nexit 1\n");
    bench.write("stub", "a stub for that machine");
    let output = bench.psp(&["build", "--key", "1.key", "--target", "aarch64-linux", "--stub", "stub"]);
    let said = text(&output.stderr);
    assert!(output.status.success() && said.contains("not tried, as it is for aarch64-linux"), "{said}");
    bench.done(&["mirror", "--terraform", "m", "--key", "1.key", NAME]);
    let name = "registry.example.com/foundry/foundry/terraform-provider-foundry_1.2.3_linux_arm64.zip";
    assert!(bench.path("m").join(name).exists());
}

#[test]
fn a_build_that_is_interrupted_while_the_provider_is_tried() {
    let bench = Bench::new();
    bench.write("manifest.toml", &manifest("1.2.3"));
    let told = bench.path("told");
    assert!(Command::new("mkfifo").arg(&told).status().unwrap().success());
    plugin(&bench, &format!("#!/bin/sh\necho $$ > '{}'\nexec sleep 100\n", told.display()));
    let mut build = bench.command(&["build", "--key", "1.key", "-q"]).spawn().unwrap();
    // Waits until the provider runs.
    let provider = fs::read_to_string(&told).unwrap();
    let status = Command::new("kill").args(["-INT", &build.id().to_string()]).status();
    assert!(status.unwrap().success());
    assert_eq!(build.wait().unwrap().signal(), Some(2), "it ends as the signal says");
    let names = bench.names("");
    assert!(!names.iter().any(|name| name == NAME || name.ends_with(".new")), "{names:?}");
    assert!(!Path::new("/proc").join(provider.trim()).join("fd/1").exists(), "the provider ended too");
}

#[test]
fn installing() {
    let bench = bench();
    let place = "registry.example.com/foundry/foundry/1.2.3/linux_amd64";
    let said = bench.done(&["install", NAME, "--terraform"]);
    let path = bench.path("home/.terraform.d/plugins").join(place).join(NAME);
    assert!(said.contains("source  = \"registry.example.com/foundry/foundry\""), "{said}");
    assert!(!said.contains("provider_installation"), "Terraform looks there by itself: {said}");
    assert!(bytes(path.clone()) == bytes(bench.path(NAME)));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(bench.names(&format!("home/.terraform.d/plugins/{place}")), [NAME]);
    assert_eq!(
        bench.names("home/.terraform.d/plugins/registry.example.com/foundry/foundry/1.2.3"),
        ["linux_amd64"]
    );
    assert!(bench.done(&["install", NAME, "--terraform"]).contains(": installed already\n"));
    let said = bench.done(&["install", NAME, "--terraform", "a dir"]);
    let shown = fs::canonicalize(bench.path("a dir")).unwrap();
    assert!(said.contains(&format!("path    = \"{}\"", shown.display())), "{said}");
    // Another file of the same version.
    plugin(&bench, &format!("{PLUGIN}# changed\n"));
    bench.done(&["build", "--key", "1.key", "-q"]);
    let before = tree(&bench.path("home/.terraform.d"));
    bench.refused(&["install", NAME, "--terraform"], "terraform-version-exists");
    assert!(tree(&bench.path("home/.terraform.d")) == before);
    assert!(bench.done(&["install", NAME, "--terraform", "--replace"]).contains(": replaced\n"));
    assert!(bytes(path.clone()) == bytes(bench.path(NAME)));
    // What would change Terraform's checksum.
    fs::write(path.with_file_name("README"), "").unwrap();
    for arguments in [&["install", NAME, "--terraform"][..], &["install", NAME, "--terraform", "--replace"]] {
        bench.refused(arguments, "terraform-install-foreign");
    }
    fs::remove_file(path.with_file_name("README")).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(bench.done(&["install", NAME, "--terraform"]).contains(": installed\n"));
}

#[test]
fn what_cannot_be_installed() {
    let bench = bench();
    bench.write("hello.toml", crate::bench::MANIFEST);
    bench.done(&["build", "hello.toml", "--key", "1.key", "-q"]);
    let said = bench.refused(&["install", "hello.psp", "--terraform", "d"], "terraform-package");
    assert!(said.contains("no [terraform] table"), "{said}");
    bench.refused(&["mirror", "hello.psp", NAME, "--terraform", "d"], "terraform-package");
    bench.refused(&["release", "hello.psp", "--terraform", "d"], "terraform-package");
    bench.refused(&["install", "missing", "--terraform", "d"], "package-read");
    let mut damaged = bytes(bench.path(NAME));
    let middle = damaged.len() - 700;
    damaged[middle] ^= 1;
    fs::write(bench.path("damaged"), damaged).unwrap();
    for command in ["install", "mirror", "release"] {
        let output = bench.psp(&[command, "damaged", "--terraform", "d"]);
        assert_eq!(output.status.code(), Some(1), "{command}");
    }
    bench.trust(&format!("revoke {} \"stolen\"\n", crate::bench::key_id(1)));
    for command in ["install", "mirror", "release"] {
        let output = bench.psp(&[command, NAME, "--terraform", "d"]);
        assert_eq!(output.status.code(), Some(1), "{command}");
    }
    assert!(!bench.path("d").exists());
    assert_eq!(bench.psp(&["install", NAME]).status.code(), Some(2));
    assert_eq!(bench.psp(&["mirror", "--terraform", "d"]).status.code(), Some(2));
    assert_eq!(bench.psp(&["release", NAME]).status.code(), Some(2));
}

#[test]
fn mirrors_and_their_keys() {
    let bench = bench();
    let said = bench.done(&["mirror", "--terraform", "m", "--key", "1.key", NAME]);
    let archive = format!("m/registry.example.com/foundry/foundry/{ARCHIVE}");
    assert_eq!(said, format!("{archive}: added\n"));
    let (document, code) = bench.json(&["mirror", "--terraform", "m", "--key", "1.key", NAME]);
    assert_eq!((code, &document["schema"]), (0, &Value::from("psp-mirror/1")));
    assert_eq!(
        (&document["providers"][0]["added"], &document["providers"][0]["platform"]),
        (&false.into(), &"linux_amd64".into())
    );
    let before = tree(&bench.path("m"));
    for (key, code) in
        [("2.key", "terraform-key"), ("1.pub", "key-file"), ("missing.key", "key-read"), (NAME, "key-file")]
    {
        bench.refused(&["mirror", "--terraform", "m", "--key", key, NAME], code);
    }
    plugin(&bench, &format!("{PLUGIN}# changed\n"));
    bench.done(&["build", "--key", "1.key", "-q"]);
    bench.refused(&["mirror", "--terraform", "m", "--key", "1.key", NAME], "terraform-version-exists");
    assert!(tree(&bench.path("m")) == before);
    // Without a key it is the development key, made for whoever has none.
    let output = bench.psp(&["mirror", "--terraform", "other", NAME]);
    assert!(output.status.success() && text(&output.stderr).contains("made a development key"));
    let mut homeless = bench.command(&["mirror", "--terraform", "third", NAME]);
    let output = homeless.env_remove("HOME").output().unwrap();
    assert!(text(&output.stderr).starts_with("psp: error[key-make]"), "{}", text(&output.stderr));
    assert!(!bench.path("third").exists());
}

#[test]
fn targets_that_cannot_be_written() {
    let bench = bench();
    bench.write("file", "");
    bench.refused(&["mirror", "--terraform", "file", "--key", "1.key", NAME], "output-invalid");
    bench.refused(&["release", "--terraform", "file", "--key", "1.key", NAME], "output-write");
    bench.refused(&["install", NAME, "--terraform", "file"], "output-write");
    if !is_root() {
        eprintln!("skipped: root is not here");
        return;
    }
    bench.mode("1.key", 0o644);
    fs::create_dir(bench.path("m")).unwrap();
    for arguments in [
        &["mirror", "--terraform", "m", "--key", "1.key", NAME][..],
        &["release", "--terraform", "m", "--key", "1.key", NAME],
        &["install", NAME, "--terraform", "m"],
    ] {
        let output = unprivileged(&bench, arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("error[output-write]"), "{arguments:?}: {said}");
        assert!(bench.names("m").is_empty());
    }
}

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
