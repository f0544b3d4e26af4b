//! `psp init`, `keygen`, `sign`, `explain`, `completions`, and wrong usage of all.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use psp_builder::codes;
use serde_json::json;

use crate::bench::{Bench, key_id, text};

#[test]
fn a_first_manifest() {
    let bench = Bench::new();
    let said = bench.done(&["init", "new/My App"]);
    assert!(
        said.contains("wrote new/My App/manifest.toml")
            && said.contains("psp build 'new/My App/manifest.toml'"),
        "{said}"
    );
    let written = fs::read_to_string(bench.path("new/My App/manifest.toml")).unwrap();
    assert!(written.contains("name = \"my-app\""), "{written}");
    bench.refused(&["init", "new/My App"], "init-exists");
    bench.refused(&["init"], "init-exists");
    assert_eq!(fs::read_to_string(bench.path("new/My App/manifest.toml")).unwrap(), written);
    bench.refused(&["init", "manifest.toml"], "output-write");
    // What it writes builds as soon as the program is there.
    bench.write("new/My App/dist/my-app", "#!/bin/sh\necho it works\n");
    bench.mode("new/My App/dist/my-app", 0o755);
    bench.done(&["build", "new/My App/manifest.toml", "--key", "1.key", "-q"]);
    assert_eq!(bench.done(&["run", "./my-app.psp"]), "it works\n");
    for (file, expected) in [("pyproject.toml", "[python]"), ("Cargo.toml", "target/release/project")] {
        let directory = format!("{file}-dir/project");
        bench.write(&format!("{directory}/{file}"), "");
        bench.done(&["init", &directory]);
        assert!(
            fs::read_to_string(bench.path(&format!("{directory}/manifest.toml"))).unwrap().contains(expected)
        );
    }
}

#[test]
fn key_pairs() {
    let bench = Bench::new();
    let said = bench.done(&["keygen", "-o", "fresh"]);
    let mode = |path: &str| fs::metadata(bench.path(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("fresh.key"), mode("fresh.pub")), (0o600, 0o644));
    let secret = fs::read_to_string(bench.path("fresh.key")).unwrap();
    let seed = secret.split(' ').nth(1).unwrap();
    assert!(!said.contains(seed) && said.contains("fresh.pub"), "{said}");
    bench.refused(&["keygen", "-o", "fresh"], "key-exists");
    bench.refused(&["keygen", "-o", "missing/fresh"], "output-invalid");
    assert_eq!(fs::read_to_string(bench.path("fresh.key")).unwrap(), secret);
    assert_eq!(bench.psp(&["keygen"]).status.code(), Some(2));
    bench.done(&["build", "--key", "fresh.key", "-q"]);
    bench.done(&["verify", "hello.psp", "--key", "fresh.pub"]);
}

#[test]
fn an_output_that_cannot_be_written_is_said_before_anything_is_built() {
    let bench = Bench::new();
    let package = "[package]\nname = \"app\"\nversion = \"1.0.0\"\n";
    let python = "[python]\ninterpreter = \"./nowhere\"\nmodule = \"app\"\n";
    bench.write("app.toml", &format!("{package}{python}"));
    for (output, code) in [("missing/app.psp", "output-invalid"), ("app.psp", "python-not-found")] {
        let said = text(&bench.psp(&["build", "app.toml", "-o", output]).stderr);
        assert!(said.starts_with(&format!("error[{code}]: ")), "{said}");
    }
}

#[test]
fn help_is_a_command_too() {
    let bench = Bench::new();
    assert_eq!(bench.done(&["help"]), bench.done(&["--help"]));
    assert_eq!(bench.done(&["help", "trust"]), bench.done(&["trust", "--help"]));
}

