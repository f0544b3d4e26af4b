//! The environment of what is started: the caller's, changed as the package says (SPEC 4.8).

use alloc::vec::Vec;
use core::ffi::CStr;

use psp_format::command::Change;
use psp_format::glob;

/// One variable; `value` is None for an entry without `=`, which is handed on as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    name: Vec<u8>,
    value: Option<Vec<u8>>,
}

/// An environment under construction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    variables: Vec<Variable>,
}

impl Environment {
    /// The caller's environment.
    pub fn new(entries: &[&CStr]) -> Environment {
        let split = |entry: &&CStr| {
            let bytes = entry.to_bytes();
            match bytes.iter().position(|&byte| byte == b'=') {
                Some(at) => Variable { name: bytes[..at].to_vec(), value: Some(bytes[at + 1..].to_vec()) },
                None => Variable { name: bytes.to_vec(), value: None },
            }
        };
        Environment { variables: entries.iter().map(split).collect() }
    }

    /// Apply a command's changes in order; `expand` gives the value of the change of that number.
    pub fn apply(&mut self, changes: &[Change<'_>], values: &[Vec<u8>]) {
        let passes: Vec<&[u8]> = changes.iter().filter_map(pass_pattern).collect();
        if !passes.is_empty() {
            self.variables
                .retain(|variable| passes.iter().any(|pattern| glob::matches(pattern, &variable.name)));
        }
        for (change, value) in changes.iter().zip(values) {
            match change {
                Change::Pass(_) => {}
                Change::Unset(pattern) => self.variables.retain(|v| !glob::matches(pattern, &v.name)),
                Change::Map { name, from } => self.rename(from, name),
                Change::Prepend(name, _) => self.prepend(name, value),
                Change::Set(name, _) => self.set(name, value),
            }
        }
    }

    /// Set a variable, in place of all of that name.
    pub fn set(&mut self, name: &[u8], value: &[u8]) {
        self.remove(name);
        self.variables.push(Variable { name: name.to_vec(), value: Some(value.to_vec()) });
    }

    /// Remove a variable.
    pub fn remove(&mut self, name: &[u8]) {
        self.variables.retain(|variable| variable.name != name);
    }

    /// The entries as the kernel wants them: `NAME=VALUE`, without the final NUL.
    pub fn entries(&self) -> impl Iterator<Item = Vec<u8>> {
        self.variables.iter().map(|variable| match &variable.value {
            Some(value) => [&variable.name, &b"="[..], value].concat(),
            None => variable.name.clone(),
        })
    }

    fn value(&self, name: &[u8]) -> Option<&[u8]> {
        self.variables.iter().find(|variable| variable.name == name)?.value.as_deref()
    }

    fn rename(&mut self, from: &[u8], name: &[u8]) {
        if let Some(value) = self.value(from).map(<[u8]>::to_vec) {
            self.remove(from);
            self.set(name, &value);
        }
    }

    fn prepend(&mut self, name: &[u8], value: &[u8]) {
        let joined = match self.value(name) {
            Some(old) if !old.is_empty() => [value, b":", old].concat(),
            _ => value.to_vec(),
        };
        self.set(name, &joined);
    }
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
        environment.apply(&changes, &values);
        let entries: Vec<String> =
            environment.entries().map(|entry| String::from_utf8_lossy(&entry).into_owned()).collect();
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
        environment.set(b"A", b"3");
        assert_eq!(environment.entries().collect::<Vec<_>>(), vec![b"A=3".to_vec()]);
    }
}
