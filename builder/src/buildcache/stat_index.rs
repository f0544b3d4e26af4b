//! What is known of the files of one source: their digests and cuts, as long as their inodes say the same.

use std::collections::HashMap;

use psp_format::Digest;

use crate::chunk::{Cut, Shape};
use crate::source::Stat;

/// How old the last change of a file must be when it is read, in nanoseconds, for its state to tell it from a later one.
///
/// Coarse clocks stamp two changes in quick succession with the same time; the coarsest in use tick every two seconds.
pub(crate) const SETTLED_AFTER_NS: i128 = 2_000_000_000;

/// What is known of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRecord {
    /// Its state when it was read.
    pub stat: Stat,
    /// What was read.
    pub shape: Shape,
}

/// What is known of the files of one source, by their paths in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatIndex {
    records: HashMap<Vec<u8>, FileRecord>,
}

const MAGIC: &[u8; 8] = b"PSPSTA2\n";

impl StatIndex {
    /// What is known of the file, if it is still in the state that it was read in.
    pub fn get(&self, path: &[u8], stat: &Stat) -> Option<&Shape> {
        self.records.get(path).filter(|record| record.stat == *stat).map(|record| &record.shape)
    }

    /// Notes what was read at `read_at_ns`, unless the file had changed so shortly before that a later change might
    /// leave no trace.
    pub fn insert(&mut self, path: Vec<u8>, record: FileRecord, read_at_ns: i128) {
        if is_settled(&record.stat, read_at_ns) {
            self.records.insert(path, record);
        }
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, digest) = bytes.split_last_chunk::<32>()?;
        if Digest::of(body).0 != *digest {
            return None;
        }
        let mut rest = body.strip_prefix(MAGIC)?;
        let mut records = HashMap::new();
        while !rest.is_empty() {
            let (path, record) = decode_record(&mut rest)?;
            records.insert(path, record);
        }
        Some(Self { records })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for (path, FileRecord { stat, shape }) in &self.records {
            bytes.extend((path.len() as u64).to_le_bytes());
            bytes.extend(path);
            for number in [stat.device, stat.inode, stat.size] {
                bytes.extend(number.to_le_bytes());
            }
            bytes.extend(stat.mtime_ns.to_le_bytes());
            bytes.extend(stat.ctime_ns.to_le_bytes());
            bytes.extend(shape.digest.0);
            bytes.extend(shape.head);
            bytes.extend((shape.cuts.len() as u64).to_le_bytes());
            for cut in &shape.cuts {
                bytes.extend(cut.offset.to_le_bytes());
                bytes.extend(cut.rank.to_le_bytes());
            }
        }
        let digest = Digest::of(&bytes);
        bytes.extend(digest.0);
        bytes
    }
}

/// Whether a later change of the file would show in its state.
pub(crate) fn is_settled(stat: &Stat, read_at_ns: i128) -> bool {
    stat.ctime_ns + SETTLED_AFTER_NS < read_at_ns
}

fn decode_record(rest: &mut &[u8]) -> Option<(Vec<u8>, FileRecord)> {
    let length = number(rest)?;
    let path = take(rest, length)?.to_vec();
    let (device, inode, size) = (number(rest)?, number(rest)?, number(rest)?);
    let (mtime_ns, ctime_ns) = (time(rest)?, time(rest)?);
    let digest = Digest(take(rest, 32)?.try_into().ok()?);
    let head = take(rest, 4)?.try_into().ok()?;
    let count = number(rest)?;
    let cuts = (0..count)
        .map(|_| Some(Cut { offset: number(rest)?, rank: number(rest)? }))
        .collect::<Option<_>>()?;
    let stat = Stat { device, inode, size, mtime_ns, ctime_ns };
    Some((path, FileRecord { stat, shape: Shape { size, digest, head, cuts } }))
}

fn take<'b>(rest: &mut &'b [u8], length: u64) -> Option<&'b [u8]> {
    let (taken, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some(taken)
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    take(rest, 8)?.try_into().ok().map(u64::from_le_bytes)
}

fn time(rest: &mut &[u8]) -> Option<i128> {
    take(rest, 16)?.try_into().ok().map(i128::from_le_bytes)
}
