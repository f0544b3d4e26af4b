//! The application's slot: a tree in the layout of a virtual environment, without an interpreter.
//!
//! `lib/pythonX.Y/site-packages` holds the packages, `bin` their native programs, `share` and others their data, so that what they
//! find through `sys.prefix` in a virtual environment they find here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::interpreter::Interpreter;
use super::stage::Staged;
use super::{Context, PythonError, PythonSpec, compile, prune, record, start, tree};
use crate::native::Arch;
use crate::native::bundle::{self, Outcome};

/// Directories that packages install beside their modules.
const DATA_DIRECTORIES: [&str; 5] = ["bin", "etc", "include", "man", "share"];

/// A distribution in the slot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Distribution {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its license, as its metadata gives it.
    pub license: Option<String>,
}

/// A bundled library and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BundledLibrary {
    pub(super) name: String,
    pub(super) source: PathBuf,
    pub(super) identity: String,
}

/// What became of native files' libraries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Natives {
    /// Names of bundled libraries.
    pub(super) bundled: Vec<String>,
    /// Libraries that this machine does not have.
    pub(super) missing: Vec<String>,
    /// Files without room for a search path.
    pub(super) unpatched: Vec<PathBuf>,
    /// Where bundled libraries came from.
    pub(super) sources: Vec<BundledLibrary>,
}

impl Natives {
    pub(super) fn take(&mut self, outcome: Outcome) {
        for library in outcome.bundled {
            let identity = super::stage_cache::identity(&library.source);
            self.bundled.push(library.name.clone());
            self.sources.push(BundledLibrary { name: library.name, source: library.source, identity });
        }
        self.missing.extend(outcome.missing);
        self.unpatched.extend(outcome.unpatched);
    }
}

/// The tree being made.
#[derive(Debug)]
pub(super) struct Application {
    /// The slot's directory.
    pub(super) root: PathBuf,
    /// Where installers put packages.
    pub(super) site_packages: PathBuf,
}

impl Application {
    pub(super) fn new(work_dir: &Path, interpreter: &Interpreter) -> Result<Self, PythonError> {
        let root = work_dir.join("site");
        let site_packages = root.join("lib").join(interpreter.stdlib_name()).join("site-packages");
        fs::create_dir_all(&site_packages).map_err(PythonError::io("create", &site_packages))?;
        Ok(Self { root, site_packages })
    }

    /// Makes what an installer left fit to be packaged.
    pub(super) fn clean(&self) -> Result<(), PythonError> {
        prune::notes(&self.site_packages)?;
        prune::caches(&self.site_packages)?;
        self.move_data()?;
        prune::scripts(&self.root.join("bin"))?;
        prune::tests(&self.site_packages)?;
        self.fit_records()
    }

    /// Moves what is not a module from among the packages to the slot's root, where it is in a virtual environment. pip says which
    /// files these are (`../../share/x` in RECORD); uv's RECORD does not tell, so the usual names count as well.
    fn move_data(&self) -> Result<(), PythonError> {
        let mut data: BTreeSet<String> = BTreeSet::new();
        for row in self.dist_infos()?.iter().flat_map(|info| record_rows(info)) {
            let inside = row.path.trim_start_matches("../");
            let first = inside.split('/').next().unwrap_or("");
            if inside.len() < row.path.len() && inside.len() > first.len() {
                data.insert(first.to_owned());
            }
        }
        data.extend(
            DATA_DIRECTORIES.iter().map(|name| (*name).to_owned()).filter(|name| self.holds_no_modules(name)),
        );
        for name in data.into_iter().filter(|name| !matches!(name.as_str(), "" | "." | "..")) {
            let from = self.site_packages.join(&name);
            if !from.is_dir() {
                continue;
            }
            for file in tree::files(&from)? {
                let to = self.root.join(&name).join(&file);
                let parent = to.parent().unwrap_or(&self.root);
                fs::create_dir_all(parent).map_err(PythonError::io("create", parent))?;
                fs::rename(from.join(&file), &to).map_err(PythonError::io("move", &to))?;
            }
            tree::remove(&from)?;
        }
        Ok(())
    }

