//! `psp run`: nothing of the package runs before this machine's own program and policy have said yes.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::Stdio;

use crate::bench::{Bench, key_id, text};
use crate::damage;

/// Not started: 125, one line with this code, nothing on standard output.
fn refused(bench: &Bench, arguments: &[&str], code: &str) -> String {
    let output = bench.psp(&[&["run"], arguments].concat());
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(125), "{arguments:?}: {stderr}");
    assert!(
        stderr.starts_with(&format!("psp: error[{code}]: ")) && stderr.contains("; help: "),
        "{arguments:?}: {stderr}"
    );
    assert!(stderr.lines().count() == 1 && output.stdout.is_empty(), "{arguments:?}: {stderr}");
    stderr
}

#[test]
fn everything_is_handed_on() {
    let bench = Bench::built();
    assert_eq!(bench.done(&["run", "hello.psp"]), "hello\n--flag\n");
    for arguments in [
        &["--help"][..],
        &["--pin", "--entry", "x"],
        &["--", "a"],
        &["a", "--", "b c", ""],
        &["-h", "-V", "--version"],
        &["'quoted'", "\"$HOME\"", "*"],
    ] {
        let printed = bench.done(&[&["run", "hello.psp"], arguments].concat());
        assert_eq!(printed, format!("hello\n--flag\n{}\n", arguments.join("\n")), "{arguments:?}");
    }
    let odd = OsStr::from_bytes(b"\xff\xfe bytes");
    let output = bench.command(&[OsStr::new("run"), OsStr::new("hello.psp"), odd]).output().unwrap();
    assert_eq!(output.stdout, b"hello\n--flag\n\xff\xfe bytes\n");
    for code in [0, 1, 2, 125, 255] {
        let output = bench.psp(&["run", "hello.psp", "exit", &code.to_string()]);
        assert_eq!(output.status.code(), Some(code));
    }
    let mut child = bench.command(&["run", "hello.psp", "wait"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"from outside").unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, b"ready\nfrom outside");
    let package = fs::canonicalize(bench.path("hello.psp")).unwrap();
    assert_eq!(bench.done(&["run", "hello.psp", "package"]), format!("{} 1.2.3 none\n", package.display()));
}

#[test]
fn entry_points() {
    let bench = Bench::built();
    assert!(bench.done(&["run", "--entry", "admin", "hello.psp"]).ends_with("/tree/lib\n"));
    assert!(
        refused(&bench, &["--entry", "nope", "hello.psp"], "entry-unknown")
            .contains("`nope`; its entry points are: admin")
    );
    refused(&bench, &["--entry", "", "hello.psp"], "entry-unknown");
    // Through a link of that name, as when the package itself is started.
    std::os::unix::fs::symlink("hello.psp", bench.path("admin")).unwrap();
    assert!(bench.done(&["run", "./admin"]).ends_with("/tree/lib\n"));
}

#[test]
fn nothing_of_a_changed_package_runs() {
    let bench = Bench::built();
    for damage in damage::all(&bench) {
        fs::write(bench.path("bad.psp"), &damage.bytes).unwrap();
        bench.mode("bad.psp", 0o755);
        refused(&bench, &["bad.psp"], damage.code);
    }
    refused(&bench, &["missing.psp"], "package-read");
    refused(&bench, &["."], "not-a-package");
    assert_eq!(bench.names("cache"), Vec::<String>::new());
}

#[test]
fn another_stub_is_started_only_when_it_is_what_was_signed() {
    let bench = Bench::new();
    // Signed, a stub may do anything; exchanged afterwards, it does nothing.
    bench.done(&["build", "--key", "1.key", "-q", "--stub", "/bin/echo"]);
    assert_eq!(bench.done(&["run", "hello.psp", "from", "echo"]), "from echo\n");
    let echo = fs::metadata("/bin/echo").unwrap().len() as usize;
    let bytes = fs::read(bench.path("hello.psp")).unwrap();
    let mut other = fs::read("/bin/true").unwrap();
    other.resize(echo, 0);
    fs::write(bench.path("hello.psp"), [&other, &bytes[echo..]].concat()).unwrap();
    refused(&bench, &["hello.psp"], "stub-digest");
}

