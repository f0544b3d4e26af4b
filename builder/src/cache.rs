//! The caches that packages are extracted into: looked at, checked, and emptied of what nobody uses.
//!
//! The layout is [`psp_format::cache`]'s, shared with the launcher, and so are the rules: a root that somebody else owns or
//! could write is refused, no link is followed inside, nothing is touched that the launcher did not make, and an entry is only
//! ever removed while its lock is held, by one rename out of sight. Start with [`roots`].

mod check;
mod collection;
mod directory;
mod entry;
mod root;
mod usage;
mod work;

use std::io;
use std::path::PathBuf;

pub use check::{Check, State, check};
pub use collection::{Decision, Fate, Limits, RECENT_SECONDS, decide};
pub use entry::{Entry, Kind, entries};
pub use root::{CacheRoot, Places, roots};
pub use usage::Usage;
pub use work::{Removal, clean, remove};

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::escaped;
use crate::package_file::PackageError;

/// What can be wrong with a cache.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum CacheError {
    #[error("PSP_CACHE_DIR is `{}`, which is no absolute path", escaped::path(value))]
    Relative { value: PathBuf },
    #[error("the cache directory {} {problem}", escaped::path(path))]
    Unsafe { path: PathBuf, problem: String },
    #[error("the cache {} cannot be read or written", escaped::path(path))]
    Failed { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Package(#[from] PackageError),
}

impl Diagnostic for CacheError {
    fn code(&self) -> &'static Code {
        use psp_format::codes::launcher;
        match self {
            Self::Relative { .. } => launcher::CACHE_PATH,
            Self::Unsafe { .. } => launcher::CACHE_UNSAFE,
            Self::Failed { .. } => launcher::CACHE_FAILED,
            Self::Package(error) => error.code(),
        }
    }
}
