//! Carrying out a plan: one signed file, or none.
//!
//! The package is written beside its final name, read back through the format's own verifier, and only then renamed. The
//! bytes depend on nothing but the plan, the stub, the keys and libzstd's version: not on time, place, user or number of
//! cores. Memory is bounded by the number of jobs, whatever the package's size.

mod error;
mod frames;
mod readback;
mod slot;
mod tail;

use std::io::Write;
use std::path::{Path, PathBuf};

use foundation::das;
use psp_format::{Digest, Key, limits};

pub use error::PackError;

use crate::buildcache::BuildCache;
use crate::content::{Contents, check_unsettled, shapes};
use crate::interrupt::Interrupt;
use crate::keys::SecretKey;
use crate::output::PendingFile;
use crate::plan::{Plan, SlotPlan};
use crate::progress::{Progress, Step};

/// What a build needs beside its plan.
#[derive(Debug)]
pub struct Workshop<'a> {
    /// The native executable that the package begins with.
    pub stub: &'a [u8],
    /// The keys that sign; the first is the primary one.
    pub keys: &'a [SecretKey],
    /// Workers at once.
    pub jobs: usize,
    /// What earlier builds have worked out.
    pub cache: Option<&'a BuildCache>,
    /// Whether somebody wants it to end.
    pub interrupt: &'a Interrupt,
    /// How far it has come.
    pub progress: &'a Progress,
}

/// What was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// The digest that was signed.
    pub root: Digest,
    /// The primary key.
    pub primary: Key,
    /// Its slots.
    pub slots: Vec<PackedSlot>,
}

/// A slot as it was packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedSlot {
    /// Its id.
    pub id: String,
    /// What the manifest says of it.
    pub content: psp_format::Content,
    /// Files in it.
    pub files: usize,
    /// Frames that the build cache gave.
    pub cached_frames: usize,
    /// Patterns of its rules that matched nothing.
    pub idle_patterns: Vec<String>,
}

/// Builds a package.
pub fn build(plan: &Plan, workshop: &Workshop<'_>, output: &Path) -> Result<Package, PackError> {
    check_workshop(workshop)?;
    let pending = PendingFile::create(output)?;
    let write = |source| pending.error(source);
    pending.file().write_all(workshop.stub).map_err(write)?;
    let mut writer = slot::Writer { pending: &pending, position: workshop.stub.len() as u64 };
    let mut slots = Vec::with_capacity(plan.slots.len());
    for (number, slot) in plan.slots.iter().enumerate() {
        slots.push(pack_slot(slot, (number + 1, plan.slots.len()), workshop, &mut writer)?);
    }
    let tail = tail::Tail::new(plan, &slots, workshop, writer.position)?;
    pending.file().write_all(&tail.bytes).map_err(write)?;
    let size = writer.position + tail.bytes.len() as u64;
    workshop.progress.begin(Step { action: "verifying", total_bytes: size, ..Step::default() });
    readback::check(pending.file(), size, &tail.root, workshop)?;
    workshop.interrupt.check().map_err(|_| PackError::Interrupted)?;
    pending.publish(0o755)?;
    das!(Package, Write, Success, path = %output.display(), size_bytes = size, slots = slots.len());
    if let Some(cache) = workshop.cache {
        // A cache that can't be kept small is the next build's trouble, not this one's.
        if let Err(error) = cache.sweep() {
            das!(Cache, Delete, Warning, error = %error, "the build cache cannot be kept small");
        }
    }
    Ok(Package { path: output.to_owned(), size, root: tail.root, primary: tail.primary, slots })
}

fn check_workshop(workshop: &Workshop<'_>) -> Result<(), PackError> {
    let stub_size = workshop.stub.len() as u64;
    if stub_size == 0 || stub_size > limits::STUB_BYTES {
        return Err(PackError::StubSize { size_bytes: stub_size });
    }
    let count = workshop.keys.len();
    if count == 0 || count > limits::SIGNATURES as usize {
        return Err(PackError::KeyCount { count });
    }
    Ok(())
}

fn pack_slot(
    plan: &SlotPlan,
    place: (usize, usize),
    workshop: &Workshop<'_>,
    writer: &mut slot::Writer<'_>,
) -> Result<PackedSlot, PackError> {
    let tree = &plan.tree;
    let files = tree.files().count();
    let total_bytes = tree.data_size();
    let step = |action| Step { action, slot: plan.id.clone(), place, files, total_bytes };
    workshop.progress.begin(step("reading"));
    let known = workshop.cache.zip(plan.source.as_deref()).map(|(cache, source)| cache.stat_index(source));
    let contents = shapes(tree, &known.unwrap_or_default(), workshop.jobs, workshop.interrupt)?;
    workshop.progress.begin(step("packing"));
    let (content, cached_frames) = slot::pack(plan, &contents, workshop, writer)?;
    check_unsettled(tree, &contents, workshop.jobs, workshop.interrupt)?;
    keep_index(plan, &contents, workshop);
    das!(
        Build,
        Build,
        Complete,
        slot = plan.id,
        files,
        content_bytes = content.data_size,
        cached_frames,
        "slot packed"
    );
    let idle_patterns = tree.idle_patterns.clone();
    Ok(PackedSlot { id: plan.id.clone(), content, files, cached_frames, idle_patterns })
}

fn keep_index(plan: &SlotPlan, contents: &Contents, workshop: &Workshop<'_>) {
    if let Some((cache, source)) = workshop.cache.zip(plan.source.as_deref()) {
        // Without it the next build reads the files again, and that is all.
        let _ = cache.keep_stat_index(source, &contents.index);
    }
}
