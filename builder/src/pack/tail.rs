//! What follows the slots: the manifest, its signatures, the trailer.

use psp_format::manifest::{EntryPoint, Identity, Manifest, Stub, UNASSIGNED_TYPES, Unknown, root};
use psp_format::package::encode_tail;
use psp_format::signature::{Purpose, Signature};
use psp_format::slot::{Lifecycle as FormatLifecycle, Slot};
use psp_format::{Digest, Key};

use super::{PackError, PackedSlot, Workshop};
use crate::keys::{KeyError, SecretKey};
use crate::manifest::Lifecycle;
use crate::plan::{Plan, SlotPlan};

/// The minor version of the format that is written.
const MINOR: u16 = 0;

/// The end of a package.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) bytes: Vec<u8>,
    pub(super) root: Digest,
    pub(super) primary: Key,
}

impl Tail {
    /// States what was packed, and signs it. `head_size` is the size of all that precedes.
    pub(super) fn new(
        plan: &Plan,
        slots: &[PackedSlot],
        workshop: &Workshop<'_>,
        head_size: u64,
    ) -> Result<Self, PackError> {
        let [primary, ..] = workshop.keys else { return Err(PackError::KeyCount { count: 0 }) };
        let primary = primary.public();
        let grease = grease(plan);
        let manifest = Manifest {
            minor: MINOR,
            identity: Identity {
                name: &plan.package.name,
                version: &plan.package.version,
                target: plan.target.as_str(),
                channel: &plan.package.channel,
                sequence: plan.package.sequence,
                primary,
            },
            stub: Stub { size: workshop.stub.len() as u64, digest: Digest::of(workshop.stub) },
            slots: plan.slots.iter().zip(slots).map(|(plan, packed)| slot(plan, packed)).collect(),
            entries: entries(plan)?,
            setup: plan.setup.iter().map(|command| plan.command(command)).collect::<Result<_, _>>()?,
            documents: Vec::new(),
            information: plan.information.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect(),
            unknown: vec![Unknown { kind: grease.kind, body: &grease.body }],
        };
        let manifest = manifest.encode();
        let root = root(&manifest);
        let signatures = sign(workshop.keys, &root)?;
        Ok(Self { bytes: encode_tail(&manifest, MINOR, &signatures, head_size), root, primary })
    }
}

fn slot<'p>(plan: &'p SlotPlan, packed: &PackedSlot) -> Slot<'p> {
    let lifecycle = match plan.lifecycle {
        Lifecycle::Cache => FormatLifecycle::Cache,
        Lifecycle::Temporary => FormatLifecycle::Temporary,
        Lifecycle::Memory => FormatLifecycle::Memory,
        Lifecycle::Lazy => FormatLifecycle::Lazy,
    };
    let file = plan.tree.entries.first().filter(|_| plan.tree.single_file).map(|entry| entry.path.as_slice());
    Slot { id: &plan.id, lifecycle, file: file.unwrap_or_default(), content: packed.content }
}

/// The default entry point, then the others by name.
fn entries(plan: &Plan) -> Result<Vec<EntryPoint<'_>>, PackError> {
    let mut entries = vec![EntryPoint { name: "", command: plan.command(&plan.run)? }];
    for (name, command) in &plan.entries {
        entries.push(EntryPoint { name, command: plan.command(command)? });
    }
    entries.sort_by_key(|entry| entry.name);
    Ok(entries)
}

/// The signatures of all keys, ascending by key.
fn sign(keys: &[SecretKey], root: &Digest) -> Result<Vec<Signature>, KeyError> {
    let mut signatures: Vec<_> = keys.iter().map(|key| key.sign(root, Purpose::NONE)).collect();
    signatures.sort_by_key(|signature| signature.key);
    match signatures.windows(2).find(|pair| pair[0].key == pair[1].key) {
        Some(pair) => Err(KeyError::Twice { key: pair[0].key.hex().to_string() }),
        None => Ok(signatures),
    }
}

struct Grease {
    kind: u16,
    body: Vec<u8>,
}

/// SPEC 4: a section of an unassigned type, so that readers keep ignoring what they must ignore.
fn grease(plan: &Plan) -> Grease {
    let seed = Digest::of(format!("grease {} {}", plan.package.name, plan.package.version).as_bytes()).0;
    let kind = UNASSIGNED_TYPES | u16::from_le_bytes([seed[0], seed[1]]);
    Grease { kind, body: seed[2..4 + usize::from(seed[4] % 8)].to_vec() }
}
