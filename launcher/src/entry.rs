//! Entries of the cache: a slot's content, published under its content id.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use psp_format::escape::Escaped;
use psp_format::receipt::{HEADER_BYTES, Header, RECORD_BYTES, Record};
use psp_format::{Digest, cache};

use crate::codes;
use crate::content::SlotSource;
use crate::extract::extract;
use crate::failure::{Failure, Result};
use crate::log;
use crate::root::{Root, is_safe, name, unsafe_directory};
use crate::sys::{self, Access, CWD, Clock, Errno, Fd, Lock, PathBuf, Rename, Stat, Wait};
use crate::work::{self, Work};

/// An entry that is there. What is in it is believed only as far as it was checked.
pub struct Entry {
    /// The entry's directory: receipt and tree.
    pub dir: Fd,
    /// The absolute path of its tree.
    pub tree: PathBuf,
    /// The receipt's header; None if there is no receipt that can be read.
    pub header: Option<Header>,
    receipt: Option<Receipt>,
}

/// A receipt, open, and its first bytes.
struct Receipt {
    file: Fd,
    /// Header and first records: a program's is mostly among them.
    head: Vec<u8>,
    size: u64,
}

/// How much of a receipt is read at once.
const RECEIPT_HEAD: u64 = 512;

/// Find the entry of a slot.
///
/// # Errors
/// `cache-unsafe` if it belongs to somebody else.
pub fn find(root: &Root, id: &Digest) -> Result<Option<Entry>> {
    let hex = id.hex();
    let parts = [cache::SLOTS.as_bytes(), hex.as_bytes()];
    let dir = match root.open(&parts) {
        Ok(dir) => dir,
        Err(Errno::NOENT) => return Ok(None),
        // Something that the launcher did not make stands there: it is neither followed nor removed.
        Err(errno @ (Errno::NOTDIR | Errno::LOOP)) => {
            return Err(Failure::at(codes::CACHE_UNSAFE, root.path_of(&parts)?.as_bytes(), errno));
        }
        Err(errno) => return Err(Failure::cache(root.path.as_bytes(), errno)),
    };
    let path = root.path_of(&parts)?;
    let stat = sys::stat_fd(&dir).map_err(|errno| Failure::cache(path.as_bytes(), errno))?;
    if !is_safe(&stat) {
        return Err(unsafe_directory(path.as_bytes(), &stat));
    }
    touch_if_old(&dir, &stat);
    let receipt = open_receipt(&dir);
    let header = receipt.as_ref().and_then(|receipt| receipt.header(id));
    let tree = root.path_of(&[cache::SLOTS.as_bytes(), hex.as_bytes(), cache::TREE.as_bytes()])?;
    Ok(Some(Entry { dir, tree, header, receipt }))
}

/// Say, once in a while, that an entry is in use: `psp cache gc` asks. Where it can't be written, nobody collects.
pub fn touch_if_old(dir: &Fd, stat: &Stat) {
    let now = sys::now(Clock::Real).seconds;
    if now.saturating_sub(stat.mtime.seconds) > cache::TOUCH_SECONDS.cast_signed() {
        let _ = sys::touch(dir, c".");
    }
}

fn open_receipt(dir: &Fd) -> Option<Receipt> {
    let file = sys::open(dir, &PathBuf::from_bytes(cache::RECEIPT.as_bytes()).ok()?, Access::Read).ok()?;
    let size = sys::stat_fd(&file).ok()?.size;
    let mut head = vec![0; size.min(RECEIPT_HEAD) as usize];
    file.read_exact_at(&mut head, 0).ok()?;
    Some(Receipt { file, head, size })
}

impl Receipt {
    fn header(&self, id: &Digest) -> Option<Header> {
        let header = Header::parse(self.head.get(..HEADER_BYTES)?, self.size).ok()?;
        (header.content == *id).then_some(header)
    }

    fn record(&self, number: u32) -> Option<Record> {
        let offset = Record::offset(number);
        let start = usize::try_from(offset).ok()?;
        if let Some(bytes) = self.head.get(start..start.checked_add(RECORD_BYTES)?) {
            return Record::parse(bytes).ok();
        }
        let mut bytes = [0; RECORD_BYTES];
        self.file.read_exact_at(&mut bytes, offset).ok()?;
        Record::parse(&bytes).ok()
    }
}

