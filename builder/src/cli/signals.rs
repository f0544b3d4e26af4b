//! Ctrl-C: the first one asks for an orderly end, the second one does not ask.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use psp_builder::interrupt::Interrupt;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::emulate_default_handler;

/// Lets signals ask for the end of what looks at the returned interrupt.
pub(crate) fn catch() -> io::Result<Interrupt> {
    let interrupt = Interrupt::default();
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let asked = Arc::new(AtomicBool::new(false));
        flag::register_conditional_default(signal, Arc::clone(&asked))?;
        flag::register(signal, asked)?;
        flag::register_usize(signal, interrupt.shared(), signal.unsigned_abs() as usize)?;
    }
    Ok(interrupt)
}

/// Ends the process as the signal would have, now that everything is cleaned up: shells and CI look at how it ended.
pub(crate) fn end_by(signal: usize) {
    if let Ok(signal) = i32::try_from(signal) {
        // If that fails, the ordinary exit code says that it went wrong.
        let _ = emulate_default_handler(signal);
    }
}
