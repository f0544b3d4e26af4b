//! Makes a tree of native files independent of the machine it was built on: search paths into the original prefix become relative
//! to the file ([`relocate`]), libraries of the host are copied in and found there ([`bundle`]).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use super::hostlib;
use super::inspect::{Arch, Format, NativeFile, inspect_file};
use super::patch::{PatchError, set_rpath};
use super::strip::strip;

/// A native file of a tree, by its path inside it.
#[derive(Debug, Clone)]
pub struct Member {
    /// Relative to the tree's root.
    pub path: PathBuf,
    /// What it says of itself.
    pub native: NativeFile,
}

/// A library copied from the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundled {
    /// The name it is needed by.
    pub name: String,
    /// Where it was found.
    pub source: PathBuf,
}

/// What [`bundle`] did.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Copied libraries, by name.
    pub bundled: Vec<Bundled>,
    /// Needed, and not found on this machine.
    pub missing: Vec<String>,
    /// Files that need a copied library and have no room for a search path: they need LD_LIBRARY_PATH.
    pub unpatched: Vec<PathBuf>,
}

/// A file that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct BundleError {
    /// `read`, `write` or `copy`.
    pub action: &'static str,
    /// Which file.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

impl BundleError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        "native-io"
    }

    fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self { action, path: path.to_owned(), source }
    }
}

