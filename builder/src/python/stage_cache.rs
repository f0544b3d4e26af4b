//! Staged interpreters, kept from build to build. An entry is named by the identity (path, size, time of change) of every file it
//! was made from, by the settings, and by the scripts that made it; it appears by one rename, whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use super::app::{BundledLibrary, Natives};
use super::{PythonError, tree};

/// Raised when staging changes in a way that the scripts' text does not show.
const STAGE_VERSION: u32 = 1;
const SCRIPTS: [&str; 3] =
    [include_str!("compile.py"), include_str!("site_hook.py"), include_str!("sysconfig.py")];
/// What an interrupted build left is swept after this time.
const LEFTOVER_AGE: Duration = Duration::from_secs(24 * 60 * 60);
const LEFTOVER_PREFIX: &str = "new-";

/// Names an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key(String);

impl Key {
    /// The key for files and settings.
    pub(super) fn of(inputs: &[PathBuf], settings: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(STAGE_VERSION.to_le_bytes());
        for text in SCRIPTS.into_iter().chain([settings, env!("CARGO_PKG_VERSION")]) {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
        for path in inputs {
            hash.update(path.as_os_str().as_encoded_bytes());
            hash.update(identity(path).as_bytes());
            hash.update([0]);
        }
        Self(hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Size and time of change: what tells that a file is another one.
pub(super) fn identity(path: &Path) -> String {
    let Ok(data) = fs::metadata(path) else { return "absent".to_owned() };
    let modified =
        data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    format!("{}.{}", data.len(), modified.as_nanos())
}

/// An entry whose bundled libraries are still the host's.
pub(super) fn find(cache_dir: &Path, key: &Key) -> Option<(PathBuf, Natives)> {
    let entry = place(cache_dir).join(&key.0);
    let natives = decode(&fs::read_to_string(entry.join("natives")).ok()?)?;
    let is_current = natives.sources.iter().all(|library| identity(&library.source) == library.identity);
    (is_current && entry.join("tree").is_dir()).then(|| (entry.join("tree"), natives))
}

/// Makes an entry and publishes it. If another build was faster, its entry is as good.
pub(super) fn publish(
    cache_dir: &Path,
    key: &Key,
    build: impl FnOnce(&Path) -> Result<Natives, PythonError>,
) -> Result<(PathBuf, Natives), PythonError> {
    let place = place(cache_dir);
    fs::create_dir_all(&place).map_err(PythonError::io("create", &place))?;
    sweep(&place);
    let temporary = tempfile::Builder::new().prefix(LEFTOVER_PREFIX).tempdir_in(&place);
    let temporary = temporary.map_err(PythonError::io("create a directory in", &place))?;
    let natives = build(&temporary.path().join("tree"))?;
    tree::write(&temporary.path().join("natives"), &encode(&natives))?;
    let entry = place.join(&key.0);
    // One build at a time looks and replaces, or it would remove what another one has just put there and works with.
    // Where there are no locks it has to do without.
    let lock = fs::File::options().write(true).create(true).truncate(false).open(place.join("lock"));
    let _locked = lock.and_then(|file| file.lock().map(|()| file));
    if fs::rename(temporary.path(), &entry).is_err() {
        if let Some(found) = find(cache_dir, key) {
            return Ok(found);
        }
        // What is there was made from libraries that have changed since.
        tree::remove(&entry)?;
        fs::rename(temporary.path(), &entry).map_err(PythonError::io("write", &entry))?;
    }
    // The directory has its name for good; nothing is left to remove.
    let _ = temporary.keep();
    Ok((entry.join("tree"), natives))
}

fn place(cache_dir: &Path) -> PathBuf {
    cache_dir.join("python")
}

fn sweep(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    let now = SystemTime::now();
    for entry in entries.filter_map(Result::ok) {
        let is_leftover = entry.file_name().to_string_lossy().starts_with(LEFTOVER_PREFIX);
        let age = entry
            .metadata()
            .and_then(|data| data.modified())
            .ok()
            .and_then(|time| now.duration_since(time).ok());
        if is_leftover && age.is_some_and(|age| age > LEFTOVER_AGE) {
            // Another build may sweep at the same time.
            let _ = foundation::files::remove_tree(entry.path());
        }
    }
}

fn encode(natives: &Natives) -> String {
    let mut text = String::new();
    for name in &natives.missing {
        text.push_str(&format!("missing\t{name}\n"));
    }
    for path in &natives.unpatched {
        text.push_str(&format!("unpatched\t{}\n", path.to_string_lossy()));
    }
    for library in &natives.sources {
        text.push_str(&format!(
            "bundled\t{}\t{}\t{}\n",
            library.name,
            library.source.to_string_lossy(),
            library.identity
        ));
    }
    text
}

fn decode(text: &str) -> Option<Natives> {
    let mut natives = Natives::default();
    for line in text.lines() {
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            ["missing", name] => natives.missing.push((*name).to_owned()),
            ["unpatched", path] => natives.unpatched.push(PathBuf::from(path)),
            ["bundled", name, source, identity] => {
                natives.bundled.push((*name).to_owned());
                natives.sources.push(BundledLibrary {
                    name: (*name).to_owned(),
                    source: PathBuf::from(source),
                    identity: (*identity).to_owned(),
                });
            }
            _ => return None,
        }
    }
    Some(natives)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn natives_round_trip_and_damage_is_a_miss() {
        let natives = Natives {
            bundled: vec!["libz.so.1".to_owned()],
            missing: vec!["libq.so.5".to_owned()],
            unpatched: vec![PathBuf::from("lib/x.so")],
            sources: vec![BundledLibrary {
                name: "libz.so.1".to_owned(),
                source: PathBuf::from("/lib/libz.so.1"),
                identity: "1.2".to_owned(),
            }],
        };
        assert_eq!(decode(&encode(&natives)), Some(natives));
        for text in ["x", "bundled\ta", "missing\ta\tb", "\n"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