#[test]
fn this_machines_policy_decides() {
    let (one, two) = (key_id(1), key_id(2));
    let bench = Bench::built();
    for (lines, code) in [
        (format!("require trusted 1\nkey {two} other\n"), Some("untrusted")),
        (format!("require trusted 1\nkey {one} ours\n"), None),
        (format!("revoke {one} lost\n"), Some("key-revoked")),
        ("minimum-version * 2.0.0\n".to_owned(), Some("version-too-old")),
        ("minimum-sequence hello 8\n".to_owned(), Some("sequence-too-old")),
        (format!("require-keys hel* 1 {two}\n"), Some("untrusted")),
        ("what\n".to_owned(), Some("trust-invalid")),
        (String::new(), None),
    ] {
        bench.trust(&lines);
        match code {
            Some(code) => drop(refused(&bench, &["hello.psp"], code)),
            None => drop(bench.done(&["run", "hello.psp"])),
        }
    }
    bench.mode("home/.config/psp/trust", 0o622);
    refused(&bench, &["hello.psp"], "trust-unsafe");
}

#[test]
fn pins() {
    let bench = Bench::built();
    bench.trust("# mine\nrequire any\n");
    let output = bench.psp(&["run", "--pin", "hello.psp", "x"]);
    assert_eq!(text(&output.stdout), "hello\n--flag\nx\n");
    assert!(text(&output.stderr).contains("hello is pinned to the key"), "{}", text(&output.stderr));
    let pinned = format!("psp-trust 1\n# mine\nrequire any\nrequire-keys hello 1 {}\n", key_id(1));
    assert_eq!(bench.trust_text(), pinned);
    // A pin stays as it is, silently.
    assert_eq!(bench.done(&["run", "--pin", "hello.psp"]), "hello\n--flag\n");
    assert_eq!(bench.trust_text(), pinned);
    bench.done(&["build", "--key", "2.key", "-q"]);
    for arguments in [&["hello.psp"][..], &["--pin", "hello.psp"]] {
        assert!(refused(&bench, arguments, "pin-changed").contains(&key_id(2)));
    }
    // The package itself sees the same line.
    let direct = std::process::Command::new(bench.path("hello.psp"))
        .env_clear()
        .env("HOME", bench.path("home"))
        .output()
        .unwrap();
    assert_eq!(direct.status.code(), Some(125), "{}", text(&direct.stderr));
    assert_eq!(bench.trust_text(), pinned);
    // Signed by both, it is still what was pinned: the primary key may only change in a package that the old key has signed.
    bench.done(&["sign", "hello.psp", "--key", "1.key"]);
    bench.done(&["run", "hello.psp"]);
    refused(&bench, &["--pin", "hello.psp"], "pin-changed");
}

#[test]
fn a_refused_package_is_not_pinned() {
    let bench = Bench::built();
    bench.trust("minimum-version hello 2.0.0\n");
    refused(&bench, &["--pin", "hello.psp"], "version-too-old");
    assert_eq!(bench.trust_text(), "psp-trust 1\nminimum-version hello 2.0.0\n");
    let output = bench.command(&["run", "--pin", "hello.psp"]).env_remove("HOME").output().unwrap();
    assert_eq!(output.status.code(), Some(125));
    assert!(text(&output.stderr).starts_with("psp: error[trust-write]: "), "{}", text(&output.stderr));
}

#[test]
fn what_cannot_be_started() {
    let bench = Bench::built();
    bench.mode("hello.psp", 0o644);
    assert!(refused(&bench, &["hello.psp"], "start-failed").contains("chmod +x"));
    let manifest = crate::bench::MANIFEST
        .replace("[run]", "target_note = \"\"\n[run]")
        .replace("target_note = \"\"\n", "");
    bench.write("manifest.toml", &manifest);
    bench.write("stub", "stub");
    bench.done(&[
        "build",
        "--key",
        "1.key",
        "-q",
        "--target",
        "aarch64-linux",
        "--stub",
        "stub",
        "-o",
        "arm.psp",
    ]);
    refused(&bench, &["arm.psp"], "wrong-target");
    assert_eq!(bench.psp(&["run"]).status.code(), Some(2));
    assert_eq!(bench.psp(&["run", "--nope", "hello.psp"]).status.code(), Some(2));
    let none: [OsString; 0] = [];
    assert_eq!(bench.command(&none).output().unwrap().status.code(), Some(2));
}
