//! Writing a slot's tree: frames decoded and written by all processors at once, links last.
//!
//! Only what has the signed digest is decoded, and only into a directory that nobody else looks at yet.

use alloc::vec::Vec;
use core::cell::Cell;
use core::sync::atomic::{AtomicU64, Ordering};

use psp_format::ErrorKind;
use psp_format::frame::Table;
use psp_format::index::{Entry, Index, Node};
use psp_format::receipt::Record;

use crate::codes;
use crate::content::{Buffers, SlotSource};
use crate::failure::{Failure, Result};
use crate::sys::{self, Access, Errno, Exit, Fork, Handle, PathBuf, Pid, SharedCounters, Signals, Stat};

/// Processes that decode at the same time, this one included: bounds memory at so many times two frames.
const MAX_WORKERS: usize = 4;
/// Counters before the records: the next frame to take.
const NEXT_FRAME: usize = 0;
/// Counters of a record: inode, seconds, nanoseconds, size.
const RECORD_COUNTERS: usize = 4;
/// The exit code of a worker that ran out of room, permission, or found damage: its parent does the frame again and says why.
const WORKER_GAVE_UP: u8 = 1;

/// Write the tree of a slot into `tree`, an empty directory of our own.
///
/// Returns what each entry looks like, in the order of the index, and last the directory itself.
///
/// # Errors
/// Whatever is wrong with the slot, `cache-full`, `cache-unwritable`, `worker-failed`.
pub fn extract(
    source: &SlotSource<'_>,
    table: &Table,
    index: &Index<'_>,
    tree: &Handle,
    path: &[u8],
) -> Result<Vec<Record>> {
    let job = Job::new(source, table, index, tree, path)?;
    job.make_directories()?;
    job.write_frames()?;
    job.make_links()?;
    job.records()
}

struct Job<'a> {
    source: &'a SlotSource<'a>,
    table: &'a Table,
    index: &'a Index<'a>,
    tree: &'a Handle,
    path: &'a [u8],
    /// Files with content, as (where the content begins in the data, entry number); ascending.
    files: Vec<(u64, u32)>,
    /// Where each data frame begins in the data.
    starts: Vec<u64>,
    shared: SharedCounters,
    /// Whether this process does a worker's part again, to see why it gave up: then files may be there already.
    is_second_look: Cell<bool>,
}

