//! Bodies: a file's bytes, read by another thread piece by piece as the client takes them, or a few words.

use std::convert::Infallible;
use std::fs::File;
use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::mpsc;

use super::pulse::{Pulse, Sending};

/// How much is read and sent at once.
const PIECE_BYTES: usize = 64 << 10;
/// How many pieces wait for the client.
const PIECES: usize = 4;

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
        /// Says so for as long as this lives.
        _sending: Sending,
    },
}

impl Answer {
    /// The first `size` bytes of a file.
    pub(super) fn file(file: File, size: u64, pulse: Pulse) -> Self {
        let (sender, pieces) = mpsc::channel(PIECES);
        tokio::task::spawn_blocking(move || send(file, size, &sender));
        Self::File { pieces, left: size, _sending: Sending::new(pulse) }
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
            Self::File { pieces, left, .. } => pieces.poll_recv(context).map(|piece| {
                let piece = piece?;
                if let Ok(bytes) = &piece {
                    *left = left.saturating_sub(bytes.len() as u64);
                }
                Some(piece.map(Frame::data))
            }),
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
