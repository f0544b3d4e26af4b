//! Helpers: what could take a provider down with it, in a process of its own.
//!
//! Some work uses all memory, all of its stack or all of its time, and nothing in the same process can stop it: programs of users
//! above all. A helper is a function in the provider's own executable that runs as another process of it, so that there is nothing
//! else to install. [`Components::helper`](crate::Components::helper) makes it known, [`main`](crate::main) runs it, and
//! [`Helper::command`] is how the provider starts it.
//!
//! ```no_run
//! # use std::process::ExitCode;
//! use std::io::{Read, Write};
//! use tf_sdk::Helper;
//!
//! /// Says what it is told, louder.
//! const LOUD: Helper = Helper { name: "loud", main: shout };
//!
//! fn shout() -> ExitCode {
//!     let mut said = String::new();
//!     let heard = std::io::stdin().read_to_string(&mut said);
//!     let said = heard.and_then(|_| std::io::stdout().write_all(said.to_uppercase().as_bytes()));
//!     if said.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
//! }
//! ```

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;

/// A part of the provider's executable that runs as a process of its own.
#[derive(Clone, Copy, Debug)]
pub struct Helper {
    /// What it is called: one word, no other helper's.
    pub name: &'static str,
    /// What it does, from beginning to end. It has neither runtime nor logging; its standard input and output go to whoever started
    /// it.
    pub main: fn() -> ExitCode,
}

/// A helper that nobody gave to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider has no helper {0:?}: `Components::helper` adds it")]
pub struct UnknownHelper(&'static str);

/// The argument before a helper's name.
pub(crate) const ARGUMENT: &str = "-helper";

/// The names that this process's `main` would run.
static RUNNABLE: OnceLock<Vec<&'static str>> = OnceLock::new();

/// Says that this process's `main` runs these.
pub(crate) fn are_runnable(helpers: &[Helper]) {
    // There is one main, and so one provider.
    let _ = RUNNABLE.set(helpers.iter().map(|helper| helper.name).collect());
}

impl Helper {
    /// How to start it: with pipes for standard input and output, and in a process group of its own, as it is the provider that is
    /// interrupted and decides. None in a process that [`main`](crate::main) has not got, such as one of a test.
    ///
    /// # Errors
    /// If the provider was not given this helper.
    pub fn command(&self) -> Result<Option<Command>, UnknownHelper> {
        match RUNNABLE.get() {
            None => return Ok(None),
            Some(names) if !names.contains(&self.name) => return Err(UnknownHelper(self.name)),
            Some(_) => {}
        }
        let Some(executable) = executable() else { return Ok(None) };
        let mut command = Command::new(executable);
        if let Some(called) = std::env::args_os().next() {
            command.arg0(called);
        }
        command.args([ARGUMENT, self.name]).stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        Ok(Some(command))
    }
}

/// This process's executable, even when another one has taken its place in the file system.
fn executable() -> Option<PathBuf> {
    if cfg!(target_os = "linux") { Some("/proc/self/exe".into()) } else { std::env::current_exe().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_main_would_run_can_be_started() {
        let [one, other] = ["one", "other"].map(|name| Helper { name, main: || ExitCode::SUCCESS });
        assert!(one.command().unwrap().is_none());
        are_runnable(&[one]);
        assert!(other.command().is_err());
        let command = one.command().unwrap().unwrap();
        assert_eq!(command.get_args().collect::<Vec<_>>(), ["-helper", "one"]);
    }
}
