//! `cargo xtask vectors`: makes `format-spec/vectors/`, always the same bytes, from seeds that are worth nothing.
//!
//! Each vector is verified as it is made: one that does not end in one of the codes it expects is a bug here or in psp-format
//! and is never written. Must never read what it writes, save to compare. Start with [`generate`].

mod command;
mod content;
mod draft;
mod ed25519;
mod file;
mod limit;
mod manifest;
mod signature;
mod slot;
mod trust;
mod valid;

use std::collections::BTreeMap;
use std::path::Path;
use std::{fmt, fs};

use psp_format::verify::{Failure, verify};

use crate::tree::{self, Root};

/// Where the vectors are.
const FOLDER: &str = "format-spec/vectors";

/// A package, and what a full verification of it ends in.
struct Vector {
    file: String,
    /// `ok`, or codes any of which is right.
    expect: Vec<String>,
    note: String,
    bytes: Vec<u8>,
}

impl Vector {
    fn valid(name: &str, note: &str, bytes: Vec<u8>) -> Vector {
        Vector { file: format!("valid/{name}.psp"), expect: vec!["ok".into()], note: note.into(), bytes }
    }

    fn invalid(name: &str, expect: &[&str], note: &str, bytes: Vec<u8>) -> Vector {
        let expect = expect.iter().map(|code| (*code).into()).collect();
        Vector { file: format!("invalid/{name}.psp"), expect, note: note.into(), bytes }
    }
}

/// Why the vectors were not made, or are not what they should be.
#[derive(Debug)]
pub(crate) enum VectorError {
    /// A vector does not end in what it expects.
    Unexpected(Vec<String>),
    /// Two vectors of one name.
    Duplicate(String),
    /// A file could not be read or written.
    Tree(tree::TreeError),
    /// Files differ from what is made.
    Stale(Vec<String>),
}

impl fmt::Display for VectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            VectorError::Unexpected(list) => {
                write!(f, "vectors that are not what they expect:\n{}", list.join("\n"))
            }
            VectorError::Duplicate(file) => write!(f, "two vectors are called {file}"),
            VectorError::Tree(error) => error.fmt(f),
            VectorError::Stale(list) => {
                write!(f, "{FOLDER} is not what `cargo xtask vectors` makes:\n{}", list.join("\n"))
            }
        }
    }
}

impl From<tree::TreeError> for VectorError {
    fn from(error: tree::TreeError) -> Self {
        VectorError::Tree(error)
    }
}

/// Writes all vectors, and removes what is no longer one.
pub(crate) fn write(root: &Root) -> Result<String, VectorError> {
    let made = generate()?;
    let folder = root.join(FOLDER);
    for (file, bytes) in &made {
        tree::write(&folder.join(file), bytes)?;
    }
    for file in present(&folder)? {
        if !made.contains_key(&file) {
            tree::remove(&folder.join(&file))?;
        }
    }
    let bytes: usize = made.values().map(Vec::len).sum();
    Ok(format!("{} files, {bytes} bytes in {FOLDER}", made.len()))
}

/// Compares what is there with what would be written.
pub(crate) fn check(root: &Root) -> Result<String, VectorError> {
    let made = generate()?;
    let folder = root.join(FOLDER);
    let mut stale = vec![];
    for (file, bytes) in &made {
        match fs::read(folder.join(file)) {
            Ok(found) if found == *bytes => {}
            Ok(_) => stale.push(format!("{file} differs")),
            Err(_) => stale.push(format!("{file} is missing")),
        }
    }
    for file in present(&folder)? {
        if !made.contains_key(&file) {
            stale.push(format!("{file} is not made"));
        }
    }
    if stale.is_empty() {
        Ok(format!("{} files as made", made.len()))
    } else {
        Err(VectorError::Stale(stale))
    }
}

