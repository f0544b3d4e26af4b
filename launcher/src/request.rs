//! What the caller asks for: arguments and environment, read once.

use alloc::format;
use core::ffi::CStr;

use psp_format::escape::Escaped;

use crate::codes;
use crate::failure::{Failure, Result};

/// How the process was started.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// All arguments, the first of them what the caller calls the program.
    pub arguments: &'a [&'a CStr],
    /// The environment, as it is: `NAME=VALUE` mostly.
    pub environment: &'a [&'a CStr],
    /// The path that the kernel was told to execute.
    pub executable: Option<&'a CStr>,
    /// Whether the process has privileges that its caller has not.
    pub has_raised_privileges: bool,
}

/// How closely cached files are looked at before a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// The started file.
    Program,
    /// Every file, by what the file system knows of it.
    Stat,
    /// Every byte.
    Full,
}

impl<'a> Request<'a> {
    /// The value of a variable; an empty one counts as absent.
    pub fn variable(&self, name: &[u8]) -> Option<&'a [u8]> {
        let value = |entry: &&'a CStr| entry.to_bytes().strip_prefix(name)?.strip_prefix(b"=");
        self.environment.iter().find_map(value).filter(|value| !value.is_empty())
    }

    /// The value of a variable that holds an absolute path; a relative one counts as absent.
    pub fn directory(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.variable(name).filter(|path| path.starts_with(b"/"))
    }

    /// What `PSP_VERIFY` asks for.
    ///
    /// # Errors
    /// `verify-unknown`: whoever asks for a check must not silently get less.
    pub fn verify(&self) -> Result<Verify> {
        match self.variable(b"PSP_VERIFY") {
            None => Ok(Verify::Program),
            Some(b"stat") => Ok(Verify::Stat),
            Some(b"full") => Ok(Verify::Full),
            Some(other) => {
                Err(Failure::new(codes::VERIFY_UNKNOWN, format!("PSP_VERIFY is `{}`", Escaped(other))))
            }
        }
    }

    /// Whether steps are told on standard error.
    pub fn is_logging(&self) -> bool {
        self.variable(b"PSP_LOG").is_some_and(|level| matches!(level, b"debug" | b"trace"))
    }

    /// Whether the package is only to be brought into the cache, and onto the disk.
    pub fn is_extract_only(&self) -> bool {
        self.variable(b"PSP_EXTRACT").is_some_and(|value| value == b"only")
    }

    /// What the caller calls the program: its first argument, or the path that was executed.
    pub fn program_name(&self) -> &'a CStr {
        self.arguments.first().copied().or(self.executable).unwrap_or(c"psp")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables() {
        let environment = [c"PSP_VERIFY=full", c"EMPTY=", c"PSP_VERIFYX=1", c"XDG=rel", c"HOME=/h", c"noise"];
        let request = Request {
            arguments: &[],
            environment: &environment,
            executable: Some(c"/x"),
            has_raised_privileges: false,
        };
        assert_eq!(request.variable(b"PSP_VERIFY"), Some(&b"full"[..]));
        assert_eq!(request.variable(b"EMPTY"), None);
        assert_eq!(request.variable(b"noise"), None);
        assert_eq!(request.directory(b"XDG"), None);
        assert_eq!(request.directory(b"HOME"), Some(&b"/h"[..]));
        assert_eq!(request.verify().unwrap(), Verify::Full);
        assert_eq!(request.program_name(), c"/x");
        let odd = Request { environment: &[c"PSP_VERIFY=ful\n"], ..request };
        let failure = odd.verify().unwrap_err();
        assert_eq!(failure.code, "verify-unknown");
        assert!(failure.what.contains("ful\\u{a}"), "{}", failure.what);
    }
}
