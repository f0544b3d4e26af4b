//! `psp init --provider NAME`: a Terraform provider that compiles, passes its tests and is packaged.
//!
//! The project appears whole, by one rename. Must never write into a directory that has something in it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use psp_builder::codes::{self, Code};
use psp_builder::diagnostic::Diagnostic;
use psp_builder::escaped;

/// The longest name of a provider.
const NAME_BYTES: usize = 60;

/// Where a file goes, and what it says.
const FILES: &[(&str, &str)] = &[
    (".gitignore", include_str!("../../../templates/provider/gitignore.txt")),
    ("Cargo.toml", include_str!("../../../templates/provider/Cargo.toml.txt")),
    ("README.md", include_str!("../../../templates/provider/README.md.txt")),
    ("examples/main.tf", include_str!("../../../templates/provider/main.tf.txt")),
    ("manifest.toml", include_str!("../../../templates/provider/manifest.toml.txt")),
    ("src/lib.rs", include_str!("../../../templates/provider/lib.rs.txt")),
    ("src/main.rs", include_str!("../../../templates/provider/main.rs.txt")),
    ("src/note.rs", include_str!("../../../templates/provider/note.rs.txt")),
    ("tests/note.rs", include_str!("../../../templates/provider/test.rs.txt")),
];

/// Why there is no new provider.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    #[error("{name:?} cannot be a provider's name")]
    Name { name: String },
    #[error("{} has something in it", escaped::path(path))]
    NotEmpty { path: PathBuf },
    #[error("there is no SDK in {}", escaped::path(path))]
    NoSdk { path: PathBuf },
    #[error("cannot write {}", escaped::path(path))]
    Write { path: PathBuf, source: io::Error },
}

impl Diagnostic for ProviderError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Name { .. } => &codes::INIT_PROVIDER_NAME,
            Self::NotEmpty { .. } => &codes::INIT_NOT_EMPTY,
            Self::NoSdk { .. } => &codes::INIT_NO_SDK,
            Self::Write { .. } => &codes::INIT_WRITE,
        }
    }
}

/// A provider to be written.
pub(super) struct ProviderProject<'a> {
    name: &'a str,
    /// The checkout that has the SDK; None for the published one.
    sdk: Option<PathBuf>,
}

impl<'a> ProviderProject<'a> {
    /// A provider of this name, with the SDK of a checkout or the published one.
    pub(super) fn new(name: &'a str, sdk: Option<&Path>) -> Result<Self, ProviderError> {
        let is_name = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_lowercase())
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
                && name.len() <= NAME_BYTES
        };
        if !is_name(name) {
            return Err(ProviderError::Name { name: name.to_owned() });
        }
        Ok(Self { name, sdk: sdk.map(checkout).transpose()? })
    }

    /// The directory that it has if none is named.
    pub(super) fn directory(&self) -> PathBuf {
        PathBuf::from(format!("terraform-provider-{}", self.name))
    }

    /// Writes all of it.
    pub(super) fn write(&self, directory: &Path) -> Result<(), ProviderError> {
        let failed = |path: &Path, source| ProviderError::Write { path: path.to_owned(), source };
        let is_free = match fs::read_dir(directory) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if !is_free {
            return Err(ProviderError::NotEmpty { path: directory.to_owned() });
        }
        let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(|source| failed(parent, source))?;
        let beside = tempfile::Builder::new().prefix(".psp-init").tempdir_in(parent);
        let beside = beside.map_err(|source| failed(parent, source))?;
        let project = beside.path().join("project");
        for (name, text) in FILES {
            let path = project.join(name);
            let folder = path.parent().unwrap_or(&project);
            let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, self.filled(text)));
            written.map_err(|source| failed(&path, source))?;
        }
        fs::rename(&project, directory).map_err(|source| failed(directory, source))
    }

    /// A template with the provider's names in it.
    fn filled(&self, text: &str) -> String {
        let mut first = self.name.chars();
        let capital: String =
            first.next().map(|letter| letter.to_ascii_uppercase()).into_iter().chain(first).collect();
        text.replace("{{name}}", self.name)
            .replace("{{Name}}", &capital)
            .replace("{{NAME}}", &self.name.to_ascii_uppercase())
            .replace("{{source}}", &format!("example.com/{0}/{0}", self.name))
            .replace("{{tf-sdk}}", &self.dependency("provider"))
            .replace("{{tf-testkit}}", &self.dependency("testkit"))
    }

    /// One of our crates as a dependency.
    fn dependency(&self, folder: &str) -> String {
        match &self.sdk {
            Some(checkout) => {
                let path = checkout.join("sdk").join(folder).display().to_string();
                format!("{{ path = \"{}\" }}", path.replace('\\', "\\\\").replace('"', "\\\""))
            }
            None => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
        }
    }
}

/// The full path of a checkout that has the SDK.
fn checkout(path: &Path) -> Result<PathBuf, ProviderError> {
    let none = || ProviderError::NoSdk { path: path.to_owned() };
    let full = fs::canonicalize(path).map_err(|_| none())?;
    if full.join("sdk/provider/Cargo.toml").is_file() { Ok(full) } else { Err(none()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, good) in [
            ("acme", true),
            ("a1", true),
            ("", false),
            ("1a", false),
            ("Acme", false),
            ("a-b", false),
            ("a_b", false),
            ("ä", false),
            ("../a", false),
            (&"a".repeat(61), false),
        ] {
            assert_eq!(ProviderProject::new(name, None).is_ok(), good, "{name}");
        }
    }

    #[test]
    fn nothing_is_left_open() {
        let project = ProviderProject::new("acme", None).unwrap();
        for (name, text) in FILES {
            let text = project.filled(text);
            assert!(!text.contains("{{"), "{name} has a name left to fill in");
        }
    }

    #[test]
    fn what_is_there_stays() {
        let place = tempfile::tempdir().unwrap();
        let project = ProviderProject::new("acme", None).unwrap();
        let directory = place.path().join("new/acme");
        project.write(&directory).unwrap();
        assert!(directory.join("src/main.rs").is_file());
        fs::write(directory.join("README.md"), "mine").unwrap();
        assert!(matches!(project.write(&directory), Err(ProviderError::NotEmpty { .. })));
        assert_eq!(fs::read_to_string(directory.join("README.md")).unwrap(), "mine");
        assert_eq!(fs::read_dir(place.path().join("new")).unwrap().count(), 1);
    }

    #[test]
    fn a_checkout_without_the_sdk() {
        let place = tempfile::tempdir().unwrap();
        for path in [place.path().to_owned(), place.path().join("none")] {
            assert!(matches!(ProviderProject::new("acme", Some(&path)), Err(ProviderError::NoSdk { .. })));
        }
    }
}
