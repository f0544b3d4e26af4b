//! A start that failed: one line, exit code 125.

use alloc::format;
use alloc::string::String;
use core::fmt;

use psp_format::ErrorKind;
use psp_format::codes::Code;
use psp_format::escape::Escaped;

use crate::codes;
use crate::sys::Errno;

/// The exit code of the launcher's own failures.
pub const EXIT_CODE: u8 = 125;

/// Why a start failed.
#[derive(Debug)]
pub struct Failure {
    /// The stable code.
    pub code: &'static str,
    /// What went wrong, and where.
    pub what: String,
    /// What to do about it.
    pub help: &'static str,
    /// The system's error, where one was the reason.
    pub errno: Option<Errno>,
}

/// What most functions of the launcher return.
pub type Result<T> = core::result::Result<T, Failure>;

impl Failure {
    /// A failure of this code; `what` is printed as it is, so names in it are already escaped.
    pub fn new(code: &'static Code, what: String) -> Failure {
        Failure { code: code.code, what, help: code.remedy, errno: None }
    }

    /// A failure of the system at a path.
    pub fn at(code: &'static Code, path: &[u8], errno: Errno) -> Failure {
        Failure {
            errno: Some(errno),
            ..Failure::new(code, format!("{}: {}: {errno}", code.cause, Escaped(path)))
        }
    }

    /// A failure of the system in the cache: no room, no permission, or what else there is.
    pub fn cache(path: &[u8], errno: Errno) -> Failure {
        let code = match errno {
            Errno::NOSPC | Errno::DQUOT | Errno::FBIG => codes::CACHE_FULL,
            Errno::ACCES | Errno::PERM | Errno::ROFS | Errno::NOTDIR | Errno::NOENT => {
                codes::CACHE_UNWRITABLE
            }
            // A file system that cannot lock or rename as a cache must, or that is gone.
            Errno::NOSYS | Errno::NOLCK | Errno::OPNOTSUPP | Errno::XDEV | Errno::STALE | Errno::NOTCONN => {
                codes::CACHE_UNWRITABLE
            }
            Errno::NAMETOOLONG => codes::CACHE_PATH,
            Errno::NOMEM => codes::MEMORY_FAILED,
            _ => codes::CACHE_FAILED,
        };
        Failure::at(code, path, errno)
    }

    /// A rule of the format that the package breaks.
    pub fn format(package: &[u8], error: psp_format::Error) -> Failure {
        let what = format!("{}: {error}", Escaped(package));
        Failure { code: error.code(), what, help: error.kind.remedy(), errno: None }
    }

    /// A rule of the machine's trust policy that the package does not satisfy.
    pub fn policy(package: &[u8], kind: ErrorKind) -> Failure {
        let what = format!("{}: {}", Escaped(package), kind.message());
        Failure { code: kind.code(), what, help: kind.remedy(), errno: None }
    }

    /// Whether the cache cannot be written.
    pub fn is_unwritable(&self) -> bool {
        self.code == codes::CACHE_UNWRITABLE.code
    }

    /// Whether another cache may do better: this one cannot be written, or not be repaired.
    pub fn leaves_others(&self) -> bool {
        self.is_unwritable() || self.code == codes::CACHE_DAMAGED.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "psp: error[{}]: {}; help: {}", self.code, self.what, self.help)
    }
}
