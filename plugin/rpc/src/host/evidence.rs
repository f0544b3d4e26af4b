//! What is known of a plugin that did not start: what a person asks next.

use std::collections::VecDeque;
use std::fmt;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// How many lines of standard error are remembered, and how many bytes of each.
const TAIL_LINES: usize = 20;
const TAIL_LINE_BYTES: usize = 1024;

/// What is known of a plugin. Prints as lines, each fact on its own, without what is not known.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// The program, as it was asked for.
    pub program: PathBuf,
    /// Kind, mode and owner of the program's file; none if there is no such file, or the program was searched in PATH.
    pub file: Option<String>,
    /// What it wrote to standard output before or as its handshake line, at most 16 KiB.
    pub line: Option<String>,
    /// How it ended; none if it was killed for this error, or never ran.
    pub status: Option<ExitStatus>,
    /// The last lines of its standard error, at most 20 of at most 1 KiB.
    pub stderr: Vec<String>,
}

impl Evidence {
    /// What the file system knows of a program.
    pub(super) fn of(program: &Path) -> Evidence {
        // A bare name would be looked up in the current folder here, and in PATH by the system.
        let is_path = program.components().count() > 1;
        let metadata = is_path.then(|| program.metadata().ok()).flatten();
        Evidence { program: program.to_owned(), file: metadata.as_ref().map(describe), ..Evidence::default() }
    }
}

#[cfg(unix)]
fn describe(metadata: &Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    let kind = kind(metadata);
    format!("{kind}, mode {:04o}, owner {}:{}", metadata.mode() & 0o7777, metadata.uid(), metadata.gid())
}

#[cfg(not(unix))]
fn describe(metadata: &Metadata) -> String {
    kind(metadata).to_owned()
}

fn kind(metadata: &Metadata) -> &'static str {
    match metadata {
        metadata if metadata.is_dir() => "directory",
        metadata if metadata.is_file() && metadata.len() == 0 => "empty file",
        metadata if metadata.is_file() => "file",
        _ => "neither file nor directory",
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "program: {}", self.program.display())?;
        if let Some(file) = &self.file {
            write!(f, " ({file})")?;
        }
        if let Some(line) = &self.line {
            write!(f, "\nstandard output: {}", line.escape_debug())?;
        }
        if let Some(status) = &self.status {
            write!(f, "\nended: {status}")?;
        }
        self.stderr.iter().try_for_each(|line| write!(f, "\nstandard error: {}", line.escape_debug()))
    }
}

/// The last lines of something.
#[derive(Debug, Default)]
pub(super) struct Tail {
    lines: VecDeque<String>,
}

impl Tail {
    /// Remembers a line, and forgets the oldest beyond the limit.
    pub(super) fn push(&mut self, line: &[u8]) {
        if self.lines.len() == TAIL_LINES {
            self.lines.pop_front();
        }
        let line = &line[..line.len().min(TAIL_LINE_BYTES)];
        self.lines.push_back(String::from_utf8_lossy(line).into_owned());
    }

    /// The lines, the oldest first.
    pub(super) fn lines(&self) -> Vec<String> {
        self.lines.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_is_printed() {
        let mut evidence = Evidence::of(Path::new("/nowhere/plugin"));
        assert_eq!(evidence.to_string(), "program: /nowhere/plugin");
        evidence.line = Some("hello\u{7}".to_owned());
        evidence.stderr = vec!["a".to_owned(), "b".to_owned()];
        let expected =
            "program: /nowhere/plugin\nstandard output: hello\\u{7}\nstandard error: a\nstandard error: b";
        assert_eq!(evidence.to_string(), expected);
    }

    #[test]
    fn the_file_is_described() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(Evidence::of(folder.path()).file.is_some_and(|file| file.starts_with("directory, mode 0")));
        let file = folder.path().join("plugin");
        std::fs::write(&file, "").expect("written");
        assert!(Evidence::of(&file).file.is_some_and(|file| file.starts_with("empty file, mode 0")));
        assert_eq!(Evidence::of(Path::new("src")).file, None, "a bare name is searched in PATH");
    }

    #[test]
    fn a_tail_has_an_end() {
        let mut tail = Tail::default();
        (0..50).for_each(|number| tail.push(format!("line {number}").as_bytes()));
        let lines = tail.lines();
        assert_eq!((lines.len(), lines[0].as_str(), lines[19].as_str()), (20, "line 30", "line 49"));
        tail.push(&[b'x'; 5000]);
        assert_eq!(tail.lines()[19].len(), TAIL_LINE_BYTES);
    }
}
