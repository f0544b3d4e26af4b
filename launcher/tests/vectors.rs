//! The launcher against every vector of the format: what a start refuses, with which code, and what it accepts.
//!
//! A start does not look at everything: its own stub, documents, the digests of single files and slots that are not needed are
//! left to `psp verify`. Everything else must be refused before a program could run.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::ExitCode;

use psp_launcher::content::SlotSource;
use psp_launcher::entry::extract_into;
use psp_launcher::failure::Result;
use psp_launcher::package_file::PackageFile;
use psp_launcher::sys::{self, Access, CWD, Fd, PathBuf};

/// Codes that a start does not find, by design.
const LEFT_TO_VERIFY: &[&str] = &["stub-digest", "document-digest", "file-digest", "program"];

fn main() -> ExitCode {
    // What test runners ask before they run anything.
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "--list") {
        if !arguments.iter().any(|argument| argument == "--ignored") {
            println!("vectors: test");
        }
        return ExitCode::SUCCESS;
    }
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../format-spec/vectors");
    let list = std::fs::read(vectors.join("vectors.json")).expect("vectors.json");
    let list: serde_json::Value = serde_json::from_slice(&list).expect("JSON");
    let (mut passed, mut failed) = (0, 0);
    for vector in list.as_array().expect("a list") {
        let name = vector["file"].as_str().expect("a file");
        match check(&vectors.join(name), &vector["expect"]) {
            Ok(()) => passed += 1,
            Err(why) => {
                failed += 1;
                println!("FAILED {name}: {why}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 && passed > 100 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn check(path: &Path, expect: &serde_json::Value) -> std::result::Result<(), String> {
    let expected: Vec<&str> = match expect {
        serde_json::Value::Array(codes) => codes.iter().filter_map(|code| code.as_str()).collect(),
        code => code.as_str().into_iter().collect(),
    };
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let outcome = match start(path, directory.path()) {
        Ok(()) => "ok",
        Err(failure) => failure.code,
    };
    let left_to_verify = outcome == "ok" && expected.iter().any(|code| is_left_to_verify(path, code));
    if expected.contains(&outcome) || left_to_verify {
        Ok(())
    } else {
        Err(format!("expected {expected:?}, got {outcome}"))
    }
}

/// Documents are frames too, and none of a start's business.
fn is_left_to_verify(path: &Path, code: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    LEFT_TO_VERIFY.contains(&code) || name.starts_with("document-")
}

/// All that a start does before it executes anything, for all slots.
fn start(path: &Path, directory: &Path) -> Result<()> {
    let name = CString::new(path.as_os_str().as_bytes()).expect("no NUL");
    let file = sys::open_following(&CWD, &name, Access::Read).expect("the vector");
    let package = PackageFile::read(file, PathBuf::from(name.as_c_str()))?;
    let verified = package.verify()?;
    for number in 0..verified.manifest.slots.len() {
        let own = directory.join(number.to_string());
        std::fs::create_dir(&own).expect("a directory");
        let own = open_directory(&own);
        let source = SlotSource::new(&package, &verified, number as u16).expect("a slot");
        extract_into(&own, &source, b"test")?;
    }
    Ok(())
}

fn open_directory(path: &Path) -> Fd {
    let name = CString::new(path.as_os_str().as_bytes()).expect("no NUL");
    sys::open(&CWD, &name, Access::Directory).expect("a directory")
}
