//! A package in the making: its parts can be bent before it is put together and signed.

use ed25519_dalek::{Signer as _, SigningKey};
use psp_format::command::{Command, Part, Program, Template};
use psp_format::digest::{Digest, Key};
use psp_format::document::Document;
use psp_format::manifest::{EntryPoint, Identity, Manifest, Stub, root};
use psp_format::package::encode_tail;
use psp_format::signature::{Purpose, Signature, message};
use psp_format::slot::{Lifecycle, Slot as Record};

use super::slot::{Slot, Stored};

/// What stands where a launcher would: vectors are read, never started.
pub(crate) const STUB: &[u8] = b"#!/bin/false\n\0\xff";
/// The seed of the key that most vectors are signed with.
pub(crate) const PUBLISHER: u8 = 1;
/// The seed of a second, honest key.
pub(crate) const WITNESS: u8 = 2;
/// The seed of a key that should not have signed.
pub(crate) const STRANGER: u8 = 66;

/// A key of the vectors, worthless: 32 times the same byte is its seed.
pub(crate) fn signing_key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// Its public half.
pub(crate) fn public_key(seed: u8) -> Key {
    Key(signing_key(seed).verifying_key().to_bytes())
}

/// Sign `root` with the key of `seed`.
pub(crate) fn sign(seed: u8, purpose: &str, root: &Digest) -> Signature {
    let purpose = Purpose::new(purpose).expect("a purpose that fits");
    let key = public_key(seed);
    let bytes = signing_key(seed).sign(&message(&key, purpose, root)).to_bytes();
    Signature { key, purpose, bytes }
}

/// A package in the making.
#[derive(Clone)]
pub(crate) struct Draft<'a> {
    pub(crate) stub: Vec<u8>,
    pub(crate) manifest: Manifest<'a>,
    pub(crate) slots: Vec<Vec<u8>>,
    pub(crate) documents: Vec<Vec<u8>>,
    /// Seeds of keys, and purposes.
    pub(crate) signers: Vec<(u8, &'a str)>,
}

impl<'a> Draft<'a> {
    /// A package that starts a program of the host.
    pub(crate) fn new(name: &'a str) -> Draft<'a> {
        let identity = Identity {
            name,
            version: "1.0.0",
            target: "x86_64-linux",
            channel: "",
            sequence: 0,
            primary: public_key(PUBLISHER),
        };
        let stub = Stub { size: STUB.len() as u64, digest: Digest::of(STUB) };
        let manifest = Manifest {
            minor: 0,
            identity,
            stub,
            slots: vec![],
            entries: vec![EntryPoint { name: "", command: host(b"true") }],
            setup: vec![],
            documents: vec![],
            information: vec![],
            unknown: vec![],
        };
        Draft {
            stub: STUB.to_vec(),
            manifest,
            slots: vec![],
            documents: vec![],
            signers: vec![(PUBLISHER, "")],
        }
    }

    /// A package with one slot, `app`, that starts this entry of it.
    pub(crate) fn with_slot(name: &'a str, slot: &Slot, entry: u32, path: &'a [u8]) -> Draft<'a> {
        let mut draft = Draft::new(name);
        draft.add_slot("app", Lifecycle::Cache, slot);
        draft.manifest.entries[0].command.program = Program::Slot { slot: 0, entry, path };
        draft
    }

    /// Adds a slot, which every entry point so far asks for unless it is lazy.
    pub(crate) fn add_slot(&mut self, id: &'a str, lifecycle: Lifecycle, slot: &Slot) {
        let (content, bytes) = slot.finish();
        let bit = 1 << self.slots.len();
        self.slots.push(bytes);
        self.manifest.slots.push(Record { id, lifecycle, file: slot.file, content });
        if lifecycle != Lifecycle::Lazy {
            self.manifest.entries.iter_mut().for_each(|entry| entry.command.slots |= bit);
        }
    }

