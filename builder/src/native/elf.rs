//! ELF: program headers and the dynamic table, read from the file as the dynamic loader does, without section headers (stripped
//! files have none). Every count has a bound; every offset is checked by the reader it is given to.

use object::elf::{
    DT_NEEDED, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB, DT_VERNEED, DT_VERNEEDNUM, EM_386,
    EM_AARCH64, EM_ARM, EM_PPC64, EM_RISCV, EM_S390, EM_X86_64, ET_DYN, ET_EXEC, FileHeader32, FileHeader64,
    PT_DYNAMIC, PT_INTERP, PT_LOAD,
};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::{Endian, Endianness, ReadRef, elf};

use super::inspect::{
    Arch, Format, GlibcVersion, InspectError, Kind, Libc, NAME_BYTES_MAX, NAMES_MAX, NativeFile, Os, text,
};

/// The dynamic table of the largest known libraries has fewer than 500 entries.
const DYNAMIC_ENTRIES_MAX: usize = 16_384;
/// A version table larger than this is not believed; libpython's has 400 bytes.
const VERNEED_BYTES_MAX: u64 = 1 << 20;
/// Symbol versions read from one file.
const VERSIONS_MAX: usize = 16_384;

/// Reads an ELF file. The caller has seen its magic.
pub(super) fn inspect<'d, R: ReadRef<'d>>(data: R) -> Result<NativeFile, InspectError> {
    let Ok(ident) = data.read_bytes_at(0, 16) else {
        return Err(InspectError::new("the ELF header is cut off"));
    };
    match ident[4] {
        2 => read::<FileHeader64<Endianness>, R>(data),
        1 => read::<FileHeader32<Endianness>, R>(data),
        _ => Err(InspectError::new("the ELF class is neither 32 nor 64 bits")),
    }
}

fn read<'d, H: FileHeader<Endian = Endianness>, R: ReadRef<'d>>(data: R) -> Result<NativeFile, InspectError> {
    let header = H::parse(data)?;
    let endian = header.endian()?;
    let machine = header.e_machine(endian);
    let arch = match machine {
        EM_X86_64 => Arch::X86_64,
        EM_AARCH64 => Arch::Aarch64,
        EM_386 => Arch::X86,
        EM_ARM => Arch::Arm,
        EM_RISCV if header.is_class_64() => Arch::Riscv64,
        EM_PPC64 if endian.is_little_endian() => Arch::Ppc64le,
        EM_S390 if header.is_class_64() => Arch::S390x,
        other => Arch::Other(u32::from(other.0)),
    };
    let os = match header.e_ident().os_abi {
        elf::ELFOSABI_NONE | elf::ELFOSABI_GNU => Os::Linux,
        elf::ELFOSABI_FREEBSD => Os::FreeBsd,
        _ => Os::Other,
    };
    let mut native = NativeFile::new(Format::Elf, arch, os, Kind::Object);
    if !matches!(header.e_type(endian), ET_EXEC | ET_DYN) {
        return Ok(native);
    }
    let segments = header.program_headers(endian, data)?;
    let dynamic = dynamic_entries::<H, R>(segments, endian, data)?;
    native.interpreter = interpreter::<H, R>(segments, endian, data)?;
    let table = Table::<H, R>::new(segments, endian, data, &dynamic)?;
    table.names(&dynamic, &mut native)?;
    table.versions(&dynamic, &mut native)?;
    native.kind = if is_program(&native, header.e_type(endian), &dynamic) {
        Kind::Executable
    } else {
        Kind::SharedObject
    };
    native.is_static =
        native.interpreter.is_none() && native.needed.is_empty() && native.kind == Kind::Executable;
    native.libc = libc_of(&native);
    Ok(native)
}

/// A position-independent program differs from a library by its interpreter, or, when static, by `DF_1_PIE`.
fn is_program(native: &NativeFile, kind: elf::FileType, dynamic: &[(i64, u64)]) -> bool {
    let is_pie = dynamic.iter().any(|&(tag, value)| tag == elf::DT_FLAGS_1.0 && value & elf::DF_1_PIE.0 != 0);
    kind == ET_EXEC || is_pie || (native.interpreter.is_some() && native.soname.is_none())
}

