//! Targets: `ARCH-OS` or `ARCH-OS-LIBC`, for example `x86_64-linux` or `aarch64-linux-musl`.

use std::fmt;

/// Architectures that a target can name.
const ARCHITECTURES: &[&str] = &["x86_64", "aarch64", "riscv64", "armv7", "i686", "ppc64le", "s390x"];
/// Operating systems that a target can name.
const SYSTEMS: &[&str] = &["linux", "macos", "windows", "freebsd"];
/// C libraries that a target can name.
const LIBRARIES: &[&str] = &["gnu", "musl", "msvc"];

/// What a package or slot is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    text: String,
}

/// A text that names no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a target")]
pub struct BadTarget {
    /// The text.
    pub text: String,
    /// The target that was probably meant.
    pub suggestion: Option<String>,
}

impl Target {
    /// The target of the stub that this program carries.
    pub fn native() -> Self {
        Self { text: "x86_64-linux".to_owned() }
    }

    /// Reads a target.
    pub fn parse(text: &str) -> Result<Self, BadTarget> {
        let parts: Vec<_> = text.split('-').collect();
        let known = match parts.as_slice() {
            [arch, os] => ARCHITECTURES.contains(arch) && SYSTEMS.contains(os),
            [arch, os, libc] => {
                ARCHITECTURES.contains(arch) && SYSTEMS.contains(os) && LIBRARIES.contains(libc)
            }
            _ => false,
        };
        if known {
            Ok(Self { text: text.to_owned() })
        } else {
            Err(BadTarget { text: text.to_owned(), suggestion: suggestion(text) })
        }
    }

    /// The target as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether something made for `self` belongs into a package for `package`: all parts that `self` names agree.
    pub fn includes(&self, package: &Self) -> bool {
        let mut parts = package.text.split('-');
        self.text.split('-').all(|part| parts.next() == Some(part))
    }

    /// Whether its file systems do not tell upper from lower case.
    pub fn folds_case(&self) -> bool {
        matches!(self.text.split('-').nth(1), Some("windows" | "macos"))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// What somebody meant who wrote `linux-amd64` or `aarch64-apple-darwin`.
fn suggestion(text: &str) -> Option<String> {
    let lower = text.to_lowercase().replace("x86-64", "x86_64");
    let words = || lower.split(['-', '/', '_', '.']).chain(lower.split(['-', '/']));
    let find = |known: &[&str], aliases: &[(&str, &'static str)]| {
        let by_name = |word: &str| known.iter().find(|name| **name == word).map(|name| (*name).to_owned());
        let by_alias =
            |word: &str| aliases.iter().find(|(alias, _)| *alias == word).map(|(_, name)| (*name).to_owned());
        words().find_map(|word| by_name(word).or_else(|| by_alias(word)))
    };
    let arch = find(
        ARCHITECTURES,
        &[("amd64", "x86_64"), ("x64", "x86_64"), ("arm64", "aarch64"), ("386", "i686")],
    )?;
    let os =
        find(SYSTEMS, &[("darwin", "macos"), ("osx", "macos"), ("win32", "windows"), ("win64", "windows")])?;
    let libc = find(LIBRARIES, &[("glibc", "gnu")]).map(|libc| format!("-{libc}")).unwrap_or_default();
    Some(format!("{arch}-{os}{libc}"))
}

#[cfg(test)]
mod tests {
    use super::Target;

    fn target(text: &str) -> Target {
        Target::parse(text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn refuses_with_a_suggestion() {
        let check = |text: &str, expected: Option<&str>| match Target::parse(text) {
            Ok(_) => panic!("{text} was accepted"),
            Err(error) => assert_eq!(error.suggestion.as_deref(), expected, "{text}"),
        };
        check("linux-x86_64", Some("x86_64-linux"));
        check("linux_amd64", Some("x86_64-linux"));
        check("x86_64-unknown-linux-gnu", Some("x86_64-linux-gnu"));
        check("aarch64-apple-darwin", Some("aarch64-macos"));
        check("x86_64", None);
        check("x86_64-linux-gnu-extra", Some("x86_64-linux-gnu"));
        check("", None);
        check("amiga-m68k", None);
    }

    #[test]
    fn includes_by_parts() {
        assert!(target("x86_64-linux").includes(&target("x86_64-linux")));
        assert!(target("x86_64-linux").includes(&target("x86_64-linux-gnu")));
        assert!(!target("x86_64-linux-gnu").includes(&target("x86_64-linux")));
        assert!(!target("aarch64-linux").includes(&target("x86_64-linux")));
        assert!(target("aarch64-macos").folds_case() && !target("x86_64-linux").folds_case());
    }
}
