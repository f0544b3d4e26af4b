//! The ends of the process that no caller sees: nothing stays behind, and what was logged gets out.

use crate::socket;
use signal_hook::consts::SIGTERM;
use std::process;
use std::thread;
use std::time::Duration;

/// How long the process may take to end by itself after a Shutdown. A host kills after 2 s.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(1);

/// The host is gone: nobody wants an answer.
pub(crate) fn host_gone() -> ! {
    tidy();
    process::exit(1)
}

/// SIGTERM came: ends by it, for whoever sent it to see.
pub(crate) fn terminated() -> ! {
    tidy();
    let _ = signal_hook::low_level::emulate_default_handler(SIGTERM);
    process::exit(128 + SIGTERM)
}

/// Ends the process, should it not end by itself after a Shutdown because author code blocks.
pub(crate) fn soon() {
    // At once: the host kills what takes too long, and nobody else shall connect.
    socket::remove_all();
    let last = || {
        thread::sleep(SHUTDOWN_LIMIT);
        tidy();
        process::exit(0)
    };
    // Without a thread left the host's own limit has to do.
    let _ = thread::Builder::new().name("plugin-exit".to_owned()).spawn(last);
}

fn tidy() {
    socket::remove_all();
    foundation::logging::flush();
}
