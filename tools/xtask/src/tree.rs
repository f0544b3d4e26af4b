//! The workspace as files: where it is, what lies below a folder, reading and writing with the path in every error.

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

/// The root of the workspace.
pub(crate) struct Root(PathBuf);

impl Root {
    /// The workspace that this program was built in.
    pub(crate) fn find() -> Root {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        Root(here.ancestors().nth(2).unwrap_or(here).to_owned())
    }

    /// The root itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A path below the root.
    pub(crate) fn join(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }
}

/// A file or folder that could not be dealt with.
#[derive(Debug)]
pub(crate) struct TreeError {
    what: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.what, self.path.display(), self.source)
    }
}

fn at<'p>(what: &'static str, path: &'p Path) -> impl FnOnce(io::Error) -> TreeError + 'p {
    move |source| TreeError { what, path: path.to_owned(), source }
}

/// Writes a file and the folders it is in.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), TreeError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(at("make", folder))?;
    }
    fs::write(path, bytes).map_err(at("write", path))
}

/// Removes a file.
pub(crate) fn remove(path: &Path) -> Result<(), TreeError> {
    fs::remove_file(path).map_err(at("remove", path))
}

/// Reads a file that is text; None for one that is not.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>, TreeError> {
    Ok(String::from_utf8(fs::read(path).map_err(at("read", path))?).ok())
}

/// The files below a folder, relative to it, sorted; none if there is no such folder.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<String>, TreeError> {
    let mut files = vec![];
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        let entries = match fs::read_dir(&next) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.map_err(at("list", &next))?,
        };
        for entry in entries {
            let path = entry.map_err(at("list", &next))?.path();
            if path.is_dir() {
                pending.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                files.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}
