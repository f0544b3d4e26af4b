//! The remote API: a directory with a JSON file for each object, and a log of events.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The directory.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// An item as the API keeps it. What is not set is empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) size: i64,
    pub(crate) rev: i64,
    pub(crate) pw_hash: String,
    pub(crate) color: String,
    pub(crate) secret: String,
    pub(crate) tags: Option<BTreeMap<String, String>>,
}

impl Store {
    /// The store in a directory, which is made with its parents if there is none.
    ///
    /// # Errors
    /// The directory cannot be made.
    pub fn open(root: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&root)?;
        Ok(Self { root })
    }

    fn file(&self, id: &str) -> PathBuf {
        self.root.join(format!("{id}.json"))
    }

    /// The text of an object's file; None if there is none.
    pub(crate) fn text(&self, id: &str) -> io::Result<Option<String>> {
        match fs::read_to_string(self.file(id)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An object; None if there is none.
    pub(crate) fn get(&self, id: &str) -> io::Result<Option<Record>> {
        Ok(self.text(id)?.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// Writes an object: whole, or not at all.
    pub(crate) fn put(&self, id: &str, record: &Record) -> io::Result<()> {
        let beside = self.root.join(format!(".{id}.{}", std::process::id()));
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec(record)?)?;
        fs::rename(beside, self.file(id))
    }

    /// Removes an object, which may be gone already.
    pub(crate) fn remove(&self, id: &str) -> io::Result<()> {
        match fs::remove_file(self.file(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Adds a line to the log of events.
    pub(crate) fn event(&self, line: &str) -> io::Result<()> {
        let mut log = OpenOptions::new().create(true).append(true).open(self.root.join("log.txt"))?;
        log.write_all(format!("{line}\n").as_bytes())
    }
}
