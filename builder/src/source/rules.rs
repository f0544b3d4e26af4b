//! Which names of a source are taken: `include`, `exclude`, `exec`, and what becomes of links.
//!
//! Patterns match the whole path inside the slot; `*` stays within one component, `**` does not. A pattern that
//! includes or excludes a directory goes for all that is in it; one that excludes `DIR/**` leaves out the directory too.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::manifest::{SlotSource, Symlinks};
use crate::target::Target;

/// What is taken from a source.
#[derive(Debug, Clone)]
pub struct Rules {
    include: Patterns,
    exclude: Patterns,
    exec: Patterns,
    /// What becomes of symbolic links.
    pub symlinks: Symlinks,
    /// Whether names that differ only by case are refused.
    pub folds_case: bool,
}

#[derive(Debug, Clone)]
struct Patterns {
    written: Vec<String>,
    set: GlobSet,
    /// The same, with `DIR/**` as `DIR`.
    whole: GlobSet,
}

/// Which patterns have matched something.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    include: Vec<bool>,
    exec: Vec<bool>,
}

impl Rules {
    /// The rules of a slot.
    pub fn of(slot: &SlotSource, target: &Target) -> Result<Self, globset::Error> {
        let texts = |globs: &[crate::manifest::Spanned<String>]| {
            globs.iter().map(|glob| glob.value.clone()).collect()
        };
        Self::new(texts(&slot.include), texts(&slot.exclude), texts(&slot.exec), slot.symlinks, target)
    }

    /// Rules from patterns.
    pub fn new(
        include: Vec<String>,
        exclude: Vec<String>,
        exec: Vec<String>,
        symlinks: Symlinks,
        target: &Target,
    ) -> Result<Self, globset::Error> {
        Ok(Self {
            include: Patterns::new(include)?,
            exclude: Patterns::new(exclude)?,
            exec: Patterns::new(exec)?,
            symlinks,
            folds_case: target.folds_case(),
        })
    }

    pub(crate) fn usage(&self) -> Usage {
        let unused = |patterns: &Patterns| vec![false; patterns.written.len()];
        Usage { include: unused(&self.include), exec: unused(&self.exec) }
    }

    pub(crate) fn has_include(&self) -> bool {
        !self.include.written.is_empty()
    }

    pub(crate) fn includes(&self, path: &[u8], used: &mut Usage) -> bool {
        if !self.has_include() || self.include.matches(path, &mut used.include) {
            return true;
        }
        // A pattern that matches a directory takes all that is in it.
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        ends.into_iter().any(|end| self.include.matches(&path[..end], &mut used.include))
    }

    pub(crate) fn excludes(&self, path: &[u8], is_directory: bool) -> bool {
        // `DIR/**` means the directory too: nothing else would keep an empty one from staying behind.
        let as_parent = is_directory && self.exclude.whole.is_match(OsStr::from_bytes(path));
        as_parent || self.exclude.set.is_match(OsStr::from_bytes(path))
    }

    pub(crate) fn makes_executable(&self, path: &[u8], used: &mut Usage) -> bool {
        self.exec.matches(path, &mut used.exec)
    }

    /// Whether a scan would take a file with this path.
    pub(crate) fn takes(&self, path: &std::path::Path) -> bool {
        let mut used = self.usage();
        let path = path.as_os_str().as_bytes();
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        let excluded = ends.into_iter().any(|end| self.excludes(&path[..end], true));
        !excluded && !self.excludes(path, false) && self.includes(path, &mut used)
    }

    /// The patterns of `include` and `exec` that matched nothing: most likely a slip of the pen. (An `exclude` is often
    /// written against what might come up.)
    pub(crate) fn idle(&self, used: &Usage) -> Vec<String> {
        let lists = [("include", &self.include, &used.include), ("exec", &self.exec, &used.exec)];
        let idle = lists.iter().flat_map(|(key, patterns, used)| {
            let pairs = patterns.written.iter().zip(used.iter());
            pairs.filter(|(_, used)| !**used).map(move |(pattern, _)| format!("{key} {pattern:?}"))
        });
        idle.collect()
    }
}

impl Patterns {
    fn new(written: Vec<String>) -> Result<Self, globset::Error> {
        let set = glob_set(written.iter().map(|pattern| pattern.trim_end_matches('/')))?;
        let whole =
            glob_set(written.iter().map(|pattern| pattern.trim_end_matches("/**").trim_end_matches('/')))?;
        Ok(Self { set, whole, written })
    }

    fn matches(&self, path: &[u8], used: &mut [bool]) -> bool {
        note_matches(&self.set, path, used)
    }
}

fn glob_set<'a>(patterns: impl Iterator<Item = &'a str>) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(GlobBuilder::new(pattern).literal_separator(true).build()?);
    }
    set.build()
}

fn note_matches(set: &GlobSet, path: &[u8], used: &mut [bool]) -> bool {
    if set.is_empty() {
        return false;
    }
    let matches = set.matches(OsStr::from_bytes(path));
    for &matched in &matches {
        used[matched] = true;
    }
    !matches.is_empty()
}

/// The path as a file system sees it that does not tell upper from lower case.
pub(crate) fn folded(path: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(path) {
        Ok(text) => text.to_lowercase().into_bytes(),
        Err(_) => path.to_ascii_lowercase(),
    }
}
