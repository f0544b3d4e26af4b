//! Trust (SPEC 10): whose packages this machine starts, in a form that is read in microseconds.

use alloc::vec::Vec;

use crate::digest::Key;
use crate::error::{Error, ErrorKind, Region};
use crate::glob;
use crate::limits;
use crate::manifest::Identity;
use crate::semver;

/// The first line of a trust file.
pub const FIRST_LINE: &str = "psp-trust 1";

/// One line of a trust file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule<'a> {
    /// A trusted key and its label.
    Key(Key, &'a str),
    /// A revoked key and why.
    Revoke(Key, &'a str),
    /// At least so many trusted keys must have signed; 0 for any valid package.
    Require(u8),
    /// For packages whose name matches: at least so many of these keys must have signed.
    RequireKeys {
        /// A glob on the package's name.
        pattern: &'a str,
        /// How many.
        threshold: u8,
        /// Of which.
        keys: Vec<Key>,
    },
    /// For packages whose name matches: the lowest version.
    MinimumVersion {
        /// A glob on the package's name.
        pattern: &'a str,
        /// A semantic version.
        version: &'a str,
    },
    /// For packages whose name matches: the lowest sequence number.
    MinimumSequence {
        /// A glob on the package's name.
        pattern: &'a str,
        /// The number.
        sequence: u64,
    },
}

/// A parsed trust file. The empty one demands nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust<'a> {
    /// In the order of the file.
    pub rules: Vec<Rule<'a>>,
}

impl<'a> Trust<'a> {
    /// Parse a trust file.
    ///
    /// # Errors
    /// `trust-invalid`; the offset is the number of the line, from 1.
    pub fn parse(bytes: &'a [u8]) -> Result<Trust<'a>, Error> {
        let invalid = |line: usize| Error::new(ErrorKind::TrustInvalid, Region::Beside, line as u64);
        if bytes.len() > limits::TRUST_FILE_BYTES {
            return Err(invalid(0));
        }
        let text = core::str::from_utf8(bytes).map_err(|_| invalid(0))?;
        let mut lines = text.strip_suffix('\n').unwrap_or(text).split('\n').enumerate();
        if lines.next().is_none_or(|(_, first)| first != FIRST_LINE) {
            return Err(invalid(1));
        }
        let mut rules = Vec::new();
        for (number, line) in lines {
            // SPEC 10: no control characters, in comments neither.
            if line.chars().any(char::is_control) {
                return Err(invalid(number + 1));
            }
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            rules.push(parse_rule(line).ok_or(invalid(number + 1))?);
        }
        Ok(Trust { rules })
    }

    /// The trusted keys of this file, with their labels.
    pub fn keys(&self) -> impl Iterator<Item = (Key, &'a str)> {
        self.rules.iter().filter_map(|rule| match rule {
            Rule::Key(key, label) => Some((*key, *label)),
            _ => None,
        })
    }

    fn revokes(&self, key: &Key) -> bool {
        self.rules.iter().any(|rule| matches!(rule, Rule::Revoke(revoked, _) if revoked == key))
    }
}

fn parse_rule(line: &str) -> Option<Rule<'_>> {
    let (verb, rest) = line.split_once(' ')?;
    match verb {
        "key" => parse_keyed(rest).map(|(key, label)| Rule::Key(key, label)),
        "revoke" => parse_keyed(rest).map(|(key, reason)| Rule::Revoke(key, reason)),
        "require" if rest == "any" => Some(Rule::Require(0)),
        "require" => parse_threshold(rest.strip_prefix("trusted ")?).map(Rule::Require),
        "require-keys" => {
            let (pattern, rest) = rest.split_once(' ')?;
            let (threshold, keys) = rest.split_once(' ')?;
            let keys =
                keys.split(',').map(|hex| Key::from_hex(hex.as_bytes())).collect::<Option<Vec<Key>>>()?;
            Some(Rule::RequireKeys {
                pattern: parse_pattern(pattern)?,
                threshold: parse_threshold(threshold)?,
                keys,
            })
        }
        "minimum-version" => {
            let (pattern, version) = rest.split_once(' ')?;
            semver::is_version(version).then_some(())?;
            Some(Rule::MinimumVersion { pattern: parse_pattern(pattern)?, version })
        }
        "minimum-sequence" => {
            let (pattern, number) = rest.split_once(' ')?;
            number.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
            Some(Rule::MinimumSequence { pattern: parse_pattern(pattern)?, sequence: number.parse().ok()? })
        }
        _ => None,
    }
}

