//! The exit codes of `psp`, in one place.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It did what was asked.
    Done,
    /// It could not, or the answer is no.
    No,
    /// A signal asked for the end, and everything is cleaned up.
    Signal(usize),
    /// The command line cannot be understood.
    Usage,
    /// A package was not started.
    NotStarted,
}

impl Exit {
    /// The code for the operating system. 125 is the launcher's: a package was not started.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            // Seen only where the signal itself does not end the process.
            Self::No | Self::Signal(_) => 1,
            Self::Usage => 2,
            Self::NotStarted => 125,
        })
    }
}
