//! Why nothing could be measured.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::Options;

/// Why a bench ended without numbers.
#[derive(Debug)]
pub(crate) enum BenchError {
    /// There is no such bench or option.
    Unknown(String),
    /// A file or folder of the workplace.
    File { path: PathBuf, source: io::Error },
    /// A program that could not be started.
    Start { command: String, source: io::Error },
    /// A program that failed; what is measured must work.
    Failed { command: String, said: String },
    /// The system does not tell what a process has used.
    Usage(nix::Error),
}

impl fmt::Display for BenchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BenchError::Unknown(name) => {
                write!(f, "no bench is called `{name}`; there are {}", Options::names())
            }
            BenchError::File { path, source } => write!(f, "{}: {source}", path.display()),
            BenchError::Start { command, source } => write!(f, "cannot start {command}: {source}"),
            BenchError::Failed { command, said } => write!(f, "{command} failed: {said}"),
            BenchError::Usage(source) => write!(f, "getrusage: {source}"),
        }
    }
}

/// Names the path in an error.
pub(super) fn at(path: &std::path::Path) -> impl FnOnce(io::Error) -> BenchError + '_ {
    move |source| BenchError::File { path: path.to_owned(), source }
}
