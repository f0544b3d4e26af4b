//! The slots of a start: each in the cache, in a copy of its own, or in memory.

use alloc::format;
use alloc::vec::Vec;

use psp_format::Verified;
use psp_format::escape::Escaped;
use psp_format::slot::{Kind, Lifecycle};

use crate::check::{self, Depth, Verdict, check_program};
use crate::codes;
use crate::content::{Buffers, SlotSource};
use crate::entry::{self, Entry, Replace};
use crate::failure::{Failure, Result};
use crate::log;
use crate::package_file::PackageFile;
use crate::request::{Request, Verify};
use crate::root::{self, Candidate, Missing};
use crate::sys::{self, Access, Fd, OnExec, PathBuf};
use crate::work::{self, Work};

/// How often an entry is looked for, made, or made again before a start gives up: more is a race that nobody wins.
const ATTEMPTS: usize = 4;

/// Bytes of a memory file's name, which only people see; the kernel takes 249.
const MEMORY_NAME_BYTES: usize = 200;

/// Where a slot is.
enum Place {
    /// In the cache, shared.
    Cached(Entry),
    /// In a copy of this start's own; None once it was handed on.
    Copy(Option<Work>),
    /// In memory.
    Memory(Fd),
}

struct Placed {
    place: Place,
    /// What `{slot:ID}` stands for.
    path: PathBuf,
}

/// A program, open and known to be what was signed.
pub struct OpenProgram {
    /// The file, to be started through this very descriptor.
    pub file: Fd,
    /// Its path.
    pub path: PathBuf,
    /// Whether it is a file in memory, whose descriptor a script's interpreter needs.
    pub is_in_memory: bool,
}

/// The slots of a package, placed as they are needed.
pub struct Slots<'a> {
    package: &'a PackageFile,
    verified: &'a Verified<'a>,
    candidates: Vec<Candidate>,
    verify: Verify,
    placed: Vec<Option<Placed>>,
}

