//! Source trees: what a slot's `source` holds, as a sorted list of entries, without reading a file's content.
//!
//! [`scan`] looks at every name once (one `lstat` each) and refuses what a slot can't hold: sockets, devices, set-id
//! files, links that lead outside. It reads no content and writes nothing. Names are bytes throughout.

mod error;
mod link;
mod rules;
mod stat;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use psp_format::{limits, path::is_path};

pub use error::{SourceError, SourceProblem};
pub use rules::Rules;
pub use stat::Stat;

use crate::manifest::Symlinks;

/// A scanned source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The directory that paths are relative to; for a single file, the directory that it is in.
    pub root: PathBuf,
    /// Whether it is a single file.
    pub single_file: bool,
    /// All entries, ascending by path as bytes.
    pub entries: Vec<Entry>,
    /// Patterns of `include` and `exec` that matched nothing.
    pub idle_patterns: Vec<String>,
}

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the slot, components joined by `/`.
    pub path: Vec<u8>,
    /// What it is.
    pub node: Node,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A directory.
    Directory,
    /// A regular file.
    File {
        /// Whether it may be executed.
        executable: bool,
        /// What tells this state of the file from later ones.
        stat: Stat,
    },
    /// A symbolic link with a canonical target.
    Symlink {
        /// The target.
        target: Vec<u8>,
    },
    /// Another name of a file that comes earlier.
    Hardlink {
        /// That file's place in `entries`.
        entry: u32,
    },
}

impl Tree {
    /// Where an entry's content is read from.
    pub fn location(&self, entry: &Entry) -> PathBuf {
        self.root.join(std::ffi::OsStr::from_bytes(&entry.path))
    }

    /// The files with their sizes, in the order of the entries.
    pub fn files(&self) -> impl Iterator<Item = (&Entry, &Stat)> {
        self.entries.iter().filter_map(|entry| match &entry.node {
            Node::File { stat, .. } => Some((entry, stat)),
            _ => None,
        })
    }

    /// The bytes of all files together.
    pub fn data_size(&self) -> u64 {
        self.files().map(|(_, stat)| stat.size).sum()
    }

    /// The place of the entry with this path.
    pub fn find(&self, path: &[u8]) -> Option<usize> {
        self.entries.binary_search_by(|entry| entry.path.as_slice().cmp(path)).ok()
    }
}

/// Scans a directory or a single file.
pub fn scan(source: &Path, rules: &Rules) -> Result<Tree, SourceError> {
    let fail = |problem| SourceError { source_path: source.to_owned(), problems: vec![problem] };
    let metadata = fs::metadata(source).map_err(|error| fail(SourceProblem::of_source(source, error)))?;
    let mut scanner = Scanner { rules, found: Vec::new(), problems: Vec::new(), used: rules.usage() };
    let root = if metadata.is_dir() {
        scanner.directories(source);
        source.to_owned()
    } else {
        let name = source.file_name().map(|name| name.as_bytes().to_vec()).unwrap_or_default();
        scanner.file(&name, &metadata);
        source.parent().unwrap_or(Path::new("")).to_owned()
    };
    let single_file = !metadata.is_dir();
    scanner.finish(source, root, single_file)
}

/// A file or directory on its way into the tree.
struct Found {
    path: Vec<u8>,
    node: Node,
    /// Device and inode of a file with several names.
    shared: Option<(u64, u64)>,
}

struct Scanner<'r> {
    rules: &'r Rules,
    found: Vec<Found>,
    problems: Vec<SourceProblem>,
    used: rules::Usage,
}

/// A directory still to be read: its path in the slot, and the directories above it (to notice links in a circle).
struct Pending {
    path: Vec<u8>,
    above: Vec<(u64, u64)>,
}

