//! Progress on a terminal: one line that is drawn again ten times a second, and gone when the work is done.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use psp_builder::progress::{Progress, Step, line};

const PERIOD: Duration = Duration::from_millis(100);
/// Back to the first column, and what is there is wiped.
const WIPE: &str = "\r\x1b[K";

/// Draws until it is dropped. Does nothing where standard error is no terminal.
#[derive(Debug)]
pub(crate) struct Ticker {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    /// Begins to draw.
    pub(crate) fn start(progress: &Arc<Progress>, quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self { stop: None, thread: None };
        }
        let (stop, stopped) = mpsc::channel();
        let progress = Arc::clone(progress);
        Self { stop: Some(stop), thread: Some(std::thread::spawn(move || draw(&progress, &stopped))) }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic while drawing is no reason to fail.
            let _ = thread.join();
        }
    }
}

fn draw(progress: &Progress, stopped: &mpsc::Receiver<()>) {
    let mut stderr = std::io::stderr();
    let mut began: (Step, Instant) = (Step::default(), Instant::now());
    while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
        let (step, done) = progress.state();
        if step != began.0 {
            began = (step, Instant::now());
        }
        // The terminal may be gone; then nobody is looking.
        let _ = write!(stderr, "{WIPE}{}", line(&began.0, done, began.1.elapsed()));
        let _ = stderr.flush();
    }
    let _ = write!(stderr, "{WIPE}");
    let _ = stderr.flush();
}
