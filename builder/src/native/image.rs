//! A 64-bit little-endian ELF file in memory, with checked access to its numbers: what [`super::patch`] and [`super::strip`]
//! change. Other classes and byte orders are [`PatchError::Unsupported`]; packages for them are left as they are.

/// Why a file could not be changed. The file is untouched then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// Not an ELF file of 64 bits, little-endian, with program headers.
    #[error("not a 64-bit little-endian ELF program or library")]
    Unsupported,
    /// A table leads outside the file.
    #[error("damaged ELF file: {reason}")]
    Damaged {
        /// Which table.
        reason: &'static str,
    },
    /// The search path fits neither in the old one's place nor in a new segment.
    #[error("no room for a search path: {reason}")]
    NoRoom {
        /// What is missing.
        reason: &'static str,
    },
}

impl PatchError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unsupported => "native-patch-unsupported",
            Self::Damaged { .. } => "native-damaged",
            Self::NoRoom { .. } => "native-patch-no-room",
        }
    }
}

pub(super) const PT_LOAD: u32 = 1;
pub(super) const PT_DYNAMIC: u32 = 2;
pub(super) const PT_INTERP: u32 = 3;
pub(super) const PT_NOTE: u32 = 4;
pub(super) const PT_PHDR: u32 = 6;
/// Where the file's header says where the program headers begin.
pub(super) const HEADER_TABLE: usize = 32;
/// And how many there are.
pub(super) const HEADER_COUNT: usize = 56;
/// Size of `Elf64_Phdr`.
pub(super) const SEGMENT_BYTES: usize = 56;
/// Size of `Elf64_Shdr`.
pub(super) const SECTION_BYTES: usize = 64;

/// Reads a number of the file.
pub(super) fn word<const N: usize>(bytes: &[u8], at: usize) -> Result<u64, PatchError> {
    let slice = at.checked_add(N).and_then(|end| bytes.get(at..end));
    let slice = slice.ok_or(PatchError::Damaged { reason: "a table leads outside the file" })?;
    Ok(slice.iter().rev().fold(0, |value, byte| (value << 8) | u64::from(*byte)))
}

/// Writes a number of N bytes.
pub(super) fn put<const N: usize>(bytes: &mut [u8], at: usize, value: u64) -> Result<(), PatchError> {
    let slice = at.checked_add(N).and_then(|end| bytes.get_mut(at..end));
    let slice = slice.ok_or(PatchError::Damaged { reason: "a table leads outside the file" })?;
    slice.copy_from_slice(&value.to_le_bytes()[..N]);
    Ok(())
}

/// An offset or size of the file as an index.
pub(super) fn index(value: u64) -> Result<usize, PatchError> {
    usize::try_from(value).map_err(|_| PatchError::Damaged { reason: "a number is too large" })
}

/// A program header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    /// Where the header lies in the file.
    pub(super) header: usize,
    pub(super) kind: u32,
    pub(super) offset: u64,
    pub(super) address: u64,
    pub(super) file_size: u64,
    pub(super) memory_size: u64,
    pub(super) align: u64,
}

impl Segment {
    /// Overwrites the header by this one.
    pub(super) fn write(&self, bytes: &mut [u8], flags: u64) -> Result<(), PatchError> {
        put::<4>(bytes, self.header, u64::from(self.kind))?;
        put::<4>(bytes, self.header + 4, flags)?;
        let fields = [self.offset, self.address, self.address, self.file_size, self.memory_size, self.align];
        for (at, value) in (self.header + 8..).step_by(8).zip(fields) {
            put::<8>(bytes, at, value)?;
        }
        Ok(())
    }
}

/// A section header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section {
    /// Where the header lies in the file.
    pub(super) header: usize,
    pub(super) name: u64,
    pub(super) kind: u64,
    pub(super) flags: u64,
    pub(super) address: u64,
    pub(super) offset: u64,
    pub(super) size: u64,
    pub(super) link: u64,
}

/// Is it a program or library this module can change?
pub(super) fn check_header(bytes: &[u8]) -> Result<(), PatchError> {
    // Class 64, little-endian; type EXEC or DYN; header sizes as the ABI has them.
    let is_ours = bytes.len() >= 64
        && bytes.starts_with(b"\x7fELF\x02\x01")
        && matches!(word::<2>(bytes, 16)?, 2 | 3)
        && word::<2>(bytes, 54)? == SEGMENT_BYTES as u64;
    if is_ours { Ok(()) } else { Err(PatchError::Unsupported) }
}

/// The program headers.
pub(super) fn segments(bytes: &[u8]) -> Result<Vec<Segment>, PatchError> {
    check_header(bytes)?;
    let (table, count) = (index(word::<8>(bytes, HEADER_TABLE)?)?, index(word::<2>(bytes, HEADER_COUNT)?)?);
    (0..count)
        .map(|number| {
            let header = table
                .checked_add(number * SEGMENT_BYTES)
                .ok_or(PatchError::Damaged { reason: "the program headers lead outside the file" })?;
            Ok(Segment {
                header,
                kind: word::<4>(bytes, header)? as u32,
                offset: word::<8>(bytes, header + 8)?,
                address: word::<8>(bytes, header + 16)?,
                file_size: word::<8>(bytes, header + 32)?,
                memory_size: word::<8>(bytes, header + 40)?,
                align: word::<8>(bytes, header + 48)?,
            })
        })
        .collect()
}

/// The section headers; none when the file has been stripped of them.
pub(super) fn sections(bytes: &[u8]) -> Result<Vec<Section>, PatchError> {
    let (table, count) = (index(word::<8>(bytes, 40)?)?, index(word::<2>(bytes, 60)?)?);
    if table == 0 || word::<2>(bytes, 58)? != SECTION_BYTES as u64 {
        return Ok(Vec::new());
    }
    (0..count)
        .map(|number| {
            let header = table
                .checked_add(number * SECTION_BYTES)
                .ok_or(PatchError::Damaged { reason: "the section headers lead outside the file" })?;
            Ok(Section {
                header,
                name: word::<4>(bytes, header)?,
                kind: word::<4>(bytes, header + 4)?,
                flags: word::<8>(bytes, header + 8)?,
                address: word::<8>(bytes, header + 16)?,
                offset: word::<8>(bytes, header + 24)?,
                size: word::<8>(bytes, header + 32)?,
                link: word::<4>(bytes, header + 40)?,
            })
        })
        .collect()
}

/// The place in the file of an address, and how many bytes of its segment follow there.
pub(super) fn locate(segments: &[Segment], address: u64) -> Result<(usize, usize), PatchError> {
    let found = segments.iter().filter(|segment| segment.kind == PT_LOAD).find_map(|segment| {
        let within = address.checked_sub(segment.address).filter(|within| *within < segment.file_size)?;
        Some((segment.offset.checked_add(within)?, segment.file_size - within))
    });
    let (offset, room) = found.ok_or(PatchError::Damaged { reason: "an address is in no segment" })?;
    Ok((index(offset)?, index(room)?))
}
