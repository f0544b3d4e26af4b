//! What happens on a connection: when something did last, and whether something is on its way to the client.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// When something happened last on a connection.
#[derive(Debug, Clone)]
pub(super) struct Pulse(Arc<State>);

#[derive(Debug)]
struct State {
    began: Instant,
    /// Milliseconds from the beginning to what happened last.
    last: AtomicU64,
    files: AtomicUsize,
    /// Something was written that the client has no room for.
    is_blocked: AtomicBool,
}

impl Pulse {
    /// A connection's that begins now.
    pub(super) fn new() -> Self {
        Self(Arc::new(State {
            began: Instant::now(),
            last: 0.into(),
            files: 0.into(),
            is_blocked: false.into(),
        }))
    }

    /// Something happened.
    pub(super) fn beat(&self) {
        self.0.last.store(self.now(), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// For how long nothing has happened.
    pub(super) fn idle(&self) -> Duration {
        Duration::from_millis(self.now().saturating_sub(self.0.last.load(Ordering::Relaxed)))
    }

    /// Whether a file is being read, or the client has not yet taken what it was sent.
    pub(super) fn is_sending(&self) -> bool {
        self.0.files.load(Ordering::Relaxed) > 0 || self.0.is_blocked.load(Ordering::Relaxed)
    }

    fn written<T>(&self, result: Poll<T>) -> Poll<T> {
        self.0.is_blocked.store(result.is_pending(), Ordering::Relaxed);
        if result.is_ready() {
            self.beat();
        }
        result
    }
}

/// Says for as long as it lives that a file is being sent.
#[derive(Debug)]
pub(super) struct Sending(Pulse);

impl Sending {
    /// On a connection.
    pub(super) fn new(pulse: Pulse) -> Self {
        pulse.0.files.fetch_add(1, Ordering::Relaxed);
        Self(pulse)
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.beat();
        self.0.0.files.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection's stream. What is written to it and waits for room at the client counts as being sent: the end of a file does so
/// after the file was read.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    pulse: Pulse,
}

impl<S> Watched<S> {
    /// A stream with its pulse.
    pub(super) fn new(stream: S, pulse: Pulse) -> Self {
        Self { stream, pulse }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.pulse.written(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.pulse.written(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
