//! One native file: format, architecture, needed libraries, newest glibc symbol, search paths.
//!
//! ELF is read by `super::elf`; Mach-O and PE here, as far as the `object` crate leads. Only headers and the dynamic table are
//! read, so a file of gigabytes costs a few kilobytes. Malformed input is an [`InspectError`], never a panic.

use std::fmt;
use std::fs::File;
use std::io::Read;

use object::read::macho::{FatArch, LoadCommandVariant, MachHeader, MachOFatFile32, MachOFatFile64};
use object::read::pe::{ImageNtHeaders, PeFile};
use object::{Endianness, ReadCache, ReadRef, macho, pe};

use super::elf;

/// At most this many needed libraries and search paths are read from one file; the largest known programs have a few hundred.
pub(super) const NAMES_MAX: usize = 4096;
/// Longest library name or search path that is believed.
pub(super) const NAME_BYTES_MAX: u64 = 4096;

/// The container a native file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Linux and the BSDs.
    Elf,
    /// macOS.
    MachO,
    /// Windows.
    Pe,
}

/// A processor architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arch {
    /// AMD64.
    X86_64,
    /// 64-bit ARM.
    Aarch64,
    /// 32-bit x86.
    X86,
    /// 32-bit ARM.
    Arm,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit little-endian POWER.
    Ppc64le,
    /// IBM Z.
    S390x,
    /// Another one, by its number in the file's format.
    Other(u32),
}

const ARCH_NAMES: [(Arch, &str); 7] = [
    (Arch::X86_64, "x86_64"),
    (Arch::Aarch64, "aarch64"),
    (Arch::X86, "i686"),
    (Arch::Arm, "armv7"),
    (Arch::Riscv64, "riscv64"),
    (Arch::Ppc64le, "ppc64le"),
    (Arch::S390x, "s390x"),
];

impl Arch {
    /// The architecture of that name, as targets spell it.
    pub fn from_name(name: &str) -> Option<Self> {
        ARCH_NAMES.iter().find(|(_, n)| *n == name).map(|(arch, _)| *arch)
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (ARCH_NAMES.iter().find(|(arch, _)| arch == self), self) {
            (Some((_, name)), _) => f.write_str(name),
            (None, Arch::Other(number)) => write!(f, "machine-{number}"),
            (None, _) => f.write_str("unknown"),
        }
    }
}

/// An operating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    /// Linux; ELF files that name no other system count as Linux.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
    /// FreeBSD.
    FreeBsd,
    /// Another one that an ELF file names.
    Other,
}

impl fmt::Display for Os {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Os::Linux => "linux",
            Os::Macos => "macos",
            Os::Windows => "windows",
            Os::FreeBsd => "freebsd",
            Os::Other => "another system",
        })
    }
}

/// What a native file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A program.
    Executable,
    /// A shared library or plug-in.
    SharedObject,
    /// An object file or another thing that does not run.
    Object,
}

/// The C library of a Linux file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Libc {
    /// GNU.
    Gnu,
    /// musl.
    Musl,
}

/// A version of glibc, as its symbols name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GlibcVersion {
    /// The 2 of 2.34.
    pub major: u32,
    /// The 34 of 2.34.
    pub minor: u32,
    /// The 5 of 2.2.5, else 0.
    pub patch: u32,
}

impl GlibcVersion {
    /// Reads `2.34` or `2.2.5`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (major, minor) = (number(parts.next()?)?, number(parts.next()?)?);
        let patch = parts.next().map_or(Some(0), number)?;
        parts.next().is_none().then_some(Self { major, minor, patch })
    }

    /// Reads the name of a symbol version: `GLIBC_2.34`. `GLIBC_ABI_DT_RELR` came with 2.36.
    pub(super) fn from_symbol_version(name: &str) -> Option<Self> {
        match name.strip_prefix("GLIBC_")? {
            "ABI_DT_RELR" => Some(Self { major: 2, minor: 36, patch: 0 }),
            rest => Self::parse(rest),
        }
    }
}

fn number(text: &str) -> Option<u32> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)?;
        if self.patch > 0 { write!(f, ".{}", self.patch) } else { Ok(()) }
    }
}

/// What one native file says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeFile {
    /// The container.
    pub format: Format,
    /// The architectures: one, except for universal Mach-O files.
    pub archs: Vec<Arch>,
    /// The operating system.
    pub os: Os,
    /// Program, library or object.
    pub kind: Kind,
    /// The program that starts it (ELF's dynamic loader).
    pub interpreter: Option<String>,
    /// Its own library name.
    pub soname: Option<String>,
    /// Libraries it is linked to, in the file's order.
    pub needed: Vec<String>,
    /// Where it searches them (DT_RPATH and DT_RUNPATH, or LC_RPATH), split at `:`.
    pub rpaths: Vec<String>,
    /// The newest glibc its symbols ask for.
    pub glibc: Option<GlibcVersion>,
    /// The C library it is linked to, as far as it shows.
    pub libc: Option<Libc>,
    /// Nothing is loaded from the host: no loader, no libraries.
    pub is_static: bool,
}

