//! Editing a trust file: lines are put or taken, comments and order stay, and what is written was parsed first.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use foundation::files::{AtomicWrite, Lock, LockError};
use psp_format::trust::{FIRST_LINE, Rule, Trust};
use psp_format::{Key, limits};

use super::{Owner, TrustError, read};

/// A trust file that is being edited. While it is held, no other `psp` edits it.
#[derive(Debug)]
pub struct TrustFile {
    path: PathBuf,
    text: String,
    _lock: Lock,
}

/// What became of a line that was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It is new.
    Added,
    /// It stands where this one stood.
    Replaced(String),
    /// It was there already.
    Unchanged,
}

impl TrustFile {
    /// Opens a trust file for editing; its directory is made if need be.
    pub fn open(path: &Path, owner: Owner) -> Result<Self, TrustError> {
        // A link to a file elsewhere stays one.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let failed = |source: io::Error| TrustError::Write { path: path.clone(), source };
        let directory = path.parent().ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
        let mode = if owner == Owner::Administrator { 0o755 } else { 0o700 };
        fs::DirBuilder::new().recursive(true).mode(mode).create(directory).map_err(failed)?;
        let lock = Lock::exclusive_directory(directory).map_err(|error| match error {
            LockError::Io { source, .. } => failed(source),
            held => failed(io::Error::other(held)),
        })?;
        let bytes = read(&path, owner)?.unwrap_or_else(|| format!("{FIRST_LINE}\n").into_bytes());
        let invalid = |line| TrustError::Invalid { path: path.clone(), line };
        Trust::parse(&bytes).map_err(|error| invalid(error.offset))?;
        let text = String::from_utf8(bytes).map_err(|_| invalid(0))?;
        Ok(Self { path, text, _lock: lock })
    }

    /// Its rules.
    pub fn trust(&self) -> Result<Trust<'_>, TrustError> {
        let invalid =
            |error: psp_format::Error| TrustError::Invalid { path: self.path.clone(), line: error.offset };
        Trust::parse(self.text.as_bytes()).map_err(invalid)
    }

    /// Puts a line in the place of the one about the same thing, or at the end.
    pub fn put(&mut self, line: &str) -> Result<Put, TrustError> {
        let (text, put) = put(&self.text, line)?;
        self.text = text;
        Ok(put)
    }

    /// Takes away the `key` lines of these keys; gives back how many there were.
    pub fn remove_keys(&mut self, keys: &[Key]) -> usize {
        let is_one = |line: &str| {
            with_rule(line, |rule| matches!(rule, Rule::Key(key, _) if keys.contains(key))).unwrap_or(false)
        };
        let before = self.text.lines().count();
        self.text = self.text.split_inclusive('\n').filter(|line| !is_one(line.trim_end())).collect();
        before - self.text.lines().count()
    }

    /// Takes away the rule on the line of this number, from 1, and gives it back.
    pub fn remove_line(&mut self, number: usize) -> Option<String> {
        let line = self.text.lines().nth(number.checked_sub(1)?)?.to_owned();
        with_rule(&line, |_| ())?;
        let lines = self.text.split_inclusive('\n').enumerate();
        self.text = lines.filter(|(at, _)| at + 1 != number).map(|(_, line)| line).collect();
        Some(line)
    }

    /// Writes the file: whole, or not at all.
    pub fn save(self) -> Result<(), TrustError> {
        if self.text.len() > limits::TRUST_FILE_BYTES {
            return Err(TrustError::TooLarge { path: self.path });
        }
        self.trust()?;
        let written = AtomicWrite::new(&self.path).mode(0o644).write(self.text.as_bytes());
        written.map_err(|error| TrustError::Write { path: self.path.clone(), source: error.source })
    }
}

fn put(text: &str, line: &str) -> Result<(String, Put), TrustError> {
    let bad = || TrustError::BadLine { line: line.to_owned() };
    // A line break in a label would be a line of its own.
    if line.chars().any(char::is_control) {
        return Err(bad());
    }
    let subject = with_rule(line, subject).ok_or_else(bad)?;
    let mut result = String::with_capacity(text.len() + line.len() + 1);
    let mut put = Put::Added;
    for old in text.split_inclusive('\n') {
        let bare = old.trim_end_matches(['\n', '\r']);
        if with_rule(bare, self::subject).as_ref() != Some(&subject) {
            result.push_str(old);
        } else if put == Put::Added {
            put = if bare == line { Put::Unchanged } else { Put::Replaced(bare.to_owned()) };
            result.push_str(line);
            result.push('\n');
        }
    }
    if put == Put::Added {
        if !result.ends_with('\n') {
            result.push('\n');
        }
        result.push_str(line);
        result.push('\n');
    }
    Ok((result, put))
}

