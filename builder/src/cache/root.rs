//! Where caches may be, and whether one can be believed: the launcher's rules.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use psp_format::cache;
use rustix::fs::{Mode, OFlags, Stat};
use rustix::io::Errno;

use super::{CacheError, directory};

/// The variables that say where caches are. Empty ones count as absent.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// `PSP_CACHE_DIR`: the only cache, if it is set.
    pub explicit: Option<OsString>,
    /// `XDG_CACHE_HOME`.
    pub cache_home: Option<OsString>,
    /// `HOME`.
    pub home: Option<OsString>,
    /// `TMPDIR`.
    pub temporary: Option<OsString>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Candidate {
    path: PathBuf,
    /// Whether nobody but the user may even look into it: what stands below a directory that everyone may write.
    is_private: bool,
}

/// An open and checked cache root.
#[derive(Debug)]
pub struct CacheRoot {
    /// Its absolute path, links on the way resolved.
    pub path: PathBuf,
    dir: OwnedFd,
}

impl Places {
    fn candidates(&self) -> Result<Vec<Candidate>, CacheError> {
        let shared = |path: PathBuf| Candidate { path, is_private: false };
        if let Some(explicit) = self.explicit.as_ref().filter(|value| !value.is_empty()) {
            let path = PathBuf::from(explicit);
            let relative = || CacheError::Relative { value: path.clone() };
            return path.is_absolute().then(|| vec![shared(path.clone())]).ok_or_else(relative);
        }
        let absolute =
            |value: &Option<OsString>| value.as_ref().map(PathBuf::from).filter(|path| path.is_absolute());
        let base =
            absolute(&self.cache_home).or_else(|| absolute(&self.home).map(|home| home.join(".cache")));
        let temporary = absolute(&self.temporary).unwrap_or_else(|| PathBuf::from("/tmp"));
        let user = rustix::process::geteuid().as_raw();
        let fallback = Candidate { path: temporary.join(format!("psp-{user}")), is_private: true };
        Ok(base.map(|base| shared(base.join("psp"))).into_iter().chain([fallback]).collect())
    }

    /// Where a start would put a cache first.
    pub fn first(&self) -> Result<PathBuf, CacheError> {
        Ok(self.candidates()?.into_iter().next().map(|candidate| candidate.path).unwrap_or_default())
    }
}

/// The caches that are there.
pub fn roots(places: &Places) -> Result<Vec<CacheRoot>, CacheError> {
    let mut roots = Vec::new();
    for candidate in places.candidates()? {
        match open(&candidate) {
            Ok(root) => roots.extend(root),
            // Somebody else was first to take the name below TMPDIR: then it is not ours.
            Err(CacheError::Unsafe { .. }) if candidate.is_private => {}
            Err(error) => return Err(error),
        }
    }
    Ok(roots)
}

fn open(candidate: &Candidate) -> Result<Option<CacheRoot>, CacheError> {
    let path = &candidate.path;
    let failed = |errno: Errno| CacheError::Failed { path: path.clone(), source: errno.into() };
    // Links on the way are followed (people move ~/.cache elsewhere); in a directory everyone may write, the last is not.
    let follow = if candidate.is_private { OFlags::NOFOLLOW } else { OFlags::empty() };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | follow;
    let dir = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(dir) => dir,
        Err(Errno::NOENT) => return Ok(None),
        Err(Errno::NOTDIR | Errno::LOOP) => {
            return Err(CacheError::Unsafe { path: path.clone(), problem: "is not a directory".to_owned() });
        }
        Err(errno) => return Err(failed(errno)),
    };
    let stat = rustix::fs::fstat(&dir).map_err(failed)?;
    let own = rustix::process::geteuid().as_raw();
    let is_private = stat.st_uid == own && stat.st_mode & 0o077 == 0;
    if !directory::is_safe(&stat) || (candidate.is_private && !is_private) {
        return Err(unsafe_directory(path, &stat));
    }
    let resolved =
        fs::canonicalize(path).map_err(|source| CacheError::Failed { path: path.clone(), source })?;
    check_ancestors(&resolved)?;
    Ok(Some(CacheRoot { path: resolved, dir }))
}

fn unsafe_directory(path: &Path, stat: &Stat) -> CacheError {
    let problem = format!("has owner {} and mode {:04o}", stat.st_uid, stat.st_mode & 0o7777);
    CacheError::Unsafe { path: path.to_owned(), problem }
}