impl Scanner<'_> {
    fn directories(&mut self, root: &Path) {
        let mut pending = vec![Pending { path: Vec::new(), above: Vec::new() }];
        while let Some(directory) = pending.pop() {
            let location = root.join(std::ffi::OsStr::from_bytes(&directory.path));
            if let Err(error) = self.directory(root, &location, &directory, &mut pending) {
                self.problems.push(SourceProblem::Unreadable { path: directory.path, source: error });
            }
        }
    }

    fn directory(
        &mut self,
        root: &Path,
        location: &Path,
        directory: &Pending,
        pending: &mut Vec<Pending>,
    ) -> std::io::Result<()> {
        for child in fs::read_dir(location)? {
            let child = child?;
            let mut path = directory.path.clone();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend(child.file_name().into_vec());
            let metadata = child.metadata()?;
            if self.rules.excludes(&path, metadata.is_dir()) {
                continue;
            }
            let followed = metadata.is_symlink() && self.rules.symlinks == Symlinks::Follow;
            let metadata = match followed.then(|| fs::metadata(child.path())) {
                None => metadata,
                Some(Ok(target)) => target,
                Some(Err(source)) => {
                    self.problems.push(SourceProblem::DanglingLink { path, source });
                    continue;
                }
            };
            if metadata.is_dir() {
                self.subdirectory(path, followed, &metadata, directory, pending);
            } else {
                self.leaf(root, path, &metadata);
            }
        }
        Ok(())
    }

    fn subdirectory(
        &mut self,
        path: Vec<u8>,
        followed: bool,
        metadata: &fs::Metadata,
        parent: &Pending,
        pending: &mut Vec<Pending>,
    ) {
        let identity = Stat::of(metadata).identity();
        if followed && parent.above.contains(&identity) {
            self.problems.push(SourceProblem::LinkCircle { path });
            return;
        }
        let mut above = parent.above.clone();
        if self.rules.symlinks == Symlinks::Follow {
            above.push(identity);
        }
        if self.check_path(&path) {
            self.found.push(Found { path: path.clone(), node: Node::Directory, shared: None });
            pending.push(Pending { path, above });
        }
    }

    fn leaf(&mut self, root: &Path, path: Vec<u8>, metadata: &fs::Metadata) {
        if !self.rules.includes(&path, &mut self.used) {
            return;
        }
        if metadata.is_symlink() {
            if self.check_path(&path) {
                self.symlink(root, path);
            }
        } else {
            self.file(&path, metadata);
        }
    }

    fn symlink(&mut self, root: &Path, path: Vec<u8>) {
        let location = root.join(std::ffi::OsStr::from_bytes(&path));
        match fs::read_link(&location) {
            Err(source) => self.problems.push(SourceProblem::Unreadable { path, source }),
            Ok(target) => match link::canonical(root, &path, target.as_os_str().as_bytes()) {
                Ok(target) => self.found.push(Found { path, node: Node::Symlink { target }, shared: None }),
                Err(problem) => self.problems.push(problem),
            },
        }
    }

    fn file(&mut self, path: &[u8], metadata: &fs::Metadata) {
        if let Some(problem) = stat::refusal(path, metadata) {
            self.problems.push(problem);
            return;
        }
        if !self.check_path(path) {
            return;
        }
        let stat = Stat::of(metadata);
        let executable = stat::is_executable(metadata) || self.rules.makes_executable(path, &mut self.used);
        let shared = stat::has_other_names(metadata).then(|| stat.identity());
        let node = Node::File { executable, stat };
        self.found.push(Found { path: path.to_vec(), node, shared });
    }

    fn check_path(&mut self, path: &[u8]) -> bool {
        let good = is_path(path);
        if !good {
            self.problems.push(SourceProblem::PathTooLong { path: path.to_vec() });
        }
        good
    }

    fn finish(mut self, source: &Path, root: PathBuf, single_file: bool) -> Result<Tree, SourceError> {
        self.found.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self.drop_unasked_directories();
        if self.found.len() > limits::INDEX_ENTRIES as usize {
            self.problems.push(SourceProblem::TooMany { count: self.found.len() });
        }
        if self.rules.folds_case {
            self.case_collisions();
        }
        if !self.problems.is_empty() {
            self.problems.sort_by(|a, b| a.path().cmp(b.path()));
            return Err(SourceError { source_path: source.to_owned(), problems: self.problems });
        }
        let idle_patterns = self.rules.idle(&self.used);
        Ok(Tree { root, single_file, entries: link_names(self.found), idle_patterns })
    }

    /// With `include`, a directory is kept only if something in it is, or if it is included itself.
    fn drop_unasked_directories(&mut self) {
        if !self.rules.has_include() {
            return;
        }
        let found = std::mem::take(&mut self.found);
        let mut kept: Vec<Found> = Vec::with_capacity(found.len());
        for entry in found.into_iter().rev() {
            let parent_of_kept = kept.iter().rev().take_while(|later| later.path.starts_with(&entry.path));
            let needed = entry.node != Node::Directory
                || self.rules.includes(&entry.path, &mut self.used)
                || parent_of_kept.into_iter().any(|later| later.path.get(entry.path.len()) == Some(&b'/'));
            if needed {
                kept.push(entry);
            }
        }
        kept.reverse();
        self.found = kept;
    }

    fn case_collisions(&mut self) {
        let mut seen: BTreeMap<Vec<u8>, &[u8]> = BTreeMap::new();
        for entry in &self.found {
            if let Some(other) = seen.insert(rules::folded(&entry.path), &entry.path) {
                let (path, other) = (entry.path.clone(), other.to_vec());
                self.problems.push(SourceProblem::CaseCollision { path, other });
            }
        }
    }
}

/// Turns the second and later names of a file into hard links to the first.
fn link_names(found: Vec<Found>) -> Vec<Entry> {
    let mut first_names: HashMap<(u64, u64), usize> = HashMap::new();
    let mut entries: Vec<Entry> = Vec::with_capacity(found.len());
    for Found { path, node, shared } in found {
        let first = shared.and_then(|identity| match first_names.get(&identity) {
            Some(first) => Some(*first),
            None => {
                first_names.insert(identity, entries.len());
                None
            }
        });
        let node = match first {
            None => node,
            Some(first) => {
                // An execute bit is the file's: what gives it to one name gives it to all.
                let wanted = matches!(node, Node::File { executable: true, .. });
                if let Node::File { executable, .. } = &mut entries[first].node {
                    *executable |= wanted;
                }
                Node::Hardlink { entry: first as u32 }
            }
        };
        entries.push(Entry { path, node });
    }
    entries
}

#[cfg(test)]
mod tests;
