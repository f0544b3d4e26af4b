//! The search path for libraries (DT_RPATH) of an ELF file, set without tools of the build machine.
//!
//! Where the file has a search path already, and the new one is not longer, it is written in its place. Otherwise the string
//! table is copied to a new segment at the end of the file (`grow`), and a spare entry of the dynamic table names the path.
//!
//! The tag is DT_RPATH, not DT_RUNPATH: it is searched before LD_LIBRARY_PATH, so that a library of the package is never replaced
//! by another version that the user's environment points at, and it serves the libraries of libraries as well.

mod grow;

use super::image::{PT_DYNAMIC, Segment, index, locate, put, sections, segments, word};

pub use super::image::PatchError;

const DT_NEEDED: u64 = 1;
const DT_STRTAB: u64 = 5;
const DT_SYMTAB: u64 = 6;
const DT_STRSZ: u64 = 10;
const DT_SONAME: u64 = 14;
const DT_RPATH: u64 = 15;
const DT_RUNPATH: u64 = 29;
const DT_RELACOUNT: u64 = 0x6fff_fff9;
const DT_RELCOUNT: u64 = 0x6fff_fffa;
/// Size of `Elf64_Dyn`.
const ENTRY_BYTES: usize = 16;
/// Size of `Elf64_Sym`.
const SYMBOL_BYTES: u64 = 24;

/// How a search path was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was so already.
    None,
    /// Written over the old one.
    InPlace,
    /// The file grew by a segment.
    Grown,
}

/// Makes `path` (directories joined by `:`) the only search path of an ELF file. On an error the file is unchanged.
pub fn set_rpath(bytes: &mut Vec<u8>, path: &str) -> Result<Change, PatchError> {
    let dynamic = Dynamic::read(bytes)?;
    let old = dynamic.paths().next();
    if let Some(old) = old {
        let (start, room) = dynamic.string(bytes, old.value)?;
        if dynamic.paths().count() == 1
            && old.tag == DT_RPATH
            && &bytes[start..start + room] == path.as_bytes()
        {
            return Ok(Change::None);
        }
        if path.len() <= room && !dynamic.is_shared(bytes, old.value, room as u64)? {
            let place = &mut bytes[start..start + room];
            place[..path.len()].copy_from_slice(path.as_bytes());
            place[path.len()..].fill(0);
            dynamic.keep_only(bytes, old.value)?;
            return Ok(Change::InPlace);
        }
    }
    let mut grown = bytes.clone();
    grow::grow(&mut grown, &dynamic, path)?;
    *bytes = grown;
    Ok(Change::Grown)
}

/// One entry of the dynamic table.
#[derive(Debug, Clone, Copy)]
struct Entry {
    tag: u64,
    value: u64,
}

/// The dynamic table and what it says of the string table.
struct Dynamic {
    segments: Vec<Segment>,
    /// Where the table lies in the file.
    start: usize,
    /// How many entries fit.
    room: usize,
    /// Up to the terminating zero, which is not among them.
    entries: Vec<Entry>,
    strings_address: u64,
    strings: usize,
    strings_size: u64,
}

impl Dynamic {
    fn read(bytes: &[u8]) -> Result<Self, PatchError> {
        let segments = segments(bytes)?;
        let table =
            segments.iter().find(|segment| segment.kind == PT_DYNAMIC).ok_or(PatchError::Unsupported)?;
        let (start, room) = (index(table.offset)?, index(table.file_size)? / ENTRY_BYTES);
        let mut entries = Vec::new();
        for number in 0..room {
            let at = start
                .checked_add(number * ENTRY_BYTES)
                .ok_or(PatchError::Damaged { reason: "dynamic table" })?;
            let entry = Entry { tag: word::<8>(bytes, at)?, value: word::<8>(bytes, at + 8)? };
            if entry.tag == 0 {
                break;
            }
            entries.push(entry);
        }
        let value = |tag| entries.iter().find(|entry| entry.tag == tag).map(|entry| entry.value);
        let (Some(strings_address), Some(strings_size)) = (value(DT_STRTAB), value(DT_STRSZ)) else {
            return Err(PatchError::Unsupported);
        };
        let (strings, strings_room) = locate(&segments, strings_address)?;
        let end = strings.checked_add(index(strings_size)?).filter(|end| *end <= bytes.len());
        if end.is_none() || strings_size > strings_room as u64 {
            return Err(PatchError::Damaged { reason: "the string table leads outside its segment" });
        }
        Ok(Self { segments, start, room, entries, strings_address, strings, strings_size })
    }

