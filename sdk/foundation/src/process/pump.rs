//! Moving bytes in and out of a child through one `poll`.

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::io::{self, PipeReader, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Child, ChildStdin};
use std::time::Instant;

/// What one turn of the pump brought.
pub(super) enum Turn {
    /// Bytes moved, a pipe closed, or the child ended.
    Progress,
    /// All pipes and the notice of the end are closed.
    Closed,
    /// The deadline has passed.
    Late,
}

/// The pipes of one child.
pub(super) struct Pump {
    stdin: Option<ChildStdin>,
    input: Vec<u8>,
    written: usize,
    outputs: [Sink; 2],
    ended: Option<PipeReader>,
}

/// One output of the child.
struct Sink {
    pipe: Option<Box<dyn ReadFd>>,
    kept: Vec<u8>,
    limit: usize,
    cut_bytes: u64,
}

trait ReadFd: Read + AsFd {}
impl<T: Read + AsFd> ReadFd for T {}

impl Pump {
    pub(super) fn new(
        child: &mut Child,
        input: Vec<u8>,
        limit: usize,
        ended: PipeReader,
    ) -> io::Result<Pump> {
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn ReadFd>);
        let stderr = child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn ReadFd>);
        stdin.as_ref().map_or(Ok(()), |pipe| nonblocking(pipe.as_fd()))?;
        let sink = |pipe: Option<Box<dyn ReadFd>>| {
            pipe.as_ref().map_or(Ok(()), |pipe| nonblocking(pipe.as_fd()))?;
            Ok::<_, io::Error>(Sink { pipe, kept: Vec::new(), limit, cut_bytes: 0 })
        };
        Ok(Pump { stdin, input, written: 0, outputs: [sink(stdout)?, sink(stderr)?], ended: Some(ended) })
    }

    /// Whether the child itself has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_none()
    }

    /// What is kept of standard output so far.
    pub(super) fn stdout(&self) -> &[u8] {
        &self.outputs[0].kept
    }

    /// Waits for the pipes and serves those that are ready.
    pub(super) fn turn(&mut self, deadline: Option<Instant>) -> io::Result<Turn> {
        let Some(ready) = self.ready(deadline)? else { return Ok(Turn::Late) };
        if ready.is_empty() && self.is_closed() {
            return Ok(Turn::Closed);
        }
        for slot in ready {
            self.serve(slot)?;
        }
        if self.is_closed() {
            return Ok(Turn::Closed);
        }
        // A child that never stops writing must not starve its own deadline.
        Ok(if deadline.is_some_and(|end| Instant::now() >= end) { Turn::Late } else { Turn::Progress })
    }

    /// Output, errors, and how many bytes beyond the limit were thrown away.
    pub(super) fn finish(self) -> (Vec<u8>, Vec<u8>, u64) {
        let [stdout, stderr] = self.outputs;
        (stdout.kept, stderr.kept, stdout.cut_bytes + stderr.cut_bytes)
    }

    fn is_closed(&self) -> bool {
        self.stdin.is_none() && self.ended.is_none() && self.outputs.iter().all(|sink| sink.pipe.is_none())
    }

    /// The slots that have something to do, or `None` when the deadline came first.
    fn ready(&self, deadline: Option<Instant>) -> io::Result<Option<Vec<usize>>> {
        let [stdout, stderr] = &self.outputs;
        let all = [
            self.stdin.as_ref().map(|pipe| (pipe.as_fd(), PollFlags::OUT)),
            stdout.pipe.as_ref().map(|pipe| (pipe.as_fd(), PollFlags::IN)),
            stderr.pipe.as_ref().map(|pipe| (pipe.as_fd(), PollFlags::IN)),
            self.ended.as_ref().map(|pipe| (pipe.as_fd(), PollFlags::IN)),
        ];
        let open = all.into_iter().enumerate().filter_map(|(slot, fd)| fd.map(|fd| (slot, fd)));
        let (slots, mut fds): (Vec<usize>, Vec<PollFd<'_>>) =
            open.map(|(slot, (fd, flags))| (slot, PollFd::from_borrowed_fd(fd, flags))).unzip();
        if fds.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let left = deadline.map(|end| end.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        match rustix::event::poll(&mut fds, left.as_ref()) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Some(
                slots
                    .into_iter()
                    .zip(&fds)
                    .filter(|(_, fd)| !fd.revents().is_empty())
                    .map(|(slot, _)| slot)
                    .collect(),
            )),
            Err(Errno::INTR) => Ok(Some(Vec::new())),
            Err(errno) => Err(errno.into()),
        }
    }

    fn serve(&mut self, slot: usize) -> io::Result<()> {
        match slot {
            0 => self.feed(),
            3 => {
                self.ended = None;
                Ok(())
            }
            output => self.outputs[output - 1].take(),
        }
    }

    fn feed(&mut self) -> io::Result<()> {
        let Some(pipe) = &mut self.stdin else { return Ok(()) };
        match pipe.write(&self.input[self.written..]) {
            Ok(count) => self.written += count,
            Err(error) if is_later(&error) => return Ok(()),
            // It does not want the rest.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.written = self.input.len(),
            Err(error) => return Err(error),
        }
        if self.written >= self.input.len() {
            self.stdin = None;
        }
        Ok(())
    }
}

impl Sink {
    fn take(&mut self) -> io::Result<()> {
        let Some(pipe) = &mut self.pipe else { return Ok(()) };
        let mut block = [0u8; 32 << 10];
        match pipe.read(&mut block) {
            Ok(0) => self.pipe = None,
            Ok(count) => {
                let room = (self.limit - self.kept.len()).min(count);
                self.kept.extend_from_slice(&block[..room]);
                self.cut_bytes += (count - room) as u64;
            }
            Err(error) if is_later(&error) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn is_later(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

fn nonblocking(fd: BorrowedFd<'_>) -> io::Result<()> {
    let flags = rustix::fs::fcntl_getfl(fd)?;
    Ok(rustix::fs::fcntl_setfl(fd, flags | OFlags::NONBLOCK)?)
}
