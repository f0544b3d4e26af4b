//! Locks between processes, held by the kernel.

use crate::failure::Coded;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A lock on a file that exists for locking. The kernel drops it when this value is dropped or the process
/// dies, so no stale lock is possible. The file stays: removing it would let two holders in.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    path: PathBuf,
}

/// A lock that was not obtained.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Somebody else holds it.
    #[error("{} is locked by another process", path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
    },
    /// The file cannot be opened or locked.
    #[error("cannot lock {}", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

impl Coded for LockError {
    fn code(&self) -> &'static str {
        "file-lock"
    }
}

impl Lock {
    /// Waits until nobody else holds the lock. Creates the file (mode 0600) if need be.
    pub fn exclusive(path: impl AsRef<Path>) -> Result<Lock, LockError> {
        Lock::with(path.as_ref(), File::lock)
    }

    /// Locks the directory itself, which must exist, and leaves no lock file behind: for editing what is in it.
    #[cfg(unix)]
    pub fn exclusive_directory(path: impl AsRef<Path>) -> Result<Lock, LockError> {
        let path = path.as_ref();
        let open = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::CLOEXEC;
        let opened = rustix::fs::open(path, open, rustix::fs::Mode::empty());
        let locked = opened.map_err(io::Error::from).map(File::from);
        locked
            .and_then(|file| file.lock().map(|()| Lock { _file: file, path: path.into() }))
            .map_err(|source| LockError::Io { path: path.into(), source })
    }

    /// Waits until nobody holds it exclusively; many may share it.
    pub fn shared(path: impl AsRef<Path>) -> Result<Lock, LockError> {
        Lock::with(path.as_ref(), File::lock_shared)
    }

    /// Takes the lock if it is free this moment, else [`LockError::Held`].
    pub fn try_exclusive(path: impl AsRef<Path>) -> Result<Lock, LockError> {
        Lock::attempt(path.as_ref(), File::try_lock)
    }

    /// Shares the lock if nobody holds it exclusively this moment, else [`LockError::Held`].
    pub fn try_shared(path: impl AsRef<Path>) -> Result<Lock, LockError> {
        Lock::attempt(path.as_ref(), File::try_lock_shared)
    }

    /// Waits for the lock at most `patience`. The kernel has no lock with a time limit, so this asks again
    /// and again, at least every 50 ms.
    pub fn exclusive_within(path: impl AsRef<Path>, patience: Duration) -> Result<Lock, LockError> {
        let end = Instant::now().checked_add(patience);
        let mut pause = Duration::from_millis(1);
        loop {
            match Lock::try_exclusive(path.as_ref()) {
                Err(LockError::Held { .. }) if end.is_none_or(|end| Instant::now() < end) => {
                    let left = end.map_or(pause, |end| end.saturating_duration_since(Instant::now()));
                    std::thread::sleep(pause.min(left));
                    pause = (pause * 2).min(Duration::from_millis(50));
                }
                outcome => return outcome,
            }
        }
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn with(path: &Path, take: fn(&File) -> io::Result<()>) -> Result<Lock, LockError> {
        let locked = open(path).and_then(|file| take(&file).map(|()| file));
        locked
            .map(|file| Lock { _file: file, path: path.into() })
            .map_err(|source| LockError::Io { path: path.into(), source })
    }

    fn attempt(path: &Path, take: fn(&File) -> Result<(), TryLockError>) -> Result<Lock, LockError> {
        let failed = |source| LockError::Io { path: path.into(), source };
        let file = open(path).map_err(failed)?;
        match take(&file) {
            Ok(()) => Ok(Lock { _file: file, path: path.into() }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held { path: path.into() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    #[test]
    fn exclusive_excludes_and_shared_shares() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::exclusive(&path).unwrap();
        assert!(matches!(Lock::try_exclusive(&path), Err(LockError::Held { .. })));
        assert!(matches!(Lock::try_shared(&path), Err(LockError::Held { .. })));
        assert!(matches!(
            Lock::exclusive_within(&path, Duration::from_millis(5)),
            Err(LockError::Held { .. })
        ));
        drop(first);
        let (a, b) = (Lock::shared(&path).unwrap(), Lock::try_shared(&path).unwrap());
        assert!(matches!(Lock::try_exclusive(&path), Err(LockError::Held { .. })));
        drop((a, b));
        assert_eq!(Lock::exclusive_within(&path, Duration::MAX).unwrap().path(), path);
        assert!(path.exists(), "the file outlives its locks");
    }

    #[cfg(unix)]
    #[test]
    fn a_directory_is_locked_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::exclusive_directory(folder.path()).unwrap();
        let other = File::open(folder.path()).unwrap();
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(lock);
        other.try_lock().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        std::fs::write(folder.path().join("file"), "").unwrap();
        for name in ["file", "missing"] {
            assert!(matches!(Lock::exclusive_directory(folder.path().join(name)), Err(LockError::Io { .. })));
        }
    }

    #[test]
    fn waiting_ends_when_the_holder_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::exclusive(&path).unwrap();
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| Lock::exclusive_within(&path, Duration::from_secs(60)).is_ok());
            drop(first);
            assert!(waiter.join().unwrap());
        });
    }

    #[test]
    fn a_killed_holder_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        std::fs::write(&path, "").unwrap();
        let script = "exec 9<>\"$1\"; flock -x 9; echo held; exec cat";
        let child = Command::new("sh")
            .args(["-c", script, "sh"])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        assert!(matches!(Lock::try_exclusive(&path), Err(LockError::Held { .. })));
        child.kill().unwrap();
        child.wait().unwrap();
        Lock::try_exclusive(&path).unwrap();
    }

    #[test]
    fn what_cannot_be_opened_says_so() {
        let folder = tempfile::tempdir().unwrap();
        for path in [folder.path().to_path_buf(), folder.path().join("no/lock"), folder.path().join("a\0b")] {
            let error = Lock::try_exclusive(&path).unwrap_err();
            assert!(matches!(error, LockError::Io { .. }), "{error}");
        }
    }
}
