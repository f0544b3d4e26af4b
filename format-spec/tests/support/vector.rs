//! The vectors as the tests read them, and the decoder they are verified with.

use std::path::{Path, PathBuf};

use psp_format::verify::{Decoder, Failure, Undecodable, verify};
use serde_json::Value;

/// The folder of the vectors.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// The rows of one of the lists.
pub(crate) fn rows(list: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder().join(list)).unwrap();
    let Value::Array(rows) = serde_json::from_str(&text).unwrap() else { panic!("{list} is no list") };
    rows
}

/// A field that is text.
pub(crate) fn text<'v>(row: &'v Value, field: &str) -> &'v str {
    row[field].as_str().unwrap_or_else(|| panic!("{field} of {row}"))
}

/// The bytes of a vector.
pub(crate) fn read(file: &str) -> Vec<u8> {
    std::fs::read(folder().join(file)).unwrap()
}

/// The valid vectors, by name, of at most `limit` bytes.
pub(crate) fn valid(limit: usize) -> Vec<(String, Vec<u8>)> {
    let rows = rows("vectors.json");
    let files = rows.iter().filter(|row| row["expect"] == "ok").map(|row| text(row, "file"));
    files.map(|file| (file.to_owned(), read(file))).filter(|(_, bytes)| bytes.len() <= limit).collect()
}

/// libzstd's decoder.
pub(crate) struct Zstandard(zstd_safe::DCtx<'static>);

impl Default for Zstandard {
    fn default() -> Zstandard {
        Zstandard(zstd_safe::DCtx::create())
    }
}

impl Decoder for Zstandard {
    fn decode(&mut self, stored: &[u8], content: &mut [u8]) -> Result<(), Undecodable> {
        match self.0.decompress(content, stored) {
            Ok(size) if size == content.len() => Ok(()),
            _ => Err(Undecodable),
        }
    }
}

/// What a full verification ends in.
pub(crate) fn outcome(bytes: &[u8], decoder: &mut Zstandard) -> Result<(), psp_format::Error> {
    verify(bytes, decoder).map_err(|failure| match failure {
        Failure::Package(error) | Failure::Source(error) => error,
    })
}
