//! The reader in Python that was written from SPEC.md alone, on the vectors and on what `psp` builds.

use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::{World, lacking, text};

use super::support::run;

const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../format-spec/reader/psp_reader.py");
const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../format-spec/vectors");
const LIBRARIES: [&str; 2] = ["cryptography>=42", "zstandard>=0.22"];

/// A Python with the reader's two libraries, made once beside the tests. None where that is not possible.
fn python() -> Option<PathBuf> {
    let place = std::env::current_exe().ok()?.with_file_name("second-reader-python");
    let python = place.join("bin/python");
    if !place.join("ready").exists() {
        let succeeds = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
        let made = succeeds(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))
            && succeeds(Command::new(&python).args(["-m", "pip", "install", "-q"]).args(LIBRARIES));
        if !made {
            return None;
        }
        std::fs::write(place.join("ready"), "").ok()?;
    }
    Some(python)
}

#[test]
fn the_second_reader_agrees_on_every_vector_and_on_a_built_package() {
    let python = python();
    if lacking("Python 3 with cryptography and zstandard", python.is_some()) {
        return;
    }
    let python = python.unwrap_or_default();
    let output = run(Command::new(&python).args([READER, "vectors", VECTORS]));
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    assert!(said.lines().any(|line| line.ends_with(" passed, 0 failed")), "{said}");
    let world = World::new();
    let package = world.probe_package();
    let output = run(Command::new(&python).args([READER, "verify"]).arg(&package));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("hello"), "{}", text(&output.stdout));
    let extracted = world.path("extracted");
    let output =
        run(Command::new(&python).args([READER, "extract"]).arg(&package).arg("app").arg(&extracted));
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_same(&world.path("tree"), &extracted);
}

fn assert_same(a: &Path, b: &Path) {
    let output = run(Command::new("diff").args(["-r", "--no-dereference"]).arg(a).arg(b));
    assert!(output.status.success(), "{}", text(&output.stdout));
}
