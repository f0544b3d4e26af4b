//! Exit codes, in one place. Every program of the project ends with one of these.

use std::process::ExitCode;

/// How a program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Exit {
    /// The work is done, the answer is yes.
    Done,
    /// The work failed, or the answer is no.
    No,
    /// The command line, manifest or configuration is wrong; nothing was begun.
    Usage,
    /// The launcher's own failure, never the payload's.
    Launcher,
    /// Ended by Ctrl-C (128 + SIGINT).
    Interrupted,
    /// Ended by SIGTERM (128 + SIGTERM).
    Terminated,
}

impl Exit {
    /// Every way to end, for tables and completions.
    pub const ALL: [Exit; 6] =
        [Exit::Done, Exit::No, Exit::Usage, Exit::Launcher, Exit::Interrupted, Exit::Terminated];

    /// The number the shell sees.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::No => 1,
            Exit::Usage => 2,
            Exit::Launcher => 125,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        }
    }

    /// What the number means, for documentation.
    pub const fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "done; the answer is yes",
            Exit::No => "failed; the answer is no",
            Exit::Usage => "the command line, manifest or configuration is wrong",
            Exit::Launcher => "the launcher itself failed; the payload was not started",
            Exit::Interrupted => "interrupted from the keyboard",
            Exit::Terminated => "asked to end by SIGTERM",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_documented_ones_and_distinct() {
        let numbers = Exit::ALL.map(Exit::code);
        assert_eq!(numbers, [0, 1, 2, 125, 130, 143]);
        assert!(Exit::ALL.iter().all(|exit| !exit.meaning().is_empty()));
    }
}
