//! The way from the callers to the sink: one ordered buffer, swapped out by a writer thread.
//!
//! Order is the order in which the buffer's lock was taken. The sink's lock is held from the swap to the end
//! of the write, so batches cannot overtake each other whoever writes them.

use super::record::{Format, Shape};
use super::sink::Sink;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

/// Bytes that wake the writer before its tick.
const WAKE_BYTES: usize = 128 << 10;
/// Bytes that may wait. Beyond, callers wait for the writer a little, then lines are dropped and counted.
const BUFFER_MAX: usize = 8 << 20;
/// Longest time a line waits in the buffer.
const TICK: Duration = Duration::from_millis(50);
/// Longest time a caller waits for room. After the first time in vain, nobody waits until there is room again.
const PATIENCE: Duration = Duration::from_secs(1);

/// When a line must be out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Within a tick.
    Tick,
    /// Before the call returns.
    Now,
}

/// A buffer, a sink, and the thread between them.
pub(super) struct Pipe {
    queue: Mutex<Queue>,
    filled: Condvar,
    room: Condvar,
    outlet: Mutex<Outlet>,
    format: Format,
    /// Every line by itself, written by its caller.
    each: bool,
}

#[derive(Default)]
struct Queue {
    lines: Vec<u8>,
    dropped: u64,
    crowded: bool,
    closing: bool,
}

struct Outlet {
    sink: Sink,
    spare: Vec<u8>,
}

/// Every pipe of the process, for [`flush_all`].
static ALL: Mutex<Vec<Weak<Pipe>>> = Mutex::new(Vec::new());

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes out what every pipe holds. Called on panic and on SIGTERM.
pub(super) fn flush_all() {
    let pipes: Vec<Arc<Pipe>> = lock(&ALL).iter().filter_map(Weak::upgrade).collect();
    pipes.iter().for_each(|pipe| pipe.drain());
}

impl Pipe {
    pub(super) fn new(sink: Sink, format: Format, each: bool) -> Arc<Pipe> {
        let outlet = Mutex::new(Outlet { sink, spare: Vec::new() });
        let pipe = Arc::new(Pipe {
            queue: Mutex::default(),
            filled: Condvar::new(),
            room: Condvar::new(),
            outlet,
            format,
            each,
        });
        let mut all = lock(&ALL);
        all.retain(|other| other.strong_count() > 0);
        all.push(Arc::downgrade(&pipe));
        pipe
    }

    /// Starts the writer. Without it (no thread to be had) lines are still written: by their callers.
    pub(super) fn start(self: &Arc<Pipe>) -> Option<JoinHandle<()>> {
        if self.each {
            return None;
        }
        let pipe = Arc::clone(self);
        let thread = std::thread::Builder::new().name("log".into()).spawn(move || pipe.work());
        thread.ok()
    }

    /// Takes a line, newline included.
    #[inline]
    pub(super) fn push(&self, line: &str, urgency: Urgency) {
        if self.each {
            return self.write_line(line);
        }
        let mut queue = lock(&self.queue);
        if queue.lines.len() + line.len() > BUFFER_MAX {
            queue = self.wait_for_room(queue, line.len());
            if queue.crowded || queue.closing {
                queue.dropped += 1;
                return;
            }
        }
        let before = queue.lines.len();
        queue.lines.extend_from_slice(line.as_bytes());
        let wake = before == 0 || (before < WAKE_BYTES && before + line.len() >= WAKE_BYTES);
        drop(queue);
        if urgency == Urgency::Now {
            self.drain();
        } else if wake {
            self.filled.notify_one();
        }
    }

    /// Writes everything taken so far to the sink.
    pub(super) fn drain(&self) {
        self.drain_into(&mut lock(&self.outlet));
    }

    fn drain_into(&self, outlet: &mut Outlet) {
        let Outlet { sink, spare } = outlet;
        let dropped = {
            let mut queue = lock(&self.queue);
            std::mem::swap(&mut queue.lines, spare);
            queue.crowded = false;
            std::mem::take(&mut queue.dropped)
        };
        self.room.notify_all();
        if !spare.is_empty() {
            self.mention_lost(sink, 0);
            sink.write(spare);
            spare.clear();
        }
        if dropped > 0 {
            self.mention_lost(sink, dropped);
        }
    }

