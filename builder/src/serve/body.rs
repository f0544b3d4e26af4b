//! Bodies: a file's bytes, read by another thread piece by piece as the client takes them, or a few words.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

/// How much is read and sent at once.
const PIECE_BYTES: usize = 64 << 10;
/// How many pieces wait for the client.
const PIECES: usize = 4;

/// When something happened last on a connection.
#[derive(Debug, Clone)]
pub(super) struct Pulse(Arc<State>);

#[derive(Debug)]
struct State {
    began: Instant,
    /// Milliseconds from the beginning to what happened last.
    last: AtomicU64,
    files: AtomicUsize,
}

impl Pulse {
    /// A connection's that begins now.
    pub(super) fn new() -> Self {
        Self(Arc::new(State { began: Instant::now(), last: 0.into(), files: 0.into() }))
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

    /// Whether a file is being sent.
    pub(super) fn is_sending(&self) -> bool {
        self.0.files.load(Ordering::Relaxed) > 0
    }
}

/// Says for as long as it lives that a file is being sent.
#[derive(Debug)]
pub(super) struct Sending(Pulse);

impl Sending {
    fn new(pulse: Pulse) -> Self {
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

/// The body of an answer.
#[derive(Debug)]
pub(super) enum Answer {
    /// A few words; none for HEAD.
    Words(Option<Bytes>),
    /// A file.
    File {
        /// What was read and not sent yet.
        pieces: mpsc::Receiver<io::Result<Bytes>>,
        /// Bytes to come.
        left: u64,
        /// The connection's.
        sending: Sending,
    },
}

impl Answer {
    /// The first `size` bytes of a file.
    pub(super) fn file(file: File, size: u64, pulse: Pulse) -> Self {
        let (sender, pieces) = mpsc::channel(PIECES);
        tokio::task::spawn_blocking(move || send(file, size, &sender));
        Self::File { pieces, left: size, sending: Sending::new(pulse) }
    }
}

/// Reads until the file or the client's interest ends.
fn send(mut file: File, mut left: u64, sender: &mpsc::Sender<io::Result<Bytes>>) {
    while left > 0 {
        let mut piece = vec![0; left.min(PIECE_BYTES as u64) as usize];
        // A file that is shorter than it was breaks the connection off: the client shall not take it for whole.
        let read = file.read_exact(&mut piece).map(|()| Bytes::from(piece));
        let is_end = read.is_err();
        left = left.saturating_sub(PIECE_BYTES as u64);
        if sender.blocking_send(read).is_err() || is_end {
            return;
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Words(words) => Poll::Ready(words.take().map(|words| Ok(Frame::data(words)))),
            Self::File { pieces, left, sending } => {
                sending.0.beat();
                pieces.poll_recv(context).map(|piece| {
                    let piece = piece?;
                    if let Ok(bytes) = &piece {
                        *left = left.saturating_sub(bytes.len() as u64);
                    }
                    Some(piece.map(Frame::data))
                })
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Words(words) => words.is_none(),
            Self::File { left, .. } => *left == 0,
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Words(words) => words.as_ref().map_or(0, |words| words.len() as u64),
            Self::File { left, .. } => *left,
        })
    }
}

impl From<&'static str> for Answer {
    fn from(words: &'static str) -> Self {
        Self::Words(Some(Bytes::from_static(words.as_bytes())))
    }
}

/// Nothing that a request brings is read.
pub(super) type NoError = Infallible;