    fn paths(&self) -> impl Iterator<Item = Entry> {
        self.entries.iter().copied().filter(|entry| matches!(entry.tag, DT_RPATH | DT_RUNPATH))
    }

    /// The string table.
    fn strings<'b>(&self, bytes: &'b [u8]) -> Result<&'b [u8], PatchError> {
        Ok(&bytes[self.strings..self.strings + index(self.strings_size)?])
    }

    /// Place and length of a string, without its zero.
    fn string(&self, bytes: &[u8], name: u64) -> Result<(usize, usize), PatchError> {
        let damaged = PatchError::Damaged { reason: "a name lies outside the string table" };
        let start = self.strings
            + index(Some(name).filter(|name| *name < self.strings_size).ok_or(damaged.clone())?)?;
        let end = self.strings + index(self.strings_size)?;
        let length = bytes[start..end].iter().position(|byte| *byte == 0).ok_or(damaged)?;
        Ok((start, length))
    }

    /// Linkers let a string be the tail of another: does any other name begin inside this one? Symbols and library names are
    /// looked at; the names of symbol versions are never the tail of a directory's name.
    fn is_shared(&self, bytes: &[u8], name: u64, length: u64) -> Result<bool, PatchError> {
        let inside = |other: u64| other >= name && other <= name + length;
        let tagged = self.entries.iter().filter(|entry| matches!(entry.tag, DT_NEEDED | DT_SONAME));
        if tagged.into_iter().any(|entry| inside(entry.value)) {
            return Ok(true);
        }
        let Some(symbols) = self.entries.iter().find(|entry| entry.tag == DT_SYMTAB).map(|entry| entry.value)
        else {
            return Ok(false);
        };
        let (start, room) = locate(&self.segments, symbols)?;
        let Some(size) = self.symbols_size(bytes, symbols)? else { return Ok(true) };
        for number in 0..size.min(room as u64) / SYMBOL_BYTES {
            let symbol = word::<4>(bytes, start + index(number * SYMBOL_BYTES)?)?;
            if symbol != 0 && inside(symbol) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The symbol table has no length of its own: its section has, and linkers put the string table right behind it. Else, be
    /// careful.
    fn symbols_size(&self, bytes: &[u8], symbols: u64) -> Result<Option<u64>, PatchError> {
        const SHT_DYNSYM: u64 = 11;
        let section = sections(bytes)?.into_iter().find(|s| s.kind == SHT_DYNSYM && s.address == symbols);
        Ok(section.map(|section| section.size).or(self.strings_address.checked_sub(symbols)))
    }

    /// Writes the table anew with one DT_RPATH.
    fn keep_only(&self, bytes: &mut [u8], path: u64) -> Result<(), PatchError> {
        let others = self.entries.iter().copied().filter(|entry| !matches!(entry.tag, DT_RPATH | DT_RUNPATH));
        let entries: Vec<Entry> = others.chain([Entry { tag: DT_RPATH, value: path }]).collect();
        self.write(bytes, &entries)
    }

    /// Writes the table. Some linkers leave no spare entry; then the counts of relative relocations make room: they only spare
    /// the loader a comparison for each.
    fn write(&self, bytes: &mut [u8], entries: &[Entry]) -> Result<(), PatchError> {
        let mut entries = entries.to_vec();
        if entries.len() >= self.room {
            entries.retain(|entry| !matches!(entry.tag, DT_RELACOUNT | DT_RELCOUNT));
        }
        if entries.len() >= self.room {
            return Err(PatchError::NoRoom { reason: "the dynamic table has no spare entry" });
        }
        for number in 0..self.room {
            let entry = entries.get(number).copied().unwrap_or(Entry { tag: 0, value: 0 });
            let at = self.start + number * ENTRY_BYTES;
            put::<8>(bytes, at, entry.tag)?;
            put::<8>(bytes, at + 8, entry.value)?;
        }
        Ok(())
    }
}
