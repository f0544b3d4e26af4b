//! Trees of files: will they run on the declared target?
//!
//! Each regular file's first bytes are read; native ones are inspected. Symlinks are not followed (what they lead to inside a
//! tree is visited anyway). A library counts as provided when a file of that name, or with that soname, is in any of the trees:
//! wheels load libraries by their own ways (preloading, `$ORIGIN` paths), so a search that only follows DT_RUNPATH would cry wolf.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};

use super::hostlib;
use super::inspect::{Format, GlibcVersion, Kind, Libc, NativeFile, inspect_file};
use super::target::Target;

/// Directories nested deeper than this are refused.
const DEPTH_MAX: usize = 256;

/// Fewer files than this are not worth a thread.
const LEAST_SHARE: usize = 256;

/// One tree to survey: a slot's content.
#[derive(Debug, Clone)]
pub struct Tree {
    /// The slot's id, for messages.
    pub id: String,
    /// A directory, or a single file.
    pub root: PathBuf,
}

/// Where a native file lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Locus {
    /// The slot's id.
    pub slot: String,
    /// The path inside the slot; empty for a single-file slot.
    pub path: PathBuf,
}

impl std::fmt::Display for Locus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.as_os_str().is_empty() {
            return f.write_str(&self.slot);
        }
        write!(f, "{}:{}", self.slot, self.path.to_string_lossy().escape_debug())
    }
}

/// A native file and what it says of itself.
#[derive(Debug, Clone)]
pub struct SurveyedFile {
    /// Where it lies.
    pub locus: Locus,
    /// What it says.
    pub native: NativeFile,
}

/// The newest glibc needed, and by which file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlibcNeed {
    /// The version its symbols ask for.
    pub version: GlibcVersion,
    /// The first file, in order of slot and path, that asks for it.
    pub locus: Locus,
}

/// A library that is expected from the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostLibrary {
    /// As the files name it: `libssl.so.3`.
    pub name: String,
    /// Part of the C library, which every host of the target has.
    pub is_libc: bool,
    /// Who needs it, in order.
    pub needed_by: Vec<Locus>,
}

/// What a survey found.
#[derive(Debug, Clone, Default)]
pub struct PortabilityReport {
    /// All native files, in order of slot and path.
    pub natives: Vec<SurveyedFile>,
    /// Files that begin as native ones and are damaged, with the reason.
    pub damaged: Vec<(Locus, String)>,
    /// Files of the target's system for another architecture or C library.
    pub foreign: Vec<Locus>,
    /// Files of another system. They are carried as data: setuptools alone has eight Windows programs.
    pub other_systems: Vec<Locus>,
    /// The newest glibc needed.
    pub glibc: Option<GlibcNeed>,
    /// Libraries not provided by the trees, by name.
    pub host_libraries: Vec<HostLibrary>,
}

/// Why a tree could not be surveyed.
#[derive(Debug, thiserror::Error)]
pub enum SurveyError {
    /// A file or directory could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Directories nest too deep.
    #[error("{} is nested deeper than {DEPTH_MAX} directories", path.display())]
    Depth {
        /// Where.
        path: PathBuf,
    },
}

impl SurveyError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "native-read",
            Self::Depth { .. } => "native-depth",
        }
    }
}

/// Why what was found will not run on the target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortabilityError {
    /// A file of another machine.
    #[error("{locus} is for {found}, the package is for {target}")]
    Foreign {
        /// The file.
        locus: Locus,
        /// What it is for.
        found: String,
        /// The declared target.
        target: Target,
        /// How many more files there are.
        more: usize,
    },
    /// A newer glibc than declared.
    #[error("{locus} needs glibc {needed}, the declared floor is {floor}")]
    GlibcTooNew {
        /// The file.
        locus: Locus,
        /// The newest symbol's version.
        needed: GlibcVersion,
        /// The declared floor.
        floor: GlibcVersion,
    },
}

impl PortabilityError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Foreign { .. } => "native-wrong-target",
            Self::GlibcTooNew { .. } => "native-glibc-too-new",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Self::Foreign { more, .. } => {
                let others = if *more > 0 { format!(" ({more} more files)") } else { String::new() };
                format!(
                    "package files built for the target, or exclude these{others}; --allow-nonportable goes on anyway"
                )
            }
            Self::GlibcTooNew { needed, .. } => format!(
                "build it on a system with an older glibc, or declare glibc = \"{needed}\"; --allow-nonportable goes on anyway"
            ),
        }
    }
}

/// Surveys trees for a target.
pub fn survey(trees: &[Tree], target: &Target) -> Result<PortabilityReport, SurveyError> {
    let mut report = PortabilityReport::default();
    for tree in trees {
        visit(tree, &tree.root, Path::new(""), 0, &mut report)?;
    }
    Ok(judged(report, target))
}

