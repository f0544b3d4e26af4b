//! Checking an entry of the cache against what was signed: by receipt where it matches, else by digest.

use alloc::vec;
use alloc::vec::Vec;

use psp_format::escape::Escaped;
use psp_format::index::{Entry as IndexEntry, Index, Node};
use psp_format::path;
use psp_format::receipt::Record;
use psp_format::{Digest, ErrorKind, cache};

use crate::content::SlotSource;
use crate::entry::Entry;
use crate::extract::record;
use crate::failure::{Failure, Result};
use crate::log;
use crate::sys::{self, Access, Entries, Errno, Fd, Handle, Kind, PathBuf, Sha256, Stat};

/// Bytes read at a time when hashing.
const READ_BYTES: usize = 256 * 1024;

/// How much of an entry is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What does not match the receipt.
    Stat,
    /// Everything.
    Full,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict<T> {
    /// It is what was signed.
    Sound(T),
    /// This path is not.
    Damaged(Vec<u8>),
}

/// Check a whole entry. Where it is sound but does not match its receipt, the receipt is renewed.
///
/// # Errors
/// Whatever is wrong with the package or the file system; a damaged entry is no error.
pub fn check(source: &SlotSource<'_>, entry: &Entry, depth: Depth) -> Result<Verdict<()>> {
    log::step(format_args!(
        "checking slot {} in {}: {depth:?}",
        source.slot.id,
        Escaped(entry.tree.as_bytes())
    ));
    let table = source.table()?;
    let bytes = source.index_bytes(&table)?;
    let index = source.parse_index(&bytes)?;
    let tree = match entry.open_tree() {
        Ok(tree) => tree,
        Err(_) => return Ok(Verdict::Damaged(Vec::new())),
    };
    let known = entry.records(index.entries.len());
    let mut records = Vec::with_capacity(index.entries.len() + 1);
    for number in 0..index.entries.len() {
        let expected =
            known.as_ref().filter(|_| depth == Depth::Stat).and_then(|records| records.get(number));
        match check_entry(&index, number, &tree, expected) {
            Some(record) => records.push(record),
            None => return Ok(Verdict::Damaged(index.entries[number].path.to_vec())),
        }
    }
    let top = sys::stat_fd(&tree).map_err(|errno| Failure::cache(entry.tree.as_bytes(), errno))?;
    if known.as_ref().and_then(|known| known.last()) != Some(&record(&top)) && !holds_only(&index, b"", &tree)
    {
        return Ok(Verdict::Damaged(Vec::new()));
    }
    records.push(record(&top));
    let is_news = !entry.is_settled() || known.is_none_or(|known| known != records);
    if is_news {
        // Sound in a boot after the one it was made in: then it is on the disk.
        let durable =
            entry.header.is_some_and(|header| header.boot != crate::entry::boot() || header.durable);
        entry.renew(&source.content().id(), &records, durable);
    }
    Ok(Verdict::Sound(()))
}

/// What an entry of the index looks like in the tree, if it is what was signed.
fn check_entry(index: &Index<'_>, number: usize, tree: &Handle, expected: Option<&Record>) -> Option<Record> {
    let entry = index.entries.get(number)?;
    let place = PathBuf::from_bytes(entry.path).ok()?;
    let stat = sys::stat(tree, &place).ok()?;
    let found = record(&stat);
    let is_known = expected == Some(&found);
    let sound = match entry.node {
        Node::Directory => {
            let checked = |dir: Fd| is_known || holds_only(index, entry.path, &dir);
            stat.kind() == Kind::Directory
                // A setgid directory above hands its bit on.
                && stat.permissions() & !0o2000 == 0o755
                && sys::open(tree, &place, Access::Directory).is_ok_and(checked)
        }
        Node::Symlink { target } => {
            stat.kind() == Kind::Symlink
                && (is_known || sys::read_link(tree, &place).is_ok_and(|found| found == target))
        }
        Node::File { .. } | Node::Hardlink { .. } => {
            is_known
                || is_signed_file(index, entry, &stat, || sys::open(tree, &place, Access::Read)).is_some()
        }
    };
    sound.then_some(found)
}

