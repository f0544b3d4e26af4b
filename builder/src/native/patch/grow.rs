//! A new segment at the end of an ELF file, for a string table with a search path behind it.
//!
//! Its header takes the place of a PT_NOTE's: notes are for debuggers, the loader does not need them. A library without one (some
//! linkers write none) gets a longer table of headers, in the new segment as well. A program's table stays where it is: kernels
//! have told the loader its address by adding its place in the file to that of the first segment.

use super::{DT_RPATH, DT_RUNPATH, DT_STRSZ, DT_STRTAB, Dynamic, Entry, PatchError};
use crate::native::image::{
    HEADER_COUNT, HEADER_TABLE, PT_INTERP, PT_LOAD, PT_NOTE, PT_PHDR, SEGMENT_BYTES, Segment, index, put,
    sections,
};

const PF_R: u64 = 4;
/// More headers than this are counted in another way.
const HEADERS_MAX: usize = 0xfffe;

/// Where the new segment goes.
struct Place {
    offset: u64,
    address: u64,
    align: u64,
}

/// The header that describes the new segment.
enum Spare {
    /// It stands here in the file.
    Note(usize),
    /// In the table of headers that the new segment begins with, this far into it.
    Moved { table: Vec<u8>, at: usize },
}

/// Adds a segment with the string table and the path behind it.
pub(super) fn grow(bytes: &mut Vec<u8>, dynamic: &Dynamic, path: &str) -> Result<(), PatchError> {
    let place = Place::behind(&dynamic.segments, bytes.len())?;
    let spare = Spare::find(bytes, &dynamic.segments)?;
    let mut strings = dynamic.strings(bytes)?.to_vec();
    let name = strings.len() as u64;
    strings.extend_from_slice(path.as_bytes());
    strings.push(0);

    let size = strings.len() as u64;
    bytes.resize(index(place.offset)?, 0);
    let table_size = match &spare {
        Spare::Note(_) => 0,
        Spare::Moved { table, .. } => {
            bytes.extend_from_slice(table);
            table.len() as u64
        }
    };
    bytes.extend_from_slice(&strings);
    let (offset, address) = (place.offset + table_size, place.address + table_size);
    let header = match spare {
        Spare::Note(header) => header,
        Spare::Moved { at, .. } => {
            use_table(bytes, &place, table_size)?;
            index(place.offset)? + at
        }
    };
    let load = Segment {
        header,
        kind: PT_LOAD,
        offset: place.offset,
        address: place.address,
        file_size: table_size + size,
        memory_size: table_size + size,
        align: place.align,
    };
    load.write(bytes, PF_R)?;
    let moved = dynamic.entries.iter().map(|entry| match entry.tag {
        DT_STRTAB => Entry { tag: DT_STRTAB, value: address },
        DT_STRSZ => Entry { tag: DT_STRSZ, value: size },
        _ => *entry,
    });
    let others = moved.filter(|entry| !matches!(entry.tag, DT_RPATH | DT_RUNPATH));
    let entries: Vec<Entry> = others.chain([Entry { tag: DT_RPATH, value: name }]).collect();
    dynamic.write(bytes, &entries)?;
    move_section(bytes, dynamic.strings_address, [address, offset, size])
}

impl Place {
    /// Behind all that is in the file, and behind all that is in memory.
    fn behind(segments: &[Segment], length: usize) -> Result<Self, PatchError> {
        let damaged = || PatchError::Damaged { reason: "a segment leads outside the address space" };
        let (mut end, mut align) = (0u64, 0x1000u64);
        for load in segments.iter().filter(|segment| segment.kind == PT_LOAD) {
            end = end.max(load.address.checked_add(load.memory_size).ok_or_else(damaged)?);
            align = align.max(load.align);
        }
        if !align.is_power_of_two() || align > 1 << 21 {
            return Err(PatchError::NoRoom { reason: "segments have an unusual alignment" });
        }
        let address = end.checked_next_multiple_of(align).filter(|address| *address < 1 << 62);
        Ok(Self {
            offset: (length as u64).next_multiple_of(align),
            address: address.ok_or_else(damaged)?,
            align,
        })
    }
}

impl Spare {
    fn find(bytes: &[u8], segments: &[Segment]) -> Result<Self, PatchError> {
        let unsupported = PatchError::Unsupported;
        let last = segments.iter().rposition(|segment| segment.kind == PT_LOAD).ok_or(unsupported)?;
        // Loaders want PT_LOAD headers in the order of their addresses, so the header must come after the others.
        if let Some(note) = segments[last..].iter().rfind(|segment| segment.kind == PT_NOTE) {
            return Ok(Self::Note(note.header));
        }
        let is_program = segments.iter().any(|segment| segment.kind == PT_INTERP);
        if is_program || segments.len() >= HEADERS_MAX {
            return Err(PatchError::NoRoom { reason: "there is no program header to spare" });
        }
        let start = segments[0].header;
        let mut table = bytes[start..start + segments.len() * SEGMENT_BYTES].to_vec();
        let at = (last + 1) * SEGMENT_BYTES;
        table.splice(at..at, [0; SEGMENT_BYTES]);
        Ok(Self::Moved { table, at })
    }
}

/// Lets the file's header lead to the table that was written at this place, and the table to itself.
fn use_table(bytes: &mut [u8], place: &Place, size: u64) -> Result<(), PatchError> {
    put::<8>(bytes, HEADER_TABLE, place.offset)?;
    put::<2>(bytes, HEADER_COUNT, size / SEGMENT_BYTES as u64)?;
    let own = crate::native::image::segments(bytes)?.into_iter().find(|segment| segment.kind == PT_PHDR);
    match own {
        None => Ok(()),
        Some(own) => {
            let (offset, address) = (place.offset, place.address);
            Segment { offset, address, file_size: size, memory_size: size, ..own }.write(bytes, PF_R)
        }
    }
}

/// Tools that read sections find the string table at its new place.
fn move_section(bytes: &mut [u8], old_address: u64, new: [u64; 3]) -> Result<(), PatchError> {
    const SHT_STRTAB: u64 = 3;
    let found = sections(bytes)?
        .into_iter()
        .find(|s| s.kind == SHT_STRTAB && s.address == old_address && s.address != 0);
    if let Some(section) = found {
        for (at, value) in (section.header + 16..).step_by(8).zip(new) {
            put::<8>(bytes, at, value)?;
        }
    }
    Ok(())
}
