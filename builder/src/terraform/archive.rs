//! Archives as registries serve them: a zip with one stored entry, executable, of a fixed time, and its two hashes.
//!
//! The bytes depend on the package and on the name of the entry, and on nothing else. A provider is compressed already, so it
//! is stored; both hashes come out of reading it twice, without memory for it. (PKWARE's APPNOTE 6.3.10 has the layout.)

use std::io::{self, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use psp_format::verify::Source;
use sha2::{Digest, Sha256};

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::directory::{Directory, FindError, Unfinished};
use crate::interrupt::Interrupt;
use crate::output::OutputError;
use crate::package_file::{Copy, PackageError, PackageFile};
use crate::terraform::ProviderPackage;

/// The size of what one archive can hold: more would need the extensions for 64 bits.
pub const MAX_BYTES: u64 = 0xffff_ffff - (1 << 16);

/// How much is read at once.
const BLOCK_BYTES: u64 = 1 << 20;
/// 1 January 1980, the earliest day that a zip can state.
const DATE: u16 = 0x21;
/// A regular file, mode 0755, as Unix writes it into the upper half.
const ATTRIBUTES: u32 = 0o100_755 << 16;
/// Made on Unix, by version 2.0 of the format.
const MADE_BY: u16 = 3 << 8 | 20;
/// Needs version 1.0 of the format: one stored entry.
const NEEDS: u16 = 10;

/// What Terraform knows a package by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashes {
    /// `h1:`: of the files in the archive, whatever way they are packed.
    pub h1: String,
    /// SHA-256 of the archive itself, in hexadecimal digits.
    pub sha256: String,
}

impl Hashes {
    /// `zh:`, as lock files have it.
    pub fn zh(&self) -> String {
        format!("zh:{}", self.sha256)
    }
}

/// Why an archive could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The package cannot be read, or changed meanwhile.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The package is too large.
    #[error("a package of {size_bytes} bytes is too large for the archives that Terraform unpacks")]
    TooLarge {
        /// Its size.
        size_bytes: u64,
    },
    /// The archive cannot be written.
    #[error("the archive cannot be written")]
    Write(#[source] io::Error),
    /// Its file cannot be made or named.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Somebody wants it to end.
    #[error("interrupted")]
    Interrupted,
}

impl Diagnostic for ArchiveError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Package(error) => error.code(),
            Self::TooLarge { .. } => &codes::TERRAFORM_PACKAGE,
            Self::Write(source) if source.kind() == io::ErrorKind::StorageFull => &codes::DISK_FULL,
            Self::Write(_) => &codes::OUTPUT_WRITE,
            Self::Output(error) => error.code(),
            Self::Interrupted => &codes::INTERRUPTED,
        }
    }
}

/// An archive that is yet to be written.
#[derive(Debug)]
pub struct Archive<'a> {
    file: &'a PackageFile,
    name: String,
    crc: u32,
    size: u32,
    hashes: Hashes,
}

impl<'a> Archive<'a> {
    /// The archive of a package: its one entry has the name that Terraform seeks.
    pub fn new(package: &'a ProviderPackage, interrupt: &Interrupt) -> Result<Self, ArchiveError> {
        let (file, name) = (&package.file, package.provider.file_name());
        let size_bytes = file.size();
        let size = u32::try_from(size_bytes).ok().filter(|_| size_bytes <= MAX_BYTES);
        let size = size.ok_or(ArchiveError::TooLarge { size_bytes })?;
        let (mut crc, mut content) = (crc32fast::Hasher::new(), Sha256::new());
        read(file, interrupt, |block| {
            crc.update(block);
            content.update(block);
            Ok(())
        })?;
        let h1 = h1(&name, &hex(&content.finalize()));
        let hashes = Hashes { h1, sha256: String::new() };
        let mut archive = Self { file, name, crc: crc.finalize(), size, hashes };
        archive.hashes.sha256 = archive.write(&mut io::sink(), interrupt)?;
        file.check_unchanged()?;
        Ok(archive)
    }

    /// What Terraform will know it by.
    pub fn hashes(&self) -> &Hashes {
        &self.hashes
    }

    /// Whether a file is this archive, if there is one.
    pub(crate) fn is_there(&self, directory: &Directory, path: &Path) -> Result<Option<bool>, FindError> {
        let size = self.local_header().len() + self.directory().len();
        directory.is_same(path, u64::from(self.size) + size as u64, &self.hashes.sha256)
    }

