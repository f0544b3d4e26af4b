//! What is refused by each command that makes something of a provider's package; what was there stays byte by byte as it was.

use std::process::Output;

use super::forged::forged;
use super::*;

/// Directories that hold something already: one for each command.
fn filled(bench: &Bench) {
    bench.write("manifest.toml", &manifest("1.0.0"));
    bench.done(&["build", "--key", "1.key", "-q", "-o", "older"]);
    for command in COMMANDS {
        bench.done(&put(command, "older", command));
        bench.write(&format!("{command}/mine/notes.new"), "mine");
    }
}

#[test]
fn packages_that_are_no_provider() {
    let bench = bench();
    filled(&bench);
    bench.write("hello.toml", crate::bench::MANIFEST);
    bench.done(&["build", "hello.toml", "--key", "1.key", "-q"]);
    let whole = bytes(bench.path(NAME));
    for (name, at) in [("stub", 100), ("slot", whole.len() - 3000), ("manifest", whole.len() - 700)] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        fs::write(bench.path(name), damaged).unwrap();
    }
    fs::write(bench.path("short"), &whole[..whole.len() / 2]).unwrap();
    fs::write(bench.path("longer"), [&whole[..], b"\n"].concat()).unwrap();
    fs::write(bench.path("empty"), "").unwrap();
    assert!(Command::new("mkfifo").arg(bench.path("pipe")).status().unwrap().success());
    for (name, key, value) in [
        ("address", "terraform.source", "../../etc"),
        ("address-up", "terraform.source", "registry.example.com/../foundry"),
        ("address-port", "terraform.source", "registry.example.com:8443/foundry/foundry"),
        ("address-line", "terraform.source", "registry.example.com/foundry/\u{1b}[31m\n"),
        ("protocol", "terraform.protocols", "7.0"),
        ("protocols", "terraform.protocols", "6.0,5.0"),
    ] {
        forged(&bench, NAME, name, |manifest| {
            let stated = manifest.information.iter_mut().find(|(known, _)| *known == key).unwrap();
            stated.1 = value;
        });
    }
    forged(&bench, NAME, "version", |manifest| manifest.identity.version = "1.2.3+build");
    for (package, code) in [
        ("hello.psp", "terraform-package"),
        ("address", "terraform-package"),
        ("address-up", "terraform-package"),
        ("address-port", "terraform-package"),
        ("address-line", "terraform-package"),
        ("protocol", "terraform-package"),
        ("protocols", "terraform-package"),
        ("version", "terraform-package"),
        ("stub", "stub-digest"),
        ("slot", ""),
        ("manifest", ""),
        ("short", "not-a-package"),
        ("longer", "not-a-package"),
        ("empty", "not-a-package"),
        ("pipe", "not-a-package"),
        ("plugin", "not-a-package"),
        ("missing", "package-read"),
        ("1.key/x", "package-read"),
    ] {
        for command in COMMANDS {
            for target in ["new/target", command] {
                let before = (bench.path("new").exists(), tree(&bench.path(command)));
                let output = bench.psp(&put(command, package, target));
                let said = text(&output.stderr);
                assert_eq!(output.status.code(), Some(1), "{command} {package}: {said}");
                assert!(said.starts_with(&format!("psp: error[{code}")), "{command} {package}: {said}");
                assert!(said.lines().count() == 2 && said.contains("\nhelp: "), "{said}");
                assert!(!said.contains('\x1b'), "{said}");
                assert!(before == (false, tree(&bench.path(command))), "{command} {package}");
            }
        }
    }
}

#[test]
fn packages_that_the_policy_refuses() {
    let bench = bench();
    filled(&bench);
    bench.trust(&format!("revoke {} \"stolen\"\n", crate::bench::key_id(1)));
    for command in COMMANDS {
        for target in ["new", command] {
            refused(&bench, &put(command, NAME, target), target, "key-revoked");
        }
    }
}

#[test]
fn two_packages_of_one_version() {
    let bench = bench();
    let other = other(&bench);
    for (command, code) in [("mirror", "terraform-version-exists"), ("release", "terraform-release")] {
        let both = [&put(command, NAME, "new")[..], &[other]].concat();
        refused(&bench, &both, "new", code);
    }
    for command in COMMANDS {
        bench.done(&put(command, NAME, command));
        refused(&bench, &put(command, other, command), command, "terraform-version-exists");
        bench.done(&put(command, NAME, command));
    }
}

