//! Reading files: what they hold, and the proof that they did not change meanwhile.
//!
//! [`shapes`] reads every file that the build cache does not know, on all cores. `OpenFile` is the only way that content
//! gets into a package: its state is compared with the scanned one before and after each read.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use psp_format::Digest;
use sha2::{Digest as _, Sha256};

use crate::buildcache::{FileRecord, StatIndex, is_settled};
use crate::chunk::Shape;
use crate::chunk::gear::Gear;
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::interrupt::Interrupt;
use crate::source::{Entry, Stat, Tree};

/// Files are read in parts of this size.
const BUFFER_BYTES: usize = 256 << 10;

/// Why a file's content could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// The system refuses.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It is not any more what it was when the source was scanned.
    #[error("{} changed while it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Somebody wants the build to end.
    #[error("interrupted")]
    Interrupted,
}

impl Diagnostic for ContentError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Unreadable { .. } => &codes::SOURCE_READ,
            Self::Changed { .. } => &codes::SOURCE_CHANGED,
            Self::Interrupted => &codes::INTERRUPTED,
        }
    }
}

/// A file of a source, open for reading.
#[derive(Debug)]
pub(crate) struct OpenFile {
    file: File,
    path: PathBuf,
    stat: Stat,
}

impl OpenFile {
    /// Opens a file of a tree that was scanned with this state.
    pub(crate) fn open(tree: &Tree, entry: &Entry, stat: &Stat) -> Result<Self, ContentError> {
        let path = tree.root.join(OsStr::from_bytes(&entry.path));
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ContentError::Changed { path }),
            Err(source) => Err(ContentError::Unreadable { path, source }),
            Ok(file) => {
                let open = Self { file, path, stat: *stat };
                open.check_unchanged()?;
                Ok(open)
            }
        }
    }

    /// Fails if the file is in another state than when it was scanned.
    pub(crate) fn check_unchanged(&self) -> Result<(), ContentError> {
        let metadata = self.file.metadata().map_err(|source| self.unreadable(source))?;
        let same = metadata.is_file() && Stat::of(&metadata) == self.stat;
        if same { Ok(()) } else { Err(ContentError::Changed { path: self.path.clone() }) }
    }

    /// Appends `size` bytes from `offset` on.
    pub(crate) fn read_range(
        &self,
        offset: u64,
        size: u64,
        content: &mut Vec<u8>,
    ) -> Result<(), ContentError> {
        let start = content.len();
        let size = usize::try_from(size).map_err(|_| ContentError::Changed { path: self.path.clone() })?;
        content.resize(start + size, 0);
        match self.file.read_exact_at(&mut content[start..], offset) {
            Ok(()) => self.check_unchanged(),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(ContentError::Changed { path: self.path.clone() })
            }
            Err(source) => Err(self.unreadable(source)),
        }
    }

    fn shape(mut self, buffer: &mut [u8], interrupt: &Interrupt) -> Result<Shape, ContentError> {
        let mut hasher = Sha256::new();
        let mut gear = Gear::new(self.stat.size);
        let mut head = Head::default();
        let mut left = self.stat.size;
        loop {
            interrupt.check().map_err(|_| ContentError::Interrupted)?;
            let read = match self.file.read(buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(self.unreadable(source)),
            };
            hasher.update(&buffer[..read]);
            gear.update(&buffer[..read]);
            head.update(&buffer[..read]);
            left = left
                .checked_sub(read as u64)
                .ok_or_else(|| ContentError::Changed { path: self.path.clone() })?;
            if left == 0 {
                break;
            }
        }
        if left > 0 {
            return Err(ContentError::Changed { path: self.path });
        }
        self.check_unchanged()?;
        let digest = Digest(hasher.finalize().into());
        Ok(Shape { size: self.stat.size, digest, head: head.bytes, cuts: gear.finish() })
    }

    fn unreadable(&self, source: io::Error) -> ContentError {
        ContentError::Unreadable { path: self.path.clone(), source }
    }
}

/// The first bytes of a file that passes by, in parts of any size.
#[derive(Debug, Default)]
struct Head {
    bytes: [u8; 4],
    length: usize,
}