impl<'a> Slots<'a> {
    /// No slot placed yet.
    ///
    /// # Errors
    /// `cache-path`, `verify-unknown`.
    pub fn new(
        request: &Request<'_>,
        package: &'a PackageFile,
        verified: &'a Verified<'a>,
    ) -> Result<Slots<'a>> {
        let count = verified.manifest.slots.len();
        Ok(Slots {
            package,
            verified,
            candidates: root::candidates(request)?,
            verify: request.verify()?,
            placed: core::iter::repeat_with(|| None).take(count).collect(),
        })
    }

    /// Place every slot of the mask that is not placed yet.
    ///
    /// # Errors
    /// Whatever is wrong with a slot or with the caches.
    pub fn require(&mut self, mask: u64) -> Result<()> {
        for number in 0..self.placed.len() {
            if mask >> number & 1 == 1 && self.placed[number].is_none() {
                let source = self.source(number as u16)?;
                self.placed[number] = Some(match source.slot.lifecycle {
                    Lifecycle::Cache | Lifecycle::Lazy => self.cached(&source)?,
                    Lifecycle::Temporary => self.copy(&source)?,
                    Lifecycle::Memory => memory(&source)?,
                });
            }
        }
        Ok(())
    }

    /// What `{slot:ID}` stands for.
    pub fn path(&self, number: u16) -> &[u8] {
        let placed = self.placed.get(usize::from(number)).and_then(Option::as_ref);
        placed.map_or(b"", |placed| placed.path.as_bytes())
    }

    /// Open a program of a placed slot: what is opened is what was signed.
    ///
    /// # Errors
    /// `program`, and whatever stands in the way of repairing a damaged entry.
    pub fn program(&mut self, number: u16, entry: u32, path: &[u8]) -> Result<OpenProgram> {
        for _ in 0..ATTEMPTS {
            let source = self.source(number)?;
            let Some(placed) = &self.placed[usize::from(number)] else { break };
            let whole = || match source.content().kind {
                Kind::File => Ok(placed.path.clone()),
                Kind::Tree => placed.path.join(path).map_err(|_| internal("a path with NUL")),
            };
            match &placed.place {
                Place::Cached(found) => match check::open_program(&source, found, entry, path)? {
                    Verdict::Sound(file) => {
                        return Ok(OpenProgram { file, path: whole()?, is_in_memory: false });
                    }
                    Verdict::Damaged(_) => {}
                },
                Place::Copy(Some(work)) => return open_copied_program(&source, work, entry, path, whole()?),
                Place::Copy(None) => break,
                Place::Memory(file) => {
                    let file = file.duplicate().map_err(|errno| Failure::cache(path, errno))?;
                    return Ok(OpenProgram { file, path: whole()?, is_in_memory: true });
                }
            }
            log::step(format_args!("slot {}: {} was changed", source.slot.id, Escaped(path)));
            // Changed after it was published: made anew, here or in the next cache.
            self.placed[usize::from(number)] = Some(self.repaired(&source, path)?);
        }
        Err(internal("a program that cannot be opened"))
    }

    /// A program of a file slot from memory: for where the cache does not let programs start.
    ///
    /// # Errors
    /// `memory-failed`; None for a slot that is a tree.
    pub fn program_from_memory(&self, number: u16) -> Result<Option<OpenProgram>> {
        let source = self.source(number)?;
        if source.content().kind == Kind::Tree {
            return Ok(None);
        }
        match memory(&source)? {
            Placed { place: Place::Memory(file), path } => {
                Ok(Some(OpenProgram { file, path, is_in_memory: true }))
            }
            _ => Ok(None),
        }
    }

    /// Let what this start has for itself live as long as the program: copies are held, named memory files stay open.
    ///
    /// # Errors
    /// `cache-failed`.
    pub fn hand_on(&mut self, named: u64) -> Result<()> {
        for (number, placed) in self.placed.iter_mut().enumerate() {
            let result = match placed.as_mut().map(|placed| &mut placed.place) {
                Some(Place::Copy(work)) => work.take().map_or(Ok(()), Work::hand_on),
                Some(Place::Memory(file)) if named >> number & 1 == 1 => file.set_on_exec(OnExec::Keep),
                _ => Ok(()),
            };
            result.map_err(|errno| Failure::cache(self.package.path.as_bytes(), errno))?;
        }
        Ok(())
    }

    /// Write all cached slots through to the disk.
    ///
    /// # Errors
    /// `cache-failed` and others.
    pub fn settle(&self) -> Result<()> {
        for (placed, slot) in self.placed.iter().zip(&self.verified.manifest.slots) {
            if let Some(Placed { place: Place::Cached(entry), path }) = placed {
                entry.settle(&slot.content.id()).map_err(|errno| Failure::cache(path.as_bytes(), errno))?;
            }
        }
        Ok(())
    }

    fn source(&self, number: u16) -> Result<SlotSource<'a>> {
        SlotSource::new(self.package, self.verified, number)
            .ok_or_else(|| internal("a slot that is not there"))
    }

    /// In the first cache that has the slot, or takes it.
    fn cached(&self, source: &SlotSource<'_>) -> Result<Placed> {
        let mut reason = None;
        for candidate in &self.candidates {
            match self.cached_in(candidate, source) {
                Ok(entry) => return self.placed_entry(source, entry),
                Err(failure) if failure.leaves_others() || is_foreign_fallback(&failure, candidate) => {
                    reason.get_or_insert(failure);
                }
                Err(failure) => return Err(failure),
            }
        }
        // Nowhere to write: a single file still runs from memory.
        match source.content().kind {
            Kind::File => memory(source),
            Kind::Tree => Err(reason.unwrap_or_else(|| internal("no cache to try"))),
        }
    }

    fn placed_entry(&self, source: &SlotSource<'_>, entry: Entry) -> Result<Placed> {
        let path = join_file(&entry.tree, source.slot.file)?;
        Ok(Placed { place: Place::Cached(entry), path })
    }

    fn cached_in(&self, candidate: &Candidate, source: &SlotSource<'_>) -> Result<Entry> {
        let id = source.content().id();
        let mut replace = Replace::Nothing;
        for _ in 0..ATTEMPTS {
            if let Some(root) = root::open(candidate, Missing::Leave)?
                && let Some(entry) = entry::find(&root, &id)?
            {
                let Some(depth) = self.depth(&entry) else { return Ok(entry) };
                match check::check(source, &entry, depth)? {
                    // The check may have renewed the receipt.
                    Verdict::Sound(()) => return Ok(entry::find(&root, &id)?.unwrap_or(entry)),
                    Verdict::Damaged(path) => {
                        log::step(format_args!("slot {}: {} was changed", source.slot.id, Escaped(&path)));
                        let inode =
                            entry.inode().map_err(|errno| Failure::cache(entry.tree.as_bytes(), errno))?;
                        replace = Replace::Damaged(inode);
                        self.make(candidate, source, replace)
                            .map_err(|failure| told(failure, &entry, &path))?;
                        continue;
                    }
                }
            }
            self.make(candidate, source, replace)?;
        }
        Err(internal("a cache entry that does not stay"))
    }

    fn make(&self, candidate: &Candidate, source: &SlotSource<'_>, replace: Replace) -> Result<()> {
        let root = root::open(candidate, Missing::Make)?.ok_or_else(|| internal("no cache root"))?;
        entry::make(&root, source, replace)
    }

    /// How closely to look at an entry: as was asked for, and fully if a power loss may have come between.
    fn depth(&self, entry: &Entry) -> Option<Depth> {
        match self.verify {
            Verify::Full => Some(Depth::Full),
            _ if !entry.is_settled() => Some(Depth::Full),
            Verify::Stat => Some(Depth::Stat),
            Verify::Program => None,
        }
    }

    /// The entry that was found damaged at `path`, made anew where it is; failing that, in another cache or in memory.
    fn repaired(&self, source: &SlotSource<'_>, path: &[u8]) -> Result<Placed> {
        let mut reason = None;
        for candidate in &self.candidates {
            let result = self.repaired_in(candidate, source, path);
            match result {
                Ok(entry) => return self.placed_entry(source, entry),
                Err(failure) if failure.leaves_others() || is_foreign_fallback(&failure, candidate) => {
                    reason.get_or_insert(failure);
                }
                Err(failure) => return Err(failure),
            }
        }
        match source.content().kind {
            Kind::File => memory(source),
            Kind::Tree => Err(reason.unwrap_or_else(|| internal("no cache to try"))),
        }
    }

    fn repaired_in(&self, candidate: &Candidate, source: &SlotSource<'_>, path: &[u8]) -> Result<Entry> {
        let id = source.content().id();
        let found = match root::open(candidate, Missing::Leave)? {
            Some(root) => entry::find(&root, &id)?,
            None => None,
        };
        if let Some(entry) = &found {
            let inode = entry.inode().map_err(|errno| Failure::cache(entry.tree.as_bytes(), errno))?;
            self.make(candidate, source, Replace::Damaged(inode))
                .map_err(|failure| told(failure, entry, path))?;
        }
        self.cached_in(candidate, source)
    }

    /// A fresh copy, which lives as long as the program that is started.
    fn copy(&self, source: &SlotSource<'_>) -> Result<Placed> {
        let mut reason = None;
        for candidate in &self.candidates {
            match copy_in(candidate, source) {
                Ok(placed) => return Ok(placed),
                Err(failure) if failure.leaves_others() || is_foreign_fallback(&failure, candidate) => {
                    reason.get_or_insert(failure);
                }
                Err(failure) => return Err(failure),
            }
        }
        Err(reason.unwrap_or_else(|| internal("no cache to try")))
    }
}

