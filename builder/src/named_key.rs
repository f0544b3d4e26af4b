//! A key as people name it: a public key's file, 64 hexadecimal digits, or a package, which stands for its primary key.

use std::path::{Path, PathBuf};

use psp_format::Key;
use psp_format::signature::is_usable_key;

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::escaped;
use crate::keys::{KeyError, read_public};
use crate::package_file::{PackageError, PackageFile};

/// A key with a name for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKey {
    /// The key.
    pub key: Key,
    /// What it may be called: the file's name, or the package's.
    pub label: String,
}

/// Why a text names no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum NamedKeyError {
    #[error("{hex} is not a public key: no signature by it can be valid")]
    Unusable { hex: String },
    #[error(
        "{} is neither a key's file, nor a key in 64 hexadecimal digits, nor a package",
        escaped::path(path)
    )]
    Neither { path: PathBuf },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Package(#[from] PackageError),
}

impl Diagnostic for NamedKeyError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Unusable { .. } | Self::Neither { .. } => &codes::KEY_INVALID,
            Self::Key(error) => error.code(),
            Self::Package(error) => error.code(),
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Unusable { .. } | Self::Neither { .. } => {
                "name PREFIX.pub, the digits that `psp inspect` shows, or a signed package".to_owned()
            }
            _ => self.code().advice(),
        }
    }
}

impl NamedKey {
    /// Finds the key that a text names.
    pub fn find(text: &str) -> Result<Self, NamedKeyError> {
        if let Some(key) = Key::from_hex(text.to_ascii_lowercase().as_bytes()) {
            let hex = key.hex().to_string();
            let label = hex[..8].to_owned();
            return if is_usable_key(&key) {
                Ok(Self { key, label })
            } else {
                Err(NamedKeyError::Unusable { hex })
            };
        }
        let path = Path::new(text);
        match read_public(path) {
            Ok(key) => Ok(Self { key, label: stem(path) }),
            Err(KeyError::NotAKey { .. }) => Self::of_package(path),
            Err(error) => Err(error.into()),
        }
    }

    fn of_package(path: &Path) -> Result<Self, NamedKeyError> {
        use psp_format::ErrorKind::NotAPackage;
        let neither = |error: PackageError| match error.fault() {
            Some(fault) if fault.error.kind == NotAPackage => {
                NamedKeyError::Neither { path: path.to_owned() }
            }
            _ => error.into(),
        };
        let file = PackageFile::open(path).map_err(neither)?;
        let identity = file.verified()?.manifest.identity.clone();
        Ok(Self { key: identity.primary, label: identity.name.to_owned() })
    }
}

/// The file's name without its ending; in a trust file a label is one line of text.
fn stem(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    stem.chars().filter(|character| !character.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{SecretKey, write_pair};

    #[test]
    fn keys_by_their_names() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
        let secret = SecretKey::generate().unwrap();
        write_pair(Path::new(&at("release")), &secret).unwrap();
        let hex = secret.public().hex().to_string();
        for (text, label) in
            [(at("release.pub"), "release"), (hex.clone(), &hex[..8]), (hex.to_uppercase(), &hex[..8])]
        {
            let found = NamedKey::find(&text).unwrap();
            assert_eq!((found.key, found.label.as_str()), (secret.public(), label), "{text}");
        }
        std::fs::write(at("noise"), "hello").unwrap();
        std::fs::write(at("pem"), "-----BEGIN PUBLIC KEY-----").unwrap();
        for (text, code) in [
            (at("missing"), "key-read"),
            (at("noise"), "key-file"),
            (at("pem"), "key-file"),
            ("0".repeat(64), "key-file"),
            ("0".repeat(63), "key-read"),
            (directory.path().to_str().unwrap().to_owned(), "key-read"),
        ] {
            assert_eq!(NamedKey::find(&text).unwrap_err().code().code, code, "{text}");
        }
    }
}
