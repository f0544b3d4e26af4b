//! How the commands of `psp` end; the numbers are foundation's.

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
    /// The code for the operating system, as all programs of the project have it.
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => foundation::exit::Exit::Done,
            // Seen only where the signal itself does not end the process.
            Self::No | Self::Signal(_) => foundation::exit::Exit::No,
            Self::Usage => foundation::exit::Exit::Usage,
            Self::NotStarted => foundation::exit::Exit::Launcher,
        })
    }
}
