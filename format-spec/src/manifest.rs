//! The manifest (SPEC 4): the signed statement of what a package is, holds and starts.

use alloc::vec::Vec;

use crate::command::Command;
use crate::digest::{Digest, Key, Label};
use crate::document::Document;
use crate::error::{Error, ErrorKind, Region};
use crate::limits;
use crate::name::{is_target, read_name, read_name_or_empty};
use crate::semver::is_version;
use crate::slot::{Lifecycle, Slot};
use crate::trailer;
use crate::wire::{Reader, Writer};

/// The first eight bytes of a manifest.
pub const MAGIC: [u8; 8] = *b"PSPMANIF";
/// Section types from here on are never assigned (SPEC 4).
pub const UNASSIGNED_TYPES: u16 = 0x8000;

/// Who and what a package is (SPEC 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The package's name.
    pub name: &'a str,
    /// Its semantic version.
    pub version: &'a str,
    /// The machines it runs on.
    pub target: &'a str,
    /// The channel it was released on; may be empty.
    pub channel: &'a str,
    /// Grows with each release, if the publisher uses it.
    pub sequence: u64,
    /// The key that stands for the publisher.
    pub primary: Key,
}

/// The stub's size and digest (SPEC 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stub {
    /// In bytes.
    pub size: u64,
    /// SHA-256.
    pub digest: Digest,
}

/// An entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPoint<'a> {
    /// Empty for the default.
    pub name: &'a str,
    /// What it starts.
    pub command: Command<'a>,
}

/// A section that this crate does not know and that may be ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown<'a> {
    /// Its type.
    pub kind: u16,
    /// Its body.
    pub body: &'a [u8],
}

/// A decoded manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest<'a> {
    /// The format's minor version.
    pub minor: u16,
    /// Who and what the package is.
    pub identity: Identity<'a>,
    /// The stub's size and digest.
    pub stub: Stub,
    /// In the order of the file.
    pub slots: Vec<Slot<'a>>,
    /// Ascending by name, the default first.
    pub entries: Vec<EntryPoint<'a>>,
    /// Run once, in order, before the first start.
    pub setup: Vec<Command<'a>>,
    /// Ascending by name.
    pub documents: Vec<Document<'a>>,
    /// Words for people and registries, ascending by key.
    pub information: Vec<(&'a str, &'a str)>,
    /// Sections that were ignored, ascending by type.
    pub unknown: Vec<Unknown<'a>>,
}

/// The section types of SPEC 4.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
enum Section {
    Package = 1,
    Stub = 2,
    Slots = 3,
    Entries = 4,
    Setup = 5,
    Documents = 6,
    Information = 7,
}

impl Section {
    fn from_type(kind: u16) -> Option<Section> {
        use Section::*;
        [Package, Stub, Slots, Entries, Setup, Documents, Information].into_iter().find(|s| *s as u16 == kind)
    }

    fn is_critical(self) -> bool {
        self != Section::Information
    }
}

/// The root of a manifest (SPEC 3).
pub fn root(manifest: &[u8]) -> Digest {
    Digest::labelled(Label::Manifest, manifest)
}

#[derive(Default)]
struct Draft<'a> {
    identity: Option<Identity<'a>>,
    stub: Option<Stub>,
    slots: Vec<Slot<'a>>,
    entries: Vec<EntryPoint<'a>>,
    setup: Vec<Command<'a>>,
    documents: Vec<Document<'a>>,
    information: Vec<(&'a str, &'a str)>,
    unknown: Vec<Unknown<'a>>,
}

