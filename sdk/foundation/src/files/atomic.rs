//! Writing a file so that its name always leads to a whole one.

use crate::failure::Coded;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// One atomic write: the content goes to a new file in the same directory, reaches the disk, and takes the
/// name by `rename`. The name exists at every moment if it existed before.
///
/// An existing file keeps its permission bits and, where the process may, its owner; a new one gets 0644 less
/// the umask, or [`AtomicWrite::mode`]. A symbolic link is written through: the link stays, its target changes.
#[derive(Debug, Clone)]
pub struct AtomicWrite {
    path: PathBuf,
    mode: Option<u32>,
    backup: Option<PathBuf>,
    replace: bool,
}

/// An atomic write that did not happen. The old file, if any, is untouched.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {step}", path.display())]
pub struct WriteError {
    /// The file that was to be written.
    pub path: PathBuf,
    /// What failed: `create the new file`, `write`, `rename`, …
    pub step: &'static str,
    /// The system's error.
    pub source: io::Error,
}

impl Coded for WriteError {
    fn code(&self) -> &'static str {
        "file-write"
    }
}

impl AtomicWrite {
    /// A write to `path`.
    pub fn new(path: impl Into<PathBuf>) -> AtomicWrite {
        AtomicWrite { path: path.into(), mode: None, backup: None, replace: true }
    }

    /// Sets the permission bits, whether the file is new or not. A private key is 0o600 from its first byte on.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> AtomicWrite {
        self.mode = Some(mode & 0o7777);
        self
    }

    /// Keeps the old content under `path`, by a hard link: the original never leaves its name.
    #[must_use]
    pub fn backup(mut self, path: impl Into<PathBuf>) -> AtomicWrite {
        self.backup = Some(path.into());
        self
    }

    /// Fails with [`io::ErrorKind::AlreadyExists`] instead of replacing a file.
    #[must_use]
    pub fn create_new(mut self) -> AtomicWrite {
        self.replace = false;
        self
    }

    /// Writes `content` as the whole file.
    pub fn write(&self, content: &[u8]) -> Result<(), WriteError> {
        self.write_with(|file| file.write_all(content))
    }

    /// Lets `fill` write the content piece by piece. If it fails nothing has happened.
    pub fn write_with(&self, fill: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), WriteError> {
        let failed = |step| move |source| WriteError { path: self.path.clone(), step, source };
        let target = self.target().map_err(failed("find the file"))?;
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let old = match fs::metadata(&target) {
            Ok(old) if old.is_dir() => return Err(failed("replace it")(io::ErrorKind::IsADirectory.into())),
            Ok(old) => Some(old),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed("look at the file")(error)),
        };
        let mut new = self.new_file(folder, old.as_ref()).map_err(failed("create the new file"))?;
        fill(new.as_file_mut()).map_err(failed("write"))?;
        new.as_file().sync_all().map_err(failed("write to disk"))?;
        if let (Some(backup), Some(_)) = (&self.backup, &old) {
            keep_backup(&target, backup).map_err(failed("keep the backup"))?;
        }
        let persisted = if self.replace { new.persist(&target) } else { new.persist_noclobber(&target) };
        persisted.map_err(|error| failed("rename")(error.error))?;
        sync_folder(folder).map_err(failed("write the directory to disk"))
    }

    /// Where the name leads: a link is followed (also one whose target does not exist yet).
    fn target(&self) -> io::Result<PathBuf> {
        const LINKS_MAX: usize = 40;
        let mut path = self.path.clone();
        for _ in 0..LINKS_MAX {
            match fs::read_link(&path) {
                Ok(link) => path = path.parent().unwrap_or(Path::new("")).join(link),
                Err(_) if !self.replace || path.file_name().is_some() => return Ok(path),
                Err(_) => return Err(io::ErrorKind::InvalidInput.into()),
            }
        }
        Err(io::Error::other("too many symbolic links"))
    }

    #[cfg(unix)]
    fn new_file(&self, folder: &Path, old: Option<&fs::Metadata>) -> io::Result<NamedTempFile> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        // Nobody else may open it before it is whole: a new file is created with its final bits masked by the
        // umask, one that has a predecessor or an explicit mode starts private.
        let exact = self.mode.or_else(|| old.map(|old| old.mode() & 0o7777));
        let initial = if exact.is_some() { 0o600 } else { 0o644 };
        let new = Builder::new()
            .prefix(".")
            .suffix(".new")
            .permissions(Permissions::from_mode(initial))
            .tempfile_in(folder)?;
        if let Some(old) = old {
            let mine = new.as_file().metadata()?;
            if (mine.uid(), mine.gid()) != (old.uid(), old.gid()) {
                keep_owner(new.as_file(), old, exact)?;
            }
        }
        if let Some(mode) = exact {
            new.as_file().set_permissions(Permissions::from_mode(mode))?;
        }
        Ok(new)
    }

    #[cfg(not(unix))]
    fn new_file(&self, folder: &Path, old: Option<&fs::Metadata>) -> io::Result<NamedTempFile> {
        let new = Builder::new().prefix(".").suffix(".new").tempfile_in(folder)?;
        if let Some(old) = old {
            new.as_file().set_permissions(old.permissions())?;
        }
        Ok(new)
    }
}

