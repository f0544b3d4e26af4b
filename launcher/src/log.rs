//! Telling the steps of a start on standard error, when `PSP_LOG=debug` asks for it. Otherwise nothing is said.

use alloc::format;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::sys::STDERR;

static IS_ON: AtomicBool = AtomicBool::new(false);

/// Say what follows.
pub fn enable() {
    IS_ON.store(true, Ordering::Relaxed);
}

/// Say one step. Names in it are already escaped.
pub fn step(what: fmt::Arguments<'_>) {
    if IS_ON.load(Ordering::Relaxed) {
        let _ = STDERR.write_all(format!("psp: debug: {what}\n").as_bytes());
    }
}