impl Head {
    fn update(&mut self, part: &[u8]) {
        for (place, byte) in self.bytes[self.length..].iter_mut().zip(part) {
            *place = *byte;
            self.length += 1;
        }
    }
}

/// What the files of a tree hold.
#[derive(Debug)]
pub struct Contents {
    /// One for each file, in the order of the tree.
    pub shapes: Vec<Shape>,
    /// What a later build can use.
    pub index: StatIndex,
    /// The files, by their place among the files, that had changed so shortly before they were read that another change
    /// might have left no trace.
    pub unsettled: Vec<usize>,
}

/// Finds out what all files of a tree hold: from `known` where they did not change, else by reading them.
pub fn shapes(
    tree: &Tree,
    known: &StatIndex,
    jobs: usize,
    interrupt: &Interrupt,
) -> Result<Contents, ContentError> {
    let files: Vec<_> = tree.files().collect();
    let read_at_ns = now_ns();
    let mut shapes: Vec<Option<Shape>> =
        files.iter().map(|(entry, stat)| known.get(&entry.path, stat).cloned()).collect();
    let unknown: Vec<usize> = (0..files.len()).filter(|&at| shapes[at].is_none()).collect();
    for (at, shape) in read_all(tree, &files, &unknown, jobs, interrupt)? {
        shapes[at] = Some(shape);
    }
    let mut contents = Contents {
        shapes: Vec::with_capacity(files.len()),
        index: StatIndex::default(),
        unsettled: Vec::new(),
    };
    for (at, ((entry, stat), shape)) in files.iter().zip(shapes).enumerate() {
        // Every file is either known or was just read.
        let Some(shape) = shape else { continue };
        if !is_settled(stat, read_at_ns) {
            contents.unsettled.push(at);
        }
        let record = FileRecord { stat: **stat, shape: shape.clone() };
        contents.index.insert(entry.path.clone(), record, read_at_ns);
        contents.shapes.push(shape);
    }
    Ok(contents)
}

/// Reads the unsettled files once more: a change that left no other trace shows in their digests.
pub fn check_unsettled(
    tree: &Tree,
    contents: &Contents,
    jobs: usize,
    interrupt: &Interrupt,
) -> Result<(), ContentError> {
    let files: Vec<_> = tree.files().collect();
    for (at, shape) in read_all(tree, &files, &contents.unsettled, jobs, interrupt)? {
        if shape.digest != contents.shapes[at].digest {
            return Err(ContentError::Changed { path: tree.location(files[at].0) });
        }
    }
    Ok(())
}

/// Reads the files with these places, in no order.
fn read_all(
    tree: &Tree,
    files: &[(&Entry, &Stat)],
    wanted: &[usize],
    jobs: usize,
    interrupt: &Interrupt,
) -> Result<Vec<(usize, Shape)>, ContentError> {
    let next = AtomicUsize::new(0);
    let read = Mutex::new(Vec::with_capacity(wanted.len()));
    let worker = || -> Result<(), ContentError> {
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut own = Vec::new();
        while let Some(&at) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (entry, stat) = files[at];
            let shape = OpenFile::open(tree, entry, stat).and_then(|open| open.shape(&mut buffer, interrupt));
            match shape {
                Ok(shape) => own.push((at, shape)),
                Err(error) => {
                    next.store(wanted.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
        }
        read.lock().unwrap_or_else(std::sync::PoisonError::into_inner).append(&mut own);
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs.min(wanted.len())).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    Ok(read.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
}

fn now_ns() -> i128 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos() as i128,
        Err(before) => -(before.duration().as_nanos() as i128),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_of_whatever_passes_by() {
        let check = |parts: &[&str], expected: &[u8; 4]| {
            let mut head = Head::default();
            parts.iter().for_each(|part| head.update(part.as_bytes()));
            assert_eq!(head.bytes, *expected, "{parts:?}");
        };
        check(&[], &[0; 4]);
        check(&["", "a", ""], b"a\0\0\0");
        check(&["abcdef", "g"], b"abcd");
        check(&["abc", "def"], b"abcd");
        check(&["a", "b", "c", "d", "e"], b"abcd");
    }
}
