//! What this process does about two signals while it works, whatever its caller has set.
//!
//! Must always put the caller's settings back: the program that is started inherits them. Start at [`Signals::settle`].

use super::Errno;
use super::call::{call6, nr};

/// A child has ended.
const CHILD: usize = 17;
/// A file grew beyond the limit of the process.
const FILE_SIZE: usize = 25;
const DEFAULT: usize = 0;
const IGNORE: usize = 1;
/// Bytes of the kernel's signal set.
const SET_SIZE: usize = 8;

/// The kernel's `struct sigaction`: handler, flags, restorer, mask.
type Action = [usize; 4];

/// The caller's settings, put back when dropped.
///
/// While it lives, children can be waited for (an ignored SIGCHLD, which `exec` hands on, would make them vanish), and a
/// write beyond the file size limit is an error instead of death.
#[derive(Debug)]
pub struct Signals {
    child: Option<Action>,
    file_size: Option<Action>,
}

impl Signals {
    /// Make the settings that the launcher works with.
    pub fn settle() -> Self {
        Self { child: set(CHILD, DEFAULT).ok(), file_size: set(FILE_SIZE, IGNORE).ok() }
    }

    fn restore(&mut self) {
        for (signal, action) in [(CHILD, self.child.take()), (FILE_SIZE, self.file_size.take())] {
            if let Some(action) = action {
                let _ = exchange(signal, &action);
            }
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.restore();
    }
}

fn set(signal: usize, handler: usize) -> Result<Action, Errno> {
    exchange(signal, &[handler, 0, 0, 0])
}

fn exchange(signal: usize, action: &Action) -> Result<Action, Errno> {
    let mut old: Action = [0; 4];
    let arguments = [signal, &raw const *action as usize, &raw mut old as usize, SET_SIZE, 0, 0];
    // SAFETY: the kernel reads one action and writes one; none of ours has a handler that would need a restorer, and what is
    // put back is what was there.
    unsafe { call6(nr::RT_SIGACTION, arguments) }.map(|_| old)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::{Exit, Fork, exit, fork, wait};

    #[test]
    fn children_can_be_waited_for_where_the_caller_ignores_them() {
        // In a process of its own, as the setting is the process's.
        let Ok(Fork::Parent(child)) = fork().inspect(|side| {
            if *side == Fork::Child {
                exit(u8::from(!holds()));
            }
        }) else {
            panic!("fork");
        };
        assert_eq!(wait(child), Ok(Exit::Code(0)));
    }

    fn holds() -> bool {
        let Ok(before) = set(CHILD, IGNORE) else { return false };
        let signals = Signals::settle();
        let waited = match fork() {
            Ok(Fork::Child) => exit(7),
            Ok(Fork::Parent(child)) => wait(child),
            Err(errno) => Err(errno),
        };
        drop(signals);
        let after = exchange(CHILD, &before);
        waited == Ok(Exit::Code(7)) && after.is_ok_and(|action| action[0] == IGNORE)
    }
}
