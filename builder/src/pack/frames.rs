//! Data frames: taken from the cache or compressed, on all cores, and handed on in order.
//!
//! Workers may be ahead of what was handed on by a few frames each and no more; that bounds the memory.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use foundation::das;
use psp_format::Digest;

use super::{PackError, Workshop};
use crate::buildcache::{CachedFrame, FrameKey};
use crate::chunk::{FramePlan, Shape};
use crate::codec::{Coding, Compressor};
use crate::content::OpenFile;
use crate::source::{Entry, Stat, Tree};

/// The data frames of one slot, to be stored.
pub(super) struct FrameWork<'w> {
    pub(super) tree: &'w Tree,
    pub(super) shapes: &'w [Shape],
    pub(super) frames: &'w [FramePlan],
    pub(super) coding: Coding,
    pub(super) workshop: &'w Workshop<'w>,
}

/// How many frames a worker may be ahead.
const AHEAD_PER_JOB: usize = 2;

type Made = (usize, Result<(CachedFrame, bool), PackError>);

/// Stores all frames and hands them to `sink` in order; the flag says whether the cache had the frame.
pub(super) fn store_all(
    work: &FrameWork<'_>,
    mut sink: impl FnMut(&CachedFrame, bool) -> Result<(), PackError>,
) -> Result<(), PackError> {
    let files: Vec<_> = work.tree.files().collect();
    let jobs = work.workshop.jobs.clamp(1, work.frames.len().max(1));
    let gate = Gate::new(jobs * AHEAD_PER_JOB + 1);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel::<Made>();
        for _ in 0..jobs {
            let (sender, gate, next, files) = (sender.clone(), &gate, &next, &files);
            scope.spawn(move || worker(work, files, next, gate, &sender));
        }
        drop(sender);
        let result = hand_on(&receiver, &gate, work, &mut sink);
        gate.close();
        result
    })
}

/// Takes frames as they come and hands them on in order.
fn hand_on(
    receiver: &mpsc::Receiver<Made>,
    gate: &Gate,
    work: &FrameWork<'_>,
    sink: &mut impl FnMut(&CachedFrame, bool) -> Result<(), PackError>,
) -> Result<(), PackError> {
    let mut early = BTreeMap::new();
    let mut wanted = 0;
    while wanted < work.frames.len() {
        // A worker that ends without a word has panicked; the scope passes that on.
        let Ok((number, made)) = receiver.recv() else { return Err(PackError::Interrupted) };
        early.insert(number, made?);
        while let Some((frame, was_cached)) = early.remove(&wanted) {
            sink(&frame, was_cached)?;
            work.workshop.progress.advance(u64::from(frame.size));
            wanted += 1;
            gate.open_to(wanted);
        }
    }
    Ok(())
}

fn worker(
    work: &FrameWork<'_>,
    files: &[(&Entry, &Stat)],
    next: &AtomicUsize,
    gate: &Gate,
    sender: &mpsc::Sender<Made>,
) {
    let mut compressor = match Compressor::new(work.coding) {
        Ok(compressor) => compressor,
        Err(error) => return drop(sender.send((0, Err(error.into())))),
    };
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(frame) = work.frames.get(number) else { return };
        if !gate.wait(number) {
            return;
        }
        let made = match work.workshop.interrupt.check() {
            Ok(()) => make(work, files, frame, &mut compressor),
            Err(_) => Err(PackError::Interrupted),
        };
        // When nobody listens any more, the build has failed elsewhere.
        if sender.send((number, made)).is_err() {
            return;
        }
    }
}

fn make(
    work: &FrameWork<'_>,
    files: &[(&Entry, &Stat)],
    frame: &FramePlan,
    compressor: &mut Compressor,
) -> Result<(CachedFrame, bool), PackError> {
    let size = frame.size() as u32;
    // Frames that are stored as they are cost nothing but reading them.
    let cache = work.workshop.cache.filter(|_| work.coding != Coding::Store);
    let key = FrameKey::of(frame, work.shapes, work.coding);
    if let Some(found) = cache.and_then(|cache| cache.frame(&key, size)) {
        das!(Cache, Read, Trace, frame_bytes = size, stored_bytes = found.stored.len(), "frame reused");
        return Ok((found, true));
    }
    let mut content = Vec::with_capacity(size as usize);
    for piece in &frame.pieces {
        let (entry, stat) = files[piece.file];
        OpenFile::open(work.tree, entry, stat)?.read_range(piece.offset, piece.size, &mut content)?;
    }
    let stored = compressor.store(content)?;
    let made = CachedFrame { digest: Digest::of(&stored), stored, size };
    das!(Build, Build, Trace, frame_bytes = size, stored_bytes = made.stored.len(), "frame compressed");
    if let Some(cache) = cache {
        // A cache that cannot be written makes the next build slower, not this one wrong.
        let _ = cache.keep_frame(&key, &made);
    }
    Ok((made, false))
}

/// Lets workers through whose frame is not too far ahead.
struct Gate {
    state: Mutex<GateState>,
    changed: Condvar,
    ahead: usize,
}

struct GateState {
    handed_on: usize,
    closed: bool,
}

impl Gate {
    fn new(ahead: usize) -> Self {
        Self { state: Mutex::new(GateState { handed_on: 0, closed: false }), changed: Condvar::new(), ahead }
    }

    /// Waits until the frame may be made; false if the work has ended.
    fn wait(&self, number: usize) -> bool {
        let mut state = self.lock();
        while !state.closed && number >= state.handed_on + self.ahead {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.closed
    }

    fn open_to(&self, handed_on: usize) {
        self.lock().handed_on = handed_on;
        self.changed.notify_all();
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
