//! Removes from site-packages what no application runs: installers' notes, scripts bound to the build machine's interpreter, and
//! tests, as far as nothing imports them.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::{PythonError, tree};

/// Notes of the installer in a `.dist-info`: they name the build machine, or the day's mood (`REQUESTED`).
const NOTES: [&str; 5] = ["INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"];
/// How much of a script is looked at.
const HEAD_BYTES: u64 = 512;

/// Removes the notes of every distribution, and the installer's lock.
pub(super) fn notes(site_packages: &Path) -> Result<(), PythonError> {
    tree::remove(&site_packages.join(".lock"))?;
    for name in tree::entries(site_packages)? {
        if name.to_string_lossy().ends_with(".dist-info") {
            for note in NOTES {
                tree::remove(&site_packages.join(&name).join(note))?;
            }
        }
    }
    Ok(())
}

/// Removes bytecode that came with packages or from installers.
pub(super) fn caches(root: &Path) -> Result<(), PythonError> {
    let files = tree::files(root)?;
    let is_cache = |path: &&PathBuf| path.components().any(|part| part.as_os_str() == "__pycache__");
    let directories: BTreeSet<PathBuf> =
        files.iter().filter(is_cache).filter_map(|path| path.parent()).map(Path::to_owned).collect();
    directories.iter().try_for_each(|directory| tree::remove(&root.join(directory)))
}

/// Removes scripts of the build machine's interpreter from `bin`: they begin with its path. Programs and other scripts stay.
pub(super) fn scripts(bin: &Path) -> Result<(), PythonError> {
    if !bin.is_dir() {
        return Ok(());
    }
    for name in tree::entries(bin)? {
        let path = bin.join(name);
        let mut head = Vec::new();
        let file = fs::File::open(&path).map_err(PythonError::io("read", &path))?;
        file.take(HEAD_BYTES).read_to_end(&mut head).map_err(PythonError::io("read", &path))?;
        if head.starts_with(b"#!") && head.windows(6).any(|word| word == b"python") {
            tree::remove(&path)?;
        }
    }
    // An empty directory says nothing.
    let _ = fs::remove_dir(bin);
    Ok(())
}

/// Removes directories named `tests` or `test` from packages, as long as no module of the package outside them has a line with
/// both `import` and such a name (some packages import their own tests: then all of that package's stay).
pub(super) fn tests(site_packages: &Path) -> Result<(), PythonError> {
    for name in tree::entries(site_packages)? {
        let package = site_packages.join(&name);
        if !package.is_dir() || package.is_symlink() || name.to_string_lossy().ends_with(".dist-info") {
            continue;
        }
        let files = tree::files(&package)?;
        let directories: BTreeSet<PathBuf> = files.iter().filter_map(|path| test_directory(path)).collect();
        let others = files.iter().filter(|path| test_directory(path).is_none());
        let mut modules = others.filter(|path| path.extension().is_some_and(|extension| extension == "py"));
        if directories.is_empty() || modules.any(|path| imports_tests(&package.join(path))) {
            continue;
        }
        directories.iter().try_for_each(|directory| tree::remove(&package.join(directory)))?;
    }
    Ok(())
}

/// The outermost directory named `tests` or `test` on the way to a file.
fn test_directory(path: &Path) -> Option<PathBuf> {
    let parent = path.parent()?;
    let at =
        parent.components().position(|part| part.as_os_str() == "tests" || part.as_os_str() == "test")?;
    Some(parent.components().take(at + 1).collect())
}

fn imports_tests(module: &Path) -> bool {
    // What cannot be read as text may import anything.
    let Ok(text) = fs::read_to_string(module) else { return true };
    let is_word = |line: &str, word: &str| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
    };
    text.lines().any(|line| line.contains("import") && (is_word(line, "tests") || is_word(line, "test")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree_with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn tests_go_unless_they_are_imported() {
        let root = tree_with(&[
            ("plain/__init__.py", "import os\n"),
            ("plain/tests/test_a.py", ""),
            ("plain/sub/test/test_b.py", ""),
            ("needs/__init__.py", "from .tests.runner import TestRunner\n"),
            ("needs/tests/runner.py", ""),
            ("needs/sub/tests/test_c.py", ""),
            ("latest/testing/x.py", "contest = 1\n"),
            ("test/module.py", ""),
        ]);
        tests(root.path()).unwrap();
        let left: Vec<String> =
            tree::files(root.path()).unwrap().iter().map(|p| p.display().to_string()).collect();
        assert_eq!(
            left,
            [
                "latest/testing/x.py",
                "needs/__init__.py",
                "needs/sub/tests/test_c.py",
                "needs/tests/runner.py",
                "plain/__init__.py",
                "test/module.py"
            ]
        );
    }

    #[test]
    fn scripts_of_the_build_machine_go() {
        let root = tree_with(&[
            ("bin/http", "#!/opt/python/bin/python3.11\nimport sys\n"),
            ("bin/uv", "#!/bin/sh\n'''exec' '/x/python3' \"$0\" \"$@\"\n"),
            ("bin/run", "#!/bin/sh\nexec true\n"),
            ("bin/program", "\u{7f}ELF python"),
        ]);
        scripts(&root.path().join("bin")).unwrap();
        let left = tree::files(root.path()).unwrap();
        assert_eq!(left, [PathBuf::from("bin/program"), PathBuf::from("bin/run")]);
    }
}