/// The ELF programs and libraries of a tree, in order. Damaged files are left to the survey.
pub fn members(root: &Path) -> Result<Vec<Member>, BundleError> {
    let mut found = Vec::new();
    let mut pending = vec![PathBuf::new()];
    while let Some(inside) = pending.pop() {
        let directory = root.join(&inside);
        for entry in fs::read_dir(&directory).map_err(|e| BundleError::new("read", &directory, e))? {
            let entry = entry.map_err(|e| BundleError::new("read", &directory, e))?;
            let (path, kind) = (inside.join(entry.file_name()), entry.file_type());
            let kind = kind.map_err(|e| BundleError::new("read", &entry.path(), e))?;
            if kind.is_dir() {
                pending.push(path);
            } else if kind.is_file() {
                let mut file =
                    File::open(entry.path()).map_err(|e| BundleError::new("read", &entry.path(), e))?;
                if let Ok(Some(native)) = inspect_file(&mut file)
                    && native.format == Format::Elf
                {
                    found.push(Member { path, native });
                }
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Removes debug sections from every member. Files that cannot be stripped stay as they are.
pub fn strip_members(root: &Path, members: &[Member]) -> Result<(), BundleError> {
    for member in members {
        let path = root.join(&member.path);
        let bytes = fs::read(&path).map_err(|e| BundleError::new("read", &path, e))?;
        if let Ok(Some(stripped)) = strip(&bytes) {
            fs::write(&path, stripped).map_err(|e| BundleError::new("write", &path, e))?;
        }
    }
    Ok(())
}

/// Overwrites a build machine's directory, compiled into members as a string, by a path of the same length that is nowhere: what
/// would fall back to it must not find another installation there. Only the parent's part is overwritten: linkers let a string be
/// the tail of another (in CPython, the version is the tail of `…/versions/3.11.7`). Parents too short to be told from other
/// bytes stay.
pub fn erase_path(root: &Path, members: &[Member], path: &Path) -> Result<(), BundleError> {
    const NOWHERE: &[u8] = b"/nonexistent";
    let old = path.as_os_str().as_encoded_bytes();
    let parent = path.parent().map_or(0, |parent| parent.as_os_str().len());
    if parent < NOWHERE.len() {
        return Ok(());
    }
    let filler = std::iter::repeat(&b'-');
    let mut new: Vec<u8> = NOWHERE.iter().chain(filler).take(parent).copied().collect();
    new.extend_from_slice(&old[parent..]);
    for member in members {
        let path = root.join(&member.path);
        let mut bytes = fs::read(&path).map_err(|e| BundleError::new("read", &path, e))?;
        if replace(&mut bytes, old, &new) > 0 {
            fs::write(&path, bytes).map_err(|e| BundleError::new("write", &path, e))?;
        }
    }
    Ok(())
}

/// Replaces whole paths: followed by the string's end or by more of the path.
fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) -> usize {
    let ends = |byte: Option<&u8>| matches!(byte, None | Some(0 | b'/' | b':'));
    let mut found = 0;
    let mut at = 0;
    while let Some(next) = bytes[at..].windows(old.len()).position(|window| window == old) {
        let start = at + next;
        at = start + old.len();
        if ends(bytes.get(at)) {
            bytes[start..at].copy_from_slice(new);
            found += 1;
        }
    }
    found
}

/// Rewrites search paths that lead into `prefixes` (where the tree was installed) so that they start at the file itself. Returns
/// the files that had no room for it: never seen, as the new path is shorter than a prefix of any length worth naming.
pub fn relocate(root: &Path, members: &[Member], prefixes: &[PathBuf]) -> Result<Vec<PathBuf>, BundleError> {
    let mut unpatched = Vec::new();
    for member in members {
        let mut paths: Vec<String> = Vec::new();
        for path in &member.native.rpaths {
            let inside = prefixes.iter().find_map(|prefix| Path::new(path).strip_prefix(prefix).ok());
            push_new(
                &mut paths,
                inside.map_or_else(|| path.clone(), |inside| origin_relative(&member.path, inside)),
            );
        }
        if paths != member.native.rpaths && !write_rpath(root, &member.path, &paths)? {
            unpatched.push(member.path.clone());
        }
    }
    Ok(unpatched)
}

/// Makes `directory` (relative to the root) the first place where members search. Returns the files that had no room for it.
pub fn add_rpath(root: &Path, members: &[Member], directory: &Path) -> Result<Vec<PathBuf>, BundleError> {
    let mut unpatched = Vec::new();
    for member in members {
        let mut paths = vec![origin_relative(&member.path, directory)];
        member.native.rpaths.iter().for_each(|path| push_new(&mut paths, path.clone()));
        if !write_rpath(root, &member.path, &paths)? {
            unpatched.push(member.path.clone());
        }
    }
    Ok(unpatched)
}

/// Copies the host's libraries that members need into `library_dir` (relative to the root), with what these need in turn, and
/// makes them be found there. `provided`: names that are elsewhere in the package.
pub fn bundle(
    root: &Path,
    members: &[Member],
    library_dir: &Path,
    provided: &BTreeSet<String>,
    arch: Arch,
) -> Result<Outcome, BundleError> {
    let directories = hostlib::search_directories();
    let own = |member: &Member| member.path.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut known: BTreeSet<String> =
        members.iter().flat_map(|m| own(m).into_iter().chain(m.native.soname.clone())).collect();
    known.extend(provided.iter().cloned());
    let mut copied: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut missing = BTreeSet::new();
    let mut users: Vec<Member> = Vec::new();
    let mut queue: VecDeque<Member> = members.iter().cloned().collect();
    while let Some(member) = queue.pop_front() {
        let mut is_user = false;
        for name in &member.native.needed {
            if copied.contains_key(name) {
                is_user = true;
            } else if !known.contains(name) && hostlib::is_bundleable(name) && !missing.contains(name) {
                let hints: Vec<PathBuf> =
                    member.native.rpaths.iter().map(PathBuf::from).filter(|p| p.is_absolute()).collect();
                let Some(source) = hostlib::find(name, arch, &hints, &directories) else {
                    missing.insert(name.clone());
                    continue;
                };
                queue.push_back(copy(root, library_dir, name, &source)?);
                copied.insert(name.clone(), source);
                is_user = true;
            }
        }
        if is_user {
            users.push(member);
        }
    }
    let mut unpatched = Vec::new();
    for user in &users {
        let mut paths: Vec<String> = Vec::new();
        for path in user
            .native
            .rpaths
            .iter()
            .filter(|path| path.starts_with("$ORIGIN") || path.starts_with("${ORIGIN}"))
        {
            push_new(&mut paths, path.clone());
        }
        push_new(&mut paths, origin_relative(&user.path, library_dir));
        if !write_rpath(root, &user.path, &paths)? {
            unpatched.push(user.path.clone());
        }
    }
    let bundled = copied.into_iter().map(|(name, source)| Bundled { name, source }).collect();
    Ok(Outcome { bundled, missing: missing.into_iter().collect(), unpatched })
}

fn copy(root: &Path, library_dir: &Path, name: &str, source: &Path) -> Result<Member, BundleError> {
    let path = library_dir.join(name);
    let target = root.join(&path);
    fs::create_dir_all(root.join(library_dir)).map_err(|e| BundleError::new("write", &target, e))?;
    let bytes = fs::read(source).map_err(|e| BundleError::new("read", source, e))?;
    let bytes = strip(&bytes).ok().flatten().unwrap_or(bytes);
    fs::write(&target, bytes).map_err(|e| BundleError::new("write", &target, e))?;
    let mut file = File::open(&target).map_err(|e| BundleError::new("read", &target, e))?;
    let native = inspect_file(&mut file).ok().flatten();
    // `find` has inspected the same bytes; a file that changed in between is as good as unreadable.
    native.map(|native| Member { path, native }).ok_or_else(|| {
        BundleError::new(
            "read",
            source,
            io::Error::new(io::ErrorKind::InvalidData, "the library changed while it was copied"),
        )
    })
}

/// False when the file has no room for the path, or is of a kind that is not patched.
fn write_rpath(root: &Path, inside: &Path, paths: &[String]) -> Result<bool, BundleError> {
    let path = root.join(inside);
    let mut bytes = fs::read(&path).map_err(|e| BundleError::new("read", &path, e))?;
    match set_rpath(&mut bytes, &paths.join(":")) {
        Ok(_) => fs::write(&path, bytes).map_err(|e| BundleError::new("write", &path, e)).map(|()| true),
        Err(PatchError::Unsupported | PatchError::Damaged { .. } | PatchError::NoRoom { .. }) => Ok(false),
    }
}

fn push_new(paths: &mut Vec<String>, path: String) {
    if !path.is_empty() && !paths.contains(&path) {
        paths.push(path);
    }
}

/// The path from the directory of `file` to `target`, both relative to one root, as the loader writes it.
pub fn origin_relative(file: &Path, target: &Path) -> String {
    let names = |path: &Path| -> Vec<OsString> {
        let normal = path.components().filter(|c| matches!(c, Component::Normal(_)));
        normal.map(|c| c.as_os_str().to_owned()).collect()
    };
    let (from, to) = (names(file.parent().unwrap_or(Path::new(""))), names(target));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts = vec!["$ORIGIN".to_owned()];
    parts.extend(std::iter::repeat_n("..".to_owned(), from.len() - shared));
    parts.extend(to[shared..].iter().map(|name| name.to_string_lossy().into_owned()));
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_at_the_file() {
        for (file, target, expected) in [
            ("bin/python3.11", "lib", "$ORIGIN/../lib"),
            ("lib/libpython3.11.so.1.0", "lib", "$ORIGIN"),
            ("lib/python3.11/lib-dynload/_ssl.so", "lib", "$ORIGIN/../.."),
            ("top.so", "lib", "$ORIGIN/lib"),
            ("a/b/c.so", "a/d/e", "$ORIGIN/../d/e"),
            ("bin/x", "", "$ORIGIN/.."),
        ] {
            assert_eq!(origin_relative(Path::new(file), Path::new(target)), expected, "{file}");
        }
    }
}