/// Gives the new file the old one's owner and group. Who may not do that keeps writing files of his own, as
/// every editor does, unless the mode has set-id bits, which must not change hands.
#[cfg(unix)]
fn keep_owner(new: &File, old: &fs::Metadata, mode: Option<u32>) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    match std::os::unix::fs::fchown(new, Some(old.uid()), Some(old.gid())) {
        Err(error) if mode.is_some_and(|mode| mode & 0o6000 != 0) => Err(error),
        _ => Ok(()),
    }
}

/// Links `target` beside `backup` and renames that over it, so that a previous backup is replaced in one step.
fn keep_backup(target: &Path, backup: &Path) -> io::Result<()> {
    let folder = backup.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let link =
        Builder::new().prefix(".").suffix(".bak").make_in(folder, |path| fs::hard_link(target, path))?;
    link.into_temp_path().persist(backup).map_err(|error| error.error)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Some file systems cannot do it, and a folder that one may write in one need not be able to read; the rename has happened all
        // the same.
        Err(error) if matches!(error.kind(), InvalidInput | Unsupported | PermissionDenied) => Ok(()),
        done => done,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::sync::atomic::{AtomicBool, Ordering};

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    fn names_in(folder: &Path) -> usize {
        fs::read_dir(folder).unwrap().count()
    }

    #[test]
    fn an_existing_mode_is_kept_and_an_explicit_one_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (kept, explicit, expected) in [
            (0o600, None, 0o600),
            (0o751, None, 0o751),
            (0o444, None, 0o444),
            (0o644, Some(0o600), 0o600),
            (0o600, Some(0o755), 0o755),
        ] {
            fs::write(&path, "old").unwrap();
            fs::set_permissions(&path, Permissions::from_mode(kept)).unwrap();
            let mut write = AtomicWrite::new(&path);
            write.mode = explicit;
            write.write(b"new").unwrap();
            assert_eq!((mode_of(&path), fs::read(&path).unwrap()), (expected, b"new".to_vec()));
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn the_name_is_never_missing_and_never_half() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let contents = [vec![b'a'; 100_000], vec![b'b'; 70_000]];
        AtomicWrite::new(&path).write(&contents[0]).unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                let mut looks = 0;
                while !done.load(Ordering::Relaxed) || looks == 0 {
                    let seen = fs::read(&path).unwrap();
                    assert!(contents.contains(&seen), "{} bytes", seen.len());
                    looks += 1;
                }
            });
            for round in 1..40 {
                AtomicWrite::new(&path)
                    .backup(folder.path().join("old"))
                    .write(&contents[round % 2])
                    .unwrap();
            }
            done.store(true, Ordering::Relaxed);
            watcher.join().unwrap();
        });
        assert_eq!(names_in(folder.path()), 2, "the file and its backup, nothing temporary");
        assert_eq!(fs::read(folder.path().join("old")).unwrap(), contents[0]);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "old").unwrap();
        let full = |file: &mut File| file.write_all(b"ne").and(Err(io::ErrorKind::StorageFull.into()));
        let error = AtomicWrite::new(&path).write_with(full).unwrap_err();
        assert_eq!((error.step, error.source.kind()), ("write", io::ErrorKind::StorageFull));
        assert_eq!((fs::read(&path).unwrap(), names_in(folder.path())), (b"old".to_vec(), 1));
    }

    #[test]
    fn create_new_never_replaces() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        AtomicWrite::new(&path).mode(0o600).create_new().write(b"one").unwrap();
        let error = AtomicWrite::new(&path).mode(0o600).create_new().write(b"two").unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(
            (fs::read(&path).unwrap(), mode_of(&path), names_in(folder.path())),
            (b"one".to_vec(), 0o600, 1)
        );
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link, dangling) =
            (folder.path().join("real"), folder.path().join("link"), folder.path().join("dangling"));
        fs::write(&real, "old").unwrap();
        symlink("real", &link).unwrap();
        symlink("later", &dangling).unwrap();
        AtomicWrite::new(&link).write(b"new").unwrap();
        AtomicWrite::new(&dangling).write(b"made").unwrap();
        assert!(
            fs::symlink_metadata(&link).unwrap().is_symlink()
                && fs::symlink_metadata(&dangling).unwrap().is_symlink()
        );
        assert_eq!(
            (fs::read(&real).unwrap(), fs::read(folder.path().join("later")).unwrap()),
            (b"new".to_vec(), b"made".to_vec())
        );
    }

    #[test]
    fn impossible_targets_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        symlink("loop", folder.path().join("loop")).unwrap();
        for name in ["", "missing/file", "loop", "..", "nul\0"] {
            let path = if name.is_empty() { folder.path().to_path_buf() } else { folder.path().join(name) };
            let error = AtomicWrite::new(&path).write(b"x").unwrap_err();
            assert_eq!(error.code(), "file-write", "{name:?} {error}");
        }
        assert_eq!(names_in(folder.path()), 1);
    }
}
