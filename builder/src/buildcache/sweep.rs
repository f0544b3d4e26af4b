//! Keeping the cache within its limit.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How the names of files begin that are being written.
pub(super) const TEMPORARY_PREFIX: &str = ".new-";
/// A file that was being written and did not change for so long was left by a build that was killed.
const ABANDONED_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

struct Kept {
    path: PathBuf,
    size: u64,
    used: SystemTime,
}

pub(super) fn sweep(root: &Path, limit_bytes: u64) -> io::Result<()> {
    let mut kept = Vec::new();
    for shelf in fs::read_dir(root.join("frames"))? {
        list(&shelf?.path(), &mut kept)?;
    }
    list(&root.join("stat"), &mut kept)?;
    remove_abandoned(root)?;
    let mut total: u64 = kept.iter().map(|kept| kept.size).sum();
    if total <= limit_bytes {
        return Ok(());
    }
    // Somewhat below the limit, so that the next builds need not remove anything.
    let wanted = limit_bytes - limit_bytes / 10;
    kept.sort_by_key(|kept| kept.used);
    for Kept { path, size, .. } in kept {
        if total <= wanted {
            break;
        }
        remove(&path)?;
        total -= size;
    }
    Ok(())
}

fn list(directory: &Path, kept: &mut Vec<Kept>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        // Another build may have removed it meanwhile.
        let Ok(metadata) = entry.metadata() else { continue };
        kept.push(Kept { path: entry.path(), size: metadata.len(), used: metadata.modified()? });
    }
    Ok(())
}

fn remove_abandoned(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let temporary = entry.file_name().to_string_lossy().starts_with(TEMPORARY_PREFIX);
        let age = entry.metadata().and_then(|metadata| metadata.modified()).map(|changed| changed.elapsed());
        if temporary && matches!(age, Ok(Ok(age)) if age > ABANDONED_AFTER) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