    /// Writes it; comes back with the SHA-256 of what was written, in hexadecimal digits.
    pub fn write(&self, output: &mut impl Write, interrupt: &Interrupt) -> Result<String, ArchiveError> {
        let mut sha256 = Sha256::new();
        let mut put = |bytes: &[u8]| {
            sha256.update(bytes);
            output.write_all(bytes).map_err(ArchiveError::Write)
        };
        put(&self.local_header())?;
        read(self.file, interrupt, &mut put)?;
        put(&self.directory())?;
        Ok(hex(&sha256.finalize()))
    }

    /// Writes it to a file that has no name yet. What was written is verified as the package was: it could have changed since.
    pub(crate) fn save<'d>(
        &self,
        directory: &'d Directory,
        path: &Path,
        interrupt: &Interrupt,
    ) -> Result<Unfinished<'d>, ArchiveError> {
        Unfinished::write(directory, path, |mut file| {
            let written = self.write(&mut file, interrupt).map_err(|error| match error {
                ArchiveError::Write(source) => OutputError::of(&directory.shown(path), source).into(),
                error => error,
            });
            let sha256 = written?;
            if sha256 != self.hashes.sha256 {
                return Err(PackageError::Changed { path: self.file.path().to_owned() }.into());
            }
            let copy = Copy { file, start: self.local_header().len() as u64, size: u64::from(self.size) };
            Ok(self.file.verify_copy(&self.file.verified()?, &copy)?)
        })
    }

    /// What local header and directory say alike, from the version needed to the length of the extra field.
    fn common(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(26);
        for half in [NEEDS, 0, 0, 0, DATE] {
            bytes.extend(half.to_le_bytes());
        }
        for word in [self.crc, self.size, self.size] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend((self.name.len() as u16).to_le_bytes());
        bytes.extend(0_u16.to_le_bytes());
        bytes
    }

    fn local_header(&self) -> Vec<u8> {
        [b"PK\x03\x04".as_slice(), &self.common(), self.name.as_bytes()].concat()
    }

    /// The entry in the central directory, and the directory's end.
    fn directory(&self) -> Vec<u8> {
        let start = self.local_header().len() as u32 + self.size;
        let mut bytes = b"PK\x01\x02".to_vec();
        bytes.extend(MADE_BY.to_le_bytes());
        bytes.extend(self.common());
        bytes.extend([0; 6]); // no comment, the first disk, no internal attributes
        bytes.extend(ATTRIBUTES.to_le_bytes());
        bytes.extend(0_u32.to_le_bytes()); // where the local header is
        bytes.extend(self.name.as_bytes());
        let size = bytes.len() as u32;
        bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        bytes.extend(size.to_le_bytes());
        bytes.extend(start.to_le_bytes());
        bytes.extend([0; 2]);
        bytes
    }
}

/// Reads a package from begin to end.
fn read(
    file: &PackageFile,
    interrupt: &Interrupt,
    mut take: impl FnMut(&[u8]) -> Result<(), ArchiveError>,
) -> Result<(), ArchiveError> {
    let mut buffer = vec![0; BLOCK_BYTES.min(file.size()) as usize];
    let mut offset = 0;
    while offset < file.size() {
        interrupt.check().map_err(|_| ArchiveError::Interrupted)?;
        let block = &mut buffer[..BLOCK_BYTES.min(file.size() - offset) as usize];
        let unreadable = |source| PackageError::Unreadable { path: file.path().to_owned(), source };
        file.read_at(offset, block).map_err(unreadable)?;
        take(block)?;
        offset += block.len() as u64;
    }
    Ok(())
}

/// Go's `dirhash.Hash1` of a directory with one file.
fn h1(name: &str, sha256: &str) -> String {
    format!("h1:{}", STANDARD.encode(Sha256::digest(format!("{sha256}  {name}\n"))))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h1_is_what_go_makes_of_it() {
        // printf 'hello\n' > f; sha256sum f | sha256sum | xxd -r -p | base64
        let content = hex(&Sha256::digest(b"hello\n"));
        assert_eq!(content, "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
        assert_eq!(h1("f", &content), "h1:z0sJkyk916PlRZ0KXFwu6FtAoX/B7h5gF2Fw9hAQsH8=");
    }
}
