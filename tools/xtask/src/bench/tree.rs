//! The large tree: the standard library of the Python that is here, filled up with data that is the same each time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::BenchError;
use super::error::at;

/// Files in the tree, the program aside.
const FILES: usize = 6_000;
/// Bytes in them.
const BYTES: u64 = 190_000_000;
/// One of so many generated files does not compress.
const NOISE_EVERY: usize = 3;
/// What tells a tree that was made to its end.
const DONE: &str = "large.done";

/// The tree, made where it is not there yet: the program is `bin/tiny`.
pub(super) fn large(folder: &Path, program: &Path) -> Result<PathBuf, BenchError> {
    let tree = folder.join("large");
    let done = folder.join(DONE);
    if done.exists() {
        return Ok(tree);
    }
    super::workplace::clear(&tree)?;
    copy(program, &tree.join("bin/tiny"))?;
    let (mut files, mut bytes) = (0, 0);
    for (from, name) in library()? {
        bytes += copy(&from, &tree.join("lib").join(name))?;
        files += 1;
    }
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    while files < FILES {
        let left = BYTES.saturating_sub(bytes) / (FILES - files) as u64;
        // From a quarter to seven quarters of what is left for each; the last one gets the rest.
        let size = if files + 1 == FILES { left } else { left / 4 + random.next() % (left * 3 / 2).max(1) };
        let path = tree.join(format!("data/{:02}/{files:04}", files % 60));
        let content = if files % NOISE_EVERY == 0 { random.noise(size) } else { random.records(size) };
        write(&path, &content)?;
        files += 1;
        bytes += size;
    }
    fs::write(&done, "").map_err(at(&done))?;
    Ok(tree)
}

/// A file that does not compress.
pub(super) fn noise(path: &Path, size: u64) -> Result<(), BenchError> {
    write(path, &Random(0x9e37_79b9_7f4a_7c15).noise(size))
}

/// Copies a file and makes the folders above it; gives its size.
pub(super) fn copy(from: &Path, to: &Path) -> Result<u64, BenchError> {
    make_parent(to)?;
    fs::copy(from, to).map_err(at(from))
}

fn write(path: &Path, content: &[u8]) -> Result<(), BenchError> {
    make_parent(path)?;
    fs::write(path, content).map_err(at(path))
}

fn make_parent(path: &Path) -> Result<(), BenchError> {
    path.parent().map_or(Ok(()), |parent| fs::create_dir_all(parent).map_err(at(parent)))
}

/// The library's files, in order: sources and data. What is compiled differs from machine to machine.
fn library() -> Result<Vec<(PathBuf, PathBuf)>, BenchError> {
    let command = || "python3".to_owned();
    let script = "import sysconfig; print(sysconfig.get_path('stdlib'))";
    let output = Command::new("python3").args(["-c", script]).output();
    let output = output.map_err(|source| BenchError::Start { command: command(), source })?;
    let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if !output.status.success() || !path.is_dir() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(BenchError::Failed { command: command(), said });
    }
    let mut found = Vec::new();
    let mut pending = vec![path.clone()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let entry = entry.map_err(at(&folder))?;
            let (file, kind) = (entry.path(), entry.file_type().map_err(at(&folder))?);
            let name = entry.file_name().to_string_lossy().into_owned();
            if kind.is_dir() && !["__pycache__", "site-packages", "dist-packages"].contains(&name.as_str()) {
                pending.push(file);
            } else if kind.is_file() && ![".so", ".a", ".pyc"].iter().any(|ending| name.ends_with(ending)) {
                let relative = file.strip_prefix(&path).unwrap_or(&file).to_owned();
                found.push((file, relative));
            }
        }
    }
    found.sort();
    found.truncate(FILES / 2);
    Ok(found)
}

/// Xorshift: the same numbers each time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Bytes that do not compress.
    fn noise(&mut self, size: u64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(size as usize + 8);
        while (bytes.len() as u64) < size {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(size as usize);
        bytes
    }

    /// Lines as in a log, which compress about as well as such lines do.
    fn records(&mut self, size: u64) -> Vec<u8> {
        const WORDS: [&str; 8] =
            ["started", "stopped", "connected", "refused", "queued", "sent", "retried", "closed"];
        let mut text = String::with_capacity(size as usize + 128);
        while (text.len() as u64) < size {
            let random = self.next();
            let word = WORDS[(random % 8) as usize];
            let (host, port, count) = (random >> 8 & 0xff, random >> 16 & 0xffff, random >> 32);
            text.push_str(&format!("host-{host:03} port={port} {word} session={count:08x}\n"));
        }
        text.truncate(size as usize);
        text.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_data_is_the_same_each_time_and_as_long_as_asked() {
        for size in [0, 1, 7, 8, 1000] {
            let (mut one, mut two) = (Random(5), Random(5));
            let first = (one.noise(size), one.records(size));
            assert_eq!(first, (two.noise(size), two.records(size)));
            assert_eq!((first.0.len() as u64, first.1.len() as u64), (size, size));
        }
        assert_ne!(Random(5).noise(64), Random(6).noise(64));
    }
}