impl NativeFile {
    pub(super) fn new(format: Format, arch: Arch, os: Os, kind: Kind) -> Self {
        Self {
            format,
            archs: vec![arch],
            os,
            kind,
            interpreter: None,
            soname: None,
            needed: Vec::new(),
            rpaths: Vec::new(),
            glibc: None,
            libc: None,
            is_static: false,
        }
    }
}

/// A file that begins as a native one and then breaks its format's rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("damaged native file: {reason}")]
pub struct InspectError {
    /// What is wrong.
    pub reason: String,
}

impl InspectError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        "native-damaged"
    }

    pub(super) fn new(reason: &str) -> Self {
        Self { reason: reason.to_owned() }
    }
}

impl From<object::Error> for InspectError {
    fn from(error: object::Error) -> Self {
        Self { reason: error.to_string() }
    }
}

/// Reads a native file from memory. `Ok(None)`: it is not one.
pub fn inspect(bytes: &[u8]) -> Result<Option<NativeFile>, InspectError> {
    inspect_ref(bytes)
}

/// Reads a native file from disk, no more of it than its headers lead to. `Ok(None)`: it is not one, or it cannot be read
/// (whoever packs it will say why).
pub fn inspect_file(file: &mut File) -> Result<Option<NativeFile>, InspectError> {
    let mut head = [0u8; 4];
    if file.read_exact(&mut head).is_err() || !may_be_native(head) {
        return Ok(None);
    }
    let cache = ReadCache::new(file);
    inspect_ref(&cache)
}

/// Whether a file with these first bytes is worth a look.
pub(crate) fn may_be_native(head: [u8; 4]) -> bool {
    head == *b"\x7fELF" || head.starts_with(b"MZ") || is_macho(head) || is_fat(head)
}

fn is_macho(head: [u8; 4]) -> bool {
    matches!(u32::from_be_bytes(head), 0xfeed_face | 0xfeed_facf | 0xcefa_edfe | 0xcffa_edfe)
}

fn is_fat(head: [u8; 4]) -> bool {
    matches!(u32::from_be_bytes(head), 0xcafe_babe | 0xcafe_babf)
}

fn inspect_ref<'d, R: ReadRef<'d>>(data: R) -> Result<Option<NativeFile>, InspectError> {
    let Ok(head) = data.read_bytes_at(0, 4) else { return Ok(None) };
    let head = [head[0], head[1], head[2], head[3]];
    match head {
        [0x7f, b'E', b'L', b'F'] => elf::inspect(data).map(Some),
        [b'M', b'Z', ..] => inspect_pe(data),
        _ if is_macho(head) => inspect_macho(data, 0).map(Some),
        _ if is_fat(head) => inspect_fat(data, head),
        _ => Ok(None),
    }
}

/// An `MZ` file without a PE header is a DOS program or a text that begins so: not native.
fn inspect_pe<'d, R: ReadRef<'d>>(data: R) -> Result<Option<NativeFile>, InspectError> {
    let Ok(offset) = data.read_bytes_at(0x3c, 4) else { return Ok(None) };
    let offset = u64::from(u32::from_le_bytes([offset[0], offset[1], offset[2], offset[3]]));
    if data.read_bytes_at(offset, 4) != Ok(b"PE\0\0".as_slice()) {
        return Ok(None);
    }
    let Ok(magic) = data.read_bytes_at(offset.saturating_add(24), 2) else {
        return Err(InspectError::new("the PE header is cut off"));
    };
    match u16::from_le_bytes([magic[0], magic[1]]) {
        0x20b => pe_file::<pe::ImageNtHeaders64, R>(data).map(Some),
        0x10b => pe_file::<pe::ImageNtHeaders32, R>(data).map(Some),
        _ => Err(InspectError::new("the PE optional header has an unknown magic")),
    }
}

