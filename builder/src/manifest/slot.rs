//! `[[slot]]`: where a slot's content comes from and how it is kept.

use std::path::PathBuf;

use globset::GlobBuilder;

use psp_format::limits;

use super::{ManifestProblem, Spanned, document::Problems, document::Table, name};
use crate::target::Target;

/// The compression level where none is given.
pub const DEFAULT_LEVEL: i32 = 9;
/// The highest compression level.
pub const MAX_LEVEL: i32 = 22;

/// `[[slot]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotSource {
    /// What the manifest calls it.
    pub id: Spanned<String>,
    /// A directory or a file; relative to the manifest.
    pub source: Spanned<PathBuf>,
    /// Globs: if there are any, only files that match one are taken.
    pub include: Vec<Spanned<String>>,
    /// Globs: files and directories that are left out.
    pub exclude: Vec<Spanned<String>>,
    /// Globs: files that become executable.
    pub exec: Vec<Spanned<String>>,
    /// How frames are stored.
    pub codec: Codec,
    /// The compression level, where the manifest sets one.
    pub level: Option<i32>,
    /// What becomes of symbolic links.
    pub symlinks: Symlinks,
    /// When it is extracted and how long it stays.
    pub lifecycle: Lifecycle,
    /// The target that it is for; `None` is all.
    pub target: Option<Target>,
}

/// How frames are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// Compressed with Zstandard, where that makes them smaller.
    Zstd,
    /// As they are.
    Store,
}

/// What becomes of symbolic links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symlinks {
    /// They stay links.
    Keep,
    /// What they point to takes their place.
    Follow,
}

/// When a slot is extracted and how long it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifecycle {
    /// Before the first start, into the cache.
    Cache,
    /// A fresh copy for each start.
    Temporary,
    /// A single executable, run from memory.
    Memory,
    /// Into the cache, when an entry point that names it is started.
    Lazy,
}

impl SlotSource {
    /// All slots, and whether each of them could be read.
    pub(crate) fn read_all(root: &mut Table<'_>, problems: &mut Problems<'_>) -> (Vec<Self>, bool) {
        let tables = root.array_of_tables("slot", problems);
        if tables.len() > limits::SLOTS as usize {
            problems.add(
                tables[limits::SLOTS as usize].span(),
                ManifestProblem::TooMany { what: "slots", limit: limits::SLOTS as usize },
            );
        }
        let written =
            root.peek("slot").map_or(0, |value| value.get_ref().as_array().map_or(1, |slots| slots.len()));
        let slots: Vec<_> =
            tables.into_iter().filter_map(|mut table| Self::read(&mut table, problems)).collect();
        check_duplicates(&slots, problems);
        let all_known = slots.len() == written;
        (slots, all_known)
    }

    fn read(table: &mut Table<'_>, problems: &mut Problems<'_>) -> Option<Self> {
        let id = table.required_string("id", problems);
        let source = table.required_string("source", problems);
        let include = globs("include", table, problems);
        let exclude = globs("exclude", table, problems);
        let exec = globs("exec", table, problems);
        let codec = table.choice("codec", &[("zstd", Codec::Zstd), ("store", Codec::Store)], problems);
        let level = table.integer("level", (1, MAX_LEVEL as u64), problems);
        let links = [("keep", Symlinks::Keep), ("follow", Symlinks::Follow)];
        let symlinks = table.choice("symlinks", &links, problems);
        let lifecycle = table.choice("lifecycle", LIFECYCLES, problems);
        let target = table.string("target", problems);
        table.finish(problems);
        if let Some(id) = &id {
            name::check(id, "a slot's id", limits::ID_BYTES, problems);
        }
        let codec = codec.map_or(Codec::Zstd, |codec| codec.value);
        if let (Codec::Store, Some(level)) = (codec, &level) {
            problems.add(level.span.clone(), ManifestProblem::LevelOfStore);
        }
        let source = source.filter(|source| check_source(source, problems));
        Some(Self {
            id: id?,
            source: source.map(|source| Spanned::new(PathBuf::from(source.value), source.span))?,
            include,
            exclude,
            exec,
            codec,
            level: level.and_then(|level| i32::try_from(level.value).ok()),
            symlinks: symlinks.map_or(Symlinks::Keep, |symlinks| symlinks.value),
            lifecycle: lifecycle.map_or(Lifecycle::Cache, |lifecycle| lifecycle.value),
            target: target.and_then(|target| read_target(target, problems)),
        })
    }
}

const LIFECYCLES: &[(&str, Lifecycle)] = &[
    ("cache", Lifecycle::Cache),
    ("temporary", Lifecycle::Temporary),
    ("memory", Lifecycle::Memory),
    ("lazy", Lifecycle::Lazy),
];

fn check_source(source: &Spanned<String>, problems: &mut Problems<'_>) -> bool {
    let good = !source.value.is_empty() && !source.value.contains('\0');
    if !good {
        problems.add(source.span.clone(), ManifestProblem::BadSource);
    }
    good
}

fn read_target(text: Spanned<String>, problems: &mut Problems<'_>) -> Option<Target> {
    match Target::parse(&text.value) {
        Ok(target) => Some(target),
        Err(error) => {
            let problem = ManifestProblem::BadTarget { value: error.text, suggestion: error.suggestion };
            problems.add(text.span, problem);
            None
        }
    }
}

fn globs(key: &'static str, table: &mut Table<'_>, problems: &mut Problems<'_>) -> Vec<Spanned<String>> {
    let mut globs = table.strings(key, problems);
    globs.retain(|glob| {
        let checked = check_glob(&glob.value);
        if let Err(reason) = &checked {
            let problem = ManifestProblem::BadGlob { glob: glob.value.clone(), reason: reason.clone() };
            problems.add(glob.span.clone(), problem);
        }
        checked.is_ok()
    });
    globs
}

fn check_glob(glob: &str) -> Result<(), String> {
    if glob.starts_with('/') || glob.starts_with("./") || glob.split('/').any(|part| part == "..") {
        return Err("it is matched against paths inside the slot, which begin with a name".to_owned());
    }
    GlobBuilder::new(glob)
        .literal_separator(true)
        .build()
        .map(|_| ())
        .map_err(|error| error.kind().to_string())
}

/// Two slots may share an id only where no package can hold both.
fn check_duplicates(slots: &[SlotSource], problems: &mut Problems<'_>) {
    for (number, slot) in slots.iter().enumerate() {
        let clashes = |other: &&SlotSource| {
            let apart = matches!((&slot.target, &other.target), (Some(a), Some(b)) if !a.includes(b) && !b.includes(a));
            other.id.value == slot.id.value && !apart
        };
        if let Some(first) = slots[..number].iter().find(clashes) {
            let problem = ManifestProblem::DuplicateSlot { id: slot.id.value.clone() };
            problems.add_with(slot.id.span.clone(), problem, first.id.span.clone());
        }
    }
}
