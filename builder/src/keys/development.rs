//! The development key: what signs when no key is named. Made at first use, and called by its name wherever it is used.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::{KeyError, SecretKey};
use crate::output;

/// The user's development key.
#[derive(Debug)]
pub struct DevelopmentKey {
    /// The key.
    pub key: SecretKey,
    /// Its file.
    pub path: PathBuf,
    /// Whether it was made just now.
    pub is_new: bool,
}

/// Reads the development key in this configuration directory (`XDG_CONFIG_HOME/psp`), or makes one.
pub fn development_key(directory: &Path) -> Result<DevelopmentKey, KeyError> {
    let path = directory.join("dev.key");
    let mut is_new = false;
    if !path.exists() {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(|source| KeyError::Directory { path: directory.to_owned(), source })?;
        match output::write_new(&path, SecretKey::generate()?.line().expose().as_bytes(), 0o600) {
            Ok(()) => is_new = true,
            // Another build was quicker: its key is the one.
            Err(_) if path.exists() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(DevelopmentKey { key: SecretKey::read(&path)?, path, is_new })
}
