//! The document of `psp inspect --json`: schema psp-inspect/1, described in docs/JSON.md.

use psp_builder::inspection::{EntryView, Inspection, SlotView};
use serde_json::{Map, Value, json};

use crate::cli::verify::{describe_signer, region_word};

pub(super) fn describe(inspection: &Inspection) -> Value {
    let information: Map<String, Value> =
        inspection.information.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    let documents = inspection
        .documents
        .iter()
        .map(|(name, stored_size, size)| json!({ "name": name, "stored_size": stored_size, "size": size }));
    json!({
        "format": inspection.format,
        "name": inspection.name,
        "version": inspection.version,
        "target": inspection.target,
        "channel": inspection.channel,
        "sequence": inspection.sequence,
        "size": inspection.size,
        "root": inspection.root,
        "primary_key": inspection.primary,
        "valid": inspection.fault.is_none(),
        "fault": inspection.fault.as_ref().map(|fault| json!({
            "code": fault.error.code(),
            "message": fault.message(),
            "part": fault.part,
            "region": region_word(fault.error.region),
            "offset": fault.error.offset,
        })),
        "stub": {
            "size": inspection.stub.size,
            "sha256": inspection.stub.sha256,
            "known": inspection.stub.is_known,
        },
        "slots": inspection.slots.iter().map(slot).collect::<Vec<_>>(),
        "entries": inspection.entries.iter().map(entry).collect::<Vec<_>>(),
        "setup": inspection.setup,
        "signatures": inspection.signers.iter().map(describe_signer).collect::<Vec<_>>(),
        "documents": documents.collect::<Vec<_>>(),
        "information": information,
        "needs": inspection.information("needs").unwrap_or_default().lines().collect::<Vec<_>>(),
    })
}

fn slot(slot: &SlotView) -> Value {
    json!({
        "id": slot.id,
        "kind": slot.kind,
        "lifecycle": slot.lifecycle,
        "stored_size": slot.stored_size,
        "size": slot.size,
        "sha256": slot.sha256,
        "content_id": slot.content_id,
        "frames": slot.frames,
        "entry_count": slot.entry_count,
        "contents": slot.contents.map(|contents| json!({
            "files": contents.files,
            "executables": contents.executables,
            "directories": contents.directories,
            "symlinks": contents.symlinks,
            "hardlinks": contents.hardlinks,
        })),
    })
}

fn entry(entry: &EntryView) -> Value {
    json!({ "name": entry.name, "command": entry.command, "cwd": entry.cwd, "environment": entry.environment })
}