impl<'a> Job<'a> {
    fn new(
        source: &'a SlotSource<'a>,
        table: &'a Table,
        index: &'a Index<'a>,
        tree: &'a Handle,
        path: &'a [u8],
    ) -> Result<Job<'a>> {
        let mut files = Vec::new();
        let mut offset = 0;
        for (number, entry) in (0u32..).zip(&index.entries) {
            if let Node::File { size: size @ 1.., .. } = entry.node {
                files.push((offset, number));
                offset += size;
            }
        }
        let starts = table.data().iter().scan(0, |next, frame| {
            let start = *next;
            *next += u64::from(frame.size);
            Some(start)
        });
        let counters = 1 + index.entries.len() * RECORD_COUNTERS;
        let shared = SharedCounters::new(counters).map_err(|errno| Failure::cache(path, errno))?;
        Ok(Job {
            source,
            table,
            index,
            tree,
            path,
            files,
            starts: starts.collect(),
            shared,
            is_second_look: Cell::new(false),
        })
    }

    fn failed(&self, errno: Errno) -> Failure {
        Failure::cache(self.path, errno)
    }

    fn entry_path(&self, entry: &Entry<'_>) -> Result<PathBuf> {
        // A path of the index holds no NUL: it was checked.
        PathBuf::from_bytes(entry.path).map_err(|_| self.failed(Errno::INVAL))
    }

    fn make_directories(&self) -> Result<()> {
        for entry in &self.index.entries {
            match entry.node {
                Node::Directory => {
                    sys::make_dir(self.tree, &self.entry_path(entry)?, 0o755).map_err(|e| self.failed(e))?;
                }
                // Nothing of an empty file is in any frame.
                Node::File { executable, size: 0, .. } => {
                    let access = Access::CreateNew(mode(executable));
                    sys::open(self.tree, &self.entry_path(entry)?, access).map_err(|e| self.failed(e))?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Let workers and this process take frames until there are none.
    fn write_frames(&self) -> Result<()> {
        let frames = self.table.data().len();
        let workers = sys::processors().min(MAX_WORKERS).min(frames);
        let _signals = Signals::settle();
        let mut children: Vec<Pid> = Vec::new();
        let parent = sys::id();
        for _ in 1..workers {
            match sys::fork() {
                Ok(Fork::Child) => self.work_and_exit(parent),
                Ok(Fork::Parent(child)) => children.push(child),
                // Fewer hands, same work.
                Err(_) => break,
            }
        }
        let mut result = self.take_frames();
        for child in children {
            let exit = sys::wait(child).map_err(|errno| self.failed(errno))?;
            if result.is_ok() && exit != Exit::Code(0) {
                result = self.look_again(exit);
            }
        }
        result
    }

    fn work_and_exit(&self, parent: i32) -> ! {
        // A worker must not outlive the process that holds the lock and knows what it is doing.
        let result = match sys::die_with_parent(parent) {
            Ok(()) => self.take_frames(),
            Err(errno) => Err(self.failed(errno)),
        };
        if result.is_err() {
            // Nobody takes another frame.
            self.shared[NEXT_FRAME].store(self.table.data().len() as u64, Ordering::Relaxed);
        }
        sys::exit(if result.is_ok() { 0 } else { WORKER_GAVE_UP });
    }

    /// What a worker left undone is done again here: either it works, or this process sees why it does not.
    fn look_again(&self, exit: Exit) -> Result<()> {
        if exit != Exit::Code(WORKER_GAVE_UP) {
            return Err(Failure::new(codes::WORKER_FAILED, codes::WORKER_FAILED.cause.into()));
        }
        self.is_second_look.set(true);
        self.shared[NEXT_FRAME].store(0, Ordering::Relaxed);
        self.take_frames()
    }

    fn take_frames(&self) -> Result<()> {
        let mut buffers = Buffers::new(self.table.data())?;
        loop {
            let number = self.shared[NEXT_FRAME].fetch_add(1, Ordering::Relaxed) as usize;
            let Some(frame) = self.table.data().get(number) else { return Ok(()) };
            let bytes = self.source.frame(frame, &mut buffers)?;
            self.write_frame(self.starts[number], bytes)?;
        }
    }

    /// Write the pieces of files that a frame holds.
    fn write_frame(&self, start: u64, bytes: &[u8]) -> Result<()> {
        let end = start + bytes.len() as u64;
        let first = self.files.partition_point(|(offset, _)| *offset <= start).saturating_sub(1);
        for &(offset, number) in self.files[first..].iter().take_while(|(offset, _)| *offset < end) {
            let entry = &self.index.entries[number as usize];
            let Node::File { executable, size, .. } = entry.node else { continue };
            let (from, to) = (offset.max(start), (offset + size).min(end));
            let piece = usize::try_from(from - start).ok().zip(usize::try_from(to - start).ok());
            let piece = piece.and_then(|(from, to)| bytes.get(from..to)).unwrap_or_default();
            let whole = from == offset && to == offset + size;
            // A file of several frames is made by whoever comes first.
            let access = if whole && !self.is_second_look.get() {
                Access::CreateNew(mode(executable))
            } else {
                Access::Create(mode(executable))
            };
            let file = sys::open(self.tree, &self.entry_path(entry)?, access).map_err(|e| self.failed(e))?;
            file.write_all_at(piece, from - offset).map_err(|e| self.failed(e))?;
            if whole {
                let stat = sys::stat_fd(&file).map_err(|e| self.failed(e))?;
                self.note(number, &stat);
            }
        }
        Ok(())
    }

    /// Links come last, so that nothing was written through one.
    fn make_links(&self) -> Result<()> {
        for entry in &self.index.entries {
            match entry.node {
                Node::Symlink { target } => {
                    let target = PathBuf::from_bytes(target).map_err(|_| self.failed(Errno::INVAL))?;
                    sys::symlink(&target, self.tree, &self.entry_path(entry)?).map_err(|e| self.failed(e))?;
                }
                Node::Hardlink { entry: number } => {
                    let file = self.index.entries.get(number as usize);
                    let file = file.ok_or_else(|| self.source.failure(ErrorKind::Hardlink, 0))?;
                    let (from, to) = (self.entry_path(file)?, self.entry_path(entry)?);
                    sys::hard_link(self.tree, &from, self.tree, &to).map_err(|e| self.failed(e))?;
                    self.forget(number);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// What everything looks like now; what the workers have not noted is looked up.
    fn records(&self) -> Result<Vec<Record>> {
        let mut records = Vec::with_capacity(self.index.entries.len() + 1);
        for (number, entry) in (0u32..).zip(&self.index.entries) {
            records.push(match self.noted(number) {
                Some(record) => record,
                None => record(&sys::stat(self.tree, &self.entry_path(entry)?).map_err(|e| self.failed(e))?),
            });
        }
        records.push(record(&sys::stat_fd(self.tree).map_err(|e| self.failed(e))?));
        Ok(records)
    }

    fn counters(&self, number: u32) -> &[AtomicU64] {
        let start = 1 + number as usize * RECORD_COUNTERS;
        &self.shared[start..start + RECORD_COUNTERS]
    }

    fn note(&self, number: u32, stat: &Stat) {
        let record = record(stat);
        let values = [
            record.inode,
            record.ctime_seconds.cast_unsigned(),
            record.ctime_nanoseconds.into(),
            record.size,
        ];
        for (counter, value) in self.counters(number).iter().zip(values) {
            counter.store(value, Ordering::Relaxed);
        }
    }

    fn forget(&self, number: u32) {
        self.counters(number)[0].store(0, Ordering::Relaxed);
    }

    /// No file system has an inode 0.
    fn noted(&self, number: u32) -> Option<Record> {
        let value = |at: usize| self.counters(number)[at].load(Ordering::Relaxed);
        (value(0) != 0).then(|| Record {
            inode: value(0),
            ctime_seconds: value(1).cast_signed(),
            ctime_nanoseconds: value(2) as u32,
            size: value(3),
        })
    }
}

/// What a receipt keeps of a file.
pub fn record(stat: &Stat) -> Record {
    Record {
        inode: stat.ino,
        ctime_seconds: stat.ctime.seconds,
        // Below 1,000,000,000 by the kernel's promise.
        ctime_nanoseconds: stat.ctime.nanoseconds as u32,
        size: stat.size,
    }
}

fn mode(executable: bool) -> u32 {
    if executable { 0o755 } else { 0o644 }
}
