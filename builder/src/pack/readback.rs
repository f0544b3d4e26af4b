//! Reading back what was written, through the format's own verifier, before it gets its name.
//!
//! Layout, signatures, stub, frame tables, indexes and programs are checked as every reader checks them. Of the data, every
//! stored byte is hashed again; that its frames decode to the right content was seen when they were compressed.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicUsize, Ordering};

use psp_format::frame::{Frame, Table};
use psp_format::index::Index;
use psp_format::verify::{self, Failure, Sink, Source};
use psp_format::{Digest, Error, Package, Region, Verified};

use super::{PackError, Workshop};
use crate::codec::ZstdDecoder;

/// A package in a file, for the format's verifier.
struct PackageFile<'f> {
    file: &'f File,
    size: u64,
}

enum ReadError {
    Io(io::Error),
    /// Everything before the data was seen.
    Enough,
}

impl Source for PackageFile<'_> {
    type Error = ReadError;

    fn size(&self) -> Result<u64, ReadError> {
        Ok(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        self.file.read_exact_at(buffer, offset).map_err(ReadError::Io)
    }
}

impl From<Failure<ReadError>> for PackError {
    fn from(failure: Failure<ReadError>) -> Self {
        match failure {
            Failure::Package(source) => Self::Invalid { source },
            Failure::Source(ReadError::Io(source)) => Self::ReadBack { source },
            Failure::Source(ReadError::Enough) => Self::Different,
        }
    }
}

/// Checks the whole file against the root that was signed.
pub(super) fn check(file: &File, size: u64, root: &Digest, workshop: &Workshop<'_>) -> Result<(), PackError> {
    let actual = file.metadata().map_err(|source| PackError::ReadBack { source })?.len();
    if actual != size {
        return Err(PackError::Different);
    }
    let source = PackageFile { file, size };
    let tail = verify::read_tail(&source, size)?;
    let package = Package::parse(&tail, size).and_then(Package::verify);
    let package = package.map_err(|source| PackError::Invalid { source })?;
    if package.root != *root {
        return Err(PackError::Different);
    }
    verify::stub(&package, &source)?;
    for number in 0..package.manifest.slots.len() {
        let frames = head(&package, number, &source)?;
        check_frames(&frames, package.slot_offset(number), number, file, workshop)?;
    }
    Ok(())
}

/// Takes the frames of the data once table, index and programs are known to be good.
struct Head(Vec<Frame>);

impl Sink<ReadError> for Head {
    fn slot(&mut self, _slot: u16, table: &Table, _index: &Index<'_>) -> Result<(), ReadError> {
        self.0 = table.data().to_vec();
        Err(ReadError::Enough)
    }
}

fn head(package: &Verified<'_>, number: usize, source: &PackageFile<'_>) -> Result<Vec<Frame>, PackError> {
    let mut head = Head(Vec::new());
    match verify::slot(package, number, source, &mut ZstdDecoder::default(), &mut head) {
        Ok(()) | Err(Failure::Source(ReadError::Enough)) => Ok(head.0),
        Err(failure) => Err(failure.into()),
    }
}

/// Hashes the stored bytes of all data frames, on all cores.
fn check_frames(
    frames: &[Frame],
    start: u64,
    number: usize,
    file: &File,
    workshop: &Workshop<'_>,
) -> Result<(), PackError> {
    let next = AtomicUsize::new(0);
    let worker = || -> Result<(), PackError> {
        let mut stored = Vec::new();
        while let Some(frame) = frames.get(next.fetch_add(1, Ordering::Relaxed)) {
            workshop.interrupt.check().map_err(|_| PackError::Interrupted)?;
            stored.resize(frame.stored_size as usize, 0);
            let read = file.read_exact_at(&mut stored, start + frame.offset);
            read.map_err(|source| PackError::ReadBack { source })?;
            let checked: Result<(), Error> = frame.check(&stored, Region::Slot(number as u16));
            checked.map_err(|source| PackError::Invalid { source })?;
            workshop.progress.advance(u64::from(frame.stored_size));
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..workshop.jobs.clamp(1, frames.len().max(1))).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}
