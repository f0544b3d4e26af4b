//! The two pipes of a plugin: standard output, whose first line is the handshake, and standard error, which is its log.
//!
//! Both are read until they end, whether somebody wants what comes or not: a plugin must never wait for its host to read.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::ChildStdout;

use super::evidence::Tail;
use super::lines::Lines;
use super::log::{LogLine, LogReader};
use crate::limits::HANDSHAKE_LINE_MAX_BYTES;

/// Takes each line of a plugin's log.
pub(super) type LogSink = Arc<dyn Fn(LogLine) + Send + Sync>;
/// Takes what a plugin writes to standard output after its handshake line.
pub(super) type OutputSink = Arc<dyn Fn(&[u8]) + Send + Sync>;

const CHUNK_BYTES: usize = 16 * 1024;

/// How reading the first line went.
#[derive(Debug)]
pub(super) enum FirstLine {
    /// A line, without its line break.
    Whole,
    /// The end came first.
    Ended,
    /// There is no line break within the limit.
    TooLong,
}

/// The beginning of standard output: kept outside of the future that reads it, so that a reader that was stopped has it too.
#[derive(Debug, Default)]
pub(super) struct Beginning {
    bytes: Vec<u8>,
}

impl Beginning {
    /// Reads up to the first line break.
    pub(super) async fn read(&mut self, pipe: &mut (impl AsyncRead + Unpin)) -> io::Result<FirstLine> {
        loop {
            let seen = self.bytes.len();
            let room = (HANDSHAKE_LINE_MAX_BYTES + 2 - seen) as u64;
            if pipe.take(room).read_buf(&mut self.bytes).await? == 0 {
                return Ok(FirstLine::Ended);
            }
            if self.bytes[seen..].contains(&b'\n') {
                return Ok(FirstLine::Whole);
            }
            if self.bytes.len() > HANDSHAKE_LINE_MAX_BYTES {
                return Ok(FirstLine::TooLong);
            }
        }
    }

    /// The first line, or what has come of it.
    pub(super) fn line(&self) -> String {
        let line = self.bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
        String::from_utf8_lossy(line).into_owned()
    }

    /// What came after the first line.
    fn rest(&self) -> &[u8] {
        let end = self.bytes.iter().position(|&byte| byte == b'\n');
        end.map_or(&[], |end| &self.bytes[end + 1..])
    }
}

/// Reads standard output to its end.
pub(super) fn drain(mut pipe: ChildStdout, beginning: &Beginning, sink: Option<OutputSink>) {
    let rest = beginning.rest().to_owned();
    tokio::spawn(async move {
        let give = |bytes: &[u8]| sink.iter().for_each(|sink| sink(bytes));
        if !rest.is_empty() {
            give(&rest);
        }
        let mut buffer = vec![0; CHUNK_BYTES];
        while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
            give(&buffer[..count]);
        }
    });
}

/// Reads a log to its end, and remembers its last lines.
pub(super) async fn read_log(
    mut pipe: impl AsyncRead + Unpin,
    tail: Arc<Mutex<Tail>>,
    sink: Option<LogSink>,
) {
    let (mut lines, mut reader) = (Lines::default(), LogReader::default());
    let mut give = |line: &[u8]| {
        tail.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        let parsed = reader.line(line);
        match &sink {
            Some(sink) => sink(parsed),
            None => parsed.trace(),
        }
    };
    let mut buffer = vec![0; CHUNK_BYTES];
    while let Ok(count @ 1..) = pipe.read(&mut buffer).await {
        lines.push(&buffer[..count], &mut give);
    }
    lines.finish(give);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(bytes: &[u8], expected: &str, line: &str, rest: &[u8]) {
        let mut beginning = Beginning::default();
        let outcome = beginning.read(&mut &bytes[..]).await.expect("memory can be read");
        assert_eq!(format!("{outcome:?}"), expected);
        assert_eq!((beginning.line().as_str(), beginning.rest()), (line, rest));
    }

    #[tokio::test]
    async fn first_lines() {
        check(b"1|6\nmore", "Whole", "1|6", b"more").await;
        check(b"\n", "Whole", "", b"").await;
        check(b"1|6\r\n", "Whole", "1|6\r", b"").await;
        check(b"", "Ended", "", b"").await;
        check(b"1|6", "Ended", "1|6", b"").await;
        let exact = "x".repeat(HANDSHAKE_LINE_MAX_BYTES);
        check(format!("{exact}\n").as_bytes(), "Whole", &exact, b"").await;
        let mut beginning = Beginning::default();
        let endless = vec![b'x'; 1 << 20];
        let outcome = beginning.read(&mut &endless[..]).await.expect("memory can be read");
        assert!(matches!(outcome, FirstLine::TooLong));
        assert!(beginning.line().len() <= HANDSHAKE_LINE_MAX_BYTES + 2);
    }

    #[tokio::test]
    async fn a_log_is_read_to_its_end() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let tail = Arc::new(Mutex::new(Tail::default()));
        let seen = Arc::clone(&lines);
        let sink: LogSink = Arc::new(move |line: LogLine| seen.lock().expect("sound").push(line.message));
        read_log(&b"[INFO] a\n{\"@message\":\"b\"}\nc"[..], Arc::clone(&tail), Some(sink)).await;
        assert_eq!(*lines.lock().expect("sound"), ["[INFO] a", "b", "c"]);
        assert_eq!(tail.lock().expect("sound").lines().len(), 3);
    }
}