/// Who can write a directory above the root can put another root in its place.
fn check_ancestors(path: &Path) -> Result<(), CacheError> {
    for ancestor in path.ancestors().skip(1) {
        let Ok(metadata) = fs::symlink_metadata(ancestor) else { continue };
        let mode = metadata.mode();
        if mode & 0o002 != 0 && mode & 0o1000 == 0 {
            let problem = format!("has owner {} and mode {:04o}", metadata.uid(), mode & 0o7777);
            return Err(CacheError::Unsafe { path: ancestor.to_owned(), problem });
        }
    }
    Ok(())
}

impl CacheRoot {
    /// Opens a directory of this version's layout. None if it is not there.
    pub(super) fn open(&self, part: &str) -> Result<Option<OwnedFd>, CacheError> {
        let path = format!("{}/{part}", cache::VERSION);
        match directory::open(self.dir.as_fd(), path.as_bytes()) {
            Ok(dir) => {
                let stat = rustix::fs::fstat(&dir).map_err(|errno| self.failed(errno.into()))?;
                if directory::is_safe(&stat) {
                    Ok(Some(dir))
                } else {
                    Err(unsafe_directory(&self.path.join(path), &stat))
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Opens a directory of this version's layout, made if need be.
    pub(super) fn make(&self, part: &str) -> Result<OwnedFd, CacheError> {
        for path in [cache::VERSION.to_owned(), format!("{}/{part}", cache::VERSION)] {
            match rustix::fs::mkdirat(&self.dir, &*path, Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(self.failed(errno.into())),
            }
        }
        self.open(part)?.ok_or_else(|| self.failed(io::ErrorKind::NotFound.into()))
    }

    /// The absolute path of something in this version's layout.
    pub(super) fn path_of(&self, part: &str) -> PathBuf {
        self.path.join(cache::VERSION).join(part)
    }

    /// The system's refusal, here.
    pub(super) fn failed(&self, source: io::Error) -> CacheError {
        CacheError::Failed { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn candidates() {
        let user = rustix::process::geteuid().as_raw();
        let check = |[explicit, cache_home, home, temporary]: [&str; 4], expected: &[&str]| {
            let value = |text: &str| Some(OsString::from(text));
            let places = Places {
                explicit: value(explicit),
                cache_home: value(cache_home),
                home: value(home),
                temporary: value(temporary),
            };
            let found: Vec<String> =
                places.candidates().unwrap().iter().map(|found| found.path.display().to_string()).collect();
            let expected: Vec<String> =
                expected.iter().map(|path| path.replace("UID", &user.to_string())).collect();
            assert_eq!(found, expected);
        };
        check(["", "", "/h", ""], &["/h/.cache/psp", "/tmp/psp-UID"]);
        check(["", "/c", "/h", "/t"], &["/c/psp", "/t/psp-UID"]);
        check(["", "rel", "/h", "rel"], &["/h/.cache/psp", "/tmp/psp-UID"]);
        check(["", "", "", ""], &["/tmp/psp-UID"]);
        check(["/x", "/c", "/h", "/t"], &["/x"]);
        let relative = Places { explicit: Some("x".into()), ..Places::default() };
        assert!(matches!(roots(&relative), Err(CacheError::Relative { .. })));
    }

    #[test]
    fn roots_that_are_not_believed() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("root");
        let open = |path: &Path| {
            let places = Places { explicit: Some(path.into()), ..Places::default() };
            roots(&places)
                .map(|roots| roots.len())
                .map_err(|error| crate::diagnostic::Diagnostic::code(&error).code)
        };
        let mode =
            |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(open(&root), Ok(0));
        fs::create_dir(&root).unwrap();
        mode(&root, 0o755);
        assert_eq!(open(&root), Ok(1));
        for unsafe_mode in [0o775, 0o757, 0o777, 0o1777] {
            mode(&root, unsafe_mode);
            assert_eq!(open(&root), Err("cache-unsafe"), "{unsafe_mode:o}");
        }
        mode(&root, 0o700);
        // A link to it is followed, a file is no root, and a root that others could swap is none either.
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&root, &link).unwrap();
        assert_eq!(open(&link), Ok(1));
        let file = directory.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(open(&file), Err("cache-unsafe"));
        mode(directory.path(), 0o777);
        assert_eq!(open(&root), Err("cache-unsafe"));
        mode(directory.path(), 0o1777);
        assert_eq!(open(&root), Ok(1));
        mode(directory.path(), 0o700);
    }
}