impl<'a> Manifest<'a> {
    /// Decode a manifest whose trailer states the minor version `minor`.
    ///
    /// # Errors
    /// Whatever SPEC 4 names, at its offset in the manifest.
    pub fn parse(bytes: &'a [u8], minor: u16) -> Result<Manifest<'a>, Error> {
        let mut reader = Reader::new(bytes, Region::Manifest, 0);
        let at = reader.error(ErrorKind::ManifestMagic);
        if reader.array::<8>()? != MAGIC {
            return Err(at);
        }
        let at = reader.error(ErrorKind::VersionMismatch);
        if (reader.u16()?, reader.u16()?) != (trailer::MAJOR, minor) {
            return Err(at);
        }
        let mut draft = Draft::default();
        let mut last_type = None;
        for _ in 0..reader.count32(limits::SECTIONS)? {
            let at = reader.error(ErrorKind::SectionOrder);
            let kind = reader.u16()?;
            if last_type.is_some_and(|last| last >= kind) {
                return Err(at);
            }
            last_type = Some(kind);
            read_section(&mut reader, kind, &mut draft)?;
        }
        reader.end()?;
        draft.finish(minor, &reader)
    }

    /// Encode the manifest. What cannot be encoded (a name too long, say) gives bytes that [`Manifest::parse`] refuses.
    pub fn encode(&self) -> Vec<u8> {
        let mut sections: Vec<(u16, u16, Vec<u8>)> = Vec::new();
        let mut add = |section: Section, count: usize, write: &dyn Fn(&mut Writer)| {
            let mut body = Writer::default();
            if section != Section::Package && section != Section::Stub {
                body.count16(count);
            }
            write(&mut body);
            if count > 0 {
                sections.push((section as u16, u16::from(section.is_critical()), body.0));
            }
        };
        add(Section::Package, 1, &|w| self.identity.write(w));
        add(Section::Stub, 1, &|w| self.stub.write(w));
        add(Section::Slots, self.slots.len(), &|w| self.slots.iter().for_each(|slot| slot.write(w)));
        add(Section::Entries, self.entries.len(), &|w| self.entries.iter().for_each(|entry| entry.write(w)));
        add(Section::Setup, self.setup.len(), &|w| self.setup.iter().for_each(|command| command.write(w)));
        add(Section::Documents, self.documents.len(), &|w| self.documents.iter().for_each(|d| d.write(w)));
        add(Section::Information, self.information.len(), &|w| write_information(w, &self.information));
        sections.extend(self.unknown.iter().map(|u| (u.kind, 0, u.body.to_vec())));
        let mut writer = Writer::default();
        writer.raw(&MAGIC);
        writer.u16(trailer::MAJOR);
        writer.u16(self.minor);
        writer.count32(sections.len());
        for (kind, flags, body) in &sections {
            writer.u16(*kind);
            writer.u16(*flags);
            writer.bytes32(body);
        }
        writer.0
    }

    /// The entry point of this name.
    pub fn entry(&self, name: &[u8]) -> Option<&EntryPoint<'a>> {
        self.entries.iter().find(|entry| entry.name.as_bytes() == name)
    }
}

fn read_section<'a>(reader: &mut Reader<'a>, kind: u16, draft: &mut Draft<'a>) -> Result<(), Error> {
    let at = reader.error(ErrorKind::Reserved);
    let flags = reader.u16()?;
    if flags > 1 {
        return Err(at);
    }
    let critical = flags == 1;
    let length = reader.u32()?;
    let mut body = reader.part(length as usize)?;
    let Some(section) = Section::from_type(kind) else {
        if critical {
            return Err(Error { kind: ErrorKind::UnknownSection, ..at });
        }
        draft.unknown.push(Unknown { kind, body: body.take(length as usize)? });
        return Ok(());
    };
    if critical != section.is_critical() {
        return Err(Error { kind: ErrorKind::SectionFlags, ..at });
    }
    match section {
        Section::Package => draft.identity = Some(Identity::read(&mut body)?),
        Section::Stub => draft.stub = Some(Stub::read(&mut body)?),
        Section::Slots => read_slots(&mut body, draft)?,
        Section::Entries => read_entries(&mut body, draft)?,
        Section::Setup => read_setup(&mut body, draft)?,
        Section::Documents => read_documents(&mut body, draft)?,
        Section::Information => read_information(&mut body, draft)?,
    }
    body.end()
}

impl<'a> Draft<'a> {
    fn finish(self, minor: u16, reader: &Reader<'a>) -> Result<Manifest<'a>, Error> {
        let missing = || reader.error(ErrorKind::SectionMissing);
        if self.entries.is_empty() {
            return Err(missing());
        }
        let manifest = Manifest {
            minor,
            identity: self.identity.ok_or_else(missing)?,
            stub: self.stub.ok_or_else(missing)?,
            slots: self.slots,
            entries: self.entries,
            setup: self.setup,
            documents: self.documents,
            information: self.information,
            unknown: self.unknown,
        };
        // SPEC 4.8: without a setup there is nothing prepared.
        let uses_prepared = manifest.entries.iter().any(|entry| entry.command.uses_prepared());
        if manifest.setup.is_empty() && uses_prepared {
            Err(reader.error(ErrorKind::Prepared))
        } else {
            Ok(manifest)
        }
    }

    fn slot_count(&self) -> u16 {
        u16::try_from(self.slots.len()).unwrap_or(limits::SLOTS)
    }
}

fn read_slots<'a>(body: &mut Reader<'a>, draft: &mut Draft<'a>) -> Result<(), Error> {
    for _ in 0..body.list_count(limits::SLOTS)? {
        let at = body.error(ErrorKind::SlotDuplicate);
        let slot = Slot::read(body)?;
        if draft.slots.iter().any(|other| other.id == slot.id) {
            return Err(at);
        }
        draft.slots.push(slot);
    }
    Ok(())
}

