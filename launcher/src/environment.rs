//! The environment of what is started: the caller's, changed as the package says (SPEC 4.8).

use alloc::borrow::Cow;
use alloc::ffi::{CString, NulError};
use alloc::vec::Vec;
use core::ffi::CStr;

use psp_format::command::Change;
use psp_format::glob;

/// An environment under construction: the caller's strings where they lie, and new ones. An entry without `=` is a name alone
/// and is handed on as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment<'a> {
    entries: Vec<Cow<'a, CStr>>,
}

impl<'a> Environment<'a> {
    /// The caller's environment.
    pub fn new(entries: &[&'a CStr]) -> Environment<'a> {
        // Room for what is set on most starts, so that the list is made once.
        let mut own = Vec::with_capacity(entries.len() + 8);
        own.extend(entries.iter().copied().map(Cow::Borrowed));
        Environment { entries: own }
    }

    /// Apply a command's changes in order, with the value of each.
    ///
    /// # Errors
    /// A value with a NUL.
    pub fn apply(&mut self, changes: &[Change<'_>], values: &[Vec<u8>]) -> Result<(), NulError> {
        let passes: Vec<&[u8]> = changes.iter().filter_map(pass_pattern).collect();
        if !passes.is_empty() {
            self.entries.retain(|entry| passes.iter().any(|pattern| glob::matches(pattern, name_of(entry))));
        }
        for (change, value) in changes.iter().zip(values) {
            match change {
                Change::Pass(_) => {}
                Change::Unset(pattern) => {
                    self.entries.retain(|entry| !glob::matches(pattern, name_of(entry)));
                }
                Change::Map { name, from } => self.rename(from, name)?,
                Change::Prepend(name, _) => self.prepend(name, value)?,
                Change::Set(name, _) => self.set(name, value)?,
            }
        }
        Ok(())
    }

    /// Set a variable, in place of all of that name.
    ///
    /// # Errors
    /// A name or value with a NUL.
    pub fn set(&mut self, name: &[u8], value: &[u8]) -> Result<(), NulError> {
        let entry = CString::new([name, b"=", value].concat())?;
        self.remove(name);
        self.entries.push(Cow::Owned(entry));
        Ok(())
    }

    /// Remove a variable.
    pub fn remove(&mut self, name: &[u8]) {
        self.entries.retain(|entry| name_of(entry) != name);
    }

    /// The entries as the kernel wants them: `NAME=VALUE`.
    pub fn into_entries(self) -> Vec<Cow<'a, CStr>> {
        self.entries
    }

    fn value(&self, name: &[u8]) -> Option<&[u8]> {
        let entry = self.entries.iter().find(|entry| name_of(entry) == name)?;
        entry.to_bytes().get(name.len() + 1..)
    }

    fn rename(&mut self, from: &[u8], name: &[u8]) -> Result<(), NulError> {
        let Some(value) = self.value(from).map(<[u8]>::to_vec) else { return Ok(()) };
        self.remove(from);
        self.set(name, &value)
    }

    fn prepend(&mut self, name: &[u8], value: &[u8]) -> Result<(), NulError> {
        let joined = match self.value(name) {
            Some(old) if !old.is_empty() => [value, b":", old].concat(),
            _ => value.to_vec(),
        };
        self.set(name, &joined)
    }
}

/// What precedes the first `=`.
fn name_of(entry: &CStr) -> &[u8] {
    entry.to_bytes().split(|&byte| byte == b'=').next().unwrap_or_default()
}

fn pass_pattern<'a>(change: &Change<'a>) -> Option<&'a [u8]> {
    match change {
        Change::Pass(pattern) => Some(pattern),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psp_format::command::Template;
    use std::string::String;
    use std::vec;

    fn check(changes: &[(Change<'_>, &str)], expected: &[&str]) {
        let caller = [c"PATH=/bin", c"HOME=/h", c"AWS_KEY=k", c"AWS_ID=i", c"EMPTY=", c"odd", c"BIN=\xff"];
        let mut environment = Environment::new(&caller);
        let (changes, values): (Vec<Change<'_>>, Vec<Vec<u8>>) =
            changes.iter().map(|(change, value)| (change.clone(), value.as_bytes().to_vec())).unzip();
        environment.apply(&changes, &values).expect("no NUL");
        let entries = environment.into_entries();
        let entries: Vec<String> = entries.iter().map(|entry| entry.to_string_lossy().into_owned()).collect();
        assert_eq!(entries, expected);
    }

    #[test]
    fn changes() {
        let all = ["PATH=/bin", "HOME=/h", "AWS_KEY=k", "AWS_ID=i", "EMPTY=", "odd", "BIN=\u{fffd}"];
        let value = Template::default;
        check(&[], &all);
        check(
            &[(Change::Pass(b"AWS_*"), ""), (Change::Pass(b"HOME"), "")],
            &["HOME=/h", "AWS_KEY=k", "AWS_ID=i"],
        );
        check(&[(Change::Unset(b"*"), "")], &[]);
        check(
            &[(Change::Pass(b"AWS_*"), ""), (Change::Unset(b"*_ID"), ""), (Change::Set(b"A", value()), "1")],
            &["AWS_KEY=k", "A=1"],
        );
        check(
            &[
                (Change::Unset(b"AWS*"), ""),
                (Change::Unset(b"odd"), ""),
                (Change::Unset(b"BIN"), ""),
                (Change::Map { name: b"HOUSE", from: b"HOME" }, ""),
                (Change::Map { name: b"X", from: b"ABSENT" }, ""),
                (Change::Prepend(b"PATH", value()), "/slot"),
                (Change::Prepend(b"EMPTY", value()), "e"),
                (Change::Prepend(b"NEW", value()), "n"),
            ],
            &["HOUSE=/h", "PATH=/slot:/bin", "EMPTY=e", "NEW=n"],
        );
        let caller = vec![c"A=1", c"A=2"];
        let mut environment = Environment::new(&caller);
        environment.set(b"A", b"3").expect("no NUL");
        assert_eq!(environment.clone().into_entries(), vec![Cow::Borrowed(c"A=3")]);
        assert!(environment.set(b"A", b"4\0B=5").is_err() && environment.set(b"A\0", b"").is_err());
        assert_eq!(environment.into_entries(), vec![Cow::Borrowed(c"A=3")]);
    }
}