#[test]
fn more_signatures() {
    let bench = Bench::built();
    bench.mode("hello.psp", 0o700);
    let before = bench.json(&["inspect", "hello.psp"]).0["root"].clone();
    bench.done(&["sign", "hello.psp", "--key", "2.key", "--key", "3.key", "--purpose", "qa"]);
    let (document, _) = bench.json(&["inspect", "hello.psp"]);
    assert_eq!((&document["root"], document["signatures"].as_array().unwrap().len()), (&before, 3));
    assert_eq!(fs::metadata(bench.path("hello.psp")).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(bench.done(&["run", "hello.psp"]), "hello\n--flag\n");
    let good = fs::read(bench.path("hello.psp")).unwrap();
    for (arguments, code) in [
        (&["hello.psp", "--key", "missing.key"][..], "key-read"),
        (&["hello.psp", "--key", "2.pub"], "key-file"),
        (&["manifest.toml", "--key", "2.key"], "not-a-package"),
        (&["missing.psp", "--key", "2.key"], "package-read"),
        (&["hello.psp", "--key", "2.key", "--detached", "-o", "missing/x.sig"], "output-invalid"),
    ] {
        bench.refused(&[&["sign"], arguments].concat(), code);
        assert_eq!(fs::read(bench.path("hello.psp")).unwrap(), good, "{arguments:?}");
    }
    for arguments in [
        &["hello.psp"][..],
        &["hello.psp", "--key", "2.key", "--purpose", "UPPER"],
        &["hello.psp", "--key", "2.key", "--purpose", "seventeen-letters"],
        &["hello.psp", "--key", "2.key", "-o", "x"],
        &["hello.psp", "--key", "2.key", "--key", "3.key", "--detached"],
    ] {
        assert_eq!(bench.psp(&[&["sign"], arguments].concat()).status.code(), Some(2), "{arguments:?}");
    }
    // A key from the environment, as on a machine that builds.
    let secret = fs::read_to_string(bench.path("2.key")).unwrap();
    let signed =
        bench.command(&["sign", "hello.psp", "--detached"]).env("PSP_SIGNING_KEY", secret).output().unwrap();
    assert!(signed.status.success(), "{}", text(&signed.stderr));
    assert!(text(&signed.stdout).contains(&key_id(2)));
}

#[test]
fn every_code_is_explained() {
    let bench = Bench::new();
    let list = bench.done(&["explain"]);
    let format = psp_format::codes::CODES.iter().map(|code| code.code);
    let launcher = psp_format::codes::launcher::CODES.iter().map(|code| code.code);
    let all: Vec<&str> = format.chain(launcher).chain(codes::ALL.iter().map(|code| code.code)).collect();
    assert!(list.lines().count() >= all.len());
    for code in &all {
        assert!(list.contains(&format!("  {code} ")), "{code}");
    }
    for code in ["untrusted", "cache-full", "manifest-syntax", "error[untrusted]", "psp: error[cache-full]:"]
    {
        let said = bench.done(&["explain", code]);
        assert!(said.contains("What to do: ") && said.contains("reported by"), "{said}");
    }
    let (document, _) = bench.json(&["explain", "pin-changed"]);
    assert_eq!((&document["schema"], &document["code"]), (&json!("psp-explain/1"), &json!("pin-changed")));
    assert!(bench.json(&["explain"]).0["codes"].as_array().unwrap().len() >= all.len());
    assert!(bench.refused(&["explain", "untrustd"], "code-unknown").contains("did you mean `untrusted`?"));
    bench.refused(&["explain", "\u{1b}"], "code-unknown");
    bench.refused(&["explain", ""], "code-unknown");
}

#[test]
fn every_document_is_described() {
    let described = include_str!("../../docs/JSON.md");
    let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli");
    let mut schemas = 0;
    for directory in [sources.clone(), sources.join("cache"), sources.join("trust")] {
        for entry in
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            let text = fs::read_to_string(&entry).unwrap();
            let literals =
                text.split('"').filter(|literal| literal.starts_with("psp-") && literal.contains('/'));
            for schema in literals {
                assert!(described.contains(&format!("\n## {schema}")), "{schema} of {}", entry.display());
                schemas += 1;
            }
        }
    }
    assert!(schemas >= 10, "{schemas}");
}

#[test]
fn completions() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = bench.done(&["completions", shell]);
        assert!(script.contains("inspect") && script.contains("completions"), "{shell}");
    }
    assert_eq!(bench.psp(&["completions", "csh"]).status.code(), Some(2));
    let script = bench.done(&["completions", "bash"]);
    bench.write("psp.bash", &script);
    let checked =
        std::process::Command::new("/bin/bash").args(["-n", "psp.bash"]).current_dir(bench.path("")).status();
    assert!(checked.unwrap().success());
}

#[test]
fn usage() {
    let bench = Bench::new();
    for arguments in [
        &[][..],
        &["nope"],
        &["inspect"],
        &["extract"],
        &["sign"],
        &["trust"],
        &["cache"],
        &["inspect", "a", "b"],
    ] {
        let output = bench.psp(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
    for command in [
        "init",
        "run",
        "inspect",
        "verify",
        "extract",
        "keygen",
        "sign",
        "trust",
        "cache",
        "diff",
        "explain",
        "completions",
    ] {
        assert!(bench.done(&[command, "--help"]).contains(&format!("Usage: psp {command}")), "{command}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let bench = Bench::built();
    let mut child =
        bench.command(&["explain"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", text(&output.stderr));
    let full = bench
        .command(&["explain"])
        .stdout(fs::OpenOptions::new().write(true).open("/dev/full").unwrap())
        .output()
        .unwrap();
    assert_eq!(full.status.code(), Some(1));
    assert!(text(&full.stderr).contains("error[output-write]"), "{}", text(&full.stderr));
}