/// Looks at these files, and at nothing else.
///
/// # Errors
/// The first file that cannot be read.
pub fn survey_files(
    files: impl IntoIterator<Item = (Locus, PathBuf)>,
    target: &Target,
) -> Result<PortabilityReport, SurveyError> {
    let files: Vec<_> = files.into_iter().collect();
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = files.len().div_ceil(workers).max(LEAST_SHARE);
    let parts: Result<Vec<_>, SurveyError> = std::thread::scope(|scope| {
        let workers: Vec<_> = files.chunks(share).map(|part| scope.spawn(|| look_at_all(part))).collect();
        let done = workers.into_iter().map(|worker| match worker.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.collect()
    });
    let mut report = PortabilityReport::default();
    for part in parts? {
        report.natives.extend(part.natives);
        report.damaged.extend(part.damaged);
    }
    Ok(judged(report, target))
}

fn look_at_all(files: &[(Locus, PathBuf)]) -> Result<PortabilityReport, SurveyError> {
    let mut report = PortabilityReport::default();
    files.iter().try_for_each(|(locus, path)| look(locus, path, &mut report))?;
    Ok(report)
}

fn judged(mut report: PortabilityReport, target: &Target) -> PortabilityReport {
    report.natives.sort_by(|a, b| a.locus.cmp(&b.locus));
    report.damaged.sort();
    judge(&mut report, target);
    report
}

fn look(locus: &Locus, path: &Path, report: &mut PortabilityReport) -> Result<(), SurveyError> {
    let read = |source| SurveyError::Read { path: path.to_owned(), source };
    match inspect_file(&mut File::open(path).map_err(read)?) {
        Ok(Some(native)) => report.natives.push(SurveyedFile { locus: locus.clone(), native }),
        Ok(None) => {}
        Err(damage) => report.damaged.push((locus.clone(), damage.reason)),
    }
    Ok(())
}

impl PortabilityReport {
    /// What stands against the target, worst first: foreign files, then a glibc newer than the declared floor. Files of another
    /// system count when there is no native file of the target's.
    pub fn errors(&self, target: &Target, floor: Option<GlibcVersion>) -> Vec<PortabilityError> {
        let mut errors = Vec::new();
        let is_all_foreign = self.other_systems.len() == self.natives.len();
        let foreign = if is_all_foreign { &self.other_systems } else { &self.foreign };
        if let Some(first) = foreign.first()
            && let Some(file) = self.natives.iter().find(|file| file.locus == *first)
        {
            errors.push(PortabilityError::Foreign {
                locus: first.clone(),
                found: describe(&file.native),
                target: *target,
                more: foreign.len() - 1,
            });
        }
        if let (Some(need), Some(floor)) = (&self.glibc, floor)
            && need.version > floor
        {
            errors.push(PortabilityError::GlibcTooNew {
                locus: need.locus.clone(),
                needed: need.version,
                floor,
            });
        }
        errors
    }

    /// The libraries a host must have beside its C library.
    pub fn missing_libraries(&self) -> impl Iterator<Item = &HostLibrary> {
        self.host_libraries.iter().filter(|library| !library.is_libc)
    }
}

fn visit(
    tree: &Tree,
    path: &Path,
    inside: &Path,
    depth: usize,
    report: &mut PortabilityReport,
) -> Result<(), SurveyError> {
    let read = |source| SurveyError::Read { path: path.to_owned(), source };
    if depth > DEPTH_MAX {
        return Err(SurveyError::Depth { path: path.to_owned() });
    }
    let kind = fs::symlink_metadata(path).map_err(read)?.file_type();
    if kind.is_dir() {
        for entry in fs::read_dir(path).map_err(read)? {
            let name = entry.map_err(read)?.file_name();
            visit(tree, &path.join(&name), &inside.join(&name), depth + 1, report)?;
        }
    } else if kind.is_file() {
        let locus = Locus { slot: tree.id.clone(), path: inside.to_owned() };
        look(&locus, path, report)?;
    }
    Ok(())
}

fn judge(report: &mut PortabilityReport, target: &Target) {
    let provided: BTreeSet<String> = report.natives.iter().flat_map(names_of).collect();
    let mut wanted: BTreeMap<&str, Vec<Locus>> = BTreeMap::new();
    for file in &report.natives {
        if file.native.kind == Kind::Object {
            continue;
        }
        if file.native.os != target.os {
            report.other_systems.push(file.locus.clone());
            continue;
        }
        if is_foreign(&file.native, target) {
            report.foreign.push(file.locus.clone());
            continue;
        }
        if let Some(version) = file.native.glibc
            && report.glibc.as_ref().is_none_or(|need| version > need.version)
        {
            report.glibc = Some(GlibcNeed { version, locus: file.locus.clone() });
        }
        for name in file.native.needed.iter().filter(|name| !provided.contains(*name)) {
            wanted.entry(name).or_default().push(file.locus.clone());
        }
    }
    let libraries = wanted.into_iter().map(|(name, needed_by)| HostLibrary {
        name: name.to_owned(),
        is_libc: hostlib::is_libc(name),
        needed_by,
    });
    report.host_libraries = libraries.collect();
}

/// The names under which a file answers to others: its own and its soname.
fn names_of(file: &SurveyedFile) -> Vec<String> {
    let own = file.locus.path.file_name().map(|name| name.to_string_lossy().into_owned());
    own.into_iter().chain(file.native.soname.clone()).collect()
}

fn is_foreign(native: &NativeFile, target: &Target) -> bool {
    // Static files run under any C library.
    let other_libc = match (native.libc, target.libc) {
        (Some(found), Some(wanted)) => found != wanted && !native.is_static,
        _ => false,
    };
    !native.archs.contains(&target.arch) || other_libc
}

fn describe(native: &NativeFile) -> String {
    let archs: Vec<String> = native.archs.iter().map(ToString::to_string).collect();
    let libc = match (native.format, native.libc) {
        (Format::Elf, Some(Libc::Gnu)) => "-gnu",
        (Format::Elf, Some(Libc::Musl)) => "-musl",
        _ => "",
    };
    format!("{}-{}{libc}", archs.join("+"), native.os)
}
