//! Where caches may be, and whether one can be believed.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::CStr;

use psp_format::cache;
use psp_format::escape::Escaped;

use crate::codes;
use crate::failure::{Failure, Result};
use crate::request::Request;
use crate::sys::{self, Access, CWD, Errno, Fd, Handle, Kind, PathBuf, Stat};

/// A directory that may be a cache root.
#[derive(Debug)]
pub struct Candidate {
    /// Its path, as configured.
    pub path: PathBuf,
    kind: CandidateKind,
}

/// How a candidate came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CandidateKind {
    /// Named by `PSP_CACHE_DIR`.
    Explicit,
    /// Below the user's home or cache directory.
    Home,
    /// Below TMPDIR, where everyone may write: nobody but the user may even look into it.
    Fallback,
}

impl Candidate {
    /// Whether it is the directory below TMPDIR, whose name others can know and take first.
    pub fn is_fallback(&self) -> bool {
        self.kind == CandidateKind::Fallback
    }
}

/// An open and checked cache root.
pub struct Root {
    /// The root's absolute path, links on the way resolved.
    pub path: PathBuf,
    /// The root.
    pub dir: Fd,
}

/// The caches of this start, the best first. One that is named by `PSP_CACHE_DIR` is the only one.
///
/// # Errors
/// `cache-path`.
pub fn candidates(request: &Request<'_>) -> Result<Vec<Candidate>> {
    let named = |base: &[u8], rest: &[u8], kind| {
        let path = PathBuf::from_bytes(base).ok()?;
        let path = if rest.is_empty() { path } else { path.join(rest).ok()? };
        Some(Candidate { path, kind })
    };
    if let Some(explicit) = request.variable(b"PSP_CACHE_DIR") {
        let absolute =
            if explicit.starts_with(b"/") { named(explicit, b"", CandidateKind::Explicit) } else { None };
        let failure = || Failure::new(codes::CACHE_PATH, format!("PSP_CACHE_DIR is `{}`", Escaped(explicit)));
        return Ok(Vec::from([absolute.ok_or_else(failure)?]));
    }
    let home = match request.directory(b"XDG_CACHE_HOME") {
        Some(base) => named(base, b"psp", CandidateKind::Home),
        None => request.directory(b"HOME").and_then(|home| named(home, b".cache/psp", CandidateKind::Home)),
    };
    let temporary = request.directory(b"TMPDIR").unwrap_or(b"/tmp");
    let fallback =
        named(temporary, format!("psp-{}", sys::effective_user()).as_bytes(), CandidateKind::Fallback);
    Ok(home.into_iter().chain(fallback).collect())
}

/// Whether a root may be made where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Leave it so.
    Leave,
    /// Make it, and the directories above it.
    Make,
}

/// Open and check a candidate. None if it is not there and was to be left so.
///
/// # Errors
/// `cache-unsafe` for one that somebody else owns or could write; `cache-unwritable` and others if it cannot be made.
pub fn open(candidate: &Candidate, missing: Missing) -> Result<Option<Root>> {
    let path = &candidate.path;
    let opened = match open_root(candidate) {
        Err(Errno::NOENT) if missing == Missing::Make => {
            // Nothing is made where somebody else could exchange it.
            check_ancestors(path, candidate.kind)?;
            make_all(path, if candidate.is_fallback() { 0o700 } else { 0o755 })
                .and_then(|()| open_root(candidate))
        }
        other => other,
    };
    let (dir, resolved) = match opened {
        Ok(opened) => opened,
        Err(Errno::NOENT) if missing == Missing::Leave => return Ok(None),
        // Where the caller may not even look, it cannot write either.
        Err(errno) => return Err(Failure::cache(path.as_bytes(), errno)),
    };
    let stat = sys::stat_fd(&dir).map_err(|errno| Failure::cache(path.as_bytes(), errno))?;
    let private =
        !candidate.is_fallback() || (stat.uid == sys::effective_user() && stat.permissions() & 0o077 == 0);
    if !private || !is_safe(&stat) {
        return Err(unsafe_directory(path.as_bytes(), &stat));
    }
    check_ancestors(&resolved, candidate.kind)?;
    Ok(Some(Root { path: resolved, dir }))
}

