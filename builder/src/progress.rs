//! How far a build has come: counted by the workers, drawn by whoever watches.
//!
//! The library only counts; drawing is the command line's ([`line()`] says what to draw).

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counters that workers and watchers share.
#[derive(Debug, Default)]
pub struct Progress {
    step: Mutex<Step>,
    done_bytes: AtomicU64,
}

/// What a build is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// What is done with the slot, for example `packing`.
    pub action: &'static str,
    /// The slot's id.
    pub slot: String,
    /// The slot's place, from 1, and the number of slots.
    pub place: (usize, usize),
    /// Files of the slot.
    pub files: usize,
    /// Bytes to be gone through.
    pub total_bytes: u64,
}

impl Progress {
    /// Begins a step.
    pub fn begin(&self, step: Step) {
        *self.step.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = step;
        self.done_bytes.store(0, Ordering::Relaxed);
    }

    /// Counts bytes as gone through.
    pub fn advance(&self, bytes: u64) {
        self.done_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The step and the bytes gone through.
    pub fn state(&self) -> (Step, u64) {
        let step = self.step.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        (step, self.done_bytes.load(Ordering::Relaxed))
    }
}

/// One line on a step that has taken `elapsed` so far; empty where there is nothing to tell.
pub fn line(step: &Step, done_bytes: u64, elapsed: Duration) -> String {
    if step.action.is_empty() {
        return String::new();
    }
    if step.slot.is_empty() {
        return match step.total_bytes {
            0 => step.action.to_owned(),
            total => format!("{} {} of {}", step.action, megabytes(done_bytes), megabytes(total)),
        };
    }
    let percent = (done_bytes * 100).checked_div(step.total_bytes).unwrap_or(100).min(100);
    let rate = done_bytes as f64 / 1e6 / elapsed.as_secs_f64().max(0.001);
    format!(
        "{} slot {} ({} of {}): {}, {} of {}, {percent} %, {rate:.0} MB/s",
        step.action,
        step.slot,
        step.place.0,
        step.place.1,
        files(step.files),
        megabytes(done_bytes),
        megabytes(step.total_bytes),
    )
}

/// `1 file`, `7 files`.
pub fn files(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// A size as people read it: `812 B`, `3.4 kB`, `190.0 MB`.
pub fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        assert_eq!(line(&Step::default(), 0, Duration::ZERO), "");
        let step =
            Step { action: "packing", slot: "app".into(), place: (1, 2), files: 7, total_bytes: 4_000_000 };
        let expected = "packing slot app (1 of 2): 7 files, 1.0 MB of 4.0 MB, 25 %, 2 MB/s";
        assert_eq!(line(&step, 1_000_000, Duration::from_millis(500)), expected);
        let empty = Step { total_bytes: 0, ..step };
        assert!(line(&empty, 0, Duration::ZERO).contains("100 %"));
        assert_eq!((megabytes(12), megabytes(3_400)), ("12 B".to_owned(), "3.4 kB".to_owned()));
    }
}
