//! Inspection: what a package says of itself, and how much of that is proven.
//!
//! A package whose signatures do not verify is still described, as far as the manifest goes; its fault is told.

use psp_format::command::{Change, Command, Part, Program, Template};
use psp_format::frame::Table;
use psp_format::index::{Index, Node};
use psp_format::{Manifest, Package};

use crate::escaped;
use crate::package_file::{Fault, PackageError, PackageFile};
use crate::signers::{self, Signer};
use crate::stub;
use crate::trust::{MachineTrust, TrustError};

/// What was found in a package.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The format's version, `MAJOR.MINOR`.
    pub format: String,
    /// The package's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its target.
    pub target: String,
    /// The channel it was released on; may be empty.
    pub channel: String,
    /// Its sequence number; 0 if it has none.
    pub sequence: u64,
    /// Bytes of the file.
    pub size: u64,
    /// The digest that is signed, in hexadecimal digits.
    pub root: String,
    /// The primary key, in hexadecimal digits.
    pub primary: String,
    /// The stub.
    pub stub: StubView,
    /// The slots, in the order of the file.
    pub slots: Vec<SlotView>,
    /// The entry points, the default first.
    pub entries: Vec<EntryView>,
    /// The setup commands.
    pub setup: Vec<String>,
    /// The documents: name, stored size, size.
    pub documents: Vec<(String, u64, u64)>,
    /// Words for people, by key.
    pub information: Vec<(String, String)>,
    /// The signers.
    pub signers: Vec<Signer>,
    /// The first thing that was found to be wrong. (Not everything was looked at: `psp verify` does that.)
    pub fault: Option<Fault>,
}

/// The stub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StubView {
    /// In bytes.
    pub size: u64,
    /// In hexadecimal digits.
    pub sha256: String,
    /// Whether it is one that this `psp` carries.
    pub is_known: bool,
}

/// A slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotView {
    /// Its id.
    pub id: String,
    /// `tree` or `file`.
    pub kind: &'static str,
    /// `cache`, `temporary`, `memory` or `lazy`.
    pub lifecycle: &'static str,
    /// Bytes in the package.
    pub stored_size: u64,
    /// Bytes of all its files.
    pub size: u64,
    /// The content id, in hexadecimal digits: the name of its entry in every cache.
    pub content_id: String,
    /// The digest of its frame table, in hexadecimal digits.
    pub sha256: String,
    /// Frames of index and data together.
    pub frames: u32,
    /// Entries of its index.
    pub entry_count: u32,
    /// What is in the index, where it could be read.
    pub contents: Option<Contents>,
}

/// How many of what a slot holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Contents {
    /// Regular files, hard links not counted.
    pub files: u64,
    /// Of these, executable ones.
    pub executables: u64,
    /// Directories.
    pub directories: u64,
    /// Symbolic links.
    pub symlinks: u64,
    /// Further names of files.
    pub hardlinks: u64,
}

/// An entry point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryView {
    /// Empty for the default.
    pub name: String,
    /// What it starts, as a manifest would say it.
    pub command: Vec<String>,
    /// Its working directory, if it is not the caller's.
    pub cwd: Option<String>,
    /// Its changes to the environment.
    pub environment: Vec<String>,
}

impl Inspection {
    /// Looks at a package.
    pub fn of(file: &PackageFile, trust: &MachineTrust) -> Result<Self, InspectionError> {
        let package = file.parse()?;
        let policy = trust.policy()?;
        let manifest = &package.manifest;
        let identity = &manifest.identity;
        let mut inspection = Self {
            format: format!("{}.{}", psp_format::trailer::MAJOR, package.trailer.minor),
            name: identity.name.to_owned(),
            version: identity.version.to_owned(),
            target: identity.target.to_owned(),
            channel: identity.channel.to_owned(),
            sequence: identity.sequence,
            size: file.size(),
            root: package.root.hex().to_string(),
            primary: identity.primary.hex().to_string(),
            stub: StubView {
                size: manifest.stub.size,
                sha256: manifest.stub.digest.hex().to_string(),
                is_known: stub::is_carried(manifest),
            },
            slots: manifest.slots.iter().map(SlotView::of).collect(),
            entries: manifest
                .entries
                .iter()
                .map(|entry| EntryView::of(manifest, entry.name, &entry.command))
                .collect(),
            setup: manifest.setup.iter().map(|command| words(manifest, command).join(" ")).collect(),
            documents: manifest
                .documents
                .iter()
                .map(|document| (document.name.to_owned(), document.stored_size, document.size))
                .collect(),
            information: manifest
                .information
                .iter()
                .map(|(key, value)| ((*key).into(), (*value).into()))
                .collect(),
            signers: signers::embedded(&package, &policy),
            fault: None,
        };
        inspection.look_inside(file, package.clone())?;
        Ok(inspection)
    }