fn copy_in(candidate: &Candidate, source: &SlotSource<'_>) -> Result<Placed> {
    let root = root::open(candidate, Missing::Make)?.ok_or_else(|| internal("no cache root"))?;
    work::clean(&root);
    let work = Work::new(&root, "copy")?;
    if let Err(failure) = entry::extract_into(&work.dir, source, root.path.as_bytes()) {
        work.remove();
        return Err(failure);
    }
    use psp_format::cache::{TREE, WORK};
    let tree = root.path_of(&[WORK.as_bytes(), work.name.as_bytes(), TREE.as_bytes()])?;
    let path = join_file(&tree, source.slot.file)?;
    Ok(Placed { place: Place::Copy(Some(work)), path })
}

/// A program in a copy that this very process has written.
fn open_copied_program(
    source: &SlotSource<'_>,
    work: &Work,
    entry: u32,
    path: &[u8],
    whole: PathBuf,
) -> Result<OpenProgram> {
    let bytes = source.index_bytes(&source.table()?)?;
    let index = source.parse_index(&bytes)?;
    check_program(&index, entry, path).ok_or_else(|| source.failure(psp_format::ErrorKind::Program, 0))?;
    let place = [psp_format::cache::TREE.as_bytes(), b"/", path].concat();
    let opened = sys::open_beneath(&work.dir, &root::name(&place)?, Access::Read);
    let file = opened.map_err(|errno| Failure::cache(whole.as_bytes(), errno))?;
    Ok(OpenProgram { file, path: whole, is_in_memory: false })
}

/// A file slot's content in a sealed file in memory.
fn memory(source: &SlotSource<'_>) -> Result<Placed> {
    let no_memory = |errno| Failure::at(codes::MEMORY_FAILED, source.slot.file, errno);
    let table = source.table()?;
    let bytes = source.index_bytes(&table)?;
    source.parse_index(&bytes)?;
    let shown = &source.slot.file[..source.slot.file.len().min(MEMORY_NAME_BYTES)];
    let file = sys::memory_file(&root::name(shown)?).map_err(no_memory)?;
    let mut buffers = Buffers::new(table.data())?;
    for frame in table.data() {
        file.write_all(source.frame(frame, &mut buffers)?).map_err(no_memory)?;
    }
    file.seal().map_err(no_memory)?;
    let path = root::name(format!("/proc/self/fd/{}", file.number()).as_bytes())?;
    Ok(Placed { place: Place::Memory(file), path })
}

fn join_file(tree: &PathBuf, file: &[u8]) -> Result<PathBuf> {
    if file.is_empty() {
        return Ok(tree.clone());
    }
    tree.join(file).map_err(|_| internal("a file name with NUL"))
}

/// Somebody else was first to take the name of our directory below TMPDIR: then it is not ours to use.
fn is_foreign_fallback(failure: &Failure, candidate: &Candidate) -> bool {
    candidate.is_fallback() && failure.code == codes::CACHE_UNSAFE.code
}

/// A damaged entry in a cache that cannot be written is told as what it is.
fn told(failure: Failure, entry: &Entry, path: &[u8]) -> Failure {
    if failure.is_unwritable() { entry::damaged(entry, path) } else { failure }
}

fn internal(what: &str) -> Failure {
    Failure::new(codes::INTERNAL, what.into())
}
