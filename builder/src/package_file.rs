//! A package on disk: opened once, and everything is read through that one descriptor.
//!
//! Must never be mapped into memory: a file that others can change is read into private memory, and what was verified there is
//! what is used. Start with [`PackageFile::open`].

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use psp_format::frame::Table;
use psp_format::index::Index;
use psp_format::verify::{self, Failure, Sink, Source};
use psp_format::{Error, ErrorKind, Package, Region, Verified};
use rustix::fs::{Mode, OFlags};

use crate::codec::ZstdDecoder;
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::escaped;

/// An open package and its last bytes.
#[derive(Debug)]
pub struct PackageFile {
    file: File,
    path: PathBuf,
    size: u64,
    change: (i64, i64),
    tail: Vec<u8>,
}

/// A rule of the format that a package breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which rule, and where.
    pub error: Error,
    /// The part of the package, with its name where it has one: ``slot 1 `site` ``.
    pub part: String,
}

impl Fault {
    fn new(error: Error, package: Option<&Package<'_>>) -> Self {
        let name = package.and_then(|package| match error.region {
            Region::Slot(number) => package.manifest.slots.get(usize::from(number)).map(|slot| slot.id),
            Region::Document(number) => {
                package.manifest.documents.get(usize::from(number)).map(|document| document.name)
            }
            _ => None,
        });
        let part = match name {
            Some(name) => format!("{} `{name}`", error.region),
            None => error.region.to_string(),
        };
        Self { error, part }
    }

    /// What is wrong and where, in words.
    pub fn message(&self) -> String {
        format!("{} ({}, at offset {:#x})", self.error.kind.message(), self.part, self.error.offset)
    }
}

/// Why a package cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum PackageError {
    #[error("there is no file {}", escaped::path(path))]
    Missing { path: PathBuf },
    #[error("{} cannot be read", escaped::path(path))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is not a regular file", escaped::path(path))]
    NotAFile { path: PathBuf },
    #[error("{}: {}", escaped::path(path), fault.message())]
    Invalid { path: PathBuf, fault: Fault },
    #[error("{} changed while it was verified", escaped::path(path))]
    Changed { path: PathBuf },
    #[error("{} has no slot `{}`; its slots are: {known}", escaped::path(path), escaped::bytes(id.as_bytes()))]
    NoSlot { path: PathBuf, id: String, known: String },
}

impl PackageError {
    /// The rule that the package breaks, if that is what is wrong.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Invalid { fault, .. } => Some(fault),
            _ => None,
        }
    }
}

impl Diagnostic for PackageError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Missing { .. } | Self::Unreadable { .. } => &codes::PACKAGE_READ,
            Self::NotAFile { .. } => psp_format::codes::of(ErrorKind::NotAPackage),
            Self::Invalid { fault, .. } => psp_format::codes::of(fault.error.kind),
            Self::Changed { .. } => &codes::PACKAGE_CHANGED,
            Self::NoSlot { .. } => &codes::SLOT_NONE,
        }
    }
}

