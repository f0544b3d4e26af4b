//! Standard output: the host reads one line from it, and nothing that a plugin's author prints may come between.
//!
//! [`claim_stdout`] moves the real standard output to a private descriptor, and makes descriptor 1 the end of a pipe. A thread
//! reads that pipe at all times, so that printing never waits for a host, into a backlog of at most
//! [`STDIO_BACKLOG_BYTES`](crate::limits::STDIO_BACKLOG_BYTES), whose oldest part is dropped when it is full. GRPCStdio gives the
//! backlog to the host. The same thread watches for the host's death and for SIGTERM, see `host_death`.

use crate::host_death::Watch;
use backlog::Backlog;
use std::fs::File;
use std::io::{self, PipeReader, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) mod backlog;

/// What the claim holds for the life of the process.
#[derive(Debug)]
pub(crate) struct Claim {
    /// The real standard output: the host's end of it tells whether the host lives.
    real: Arc<File>,
    /// What was printed since.
    pub(crate) backlog: Arc<Backlog>,
    /// Whether what is printed goes to the real standard output after all.
    released: Arc<AtomicBool>,
    /// The signals' end of the watching thread.
    pub(crate) watch: Watch,
}

static CLAIM: Mutex<Option<Arc<Claim>>> = Mutex::new(None);

/// Takes standard output for the handshake. What is printed from now on goes to the host through GRPCStdio, or nowhere.
///
/// To be called first in `main` where anything might print before it serves; serving does it otherwise. A second call changes
/// nothing. The process's children inherit the pipe, not the real standard output.
///
/// # Errors
/// When the process has no descriptors or threads left.
pub fn claim_stdout() -> io::Result<()> {
    claim().map(drop)
}

/// The claim, made now if it was not.
pub(crate) fn claim() -> io::Result<Arc<Claim>> {
    let mut place = CLAIM.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(claim) = &*place {
        return Ok(Arc::clone(claim));
    }
    let claim = Arc::new(Claim::make()?);
    *place = Some(Arc::clone(&claim));
    Ok(claim)
}

/// Gives standard output back, if it was claimed: in debug mode a person reads it.
pub(crate) fn release() -> io::Result<()> {
    let claim = CLAIM.lock().unwrap_or_else(PoisonError::into_inner);
    claim.as_ref().map_or(Ok(()), |claim| claim.release())
}

impl Claim {
    fn make() -> io::Result<Claim> {
        let real = Arc::new(File::from(rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?));
        let (read, write) = io::pipe()?;
        let backlog = Arc::new(Backlog::default());
        let released = Arc::new(AtomicBool::new(false));
        let drain = Drain {
            pipe: read,
            backlog: Arc::clone(&backlog),
            released: Arc::clone(&released),
            real: Arc::clone(&real),
        };
        let watch = Watch::start(drain)?;
        // The copy on descriptor 1 is not closed in children: what they print goes the same way.
        rustix::stdio::dup2_stdout(&write)?;
        Ok(Claim { real, backlog, released, watch })
    }

    /// Writes the handshake line to the host.
    pub(crate) fn write_line(&self, line: &str) -> io::Result<()> {
        (&*self.real).write_all(format!("{line}\n").as_bytes())
    }

    fn release(&self) -> io::Result<()> {
        rustix::stdio::dup2_stdout(&*self.real)?;
        self.released.store(true, Ordering::SeqCst);
        while let Some(chunk) = self.backlog.take() {
            (&*self.real).write_all(&chunk)?;
        }
        Ok(())
    }
}

/// The reading end of the pipe that descriptor 1 is.
#[derive(Debug)]
pub(crate) struct Drain {
    pipe: PipeReader,
    backlog: Arc<Backlog>,
    released: Arc<AtomicBool>,
    real: Arc<File>,
}

impl Drain {
    /// The pipe, to be waited on.
    pub(crate) fn pipe(&self) -> &PipeReader {
        &self.pipe
    }

    /// The real standard output, to be watched.
    pub(crate) fn real(&self) -> &File {
        &self.real
    }

    /// Whether nobody's death matters any more.
    pub(crate) fn is_released(&self) -> bool {
        self.released.load(Ordering::SeqCst)
    }

    /// Reads once what is there. False at the end: everyone who could print has closed the pipe.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> bool {
        match self.pipe.read(buffer) {
            Ok(0) => false,
            Ok(length) if self.is_released() => (&*self.real).write_all(&buffer[..length]).is_ok(),
            Ok(length) => {
                self.backlog.push(&buffer[..length]);
                true
            }
            Err(error) => error.kind() == io::ErrorKind::Interrupted,
        }
    }
}
