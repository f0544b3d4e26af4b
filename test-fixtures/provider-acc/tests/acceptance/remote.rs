//! The remote API as a test sees it: the directory in which the provider keeps its objects, and the log of events.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use tempfile::TempDir;
use tf_testkit::TestCase;
use tf_testkit::terraform::ProviderSource;

/// The provider's address.
pub(crate) const ADDRESS: &str = "local/test/acc";

/// The provider's binary.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-acc");

/// The provider, as `dev_overrides` has it.
pub(crate) fn source() -> ProviderSource {
    ProviderSource::dev_override(ADDRESS, BINARY).unwrap()
}

/// A store of its own.
pub(crate) struct Remote(TempDir);

impl Remote {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A test case with this store.
    pub(crate) fn case(&self) -> TestCase {
        TestCase::new(source()).env("ACC_ROOT", self.path())
    }

    pub(crate) fn file(&self, id: &str) -> PathBuf {
        self.path().join(format!("{id}.json"))
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.file(id).exists()
    }

    pub(crate) fn object(&self, id: &str) -> Json {
        serde_json::from_slice(&fs::read(self.file(id)).unwrap()).unwrap()
    }

    pub(crate) fn put(&self, id: &str, object: &Json) {
        fs::write(self.file(id), object.to_string()).unwrap();
    }

    /// Changes one field of an object behind Terraform's back.
    pub(crate) fn change(&self, id: &str, field: &str, value: Json) {
        let mut object = self.object(id);
        object[field] = value;
        self.put(id, &object);
    }

    pub(crate) fn remove(&self, id: &str) {
        fs::remove_file(self.file(id)).unwrap();
    }

    /// The events so far.
    pub(crate) fn events(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path().join("log.txt")).unwrap_or_default();
        text.lines().map(Into::into).collect()
    }
}
