//! The SHA-256 of a program, compared before it is started.
//!
//! As everywhere where a file is checked and then started, whoever can write the file or its folder in between wins: keep
//! plugins where only their installer writes.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::{fmt, str};

use sha2::{Digest as _, Sha256};

/// A SHA-256. Prints as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Checksum([u8; 32]);

/// A text that is no SHA-256.
#[derive(Debug, thiserror::Error)]
#[error("a SHA-256 has 64 hexadecimal digits")]
pub struct ChecksumError;

impl Checksum {
    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// Of any other text.
    pub fn parse(text: &str) -> Result<Checksum, ChecksumError> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(ChecksumError);
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = str::from_utf8(digits).map_err(|_| ChecksumError)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| ChecksumError)?;
        }
        Ok(Checksum(bytes))
    }

    /// Reads a file to its end.
    ///
    /// # Errors
    /// What the system says of the file.
    pub fn of(path: &Path) -> io::Result<Checksum> {
        let (mut file, mut hash) = (File::open(path)?, Sha256::new());
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match file.read(&mut buffer) {
                Ok(0) => return Ok(Checksum(hash.finalize().into())),
                Ok(count) => hash.update(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Checksum({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_file() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "abc").expect("written");
        // FIPS 180-4's example.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Checksum::of(file.path()).expect("read").to_string(), expected);
        assert_eq!(Checksum::parse(expected).expect("digits").to_string(), expected);
        assert!(Checksum::of(Path::new("/nowhere/at/all")).is_err());
    }

    #[test]
    fn texts_that_are_none() {
        for text in ["", "ba78", &"g".repeat(64), &"+1".repeat(32), &"a".repeat(65), &"é".repeat(32)] {
            assert!(Checksum::parse(text).is_err(), "{text}");
        }
    }
}