    /// No more waiting for room, and the writer ends.
    pub(super) fn close(&self) {
        lock(&self.queue).closing = true;
        self.filled.notify_all();
        self.room.notify_all();
    }

    fn write_line(&self, line: &str) {
        let mut outlet = lock(&self.outlet);
        self.mention_lost(&mut outlet.sink, 0);
        outlet.sink.write(line.as_bytes());
    }

    /// Puts lost lines on record. If that line is lost too, they stay counted.
    fn mention_lost(&self, sink: &mut Sink, dropped: u64) {
        let count = dropped + sink.take_lost();
        if count == 0 {
            return;
        }
        sink.write(lost_line(&self.format, count).as_bytes());
        if sink.take_lost() > 0 {
            sink.add_lost(count);
        }
    }

    /// The buffer is full. Where the sink cannot block for long and nobody is writing, the caller does the
    /// writer's work: that is all the backpressure a file needs. Else it waits for the writer, not for ever.
    #[cold]
    fn wait_for_room<'q>(&'q self, mut queue: MutexGuard<'q, Queue>, len: usize) -> MutexGuard<'q, Queue> {
        let end = Instant::now() + PATIENCE;
        while !queue.crowded && !queue.closing && queue.lines.len() + len > BUFFER_MAX {
            self.filled.notify_one();
            if let Ok(mut outlet) = self.outlet.try_lock()
                && outlet.sink.is_prompt()
            {
                drop(queue);
                self.drain_into(&mut outlet);
                drop(outlet);
                queue = lock(&self.queue);
                continue;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                queue.crowded = true;
                break;
            }
            queue = self.room.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        queue
    }

    fn work(&self) {
        loop {
            let queue = lock(&self.queue);
            let idle = |queue: &mut Queue| queue.lines.is_empty() && !queue.closing;
            let queue = self.filled.wait_while(queue, idle).unwrap_or_else(PoisonError::into_inner);
            let waiting = |queue: &mut Queue| queue.lines.len() < WAKE_BYTES && !queue.closing;
            let waited =
                self.filled.wait_timeout_while(queue, TICK, waiting).unwrap_or_else(PoisonError::into_inner);
            let closing = waited.0.closing;
            drop(waited);
            self.drain();
            if closing {
                return;
            }
        }
    }
}

fn lost_line(format: &Format, count: u64) -> String {
    let mut line = String::from(format.opening());
    super::clock::Stamp::default().push(&mut line, SystemTime::now());
    match format.shape {
        Shape::Json => line.push_str(&format!("\",\"level\":\"WARN\",\"target\":\"foundation\",\"event\":\"log lines were lost\",\"dropped\":{count}}}\n")),
        Shape::Hclog => line.push_str(&format!("\",\"@level\":\"warn\",\"@module\":\"foundation\",\"@message\":\"log lines were lost\",\"dropped\":{count}}}\n")),
        Shape::Text => line.push_str(&format!(" WARN  foundation: log lines were lost dropped={count}\n")),
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logging::Marks;

    /// The writer may get no time at all on a busy machine: callers then write themselves, and nothing is lost.
    #[test]
    fn a_file_loses_nothing_even_without_its_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let format = Format { shape: Shape::Json, colour: false, marks: Marks::None, redact: true };
        let pipe = Pipe::new(Sink::file(path.clone(), None, 0), format, false);
        let padding = "x".repeat(1000);
        let lines = 3 * BUFFER_MAX / padding.len();
        (0..lines).for_each(|number| pipe.push(&format!("{number} {padding}\n"), Urgency::Tick));
        pipe.drain();
        let text = std::fs::read_to_string(path).unwrap();
        let numbers = text.lines().map(|line| line.split(' ').next().unwrap().parse::<usize>().unwrap());
        assert!(numbers.eq(0..lines));
    }
}
