//! The thread that outlives a stuck runtime: it drains what is printed, ends the process when its host is gone, and on SIGTERM.
//!
//! A go-plugin host reads its plugin's standard output for as long as it lives, so `poll` reports an error on our end the moment the
//! host is gone, however it went. That is better than the parent's process number, which changes late where something adopts, and than
//! Linux's parent-death signal, which also comes when only the thread that forked has ended.

use crate::exit;
use crate::stdout::Drain;
use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGINT, SIGTERM};
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

/// The thread's stack: it calls nothing deep, but the logger once.
const STACK_BYTES: usize = 256 << 10;

/// The thread, seen from outside.
#[derive(Debug)]
pub(crate) struct Watch {
    /// A byte here is a SIGTERM.
    sigterm: UnixStream,
}

impl Watch {
    /// Starts it.
    pub(crate) fn start(drain: Drain) -> io::Result<Watch> {
        let (sigterm, wake) = UnixStream::pair()?;
        thread::Builder::new()
            .name("plugin-watch".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || run(drain, &wake))?;
        Ok(Watch { sigterm })
    }

    /// From now on SIGTERM ends the process cleanly and SIGINT does nothing: Ctrl-C reaches the whole group, and the host decides
    /// what comes of it.
    pub(crate) fn take_signals(&self) -> io::Result<()> {
        signal_hook::low_level::pipe::register(SIGTERM, self.sigterm.try_clone()?)?;
        signal_hook::flag::register(SIGINT, Arc::new(AtomicBool::new(false)))?;
        Ok(())
    }
}

fn run(mut drain: Drain, sigterm: &UnixStream) {
    let mut buffer = vec![0; 16 << 10];
    let (mut printing, mut watching) = (true, true);
    loop {
        let wait = match wait(&drain, sigterm, printing, watching) {
            Ok(wait) => wait,
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => return,
        };
        if wait.printed {
            printing = drain.read(&mut buffer);
        }
        if wait.host_gone && drain.is_released() {
            watching = false;
        } else if wait.host_gone {
            exit::host_gone();
        }
        if wait.sigterm {
            exit::terminated();
        }
    }
}

/// What woke the thread.
struct Wait {
    printed: bool,
    host_gone: bool,
    sigterm: bool,
}

fn wait(drain: &Drain, sigterm: &UnixStream, printing: bool, watching: bool) -> rustix::io::Result<Wait> {
    let mut descriptors = vec![PollFd::new(sigterm, PollFlags::IN)];
    if printing {
        descriptors.push(PollFd::new(drain.pipe(), PollFlags::IN));
    }
    if watching {
        descriptors.push(PollFd::new(drain.real(), PollFlags::empty()));
    }
    poll(&mut descriptors, None)?;
    let mut woken = descriptors.iter().map(|descriptor| !descriptor.revents().is_empty());
    let mut next = |asked: bool| asked && woken.next().unwrap_or(false);
    Ok(Wait { sigterm: next(true), printed: next(printing), host_gone: next(watching) })
}