impl Entry {
    /// The record of this number, if there is a receipt that has one.
    pub fn record(&self, number: u32) -> Option<Record> {
        let receipt =
            self.receipt.as_ref().filter(|_| self.header.is_some_and(|header| number < header.count))?;
        receipt.record(number)
    }

    /// Whether the entry is known to be on disk, or was made since the machine was last started.
    pub fn is_settled(&self) -> bool {
        self.header.is_some_and(|header| header.durable || (header.boot != [0; 16] && header.boot == boot()))
    }

    /// The entry's tree.
    ///
    /// # Errors
    /// The system's.
    pub fn open_tree(&self) -> core::result::Result<Fd, Errno> {
        let tree = PathBuf::from_bytes(cache::TREE.as_bytes()).map_err(|_| Errno::INVAL)?;
        sys::open(&self.dir, &tree, Access::Directory)
    }

    /// The inode of the entry's directory: another one is another entry.
    ///
    /// # Errors
    /// The system's.
    pub fn inode(&self) -> core::result::Result<u64, Errno> {
        sys::stat_fd(&self.dir).map(|stat| stat.ino)
    }

    /// Write a new receipt in place of the old one. Where the cache cannot be written, the old one stays.
    pub fn renew(&self, id: &Digest, records: &[Record], durable: bool) {
        let _ = write_receipt(&self.dir, id, records, durable);
    }

    /// All records of the receipt; None if there is none for so many entries.
    pub fn records(&self, entry_count: usize) -> Option<Vec<Record>> {
        let count = self.header?.count;
        let whole = count as usize == entry_count + 1;
        whole.then(|| (0..count).map(|number| self.record(number)).collect::<Option<Vec<Record>>>())?
    }

    /// Write the entry through to the disk, and say so in its receipt.
    ///
    /// # Errors
    /// The system's.
    pub fn settle(&self, id: &Digest) -> core::result::Result<(), Errno> {
        let Some(header) = self.header.filter(|header| !header.durable) else { return Ok(()) };
        sys::sync_filesystem(&self.dir)?;
        let records = (0..header.count).map(|number| self.record(number)).collect::<Option<Vec<Record>>>();
        write_receipt(&self.dir, id, &records.ok_or(Errno::NODATA)?, true)
    }
}

/// What an entry to be made replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// Nothing: one that is there by now is as good.
    Nothing,
    /// The one whose directory has this inode, which was found damaged.
    Damaged(u64),
}

/// Make the entry of a slot, or wait for another start that is making it.
///
/// # Errors
/// Whatever is wrong with the slot; `cache-unwritable`, `cache-full` and others.
pub fn make(root: &Root, source: &SlotSource<'_>, replace: Replace) -> Result<()> {
    let id = source.content().id();
    let hex = id.hex();
    let slots = root.make(cache::SLOTS)?;
    let lock = work::open_lock(root, hex.as_str())?;
    let failed = |errno| Failure::cache(root.path.as_bytes(), errno);
    lock.lock(Lock::Exclusive, Wait::Block).map_err(failed)?;
    let target = name(hex.as_bytes())?;
    // While we waited, somebody may have made or replaced it.
    if sys::stat(&slots, &target).is_ok_and(|stat| replace != Replace::Damaged(stat.ino)) {
        return Ok(());
    }
    let slot = source.slot;
    log::step(format_args!("extracting slot {} as {} into {}", slot.id, hex, Escaped(root.path.as_bytes())));
    work::clean(root);
    let work = Work::new(root, &format!("slot-{}", &hex.as_str()[..16]))?;
    let result = fill(&work, source, &id, root.path.as_bytes())
        .and_then(|()| publish(&work, &slots, &target).map_err(failed));
    work.remove();
    result
}

/// The name under which an entry is made in its work directory.
const UNPUBLISHED: &[u8] = b"entry";

fn fill(work: &Work, source: &SlotSource<'_>, id: &Digest, path: &[u8]) -> Result<()> {
    let failed = |errno| Failure::cache(path, errno);
    let entry = name(UNPUBLISHED)?;
    sys::make_dir(&work.dir, &entry, 0o755).map_err(failed)?;
    let dir = sys::open(&work.dir, &entry, Access::Directory).map_err(failed)?;
    let records = extract_into(&dir, source, path)?;
    // Where the boot cannot be told, a later start could not tell either whether a power loss came between.
    let durable = boot() == [0; 16] && sys::sync_filesystem(&dir).is_ok();
    write_receipt(&dir, id, &records, durable).map_err(failed)
}