fn pe_file<'d, Pe: ImageNtHeaders, R: ReadRef<'d>>(data: R) -> Result<NativeFile, InspectError> {
    let file = PeFile::<Pe, R>::parse(data)?;
    let header = file.nt_headers().file_header();
    let arch = match header.machine.get(object::LittleEndian) {
        pe::IMAGE_FILE_MACHINE_AMD64 => Arch::X86_64,
        pe::IMAGE_FILE_MACHINE_ARM64 => Arch::Aarch64,
        pe::IMAGE_FILE_MACHINE_I386 => Arch::X86,
        pe::IMAGE_FILE_MACHINE_ARMNT => Arch::Arm,
        other => Arch::Other(u32::from(other.0)),
    };
    let is_library = header.characteristics.get(object::LittleEndian).contains(pe::IMAGE_FILE_DLL);
    let kind = if is_library { Kind::SharedObject } else { Kind::Executable };
    let mut native = NativeFile::new(Format::Pe, arch, Os::Windows, kind);
    if let Some(imports) = file.import_table()? {
        let mut descriptors = imports.descriptors()?;
        while let Some(descriptor) = descriptors.next()? {
            if native.needed.len() >= NAMES_MAX {
                return Err(InspectError::new("more imported libraries than any real file has"));
            }
            let name = imports.name(descriptor.name.get(object::LittleEndian))?;
            native.needed.push(text(name));
        }
    }
    native.is_static = native.needed.is_empty();
    Ok(native)
}

/// A fat file shares its magic with Java's class files, whose next field is a version of 45 or more: no fat file has so many
/// architectures.
fn inspect_fat<'d, R: ReadRef<'d>>(data: R, head: [u8; 4]) -> Result<Option<NativeFile>, InspectError> {
    let Ok(count) = data.read_bytes_at(4, 4) else { return Ok(None) };
    if u32::from_be_bytes([count[0], count[1], count[2], count[3]]) > 30 {
        return Ok(None);
    }
    let ranges: Vec<u64> = if head[3] == 0xbe {
        MachOFatFile32::parse(data)?.arches().iter().map(|arch| arch.file_range().0).collect()
    } else {
        MachOFatFile64::parse(data)?.arches().iter().map(|arch| arch.file_range().0).collect()
    };
    let mut whole: Option<NativeFile> = None;
    for offset in ranges {
        let part = inspect_macho(data, offset)?;
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => whole.archs.extend(part.archs),
        }
    }
    Ok(whole)
}

fn inspect_macho<'d, R: ReadRef<'d>>(data: R, offset: u64) -> Result<NativeFile, InspectError> {
    let Ok(magic) = data.read_bytes_at(offset, 4) else {
        return Err(InspectError::new("the Mach-O header is out of bounds"));
    };
    match u32::from_be_bytes([magic[0], magic[1], magic[2], magic[3]]) {
        0xfeed_facf | 0xcffa_edfe => macho_file::<macho::MachHeader64<Endianness>, R>(data, offset),
        0xfeed_face | 0xcefa_edfe => macho_file::<macho::MachHeader32<Endianness>, R>(data, offset),
        _ => Err(InspectError::new("an architecture of a fat file is not a Mach-O file")),
    }
}

fn macho_file<'d, M: MachHeader<Endian = Endianness>, R: ReadRef<'d>>(
    data: R,
    offset: u64,
) -> Result<NativeFile, InspectError> {
    let header = M::parse(data, offset)?;
    let endian = header.endian()?;
    let arch = match header.cputype(endian) {
        macho::CPU_TYPE_X86_64 => Arch::X86_64,
        macho::CPU_TYPE_ARM64 => Arch::Aarch64,
        macho::CPU_TYPE_X86 => Arch::X86,
        macho::CPU_TYPE_ARM => Arch::Arm,
        other => Arch::Other(other.0),
    };
    let kind = match header.filetype(endian) {
        macho::MH_EXECUTE => Kind::Executable,
        macho::MH_DYLIB | macho::MH_BUNDLE => Kind::SharedObject,
        _ => Kind::Object,
    };
    let mut native = NativeFile::new(Format::MachO, arch, Os::Macos, kind);
    let mut commands = header.load_commands(endian, data, offset)?;
    while let Some(command) = commands.next()? {
        if native.needed.len() + native.rpaths.len() >= NAMES_MAX {
            return Err(InspectError::new("more libraries than any real file has"));
        }
        match command.variant()? {
            LoadCommandVariant::Dylib(dylib) => {
                native.needed.push(text(command.string(endian, dylib.dylib.name)?))
            }
            LoadCommandVariant::IdDylib(dylib) => {
                native.soname = Some(text(command.string(endian, dylib.dylib.name)?));
            }
            LoadCommandVariant::Rpath(rpath) => native.rpaths.push(text(command.string(endian, rpath.path)?)),
            LoadCommandVariant::LoadDylinker(linker) => {
                native.interpreter = Some(text(command.string(endian, linker.name)?));
            }
            _ => {}
        }
    }
    native.is_static = native.kind == Kind::Executable && native.needed.is_empty();
    Ok(native)
}

/// Names in native files are bytes; what is not UTF-8 is shown with replacement characters.
pub(super) fn text(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(NAME_BYTES_MAX as usize)];
    String::from_utf8_lossy(bytes).into_owned()
}
