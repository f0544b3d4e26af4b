//! Platforms as Terraform writes them: `linux_amd64`.

use std::fmt;

use crate::target::Target;

/// An operating system and an architecture, in Go's words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Platform {
    /// `linux`.
    pub os: String,
    /// `amd64`.
    pub arch: String,
}

/// Architectures of psp's targets, and Go's words for them.
const ARCHITECTURES: &[(&str, &str)] = &[
    ("x86_64", "amd64"),
    ("aarch64", "arm64"),
    ("riscv64", "riscv64"),
    ("armv7", "arm"),
    ("i686", "386"),
    ("ppc64le", "ppc64le"),
    ("s390x", "s390x"),
];
/// Systems of psp's targets, and Go's words for them.
const SYSTEMS: &[(&str, &str)] =
    &[("linux", "linux"), ("macos", "darwin"), ("windows", "windows"), ("freebsd", "freebsd")];

impl Platform {
    /// The platform of a package's target; the C library has no part in it.
    pub fn of_target(target: &str) -> Option<Self> {
        let target = Target::parse(target).ok()?;
        let mut parts = target.as_str().split('-');
        let (arch, os) = (word(ARCHITECTURES, parts.next()?)?, word(SYSTEMS, parts.next()?)?);
        Some(Self { os, arch })
    }

    /// Reads `OS_ARCH`.
    pub fn parse(text: &str) -> Option<Self> {
        let (os, arch) = text.split_once('_')?;
        let is_known = |table: &[(&str, &str)], word: &str| table.iter().any(|(_, known)| *known == word);
        let known = is_known(SYSTEMS, os) && is_known(ARCHITECTURES, arch);
        known.then(|| Self { os: os.to_owned(), arch: arch.to_owned() })
    }
}

fn word(table: &[(&str, &str)], part: &str) -> Option<String> {
    table.iter().find(|(known, _)| *known == part).map(|(_, word)| (*word).to_owned())
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.os, self.arch)
    }
}

#[cfg(test)]
mod tests {
    use super::Platform;

    #[test]
    fn platforms() {
        for (target, expected) in [
            ("x86_64-linux", "linux_amd64"),
            ("aarch64-linux-musl", "linux_arm64"),
            ("aarch64-macos", "darwin_arm64"),
            ("i686-windows-msvc", "windows_386"),
        ] {
            let platform = Platform::of_target(target).unwrap();
            assert_eq!(platform.to_string(), expected);
            assert_eq!(Platform::parse(expected), Some(platform));
        }
        for text in
            ["", "linux", "linux-amd64", "linux_x86_64", "../x_amd64", "linux_amd64_", "_", "plan9_amd64"]
        {
            assert_eq!(Platform::parse(text), None, "{text}");
        }
        assert_eq!(Platform::of_target("linux_amd64"), None);
    }
}