fn parse_keyed(rest: &str) -> Option<(Key, &str)> {
    let (hex, label) = rest.split_once(' ')?;
    (!label.is_empty() && !label.starts_with(' ')).then_some(())?;
    Some((Key::from_hex(hex.as_bytes())?, label))
}

fn parse_threshold(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [digit @ b'1'..=b'8'] => Some(digit - b'0'),
        _ => None,
    }
}

/// A pattern can only match names, so it has their characters and the glob's.
fn parse_pattern(text: &str) -> Option<&str> {
    let fits = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'*' | b'?');
    (!text.is_empty() && text.bytes().all(fits)).then_some(text)
}

/// What this machine demands: the administrator's file and the user's.
#[derive(Clone, Debug, Default)]
pub struct Policy<'a> {
    /// `/etc/psp/trust`.
    pub administrator: Trust<'a>,
    /// The user's file.
    pub user: Trust<'a>,
}

impl Policy<'_> {
    /// Whether a package with this identity and these distinct, verified signers may start.
    ///
    /// # Errors
    /// `key-revoked`, `untrusted`, `version-too-old`, `sequence-too-old`.
    pub fn check(&self, identity: &Identity<'_>, signers: &[Key]) -> Result<(), ErrorKind> {
        if self.is_revoked(&identity.primary) {
            return Err(ErrorKind::KeyRevoked);
        }
        let signers: Vec<Key> = signers.iter().copied().filter(|key| !self.is_revoked(key)).collect();
        // Each file by itself: the user's can only add demands.
        self.check_rules(&self.administrator, false, identity, &signers)?;
        self.check_rules(&self.user, true, identity, &signers)
    }

    /// Whether the key is trusted: by the administrator or by the user.
    pub fn is_trusted(&self, key: &Key) -> bool {
        !self.is_revoked(key) && self.trusts(key, true)
    }

    /// Whether either file revokes the key.
    pub fn is_revoked(&self, key: &Key) -> bool {
        self.administrator.revokes(key) || self.user.revokes(key)
    }

    /// What a trusted key is called.
    pub fn label(&self, key: &Key) -> Option<&str> {
        self.administrator
            .keys()
            .chain(self.user.keys())
            .find(|(known, _)| known == key)
            .map(|(_, label)| label)
    }

    fn trusts(&self, key: &Key, with_users_keys: bool) -> bool {
        self.administrator.keys().any(|(known, _)| known == *key)
            || (with_users_keys && self.user.keys().any(|(known, _)| known == *key))
    }

    fn check_rules(
        &self,
        file: &Trust<'_>,
        is_users: bool,
        identity: &Identity<'_>,
        signers: &[Key],
    ) -> Result<(), ErrorKind> {
        let applies = |pattern: &str| glob::matches(pattern.as_bytes(), identity.name.as_bytes());
        for rule in &file.rules {
            match rule {
                Rule::Require(threshold) => {
                    let trusted = signers.iter().filter(|key| self.trusts(key, is_users)).count();
                    at_least(trusted, *threshold)?;
                }
                Rule::RequireKeys { pattern, threshold, keys } if applies(pattern) => {
                    at_least(signers.iter().filter(|key| keys.contains(key)).count(), *threshold)?;
                }
                Rule::MinimumVersion { pattern, version }
                    if applies(pattern) && semver::compare(identity.version, version).is_lt() =>
                {
                    return Err(ErrorKind::VersionTooOld);
                }
                Rule::MinimumSequence { pattern, sequence }
                    if applies(pattern) && identity.sequence < *sequence =>
                {
                    return Err(ErrorKind::SequenceTooOld);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn at_least(count: usize, threshold: u8) -> Result<(), ErrorKind> {
    if count >= usize::from(threshold) { Ok(()) } else { Err(ErrorKind::Untrusted) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;
    use std::string::String;

    const A: Key = Key([0xaa; 32]);
    const B: Key = Key([0xbb; 32]);

    fn hex(key: Key) -> String {
        key.hex().as_str().into()
    }

    fn check(
        administrator: &str,
        user: &str,
        name: &str,
        version: &str,
        signers: &[Key],
    ) -> Result<(), &'static str> {
        let file =
            |rules: &str| format!("{FIRST_LINE}\n{}", rules.replace("AA", &hex(A)).replace("BB", &hex(B)));
        let (administrator, user) = (file(administrator), file(user));
        let policy = Policy {
            administrator: Trust::parse(administrator.as_bytes()).unwrap(),
            user: Trust::parse(user.as_bytes()).unwrap(),
        };
        let identity =
            Identity { name, version, target: "x86_64-linux", channel: "", sequence: 7, primary: signers[0] };
        policy.check(&identity, signers).map_err(ErrorKind::code)
    }

    #[test]
    fn policies() {
        type Case<'a> = (&'a str, &'a str, &'a str, &'a [Key], Result<(), &'a str>);
        let cases: &[Case<'_>] = &[
            ("", "", "1.0.0", &[A], Ok(())),
            ("require trusted 1", "", "1.0.0", &[A], Err("untrusted")),
            ("require trusted 1\nkey AA a", "", "1.0.0", &[A], Ok(())),
            // The user can't add keys to the administrator's, nor loosen, nor hide a revocation.
            ("require trusted 1", "key AA a", "1.0.0", &[A], Err("untrusted")),
            ("require trusted 1", "require any", "1.0.0", &[A], Err("untrusted")),
            ("revoke AA lost", "key AA a", "1.0.0", &[A], Err("key-revoked")),
            // The user can tighten, with both files' keys.
            ("key AA a", "require trusted 1", "1.0.0", &[A], Ok(())),
            ("", "require trusted 1\nkey AA a", "1.0.0", &[A], Ok(())),
            ("", "require trusted 1\nkey AA a", "1.0.0", &[B], Err("untrusted")),
            ("", "revoke AA lost", "1.0.0", &[A, B], Err("key-revoked")),
            ("", "revoke BB lost", "1.0.0", &[A, B], Ok(())),
            ("key AA a\nkey BB b\nrequire trusted 2", "", "1.0.0", &[A], Err("untrusted")),
            ("key AA a\nkey BB b\nrequire trusted 2", "", "1.0.0", &[A, B], Ok(())),
            ("key AA a\nkey BB b\nrequire trusted 2", "revoke BB x", "1.0.0", &[A, B], Err("untrusted")),
            ("require-keys app* 1 AA", "", "1.0.0", &[B], Err("untrusted")),
            ("require-keys app* 1 AA,BB", "", "1.0.0", &[B], Ok(())),
            ("require-keys app* 2 AA,AA", "", "1.0.0", &[A], Err("untrusted")),
            ("require-keys other 1 AA", "", "1.0.0", &[B], Ok(())),
            ("minimum-version app 1.2.0", "", "1.2.0", &[A], Ok(())),
            ("minimum-version app 1.2.0", "", "1.2.0-rc.1", &[A], Err("version-too-old")),
            ("", "minimum-version * 1.2.0", "1.1.9", &[A], Err("version-too-old")),
            ("minimum-sequence app 8", "", "1.0.0", &[A], Err("sequence-too-old")),
            ("minimum-sequence app 7", "", "1.0.0", &[A], Ok(())),
        ];
        for (administrator, user, version, signers, expected) in cases {
            assert_eq!(
                check(administrator, user, "app", version, signers),
                *expected,
                "{administrator} | {user}"
            );
        }
    }

    #[test]
    fn malformed_files_are_refused_with_their_line() {
        let key = hex(A);
        for (rules, line) in [
            ("x", 2),
            ("require", 2),
            ("require trusted", 2),
            ("require trusted 0", 2),
            ("require trusted 9", 2),
            ("require none", 2),
            ("# fine\nkey abc label", 3),
            ("key KEY", 2),
            ("key  KEY a", 2),
            ("require-keys app 1", 2),
            ("require-keys APP 1 KEY", 2),
            ("require-keys app 1 KEY,", 2),
            ("minimum-version app 1.2", 2),
            ("minimum-sequence app -1", 2),
            ("minimum-sequence app +1", 2),
            ("minimum-sequence app 18446744073709551616", 2),
            ("key KEY a\tb", 2),
            ("key KEY ", 2),
            ("# fine\r\nkey KEY a", 2),
            ("# a\u{85}b", 2),
        ] {
            let text = format!("{FIRST_LINE}\n{}", rules.replace("KEY", &key));
            let error = Trust::parse(text.as_bytes()).unwrap_err();
            assert_eq!((error.code(), error.offset), ("trust-invalid", line), "{rules}");
        }
        assert!(Trust::parse(b"").is_err() && Trust::parse(b"psp-trust 2\n").is_err());
        assert!(Trust::parse(&[0xff; 10]).is_err());
        let long = format!("{FIRST_LINE}\n{}", "#\n".repeat(40_000));
        assert!(Trust::parse(long.as_bytes()).is_err());
    }
}
