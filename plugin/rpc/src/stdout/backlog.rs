//! What was printed and not yet read by the host, bounded: the oldest goes first.

use crate::limits::STDIO_BACKLOG_BYTES;
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The printed bytes, in the chunks in which they came.
#[derive(Debug, Default)]
pub(crate) struct Backlog(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    chunks: VecDeque<Bytes>,
    held_bytes: usize,
    dropped_bytes: u64,
    ended: bool,
    wakers: Vec<Waker>,
}

impl Backlog {
    /// Keeps `chunk`, for which older ones may have to go.
    pub(crate) fn push(&self, chunk: &[u8]) {
        let mut state = self.lock();
        state.held_bytes += chunk.len();
        state.chunks.push_back(Bytes::copy_from_slice(chunk));
        while state.held_bytes > STDIO_BACKLOG_BYTES {
            let Some(oldest) = state.chunks.pop_front() else { break };
            state.held_bytes -= oldest.len();
            state.dropped_bytes += oldest.len() as u64;
        }
        state.wakers.drain(..).for_each(Waker::wake);
    }

    /// The oldest chunk, if there is one.
    pub(crate) fn take(&self) -> Option<Bytes> {
        let mut state = self.lock();
        let chunk = state.chunks.pop_front()?;
        state.held_bytes -= chunk.len();
        let dropped = std::mem::take(&mut state.dropped_bytes);
        // The log may be printed, and so come here.
        drop(state);
        if dropped > 0 {
            tracing::warn!(dropped, "bytes of standard output were dropped: no host read them in time");
        }
        Some(chunk)
    }

    /// The oldest chunk as soon as there is one; nothing once [`Backlog::end`] was called and all is taken.
    pub(crate) fn poll_take(&self, cx: &Context<'_>) -> Poll<Option<Bytes>> {
        loop {
            if let Some(chunk) = self.take() {
                return Poll::Ready(Some(chunk));
            }
            let mut state = self.lock();
            if state.ended {
                return Poll::Ready(None);
            }
            if state.chunks.is_empty() {
                if !state.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
                    state.wakers.push(cx.waker().clone());
                }
                return Poll::Pending;
            }
        }
    }

    /// No reader waits any longer.
    pub(crate) fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        state.wakers.drain(..).for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    #[test]
    fn the_oldest_is_dropped_beyond_the_limit() {
        let backlog = Backlog::default();
        let chunk = vec![b'x'; 64 << 10];
        backlog.push(b"oldest");
        for _ in 0..100 {
            backlog.push(&chunk);
        }
        let kept: Vec<Bytes> = std::iter::from_fn(|| backlog.take()).collect();
        assert!(kept.iter().map(Bytes::len).sum::<usize>() <= STDIO_BACKLOG_BYTES);
        assert_eq!(kept.len(), STDIO_BACKLOG_BYTES / chunk.len());
        assert!(kept.iter().all(|kept| kept.len() == chunk.len()));
    }

    #[tokio::test]
    async fn a_reader_gets_what_comes_later_and_then_the_end() {
        let backlog = Backlog::default();
        let read = async {
            let first = poll_fn(|cx| backlog.poll_take(cx)).await;
            let second = poll_fn(|cx| backlog.poll_take(cx)).await;
            let end = poll_fn(|cx| backlog.poll_take(cx)).await;
            (first, second, end)
        };
        let write = async {
            backlog.push(b"one");
            tokio::task::yield_now().await;
            backlog.push(b"two");
            tokio::task::yield_now().await;
            backlog.end();
        };
        let (read, ()) = tokio::join!(read, write);
        assert_eq!(read, (Some(Bytes::from_static(b"one")), Some(Bytes::from_static(b"two")), None));
    }
}