    /// Adds a document.
    pub(crate) fn add_document(&mut self, name: &'a str, frame: Stored) {
        self.manifest.documents.push(Document {
            name,
            stored_size: frame.bytes.len() as u64,
            size: frame.size as u64,
            digest: Digest::of(&frame.bytes),
        });
        self.documents.push(frame.bytes);
    }

    /// The default entry's command.
    pub(crate) fn command(&mut self) -> &mut Command<'a> {
        &mut self.manifest.entries[0].command
    }

    /// The package.
    pub(crate) fn finish(&self) -> Vec<u8> {
        self.seal(&self.manifest.encode())
    }

    /// The package with this manifest instead of its own, signed like any other.
    pub(crate) fn seal(&self, manifest: &[u8]) -> Vec<u8> {
        let root = root(manifest);
        let mut list: Vec<Signature> =
            self.signers.iter().map(|(seed, purpose)| sign(*seed, purpose, &root)).collect();
        list.sort_by_key(|signature| signature.key);
        self.seal_with(manifest, &list)
    }

    /// The package with this manifest and these signatures, right or not.
    pub(crate) fn seal_with(&self, manifest: &[u8], signatures: &[Signature]) -> Vec<u8> {
        let mut bytes = self.stub.clone();
        self.slots.iter().chain(&self.documents).for_each(|part| bytes.extend_from_slice(part));
        let tail = encode_tail(manifest, self.manifest.minor, signatures, bytes.len() as u64);
        bytes.extend_from_slice(&tail);
        bytes
    }

    /// The manifest's sections, to be bent.
    pub(crate) fn sections(&self) -> Sections {
        Sections::split(&self.manifest.encode())
    }
}

/// A manifest as its header and its sections: type, flags and body.
#[derive(Clone)]
pub(crate) struct Sections {
    pub(crate) header: [u8; 12],
    pub(crate) list: Vec<(u16, u16, Vec<u8>)>,
}

impl Sections {
    fn split(manifest: &[u8]) -> Sections {
        let header = manifest[..12].try_into().expect("a manifest has a header");
        let mut rest = &manifest[16..];
        let mut list = vec![];
        while let Some((head, after)) = rest.split_first_chunk::<8>() {
            let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
            let (kind, flags) =
                (u16::from_le_bytes([head[0], head[1]]), u16::from_le_bytes([head[2], head[3]]));
            list.push((kind, flags, after[..length].to_vec()));
            rest = &after[length..];
        }
        Sections { header, list }
    }

    /// The section of this type.
    pub(crate) fn section(&mut self, kind: u16) -> &mut (u16, u16, Vec<u8>) {
        self.list.iter_mut().find(|section| section.0 == kind).expect("a section that the draft has")
    }

    /// The manifest.
    pub(crate) fn join(&self) -> Vec<u8> {
        let mut manifest = self.header.to_vec();
        manifest.extend_from_slice(&(self.list.len() as u32).to_le_bytes());
        for (kind, flags, body) in &self.list {
            manifest.extend_from_slice(&kind.to_le_bytes());
            manifest.extend_from_slice(&flags.to_le_bytes());
            manifest.extend_from_slice(&(body.len() as u32).to_le_bytes());
            manifest.extend_from_slice(body);
        }
        manifest
    }
}

/// A command that starts a program of the host.
pub(crate) fn host(name: &[u8]) -> Command<'_> {
    Command {
        program: Program::Host { name },
        argv0_is_program: false,
        slots: 0,
        arguments: vec![],
        cwd: None,
        environment: vec![],
    }
}

/// A command that starts this entry of a slot.
pub(crate) fn start(slot: u16, entry: u32, path: &[u8]) -> Command<'_> {
    Command { program: Program::Slot { slot, entry, path }, slots: 1 << slot, ..host(b"") }
}

/// A template of these parts.
pub(crate) fn template<'a>(parts: &[Part<'a>]) -> Template<'a> {
    Template { parts: parts.to_vec() }
}