fn libc_of(native: &NativeFile) -> Option<Libc> {
    let loader = native.interpreter.as_deref().unwrap_or("");
    let needs = |wanted: fn(&str) -> bool| native.needed.iter().any(|name| wanted(name));
    if loader.contains("/ld-musl-") || needs(|name| name == "libc.so" || name.starts_with("libc.musl-")) {
        return Some(Libc::Musl);
    }
    let is_gnu =
        native.glibc.is_some() || loader.contains("/ld-linux") || needs(|name| name.starts_with("libc.so."));
    is_gnu.then_some(Libc::Gnu)
}

fn interpreter<'d, H: FileHeader<Endian = Endianness>, R: ReadRef<'d>>(
    segments: &[H::ProgramHeader],
    endian: Endianness,
    data: R,
) -> Result<Option<String>, InspectError> {
    let Some(segment) = segments.iter().find(|s| s.p_type(endian) == PT_INTERP) else { return Ok(None) };
    let (offset, size) = segment.file_range(endian);
    let bytes = data
        .read_bytes_at(offset, size.min(NAME_BYTES_MAX))
        .map_err(|()| InspectError::new("the interpreter's name is out of bounds"))?;
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    Ok(Some(text(&bytes[..end])))
}

/// The dynamic table as (tag, value) up to DT_NULL; empty for a file without one.
fn dynamic_entries<'d, H: FileHeader<Endian = Endianness>, R: ReadRef<'d>>(
    segments: &[H::ProgramHeader],
    endian: Endianness,
    data: R,
) -> Result<Vec<(i64, u64)>, InspectError> {
    let Some(segment) = segments.iter().find(|s| s.p_type(endian) == PT_DYNAMIC) else {
        return Ok(Vec::new());
    };
    let (offset, size) = segment.file_range(endian);
    let count = usize::try_from(size).unwrap_or(usize::MAX) / size_of::<H::Dyn>();
    let entries: &[H::Dyn] = data
        .read_slice_at(offset, count.min(DYNAMIC_ENTRIES_MAX))
        .map_err(|()| InspectError::new("the dynamic table is out of bounds"))?;
    let pairs = entries.iter().map(|entry| (entry.tag(endian).0, entry.val(endian)));
    Ok(pairs.take_while(|(tag, _)| *tag != 0).collect())
}

fn value(dynamic: &[(i64, u64)], tag: elf::DynamicTag) -> Option<u64> {
    dynamic.iter().find(|(t, _)| *t == tag.0).map(|(_, value)| *value)
}

/// Where addresses of the file lie in it, and its string table.
struct Table<'s, 'd, H: FileHeader, R: ReadRef<'d>> {
    segments: &'s [H::ProgramHeader],
    endian: Endianness,
    data: R,
    strings: Option<(u64, u64)>,
    lifetime: std::marker::PhantomData<&'d ()>,
}