/// Whether a directory belongs to the user or to root and nobody else could write it.
pub fn is_safe(stat: &Stat) -> bool {
    let owned = stat.uid == 0 || stat.uid == sys::effective_user();
    stat.kind() == Kind::Directory && owned && stat.permissions() & 0o022 == 0
}

/// `cache-unsafe`, with who and what.
pub fn unsafe_directory(path: &[u8], stat: &Stat) -> Failure {
    let problem: String = if stat.kind() != Kind::Directory {
        "is not a directory".into()
    } else {
        format!("has owner {} and mode {:04o}", stat.uid, stat.permissions())
    };
    Failure::new(codes::CACHE_UNSAFE, format!("{} {problem}", Escaped(path)))
}

/// An opened root, and its path with no link in it.
type Opened = (Fd, PathBuf);

/// Links on the way to a root are followed (people move ~/.cache elsewhere); in a directory everyone may write, the last is not.
fn open_root(candidate: &Candidate) -> core::result::Result<Opened, Errno> {
    let path = &candidate.path;
    let has_dots = path.as_bytes().split(|&byte| byte == b'/').any(|part| matches!(part, b"." | b".."));
    if !has_dots && let Ok(dir) = sys::open_without_links(&CWD, path, Access::Directory) {
        return Ok((dir, path.clone()));
    }
    let dir = match candidate.is_fallback() {
        true => sys::open(&CWD, path, Access::Directory)?,
        false => sys::open_following(&CWD, path, Access::Directory)?,
    };
    let resolved = resolve(&dir, path);
    Ok((dir, resolved))
}