fn read_entries<'a>(body: &mut Reader<'a>, draft: &mut Draft<'a>) -> Result<(), Error> {
    let always = draft.slots.iter().enumerate().filter(|(_, slot)| slot.lifecycle != Lifecycle::Lazy);
    let always = always.fold(0u64, |mask, (number, _)| mask | 1 << number);
    for _ in 0..body.list_count(limits::ENTRIES)? {
        let at = body.error(ErrorKind::EntryOrder);
        let name = read_name_or_empty(body, limits::ID_BYTES)?;
        match draft.entries.last() {
            None if !name.is_empty() => return Err(Error { kind: ErrorKind::EntryMissing, ..at }),
            Some(last) if last.name >= name => return Err(at),
            _ => {}
        }
        let command = Command::read(body, draft.slot_count())?;
        if always & !command.slots != 0 {
            return Err(Error { kind: ErrorKind::CommandSlots, ..at });
        }
        draft.entries.push(EntryPoint { name, command });
    }
    Ok(())
}

fn read_setup<'a>(body: &mut Reader<'a>, draft: &mut Draft<'a>) -> Result<(), Error> {
    for _ in 0..body.list_count(limits::SETUP_COMMANDS)? {
        let command = Command::read(body, draft.slot_count())?;
        draft.setup.push(command);
    }
    Ok(())
}

fn read_documents<'a>(body: &mut Reader<'a>, draft: &mut Draft<'a>) -> Result<(), Error> {
    for _ in 0..body.list_count(limits::DOCUMENTS)? {
        let at = body.error(ErrorKind::DocumentOrder);
        let document = Document::read(body)?;
        if draft.documents.last().is_some_and(|last| last.name >= document.name) {
            return Err(at);
        }
        draft.documents.push(document);
    }
    Ok(())
}

fn read_information<'a>(body: &mut Reader<'a>, draft: &mut Draft<'a>) -> Result<(), Error> {
    for _ in 0..body.list_count(limits::INFORMATION_PAIRS)? {
        let at = body.error(ErrorKind::InformationOrder);
        let key = read_name(body, limits::ID_BYTES)?;
        if draft.information.last().is_some_and(|(last, _)| *last >= key) {
            return Err(at);
        }
        let value = body.bytes32(limits::INFORMATION_VALUE_BYTES)?;
        let value = core::str::from_utf8(value).map_err(|_| Error { kind: ErrorKind::Text, ..at })?;
        draft.information.push((key, value));
    }
    Ok(())
}

fn write_information(writer: &mut Writer, pairs: &[(&str, &str)]) {
    for (key, value) in pairs {
        writer.bytes16(key.as_bytes());
        writer.bytes32(value.as_bytes());
    }
}

impl<'a> Identity<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Identity<'a>, Error> {
        let name = read_name(reader, limits::NAME_BYTES)?;
        let at = reader.error(ErrorKind::Version);
        let version = reader.text16(limits::NAME_BYTES)?;
        if !is_version(version) {
            return Err(at);
        }
        let at = reader.error(ErrorKind::Target);
        let target = reader.text16(limits::TARGET_BYTES)?;
        if !is_target(target) {
            return Err(at);
        }
        let channel = read_name_or_empty(reader, limits::NAME_BYTES)?;
        Ok(Identity { name, version, target, channel, sequence: reader.u64()?, primary: reader.key()? })
    }

    fn write(&self, writer: &mut Writer) {
        for text in [self.name, self.version, self.target, self.channel] {
            writer.bytes16(text.as_bytes());
        }
        writer.u64(self.sequence);
        writer.raw(&self.primary.0);
    }
}

impl Stub {
    fn read(reader: &mut Reader<'_>) -> Result<Stub, Error> {
        Ok(Stub { size: reader.count64(limits::STUB_BYTES)?, digest: reader.digest()? })
    }

    fn write(&self, writer: &mut Writer) {
        writer.u64(self.size);
        writer.raw(&self.digest.0);
    }
}

impl EntryPoint<'_> {
    fn write(&self, writer: &mut Writer) {
        writer.bytes16(self.name.as_bytes());
        self.command.write(writer);
    }
}
