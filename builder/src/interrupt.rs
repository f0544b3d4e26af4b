//! The wish that a build ends early: looked at between steps, so that what was begun is cleaned up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether somebody wants the work to end. Clones share the wish.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

/// The work shall end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

impl Interrupt {
    /// Asks for the end; `signal` is the number of the signal that asked.
    pub fn ask(&self, signal: usize) {
        self.0.store(signal, Ordering::Relaxed);
    }

    /// The signal that asked for the end, if one did.
    pub fn signal(&self) -> Option<usize> {
        Some(self.0.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
    }

    /// An error if somebody asked for the end.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.signal().is_some() { Err(Interrupted) } else { Ok(()) }
    }

    /// The shared number, for a signal handler to set.
    pub fn shared(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.0)
    }
}