/// Make a directory, and with mode 0700 what is missing above it. Modes do not depend on the umask, which the launcher has
/// cleared.
///
/// # Errors
/// The system's.
pub fn make_all(path: &PathBuf, mode: u32) -> core::result::Result<(), Errno> {
    let bytes = path.as_bytes();
    let ends = (1..bytes.len()).filter(|&at| bytes[at] == b'/' && bytes[at - 1] != b'/');
    for end in ends.chain([bytes.len()]) {
        let part = PathBuf::from_bytes(&bytes[..end]).map_err(|_| Errno::INVAL)?;
        let is_last = end == bytes.len();
        match sys::make_dir(&CWD, &part, if is_last { mode } else { 0o700 }) {
            Ok(()) | Err(Errno::EXIST | Errno::ISDIR) => {}
            // On a read-only or foreign parent mkdir may say so before it says that the directory exists.
            Err(_) if !is_last && sys::stat_following(&CWD, &part).is_ok() => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// The path of an open directory with every link resolved; without /proc, as it was configured.
fn resolve(dir: &Handle, path: &PathBuf) -> PathBuf {
    let link = PathBuf::from_bytes(format!("/proc/self/fd/{}", dir.number()).as_bytes());
    let target = link.ok().and_then(|link| sys::read_link(&CWD, &link).ok());
    match target {
        Some(target) if target.starts_with(b"/") => PathBuf::from_bytes(&target).unwrap_or_default(),
        _ => resolve_by_visiting(dir).unwrap_or_else(|_| path.clone()),
    }
}

/// The path of an open directory where there is no /proc: it is entered for a moment.
fn resolve_by_visiting(dir: &Handle) -> core::result::Result<PathBuf, Errno> {
    let here = sys::open(&CWD, c".", Access::Path)?;
    sys::change_dir_to(dir)?;
    let path = sys::current_dir();
    sys::change_dir_to(&here)?;
    path
}

/// Refuse a root below a directory in which others could put something else in its place.
fn check_ancestors(path: &PathBuf, kind: CandidateKind) -> Result<()> {
    match unsafe_ancestor(path).map_err(|errno| Failure::cache(path.as_bytes(), errno))? {
        None => Ok(()),
        // A home that is somebody else's (kept by sudo, say) is no place for a cache, and no attack either.
        Some(what) if kind == CandidateKind::Home => Err(Failure::new(codes::CACHE_UNWRITABLE, what)),
        Some(what) => Err(Failure::new(codes::CACHE_UNSAFE, what)),
    }
}

/// What is wrong with a directory above a path: who owns or can write one can put something else in the path's place. Sticky
/// directories are excused, as only owners rename there; so is a group that is the user's own, as many systems set that up.
///
/// # Errors
/// The system's.
pub fn unsafe_ancestor(path: &PathBuf) -> core::result::Result<Option<String>, Errno> {
    let mut ancestor = path.clone();
    while let Some(parent) = sys::parent(ancestor.as_bytes()).map(<[u8]>::len).filter(|&length| length > 0) {
        ancestor.truncate(parent);
        match sys::stat_following(&CWD, &ancestor) {
            Ok(stat) if !is_safe_ancestor(&stat) => {
                return Ok(Some(unsafe_directory(ancestor.as_bytes(), &stat).what));
            }
            // What is not there yet will be ours.
            Ok(_) | Err(Errno::NOENT) => {}
            Err(errno) => return Err(errno),
        }
        if parent == 1 {
            break;
        }
    }
    Ok(None)
}

fn is_safe_ancestor(stat: &Stat) -> bool {
    let mode = stat.permissions();
    let sticky = mode & 0o1000 != 0;
    let others_write = mode & 0o002 != 0;
    let group_writes = mode & 0o020 != 0 && stat.gid != 0 && stat.gid != sys::effective_group();
    (stat.uid == 0 || stat.uid == sys::effective_user()) && (sticky || !(others_write || group_writes))
}

impl Root {
    /// Open a directory of this version's layout below the root.
    ///
    /// # Errors
    /// The system's.
    pub fn open(&self, parts: &[&[u8]]) -> core::result::Result<Fd, Errno> {
        sys::open_beneath(&self.dir, &relative(parts)?, Access::Directory)
    }

    /// Make the directories of this version's layout and open one of them.
    ///
    /// # Errors
    /// `cache-unwritable` and others.
    pub fn make(&self, part: &str) -> Result<Fd> {
        let failed = |errno| Failure::cache(self.path.as_bytes(), errno);
        for parts in [&[][..], &[part.as_bytes()][..]] {
            let path = relative(parts).map_err(failed)?;
            match sys::make_dir(&self.dir, &path, 0o755) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(failed(errno)),
            }
        }
        let dir = self.open(&[part.as_bytes()]).map_err(failed)?;
        let stat = sys::stat_fd(&dir).map_err(failed)?;
        if is_safe(&stat) { Ok(dir) } else { Err(unsafe_directory(self.path.as_bytes(), &stat)) }
    }

    /// The absolute path of something in this version's layout.
    ///
    /// # Errors
    /// `cache-path` if it is too long for the system.
    pub fn path_of(&self, parts: &[&[u8]]) -> Result<PathBuf> {
        let mut path = self.path.clone();
        let failed = |_| Failure::cache(self.path.as_bytes(), Errno::INVAL);
        path.push(cache::VERSION.as_bytes()).map_err(failed)?;
        for part in parts {
            path.push(part).map_err(failed)?;
        }
        if path.as_bytes().len() >= sys::PATH_MAX {
            return Err(Failure::cache(self.path.as_bytes(), Errno::NAMETOOLONG));
        }
        Ok(path)
    }
}

fn relative(parts: &[&[u8]]) -> core::result::Result<PathBuf, Errno> {
    let mut path = PathBuf::from_bytes(cache::VERSION.as_bytes()).map_err(|_| Errno::INVAL)?;
    for part in parts {
        path.push(part).map_err(|_| Errno::INVAL)?;
    }
    Ok(path)
}

/// A name of one component as the kernel wants it.
///
/// # Errors
/// `internal` for a name with a NUL.
pub fn name(bytes: &[u8]) -> Result<PathBuf> {
    PathBuf::from_bytes(bytes).map_err(|_| Failure::new(codes::INTERNAL, "a name with NUL".into()))
}

/// A directory below an open one, no link followed.
///
/// # Errors
/// The system's.
pub fn open_directory(dir: &Handle, path: &CStr) -> core::result::Result<Fd, Errno> {
    sys::open_beneath(dir, path, Access::Directory)
}
