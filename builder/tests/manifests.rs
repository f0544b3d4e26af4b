//! Bad manifests, one file each: what `psp build` says of it, to the letter, and that nothing is written.
//!
//! `tests/manifests/NAME.toml` is the case, `NAME.stderr` the expected words. With PSP_BLESS=1 the words are written anew;
//! read the difference before keeping it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/manifests")
}

fn said_of(case: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_psp"))
        .args(["build", case, "-o"])
        .arg(home.path().join("out.psp"))
        .current_dir(cases())
        .env_clear()
        .env("HOME", home.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{case}: {stderr}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{case}");
    assert!(!home.path().join("out.psp").exists(), "{case}");
    assert!(!home.path().join(".config").exists(), "{case} made a key before it knew that it would build");
    stderr
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let bless = std::env::var_os("PSP_BLESS").is_some();
    let mut names: Vec<_> = fs::read_dir(cases()).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    names.sort();
    assert!(names.len() >= 40, "{} cases", names.len());
    let mut wrong = Vec::new();
    for path in names {
        let case = path.file_name().unwrap().to_str().unwrap();
        let said = said_of(case);
        let expected_path = path.with_extension("stderr");
        if bless {
            fs::write(&expected_path, &said).unwrap();
        } else if fs::read_to_string(&expected_path).unwrap_or_default() != said {
            wrong.push(format!("--- {case} now says:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_manifest_that_cannot_be_read() {
    let said = |path: &str| said_of(path).lines().next().unwrap_or_default().to_owned();
    assert_eq!(said("no-such.toml"), "error[manifest-read]: the manifest no-such.toml cannot be read");
    assert_eq!(said("."), "error[manifest-read]: the manifest . cannot be read");
    assert_eq!(said("not-utf8.bin"), "error[manifest-read]: the manifest not-utf8.bin cannot be read");
}