    /// A word for people, by its key.
    pub fn information(&self, key: &str) -> Option<&str> {
        self.information.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// Stub, tables and indexes, but not the data: that is `psp verify`'s.
    fn look_inside(&mut self, file: &PackageFile, package: Package<'_>) -> Result<(), PackageError> {
        let verified = match file.verified() {
            Ok(verified) => verified,
            Err(error) => return self.keep_fault(error),
        };
        if let Err(error) = file.verify_stub(&verified) {
            self.stub.is_known = false;
            self.keep_fault(error)?;
        }
        for number in 0..package.manifest.slots.len() {
            match file.look(&verified, number, Contents::count) {
                Ok(contents) => self.slots[number].contents = Some(contents),
                Err(error) => self.keep_fault(error)?,
            }
        }
        Ok(())
    }

    /// A broken rule is part of the description; anything else ends it.
    fn keep_fault(&mut self, error: PackageError) -> Result<(), PackageError> {
        match error.fault() {
            Some(fault) => self.fault.get_or_insert_with(|| fault.clone()),
            None => return Err(error),
        };
        Ok(())
    }
}

/// Why a package cannot be described at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum InspectionError {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl crate::diagnostic::Diagnostic for InspectionError {
    fn code(&self) -> &'static crate::codes::Code {
        match self {
            Self::Package(error) => error.code(),
            Self::Trust(error) => error.code(),
        }
    }
}

impl SlotView {
    fn of(slot: &psp_format::slot::Slot<'_>) -> Self {
        let content = &slot.content;
        Self {
            id: slot.id.to_owned(),
            kind: content.kind.as_str(),
            lifecycle: slot.lifecycle.as_str(),
            stored_size: content.stored_size,
            size: content.data_size,
            content_id: content.id().hex().to_string(),
            sha256: content.table.hex().to_string(),
            frames: content.index_frames + content.data_frames,
            entry_count: content.entry_count,
            contents: None,
        }
    }
}

impl Contents {
    /// Counts the entries of an index.
    pub fn count(_table: &Table, index: &Index<'_>) -> Self {
        let mut contents = Self::default();
        for entry in &index.entries {
            match entry.node {
                Node::Directory => contents.directories += 1,
                Node::File { executable, .. } => {
                    contents.files += 1;
                    contents.executables += u64::from(executable);
                }
                Node::Symlink { .. } => contents.symlinks += 1,
                Node::Hardlink { .. } => contents.hardlinks += 1,
            }
        }
        contents
    }
}

impl EntryView {
    fn of(manifest: &Manifest<'_>, name: &str, command: &Command<'_>) -> Self {
        let template = |template: &Template<'_>| template_text(manifest, template);
        Self {
            name: name.to_owned(),
            command: words(manifest, command),
            cwd: command.cwd.as_ref().map(template),
            environment: command.environment.iter().map(|change| change_text(change, template)).collect(),
        }
    }
}

/// Program and arguments, as a manifest would say them.
fn words(manifest: &Manifest<'_>, command: &Command<'_>) -> Vec<String> {
    let program = match &command.program {
        Program::Slot { slot, path, .. } => {
            let is_file = manifest.slots.get(usize::from(*slot)).is_some_and(|slot| !slot.file.is_empty());
            let base = part_text(manifest, &Part::Slot(*slot));
            if is_file { base } else { format!("{base}/{}", escaped::bytes(path)) }
        }
        Program::Host { name } => escaped::bytes(name),
        Program::Prepared { path } => format!("{{prepared}}/{}", escaped::bytes(path)),
    };
    let arguments = command.arguments.iter().map(|argument| template_text(manifest, argument));
    std::iter::once(program).chain(arguments).collect()
}

fn template_text(manifest: &Manifest<'_>, template: &Template<'_>) -> String {
    template.parts.iter().map(|part| part_text(manifest, part)).collect()
}

fn part_text(manifest: &Manifest<'_>, part: &Part<'_>) -> String {
    match part {
        Part::Literal(bytes) => escaped::bytes(bytes),
        Part::Slot(number) => {
            let slot = manifest.slots.get(usize::from(*number));
            format!("{{slot:{}}}", slot.map_or("?", |slot| slot.id))
        }
        Part::State => "{state}".to_owned(),
        Part::Prepared => "{prepared}".to_owned(),
    }
}

fn change_text(change: &Change<'_>, template: impl Fn(&Template<'_>) -> String) -> String {
    let name = escaped::bytes;
    match change {
        Change::Pass(pattern) => format!("pass {}", name(pattern)),
        Change::Unset(pattern) => format!("unset {}", name(pattern)),
        Change::Map { name: to, from } => format!("map {} from {}", name(to), name(from)),
        Change::Prepend(variable, value) => format!("prepend {}={}", name(variable), template(value)),
        Change::Set(variable, value) => format!("set {}={}", name(variable), template(value)),
    }
}
