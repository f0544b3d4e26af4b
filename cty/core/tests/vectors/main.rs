//! Runs reference vectors: every `cty_*.jsonl` in the folder that `VECTORS_DIR` names, by default `test-fixtures/cty`.
//!
//! Each line is a request and what go-cty answered. Compared exactly: values, types, bytes, JSON, mismatch messages, friendly
//! names, argument indices and paths. Other messages need only be there. Where the reference panics an error is wanted.

mod node;
mod requests;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs, panic};

use serde_json::Value as Json;

fn main() -> ExitCode {
    // What test runners ask before they run anything.
    if env::args().any(|argument| argument == "--list") {
        if !env::args().any(|argument| argument == "--ignored") {
            println!("vectors: test");
        }
        return ExitCode::SUCCESS;
    }
    let dir = env::var_os("VECTORS_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../test-fixtures/cty"),
        PathBuf::from,
    );
    let mut files: Vec<PathBuf> = fs::read_dir(&dir)
        .unwrap_or_else(|e| panic!("{}: {e}", dir.display()))
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| {
            let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
            name.starts_with("cty_") && name.ends_with(".jsonl")
        })
        .collect();
    files.sort();
    let (mut passed, mut failed) = (0, 0);
    for file in files {
        let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let (ok, bad) = run_file(&text);
        println!("{}: {} run, {ok} passed", file.file_name().unwrap_or_default().to_string_lossy(), ok + bad);
        passed += ok;
        failed += bad;
    }
    println!("{passed} passed, {failed} failed");
    // A folder without vectors is a mistake, not a success.
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_file(text: &str) -> (usize, usize) {
    let (mut ok, mut bad) = (0, 0);
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        match run_line(line) {
            Ok(()) => ok += 1,
            Err(why) => {
                bad += 1;
                println!("FAILED {why}");
            }
        }
    }
    (ok, bad)
}

fn run_line(line: &str) -> Result<(), String> {
    let vector: Json = serde_json::from_str(line).map_err(|e| format!("unreadable vector: {e}: {line}"))?;
    let outcome = panic::catch_unwind(|| requests::answer(&vector));
    let Ok(answer) = outcome else { return Err(format!("panic: {line}")) };
    let answer = answer.map_err(|e| format!("{e}: {line}"))?;
    let accepted: Vec<&Json> = match vector.get("expect_any").and_then(Json::as_array) {
        Some(any) => any.iter().collect(),
        None => vec![&vector["expect"]],
    };
    if accepted.iter().any(|want| matches(want, &answer, &vector)) {
        return Ok(());
    }
    Err(format!("{}: got {answer} for {line}", vector["id"].as_str().unwrap_or("?")))
}

/// Compares an answer with an expectation, key by key of the expectation.
fn matches(want: &Json, got: &Json, vector: &Json) -> bool {
    if want.get("reference_panics").is_some() {
        return got.get("err").is_some();
    }
    let Some(want) = want.as_object() else { return false };
    let errors_agree = ["err", "json_err", "msgpack_err", "type_err"]
        .iter()
        .all(|key| want.contains_key(*key) == got.get(*key).is_some());
    errors_agree
        && want.iter().all(|(key, w)| {
            let g = &got[key];
            match key.as_str() {
                // What the reference made of the request, and its own source syntax.
                "go" => g.is_string(),
                "err" | "json_err" | "msgpack_err" | "type_err" => {
                    w["path"].as_array().map_or(&[][..], |p| p) == g["path"].as_array().map_or(&[][..], |p| p)
                        && w["arg"] == g["arg"]
                }
                "errs" => same_errors(w, g),
                "paths" if vector["op"] == "unmark_paths" => same_set(w, g),
                _ => w == g,
            }
        })
}

/// Conformance errors: the messages are compared, in any order.
fn same_errors(want: &Json, got: &Json) -> bool {
    same_set(want, got)
}

fn same_set(want: &Json, got: &Json) -> bool {
    match (want.as_array(), got.as_array()) {
        (Some(w), Some(g)) => w.len() == g.len() && w.iter().all(|x| g.contains(x)),
        (None, None) => true,
        (None, Some(g)) => g.is_empty(),
        (Some(w), None) => w.is_empty(),
    }
}
