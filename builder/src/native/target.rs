//! The machine a package is declared for: `x86_64-linux`, optionally with the C library: `-gnu` or `-musl`.

use std::fmt;
use std::str::FromStr;

use super::inspect::{Arch, Libc, Os};

/// A declared target: architecture, operating system, and (on Linux, when it matters) the C library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The processor.
    pub arch: Arch,
    /// The operating system.
    pub os: Os,
    /// The C library; `None` accepts either.
    pub libc: Option<Libc>,
}

/// A target that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("target `{given}` is not ARCH-OS or ARCH-OS-LIBC")]
pub struct TargetError {
    /// What was given.
    pub given: String,
}

impl TargetError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        "native-target"
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        "for example x86_64-linux, x86_64-linux-gnu, x86_64-linux-musl, aarch64-linux, aarch64-macos, x86_64-windows"
            .to_owned()
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(given: &str) -> Result<Self, TargetError> {
        parse(given).ok_or_else(|| TargetError { given: given.to_owned() })
    }
}

fn parse(given: &str) -> Option<Target> {
    let mut parts = given.split('-');
    let arch = Arch::from_name(parts.next()?)?;
    let os = match parts.next()? {
        "linux" => Os::Linux,
        "macos" | "darwin" => Os::Macos,
        "windows" => Os::Windows,
        "freebsd" => Os::FreeBsd,
        _ => return None,
    };
    let libc = match (parts.next(), os) {
        (None, _) => None,
        (Some("gnu"), Os::Linux) => Some(Libc::Gnu),
        (Some("musl"), Os::Linux) => Some(Libc::Musl),
        (Some("msvc"), Os::Windows) => None,
        _ => return None,
    };
    parts.next().is_none().then_some(Target { arch, os, libc })
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.arch, self.os)?;
        match self.libc {
            Some(Libc::Gnu) => f.write_str("-gnu"),
            Some(Libc::Musl) => f.write_str("-musl"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        for text in
            ["x86_64-linux", "x86_64-linux-gnu", "x86_64-linux-musl", "aarch64-macos", "x86_64-windows"]
        {
            let target: Target = text.parse().unwrap();
            assert_eq!(target.to_string(), text);
        }
    }

    #[test]
    fn refuses() {
        for text in [
            "",
            "x86_64",
            "linux",
            "x86_64-",
            "x86_64-linux-",
            "x86_64-linux-gnu-",
            "x86-64-linux",
            "x86_64-macos-gnu",
            "x86_64-linux-glibc",
            "X86_64-linux",
            "x86_64-linux-gnu-x",
        ] {
            assert_eq!(text.parse::<Target>(), Err(TargetError { given: text.to_owned() }), "{text}");
        }
    }
}