/// Whether a file has the mode, size and content that the index says; gives it back, open.
fn is_signed_file(
    index: &Index<'_>,
    entry: &IndexEntry<'_>,
    stat: &Stat,
    open: impl FnOnce() -> core::result::Result<Fd, Errno>,
) -> Option<Fd> {
    let node = match entry.node {
        Node::Hardlink { entry } => index.entries.get(entry as usize)?.node,
        other => other,
    };
    let Node::File { executable, size, digest } = node else { return None };
    let mode = if executable { 0o755 } else { 0o644 };
    if stat.kind() != Kind::File || stat.size != size || stat.permissions() != mode {
        return None;
    }
    let file = open().ok()?;
    (hash(&file).ok()? == digest).then_some(file)
}

fn hash(file: &Handle) -> core::result::Result<Digest, Errno> {
    let mut buffer = vec![0; READ_BYTES];
    let mut hasher = Sha256::new();
    let mut offset = 0;
    loop {
        let count = file.read_full_at(&mut buffer, offset)?;
        if count == 0 {
            return Ok(Digest(hasher.finish()));
        }
        hasher.update(&buffer[..count]);
        offset += count as u64;
    }
}

/// Whether a directory holds nothing that is not in the index. What is missing is missed elsewhere.
fn holds_only(index: &Index<'_>, directory: &[u8], dir: &Handle) -> bool {
    let mut entries = Entries::new(dir);
    loop {
        match entries.next_entry() {
            Ok(None) => return true,
            Ok(Some(found)) => {
                let name = found.name.to_bytes();
                let place =
                    if directory.is_empty() { name.to_vec() } else { [directory, b"/", name].concat() };
                debug_assert_eq!(path::parent(&place).unwrap_or_default(), directory);
                if index.find(&place).is_none() {
                    return false;
                }
            }
            Err(_) => return false,
        }
    }
}

/// Open an entry's program and check it: by its record at constant cost, else by its digest.
///
/// # Errors
/// `program` if the package names what is no executable file of the slot.
pub fn open_program(source: &SlotSource<'_>, entry: &Entry, number: u32, path: &[u8]) -> Result<Verdict<Fd>> {
    let damaged = || Ok(Verdict::Damaged(path.to_vec()));
    let place = PathBuf::from_bytes(cache::TREE.as_bytes()).and_then(|tree| tree.join(path));
    let place = place.map_err(|_| source.failure(ErrorKind::Program, 0))?;
    let opened = sys::open_beneath(&entry.dir, &place, Access::Read);
    let stat = opened.as_ref().ok().and_then(|file| sys::stat_fd(file).ok());
    let (Ok(file), Some(stat)) = (opened, stat) else { return damaged() };
    if entry.record(number) == Some(record(&stat)) && stat.permissions() == 0o755 {
        return Ok(Verdict::Sound(file));
    }
    let table = source.table()?;
    let bytes = source.index_bytes(&table)?;
    let index = source.parse_index(&bytes)?;
    let signed = check_program(&index, number, path).ok_or_else(|| source.failure(ErrorKind::Program, 0))?;
    let Some(file) = is_signed_file(&index, signed, &stat, || Ok(file)) else { return damaged() };
    if let Some(mut records) = entry.records(index.entries.len()) {
        records[number as usize] = record(&stat);
        entry.renew(&source.content().id(), &records, entry.header.is_some_and(|header| header.durable));
    }
    Ok(Verdict::Sound(file))
}

/// The entry of a command's program, if it is the executable file that the command says.
pub fn check_program<'a, 'b>(index: &'a Index<'b>, number: u32, path: &[u8]) -> Option<&'a IndexEntry<'b>> {
    let entry = index.entries.get(number as usize)?;
    (entry.path == path && matches!(entry.node, Node::File { executable: true, .. })).then_some(entry)
}