/// Extract a slot into the directory `tree` below `dir`, which is made.
///
/// # Errors
/// Whatever is wrong with the slot; `cache-full` and others.
pub fn extract_into(dir: &Fd, source: &SlotSource<'_>, path: &[u8]) -> Result<Vec<Record>> {
    let failed = |errno| Failure::cache(path, errno);
    let table = source.table()?;
    let bytes = source.index_bytes(&table)?;
    let index = source.parse_index(&bytes)?;
    let name = name(cache::TREE.as_bytes())?;
    sys::make_dir(dir, &name, 0o755).map_err(failed)?;
    let tree = sys::open(dir, &name, Access::Directory).map_err(failed)?;
    extract(source, &table, &index, &tree, path)
}

/// One rename makes the entry visible, whole. A damaged one changes places with it and goes with the work directory.
fn publish(work: &Work, slots: &Fd, target: &PathBuf) -> core::result::Result<(), Errno> {
    let entry = PathBuf::from_bytes(UNPUBLISHED).map_err(|_| Errno::INVAL)?;
    let first = sys::rename(&work.dir, &entry, slots, target, Rename::NoReplace);
    let result = match first {
        Err(Errno::EXIST) => sys::rename(&work.dir, &entry, slots, target, Rename::Exchange),
        other => other,
    };
    match result {
        // A file system without the finer renames, or a layer below (overlayfs) that lets nothing be moved.
        Err(Errno::INVAL | Errno::NOSYS | Errno::XDEV) => replace_in_two_steps(work, &entry, slots, target),
        other => other,
    }
}

fn replace_in_two_steps(
    work: &Work,
    entry: &PathBuf,
    slots: &Fd,
    target: &PathBuf,
) -> core::result::Result<(), Errno> {
    match sys::rename(slots, target, &work.dir, c"old", Rename::Replace) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(Errno::XDEV) => work::remove_tree(slots, target)?,
        Err(errno) => return Err(errno),
    }
    sys::rename(&work.dir, entry, slots, target, Rename::Replace)
}

fn write_receipt(
    dir: &Fd,
    id: &Digest,
    records: &[Record],
    durable: bool,
) -> core::result::Result<(), Errno> {
    let count = u32::try_from(records.len()).map_err(|_| Errno::FBIG)?;
    let mut bytes = Header { content: *id, boot: boot(), durable, count }.encode().to_vec();
    records.iter().for_each(|record| record.write(&mut bytes));
    let mut random = [0; 8];
    sys::random(&mut random)?;
    let unfinished = format!("{}.{:016x}", cache::RECEIPT, u64::from_le_bytes(random));
    let unfinished = PathBuf::from_bytes(unfinished.as_bytes()).map_err(|_| Errno::INVAL)?;
    let receipt = PathBuf::from_bytes(cache::RECEIPT.as_bytes()).map_err(|_| Errno::INVAL)?;
    let file = sys::open(dir, &unfinished, Access::CreateNew(0o644))?;
    let written =
        file.write_all(&bytes).and_then(|()| sys::rename(dir, &unfinished, dir, &receipt, Rename::Replace));
    if written.is_err() {
        let _ = sys::remove_file(dir, &unfinished);
    }
    written
}

/// The kernel's name for the time since the machine was started; zeros if it cannot be told.
pub fn boot() -> [u8; 16] {
    let mut id = [0; 16];
    let mut text = [0; 64];
    let read = sys::open(&CWD, c"/proc/sys/kernel/random/boot_id", Access::Read)
        .and_then(|file| file.read(&mut text));
    let digits = text[..read.unwrap_or(0)].iter().filter_map(|&byte| char::from(byte).to_digit(16));
    let digits: Vec<u8> = digits.filter_map(|digit| u8::try_from(digit).ok()).collect();
    if digits.len() == 32 {
        for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
    }
    id
}

/// Say that a damaged entry could not be replaced.
pub fn damaged(entry: &Entry, path: &[u8]) -> Failure {
    let place = [entry.tree.as_bytes(), &b"/"[..], path].concat();
    Failure::new(codes::CACHE_DAMAGED, format!("{}: {}", codes::CACHE_DAMAGED.cause, Escaped(&place)))
}
