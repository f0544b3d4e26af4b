//! One slot's bytes: frame table, index frames, data frames.
//!
//! The table comes first in the file but is known last. Its size is known from the start, so room is left for it.

use std::io::{self, Write};
use std::os::unix::fs::FileExt;

use psp_format::frame::{Frame, RECORD_BYTES, encode_table};
use psp_format::index::{Entry as IndexEntry, Node as IndexNode, encode as encode_index};
use psp_format::slot::Kind;
use psp_format::{Content, Digest, limits};

use super::frames::{FrameWork, store_all};
use super::{PackError, Workshop};
use crate::chunk::{TARGET_FRAME_BYTES, cut};
use crate::codec::Compressor;
use crate::content::Contents;
use crate::output::PendingFile;
use crate::plan::SlotPlan;
use crate::source::{Node, Tree};

/// Where the next byte of the package goes.
#[derive(Debug)]
pub(super) struct Writer<'p> {
    pub(super) pending: &'p PendingFile,
    pub(super) position: u64,
}

impl Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), PackError> {
        self.pending.file().write_all(bytes).map_err(|source| self.pending.error(source))?;
        self.position += bytes.len() as u64;
        Ok(())
    }

    fn write_at(&self, bytes: &[u8], position: u64) -> Result<(), PackError> {
        let written: io::Result<()> = self.pending.file().write_all_at(bytes, position);
        Ok(written.map_err(|source| self.pending.error(source))?)
    }
}

/// Appends a slot; returns its content record and the number of frames that the build cache gave.
pub(super) fn pack(
    plan: &SlotPlan,
    contents: &Contents,
    workshop: &Workshop<'_>,
    writer: &mut Writer<'_>,
) -> Result<(Content, usize), PackError> {
    let index = encode_index(&index_entries(&plan.tree, contents));
    let index_parts: Vec<&[u8]> = index.chunks(TARGET_FRAME_BYTES as usize).collect();
    let data_parts = cut(&contents.shapes);
    let frame_count = index_parts.len() + data_parts.len();
    check_limits(plan, index.len() as u64, frame_count)?;
    let start = writer.position;
    writer.write(&vec![0; frame_count * RECORD_BYTES])?;
    let mut table = Vec::with_capacity(frame_count);
    let mut compressor = Compressor::new(plan.coding)?;
    for part in &index_parts {
        let stored = compressor.store(part.to_vec())?;
        table.push(record(&stored, part.len() as u32, Digest::of(&stored)));
        writer.write(&stored)?;
    }
    let work = FrameWork {
        tree: &plan.tree,
        shapes: &contents.shapes,
        frames: &data_parts,
        coding: plan.coding,
        workshop,
    };
    let mut cached_frames = 0;
    store_all(&work, |frame, was_cached| {
        cached_frames += usize::from(was_cached);
        table.push(record(&frame.stored, frame.size, frame.digest));
        writer.write(&frame.stored)
    })?;
    let (bytes, digest) = encode_table(&table);
    writer.write_at(&bytes, start)?;
    let content = Content {
        kind: if plan.tree.single_file { Kind::File } else { Kind::Tree },
        entry_count: plan.tree.entries.len() as u32,
        index_frames: index_parts.len() as u32,
        data_frames: data_parts.len() as u32,
        index_size: index.len() as u64,
        data_size: plan.tree.data_size(),
        stored_size: writer.position - start,
        table: digest,
    };
    Ok((content, cached_frames))
}

fn record(stored: &[u8], size: u32, digest: Digest) -> Frame {
    // Offsets are not part of the table.
    Frame { offset: 0, stored_size: stored.len() as u32, size, digest }
}

fn check_limits(plan: &SlotPlan, index_size: u64, frame_count: usize) -> Result<(), PackError> {
    let id = || plan.id.clone();
    let data_size = plan.tree.data_size();
    if index_size > limits::INDEX_BYTES {
        let limit_bytes = limits::INDEX_BYTES;
        return Err(PackError::IndexTooLarge { id: id(), size_bytes: index_size, limit_bytes });
    }
    if data_size > limits::SLOT_BYTES {
        return Err(PackError::DataTooLarge {
            id: id(),
            size_bytes: data_size,
            limit_bytes: limits::SLOT_BYTES,
        });
    }
    if frame_count > limits::FRAMES as usize {
        return Err(PackError::TooManyFrames { id: id(), count: frame_count, limit: limits::FRAMES });
    }
    Ok(())
}

fn index_entries<'t>(tree: &'t Tree, contents: &Contents) -> Vec<IndexEntry<'t>> {
    let mut shapes = contents.shapes.iter();
    let mut node = |node: &'t Node| match node {
        Node::Directory => IndexNode::Directory,
        Node::Symlink { target } => IndexNode::Symlink { target },
        Node::Hardlink { entry } => IndexNode::Hardlink { entry: *entry },
        Node::File { executable, stat } => {
            // There is one shape for each file, in the same order.
            let digest = shapes.next().map_or(Digest([0; 32]), |shape| shape.digest);
            IndexNode::File { executable: *executable, size: stat.size, digest }
        }
    };
    tree.entries.iter().map(|entry| IndexEntry { path: &entry.path, node: node(&entry.node) }).collect()
}