#[test]
fn keys_that_are_missing_or_wrong() {
    let bench = bench();
    bench.done(&put("mirror", NAME, "mirror"));
    bench.done(&put("release", NAME, "release"));
    bench.write("torn.key", "psp-secret-key-1 0101\n");
    for (command, key, code) in [
        ("mirror", "2.key", "terraform-key"),
        ("release", "2.key", "terraform-version-exists"),
        ("mirror", "missing.key", "key-read"),
        ("release", "missing.key", "key-read"),
        ("mirror", "1.pub", "key-file"),
        ("release", "1.pub", "key-file"),
        ("mirror", "torn.key", "key-file"),
        ("release", "torn.key", "key-file"),
        ("mirror", "plugin", "key-read"),
        ("release", "plugin", "key-read"),
        ("mirror", "-", "key-file"),
        ("release", "-", "key-file"),
        ("mirror", NAME, "key-file"),
    ] {
        for target in ["new", command] {
            let is_other = key == "2.key" && target == "new";
            if !is_other {
                refused(&bench, &[command, NAME, "--terraform", target, "--key", key], target, code);
            }
        }
    }
    let whole = bytes(bench.path(NAME));
    for key in ["missing.key", "1.pub", "torn.key", "plugin"] {
        let output = bench.psp(&["build", "--key", key]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{key}: {said}");
        assert!(said.starts_with("error[key-"), "{key}: {said}");
        assert!(bytes(bench.path(NAME)) == whole, "{key}");
    }
}

/// It says that it cannot write, in one line and one of help.
#[track_caller]
fn cannot_write(output: &Output, command: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{command}: {said}");
    assert!(said.contains("error[output-write]: ") && said.contains("help: "), "{command}: {said}");
}

#[test]
fn targets_that_are_no_directory() {
    let bench = bench();
    bench.write("file", "mine");
    std::os::unix::fs::symlink("nowhere", bench.path("link")).unwrap();
    for command in COMMANDS {
        for target in ["file", "file/below", "link"] {
            let said = refused(&bench, &put(command, NAME, target), target, "output-invalid");
            assert!(said.contains("name a directory"), "{said}");
        }
        refused(&bench, &put(command, NAME, "/proc/psp"), "/proc/psp", "output-write");
        let nowhere = bench.psp(&put(command, NAME, ""));
        assert!(matches!(nowhere.status.code(), Some(1 | 2)), "{command}: {}", text(&nowhere.stderr));
    }
    assert_eq!(bytes(bench.path("file")), b"mine");
    assert!(!bench.path("nowhere").exists());
    let output = bench.psp(&["build", "--key", "1.key", "-o", "file/x"]);
    assert!(text(&output.stderr).starts_with("error[output-invalid]"), "{}", text(&output.stderr));
}

#[test]
fn targets_that_cannot_be_written() {
    let bench = bench();
    filled(&bench);
    if lacks_root() {
        return;
    }
    // Whoever may not.
    bench.mode("1.key", 0o644);
    let build = ["build", "manifest.toml", "--key", "1.key", "-o", "install/new", "--no-cache"];
    for command in COMMANDS {
        let before = tree(&bench.path(command));
        cannot_write(&unprivileged(&bench, &put(command, NAME, command)), command);
        assert!(tree(&bench.path(command)) == before, "{command}");
    }
    let before = tree(&bench.path("install"));
    cannot_write(&unprivileged(&bench, &build), "build");
    assert!(tree(&bench.path("install")) == before);
    // A read-only file system, for root too.
    for command in COMMANDS {
        let script = format!(
            "mount --bind {command} {command}; mount -o remount,bind,ro {command}; exec \"$0\" \"$@\""
        );
        let before = tree(&bench.path(command));
        cannot_write(&mounted(&bench, &script, &put(command, NAME, command)), command);
        assert!(tree(&bench.path(command)) == before, "{command}");
        // What is there already needs no writing.
        let output = mounted(&bench, &script, &put(command, "older", command));
        assert!(output.status.success() || command == "release", "{command}: {}", text(&output.stderr));
    }
    let script = "mount --bind install install; mount -o remount,bind,ro install; exec \"$0\" \"$@\"";
    cannot_write(&mounted(&bench, script, &build), "build");
    assert!(tree(&bench.path("install")) == before);
}

#[test]
fn command_lines_that_say_too_little() {
    let bench = bench();
    for arguments in [&["install", NAME][..], &["mirror", "--terraform", "d"], &["release", NAME]] {
        assert_eq!(bench.psp(arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert!(!bench.path("d").exists());
}