/// What a rule is about: of two rules about the same thing, a file needs one.
fn subject(rule: &Rule<'_>) -> (u8, String) {
    match rule {
        Rule::Key(key, _) => (0, key.hex().to_string()),
        Rule::Revoke(key, _) => (1, key.hex().to_string()),
        Rule::Require(_) => (2, String::new()),
        Rule::RequireKeys { pattern, .. } => (3, (*pattern).to_owned()),
        Rule::MinimumVersion { pattern, .. } => (4, (*pattern).to_owned()),
        Rule::MinimumSequence { pattern, .. } => (5, (*pattern).to_owned()),
    }
}

/// Looks at the rule that a line is; None if it is none.
fn with_rule<T>(line: &str, look: impl FnOnce(&Rule<'_>) -> T) -> Option<T> {
    let file = format!("{FIRST_LINE}\n{line}\n");
    let trust = Trust::parse(file.as_bytes()).ok()?;
    match trust.rules.as_slice() {
        [rule] => Some(look(rule)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(byte: &str) -> String {
        byte.repeat(32)
    }

    #[test]
    fn lines_are_put_where_they_belong() {
        let (a, b) = (hex("aa"), hex("bb"));
        let text = format!("psp-trust 1\n# mine\n\nkey {a} Ann\nrequire any\n# end");
        let check = |line: &str, expected: &str, put_as: Put| {
            assert_eq!(put(&text, line).unwrap(), (expected.to_owned(), put_as), "{line}");
        };
        let ann = format!("key {a} Ann");
        check(&format!("key {a} Anna"), &text.replace("Ann\n", "Anna\n"), Put::Replaced(ann.clone()));
        check(&ann, &text, Put::Unchanged);
        check(&format!("key {b} Bob"), &format!("{text}\nkey {b} Bob\n"), Put::Added);
        check(
            "require trusted 2",
            &text.replace("require any", "require trusted 2"),
            Put::Replaced("require any".to_owned()),
        );
        check(&format!("revoke {a} lost"), &format!("{text}\nrevoke {a} lost\n"), Put::Added);
        check("minimum-version app 1.0.0", &format!("{text}\nminimum-version app 1.0.0\n"), Put::Added);
    }

    #[test]
    fn lines_that_are_none() {
        let a = hex("aa");
        for line in [
            "",
            "# comment",
            "require all",
            "key abc label",
            &format!("key {a} two\nrequire any"),
            &format!("key {a} bell\x07"),
            &format!("key {a} return\rrequire any"),
            "minimum-version APP 1.0.0",
            "psp-trust 1",
        ] {
            assert!(matches!(put("psp-trust 1\n", line), Err(TrustError::BadLine { .. })), "{line:?}");
        }
    }

    #[test]
    fn files_are_edited_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config/psp/trust");
        let (a, b) = (hex("aa"), hex("bb"));
        let mut file = TrustFile::open(&path, Owner::User).unwrap();
        file.put(&format!("key {a} Ann")).unwrap();
        file.put(&format!("key {b} Bob")).unwrap();
        file.save().unwrap();
        let mut file = TrustFile::open(&path, Owner::User).unwrap();
        assert_eq!(file.remove_keys(&[Key([0xaa; 32]), Key([0xcc; 32])]), 1);
        assert_eq!(file.remove_line(1), None);
        assert_eq!(file.remove_line(9), None);
        file.save().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("psp-trust 1\nkey {b} Bob\n"));
        let mut file = TrustFile::open(&path, Owner::User).unwrap();
        for number in 0..2_000 {
            file.put(&format!("minimum-version app{number}.{a} 1.0.0")).unwrap();
        }
        assert!(matches!(file.save(), Err(TrustError::TooLarge { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("psp-trust 1\nkey {b} Bob\n"));
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let mut file = TrustFile::open(&link, Owner::User).unwrap();
        file.put("require trusted 1").unwrap();
        file.save().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&path).unwrap().ends_with("require trusted 1\n"));
    }
}