    fn holds_no_modules(&self, name: &str) -> bool {
        let entries = tree::entries(&self.site_packages.join(name)).unwrap_or_default();
        name == "bin" || !entries.iter().any(|entry| entry.to_string_lossy().ends_with(".py"))
    }

    fn dist_infos(&self) -> Result<Vec<PathBuf>, PythonError> {
        let names = tree::entries(&self.site_packages)?.into_iter();
        let infos = names.filter(|name| name.to_string_lossy().ends_with(".dist-info"));
        Ok(infos.map(|name| self.site_packages.join(name)).collect())
    }

    fn fit_records(&self) -> Result<(), PythonError> {
        for info in self.dist_infos()? {
            let mut rows = record::fit(record_rows(&info), &self.site_packages, &self.root, "../../../");
            if info.join("RECORD").is_file() {
                tree::write(&info.join("RECORD"), &record::write(&mut rows))?;
            }
        }
        Ok(())
    }

    /// Makes native files independent of the build machine. Paths into the interpreter's prefix (it adds them to what is built with
    /// it) lead to the slot's own `lib` instead.
    pub(super) fn natives(
        &self,
        spec: &PythonSpec,
        interpreter: &Interpreter,
        arch: Arch,
    ) -> Result<Natives, PythonError> {
        let members = bundle::members(&self.root).map_err(PythonError::Native)?;
        let unpatched =
            bundle::relocate(&self.root, &members, &interpreter.prefixes).map_err(PythonError::Native)?;
        let mut natives = Natives { unpatched, ..Natives::default() };
        if spec.bundle_libs {
            let members = bundle::members(&self.root).map_err(PythonError::Native)?;
            // The interpreter brings its own library; whoever is loaded into it finds it there.
            let libpython = members.iter().flat_map(|member| member.native.needed.iter());
            let provided = libpython.filter(|name| name.starts_with("libpython")).cloned().collect();
            let outcome = bundle::bundle(&self.root, &members, Path::new("lib"), &provided, arch);
            natives.take(outcome.map_err(PythonError::Native)?);
        }
        Ok(natives)
    }

    pub(super) fn write_start(&self, script: &str) -> Result<(), PythonError> {
        tree::write(&self.root.join(start::FILE), script)
    }

    /// Compiles the packages; returns what is not Python of this version.
    pub(super) fn compile(&self, python: &Staged, context: &Context<'_>) -> Result<Vec<String>, PythonError> {
        compile::compile(&self.root, "lib", python, context)
    }

    /// What is installed, by its metadata.
    pub(super) fn distributions(&self) -> Result<Vec<Distribution>, PythonError> {
        let mut found: Vec<Distribution> = self
            .dist_infos()?
            .iter()
            .filter_map(|info| fs::read(info.join("METADATA")).ok())
            .filter_map(|bytes| read_metadata(&String::from_utf8_lossy(&bytes)))
            .collect();
        found.sort();
        Ok(found)
    }
}

fn record_rows(info: &Path) -> Vec<record::Row> {
    let bytes = fs::read(info.join("RECORD")).unwrap_or_default();
    record::parse(&String::from_utf8_lossy(&bytes))
}

/// Reads the headers of a METADATA file.
fn read_metadata(text: &str) -> Option<Distribution> {
    let headers = text.lines().take_while(|line| !line.is_empty());
    let (mut name, mut version, mut license, mut expression) = (None, None, None, None);
    for (key, value) in headers.filter_map(|line| line.split_once(": ")) {
        let slot = match key {
            "Name" => &mut name,
            "Version" => &mut version,
            "License" => &mut license,
            "License-Expression" => &mut expression,
            _ => continue,
        };
        *slot = Some(value.trim().to_owned());
    }
    Some(Distribution { name: name?, version: version?, license: expression.or(license) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata() {
        let text =
            "Metadata-Version: 2.4\nName: x\nVersion: 1\nLicense: BSD\nLicense-Expression: MIT\n\nName: y\n";
        let read = read_metadata(text).unwrap();
        assert_eq!(
            (read.name.as_str(), read.version.as_str(), read.license.as_deref()),
            ("x", "1", Some("MIT"))
        );
        for text in ["", "Name: x\n", "Version: 1\n", "\nName: x\nVersion: 1\n"] {
            assert_eq!(read_metadata(text), None, "{text:?}");
        }
    }
}