/// The files in the folder, relative to it. README.md is written by hand.
fn present(folder: &Path) -> Result<Vec<String>, VectorError> {
    let mut files = tree::files_below(folder)?;
    files.retain(|file| file != "README.md");
    Ok(files)
}

/// All files, by their path in the folder.
fn generate() -> Result<BTreeMap<String, Vec<u8>>, VectorError> {
    let vectors = all();
    let wrong: Vec<String> = vectors.iter().filter_map(surprise).collect();
    if !wrong.is_empty() {
        return Err(VectorError::Unexpected(wrong));
    }
    let mut files = BTreeMap::new();
    files.insert("vectors.json".to_owned(), vectors_json(&vectors).into_bytes());
    files.insert("signatures.json".to_owned(), signatures_json().into_bytes());
    files.insert("trust.json".to_owned(), trust_json().into_bytes());
    for vector in vectors {
        if files.insert(vector.file.clone(), vector.bytes).is_some() {
            return Err(VectorError::Duplicate(vector.file));
        }
    }
    Ok(files)
}

fn all() -> Vec<Vector> {
    let mut list = valid::vectors();
    list.extend(trust::packages());
    list.extend(file::vectors());
    list.extend(manifest::vectors());
    list.extend(command::vectors());
    list.extend(limit::violations());
    list.extend(content::vectors());
    list.extend(signature::vectors());
    list
}

/// What is wrong with a vector, if a full verification does not end as expected.
fn surprise(vector: &Vector) -> Option<String> {
    let found = match verify(&vector.bytes[..], &mut slot::Zstandard::new()) {
        Ok(()) => "ok".to_owned(),
        Err(Failure::Package(error) | Failure::Source(error)) => error.code().to_owned(),
    };
    let expected = vector.expect.contains(&found);
    (!expected).then(|| format!("{}: {found} instead of {}", vector.file, vector.expect.join(" or ")))
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn array(rows: &[String]) -> String {
    format!("[\n{}\n]\n", rows.join(",\n"))
}

fn vectors_json(vectors: &[Vector]) -> String {
    let row = |vector: &Vector| {
        let codes: Vec<String> = vector.expect.iter().map(|code| json(code)).collect();
        let expect = if let [one] = &codes[..] { one.clone() } else { format!("[{}]", codes.join(", ")) };
        format!(
            "  {{\"file\": {}, \"expect\": {expect}, \"note\": {}}}",
            json(&vector.file),
            json(&vector.note)
        )
    };
    array(&vectors.iter().map(row).collect::<Vec<_>>())
}

fn signatures_json() -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let row = |case: &ed25519::Case| {
        let signature = &case.signature;
        let message = psp_format::signature::message(&signature.key, signature.purpose, &case.root);
        format!(
            "  {{\"public_key\": \"{}\", \"message\": \"{}\", \"signature\": \"{}\", \"valid\": {}, \"note\": {}}}",
            hex(&signature.key.0),
            hex(&message),
            hex(&signature.bytes),
            case.valid,
            json(&case.note)
        )
    };
    array(&ed25519::cases().iter().map(row).collect::<Vec<_>>())
}

fn trust_json() -> String {
    let row = |case: &trust::Case| {
        format!(
            "  {{\"file\": {}, \"administrator\": {}, \"user\": {}, \"expect\": {}, \"note\": {}}}",
            json(case.file),
            json(&case.administrator),
            json(&case.user),
            json(case.expect),
            json(case.note)
        )
    };
    array(&trust::cases().iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_case_is_judged_as_stated() {
        for case in ed25519::cases() {
            let verified = case.signature.verify(&case.root, 0);
            assert_eq!(verified.is_ok(), case.valid, "{}: {verified:?}", case.note);
        }
    }

    #[test]
    fn vectors_are_made_alike_each_time_and_stay_small() {
        let (first, second) = (generate().unwrap(), generate().unwrap());
        assert!(first == second);
        let size: usize = first.values().map(Vec::len).sum();
        assert!(size < 400 << 10, "{size} bytes");
    }
}