impl PackageFile {
    /// Opens a package and reads its last bytes.
    pub fn open(path: &Path) -> Result<Self, PackageError> {
        let unreadable = |source: io::Error| PackageError::Unreadable { path: path.to_owned(), source };
        // A named pipe must not make us wait.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(descriptor) => File::from(descriptor),
            Err(rustix::io::Errno::NOENT) => return Err(PackageError::Missing { path: path.to_owned() }),
            Err(errno) => return Err(unreadable(errno.into())),
        };
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(PackageError::NotAFile { path: path.to_owned() });
        }
        let change = (metadata.ctime(), metadata.ctime_nsec());
        let mut package =
            Self { file, path: path.to_owned(), size: metadata.len(), change, tail: Vec::new() };
        package.tail =
            verify::read_tail(&package, package.size).map_err(|failure| package.error(failure, None))?;
        Ok(package)
    }

    /// The path it was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The number of its descriptor.
    pub fn descriptor(&self) -> RawFd {
        self.file.as_raw_fd()
    }

    /// Its last bytes: manifest, signatures and trailer.
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// The package; its signatures are not verified yet.
    pub fn parse(&self) -> Result<Package<'_>, PackageError> {
        Package::parse(&self.tail, self.size).map_err(|error| self.invalid(error, None))
    }

    /// The package, all its signatures verified.
    pub fn verified(&self) -> Result<Verified<'_>, PackageError> {
        self.parse()?.verify().map_err(|error| self.invalid(error, None))
    }

    /// Verifies every byte that precedes the manifest: stub, slots, documents.
    pub fn verify_contents(
        &self,
        package: &Verified<'_>,
        sink: &mut impl Sink<io::Error>,
    ) -> Result<(), PackageError> {
        let done = verify::contents(package, self, &mut ZstdDecoder::default(), sink);
        done.map_err(|failure| self.error(failure, Some(package)))?;
        self.check_unchanged()
    }

    /// Verifies what was written of this package: whoever can write to the package itself could have changed it since it was
    /// verified, and put its times back or written through a mapping of it.
    pub fn verify_copy(&self, package: &Verified<'_>, copy: &Copy<'_>) -> Result<(), PackageError> {
        let changed = || PackageError::Changed { path: self.path.clone() };
        let unreadable = |source| PackageError::Unreadable { path: self.path.clone(), source };
        let mut tail = vec![0; self.tail.len()];
        let start = self.size.checked_sub(tail.len() as u64).ok_or_else(changed)?;
        copy.read_at(start, &mut tail).map_err(unreadable)?;
        if copy.size != self.size || tail != self.tail {
            return Err(changed());
        }
        match verify::contents(package, copy, &mut ZstdDecoder::default(), &mut ()) {
            Ok(()) => Ok(()),
            Err(Failure::Package(_)) => Err(changed()),
            Err(Failure::Source(source)) => Err(unreadable(source)),
        }
    }

    /// Verifies the stub.
    pub fn verify_stub(&self, package: &Verified<'_>) -> Result<(), PackageError> {
        verify::stub(package, self).map_err(|failure| self.error(failure, Some(package)))
    }

    /// Verifies one slot.
    pub fn verify_slot(
        &self,
        package: &Verified<'_>,
        number: usize,
        sink: &mut impl Sink<io::Error>,
    ) -> Result<(), PackageError> {
        let done = verify::slot(package, number, self, &mut ZstdDecoder::default(), sink);
        done.map_err(|failure| self.error(failure, Some(package)))
    }

    /// Looks at the frame table and the index of a slot, once they are known to be what was signed.
    pub fn look<T>(
        &self,
        package: &Verified<'_>,
        number: usize,
        view: impl FnMut(&Table, &Index<'_>) -> T,
    ) -> Result<T, PackageError> {
        let mut look = Look { view, seen: None };
        match (self.verify_slot(package, number, &mut look), look.seen) {
            (_, Some(seen)) => Ok(seen),
            (Err(error), None) => Err(error),
            (Ok(()), None) => {
                Err(self.invalid(Error::new(ErrorKind::SlotUnknown, Region::Manifest, 0), None))
            }
        }
    }

    /// The number of the slot with this id.
    pub fn slot_number(&self, package: &Package<'_>, id: &str) -> Result<usize, PackageError> {
        let slots = &package.manifest.slots;
        slots.iter().position(|slot| slot.id == id).ok_or_else(|| {
            let known: Vec<&str> = slots.iter().map(|slot| slot.id).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            PackageError::NoSlot { path: self.path.clone(), id: id.to_owned(), known }
        })
    }

    /// Fails if the file was written to since it was opened.
    pub(crate) fn check_unchanged(&self) -> Result<(), PackageError> {
        let metadata = self.file.metadata();
        let metadata =
            metadata.map_err(|source| PackageError::Unreadable { path: self.path.clone(), source })?;
        let same = (metadata.len(), (metadata.ctime(), metadata.ctime_nsec())) == (self.size, self.change);
        if same { Ok(()) } else { Err(PackageError::Changed { path: self.path.clone() }) }
    }

    fn invalid(&self, error: Error, package: Option<&Package<'_>>) -> PackageError {
        PackageError::Invalid { path: self.path.clone(), fault: Fault::new(error, package) }
    }

    fn error(&self, failure: Failure<io::Error>, package: Option<&Package<'_>>) -> PackageError {
        match failure {
            Failure::Package(error) => self.invalid(error, package),
            Failure::Source(source) => PackageError::Unreadable { path: self.path.clone(), source },
        }
    }
}

impl Source for PackageFile {
    type Error = io::Error;

    fn size(&self) -> Result<u64, io::Error> {
        Ok(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), io::Error> {
        self.file.read_exact_at(buffer, offset)
    }
}

/// The bytes of a package in another file.
#[derive(Debug, Clone)]
pub struct Copy<'f> {
    /// The file.
    pub file: &'f File,
    /// Where they begin in it.
    pub start: u64,
    /// How many there are.
    pub size: u64,
}

impl Source for Copy<'_> {
    type Error = io::Error;

    fn size(&self) -> Result<u64, io::Error> {
        Ok(self.size)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), io::Error> {
        self.file.read_exact_at(buffer, self.start + offset)
    }
}

/// Stops the verification of a slot as soon as its index is known to be good.
struct Look<V, T> {
    view: V,
    seen: Option<T>,
}

impl<T, V: FnMut(&Table, &Index<'_>) -> T> Sink<io::Error> for Look<V, T> {
    fn slot(&mut self, _slot: u16, table: &Table, index: &Index<'_>) -> Result<(), io::Error> {
        self.seen = Some((self.view)(table, index));
        Err(io::Error::other("seen enough"))
    }
}