impl<'s, 'd, H: FileHeader<Endian = Endianness>, R: ReadRef<'d>> Table<'s, 'd, H, R> {
    fn new(
        segments: &'s [H::ProgramHeader],
        endian: Endianness,
        data: R,
        dynamic: &[(i64, u64)],
    ) -> Result<Self, InspectError> {
        let mut table = Self { segments, endian, data, strings: None, lifetime: std::marker::PhantomData };
        if let Some(address) = value(dynamic, DT_STRTAB) {
            let (offset, room) =
                table.locate(address).ok_or_else(|| InspectError::new("the string table is not loaded"))?;
            table.strings = Some((offset, value(dynamic, DT_STRSZ).unwrap_or(room).min(room)));
        }
        Ok(table)
    }

    /// The offset of an address in the file and how many bytes of its segment follow.
    fn locate(&self, address: u64) -> Option<(u64, u64)> {
        self.segments.iter().filter(|s| s.p_type(self.endian) == PT_LOAD).find_map(|segment| {
            let (offset, size) = segment.file_range(self.endian);
            let within = address.checked_sub(segment.p_vaddr(self.endian).into())?;
            (within < size).then(|| Some((offset.checked_add(within)?, size - within)))?
        })
    }

    fn string(&self, index: u64) -> Result<String, InspectError> {
        let damaged = || InspectError::new("a name lies outside the string table");
        let (offset, size) = self.strings.ok_or_else(damaged)?;
        let left = size.checked_sub(index).filter(|left| *left > 0).ok_or_else(damaged)?;
        let start = offset.checked_add(index).ok_or_else(damaged)?;
        let bytes = self.data.read_bytes_at(start, left.min(NAME_BYTES_MAX)).map_err(|()| damaged())?;
        let end = bytes.iter().position(|b| *b == 0).ok_or_else(damaged)?;
        Ok(text(&bytes[..end]))
    }

    fn names(&self, dynamic: &[(i64, u64)], native: &mut NativeFile) -> Result<(), InspectError> {
        for &(tag, index) in dynamic {
            if native.needed.len() >= NAMES_MAX || native.rpaths.len() >= NAMES_MAX {
                return Err(InspectError::new("more needed libraries than any real file has"));
            }
            if tag == DT_NEEDED.0 {
                native.needed.push(self.string(index)?);
            } else if tag == DT_SONAME.0 {
                native.soname = Some(self.string(index)?);
            } else if tag == DT_RPATH.0 || tag == DT_RUNPATH.0 {
                native.rpaths.extend(self.string(index)?.split(':').map(str::to_owned));
            }
        }
        Ok(())
    }

    /// The newest version asked of glibc: a list of libraries, each with a list of versions (the gABI's `Verneed`, `Vernaux`).
    fn versions(&self, dynamic: &[(i64, u64)], native: &mut NativeFile) -> Result<(), InspectError> {
        let (Some(address), Some(count)) = (value(dynamic, DT_VERNEED), value(dynamic, DT_VERNEEDNUM)) else {
            return Ok(());
        };
        let damaged = || InspectError::new("the version table is out of bounds");
        let (offset, room) = self.locate(address).ok_or_else(damaged)?;
        let table = self.data.read_bytes_at(offset, room.min(VERNEED_BYTES_MAX)).map_err(|()| damaged())?;
        let (mut library, mut seen) = (0usize, 0usize);
        for _ in 0..count.min(NAMES_MAX as u64) {
            let record = Words { bytes: table, at: library, endian: self.endian };
            let mut version = library.checked_add(record.u32(8)? as usize).ok_or_else(damaged)?;
            for _ in 0..record.u16(2)? {
                seen += 1;
                if seen > VERSIONS_MAX {
                    return Err(InspectError::new("more symbol versions than any real file has"));
                }
                let entry = Words { bytes: table, at: version, endian: self.endian };
                let found = GlibcVersion::from_symbol_version(&self.string(u64::from(entry.u32(8)?))?);
                native.glibc = native.glibc.max(found);
                match entry.u32(12)? {
                    0 => break,
                    next => version = version.checked_add(next as usize).ok_or_else(damaged)?,
                }
            }
            match record.u32(12)? {
                0 => break,
                next => library = library.checked_add(next as usize).ok_or_else(damaged)?,
            }
        }
        Ok(())
    }
}

/// Numbers of one record in a table.
struct Words<'b> {
    bytes: &'b [u8],
    at: usize,
    endian: Endianness,
}

impl Words<'_> {
    fn array<const N: usize>(&self, field: usize) -> Result<[u8; N], InspectError> {
        let start = self.at.checked_add(field);
        let slice = start.and_then(|start| self.bytes.get(start..start.checked_add(N)?));
        slice
            .and_then(|s| s.try_into().ok())
            .ok_or_else(|| InspectError::new("the version table is out of bounds"))
    }

    fn u16(&self, field: usize) -> Result<u16, InspectError> {
        let bytes = self.array(field)?;
        Ok(if self.endian.is_little_endian() { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn u32(&self, field: usize) -> Result<u32, InspectError> {
        let bytes = self.array(field)?;
        Ok(if self.endian.is_little_endian() { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }
}
