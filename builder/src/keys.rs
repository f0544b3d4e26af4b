//! Signing keys: Ed25519, in files of one plain line.
//!
//! `PREFIX.key` holds `psp-secret-key-1 SEED PUBLIC`, `PREFIX.pub` holds `psp-public-key-1 PUBLIC`, in 64 hexadecimal digits
//! each. A secret never reaches a message, a log or a debug print, and its memory is wiped.

mod development;
mod error;

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ed25519_dalek::{Signer, SigningKey};
use foundation::secret::Secret;
use psp_format::signature::{Purpose, Signature, is_usable_key, message};
use psp_format::{Digest, Key};
use zeroize::Zeroizing;

pub use development::{DevelopmentKey, development_key};
pub use error::KeyError;

use crate::output;

/// The text of a secret key: it does not print, and its memory is wiped.
pub type SecretText = Secret<Zeroizing<String>>;

/// The environment variable that can hold a secret key, for machines that build.
pub const KEY_VARIABLE: &str = "PSP_SIGNING_KEY";

const SECRET_WORD: &str = "psp-secret-key-1";
const PUBLIC_WORD: &str = "psp-public-key-1";
/// Larger files are not looked at.
const MAX_FILE_BYTES: u64 = 4096;

/// A key that can sign.
pub struct SecretKey {
    key: Secret<SigningKey>,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public().hex())
    }
}

impl SecretKey {
    /// A new key from the system's randomness.
    pub fn generate() -> Result<Self, KeyError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self { key: Secret::new(SigningKey::from_bytes(&seed)) })
    }

    /// The public half.
    pub fn public(&self) -> Key {
        Key(self.key.expose().verifying_key().to_bytes())
    }

    /// Signs the root of a package.
    pub fn sign(&self, root: &Digest, purpose: Purpose) -> Signature {
        let key = self.public();
        Signature { key, purpose, bytes: self.key.expose().sign(&message(&key, purpose, root)).to_bytes() }
    }

    /// Signs a digest for OpenPGP: the two halves of the signature. [`crate::terraform::openpgp`] says why this can't be taken
    /// for a signature of a package.
    pub(crate) fn sign_openpgp(&self, digest: &[u8; 32]) -> ([u8; 32], [u8; 32]) {
        let signature = self.key.expose().sign(digest);
        (*signature.r_bytes(), *signature.s_bytes())
    }

    /// Reads the text of a secret key; `origin` is for messages.
    pub fn parse(text: &SecretText, origin: &str) -> Result<Self, KeyError> {
        let origin = || origin.to_owned();
        let text = text.expose().as_str();
        let mut words = text.split_ascii_whitespace();
        match words.next() {
            Some(SECRET_WORD) => {}
            Some(PUBLIC_WORD) => return Err(KeyError::PublicInstead { origin: origin() }),
            _ if text.contains("-----BEGIN") => return Err(KeyError::Pem { origin: origin() }),
            _ => return Err(KeyError::NotAKey { origin: origin(), wanted: "secret" }),
        }
        let damaged = || KeyError::Damaged { origin: origin() };
        let seed = words.next().and_then(|hex| psp_format::digest::parse_hex(hex.as_bytes()));
        let seed = Zeroizing::new(seed.ok_or_else(damaged)?);
        let stated = words.next().and_then(|hex| Key::from_hex(hex.as_bytes())).ok_or_else(damaged)?;
        let secret = Self { key: Secret::new(SigningKey::from_bytes(&seed)) };
        if words.next().is_some() {
            return Err(damaged());
        }
        if secret.public() != stated {
            return Err(KeyError::Mismatch { origin: origin(), stated: "the public key in it".to_owned() });
        }
        Ok(secret)
    }

    /// Reads a secret key's file, and holds it against the public key's file beside it, if there is one.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let text = read_text(path)?;
        let secret = Self::parse(&text, &path.display().to_string())?;
        let beside = path.with_extension("pub");
        if path.extension().is_some_and(|extension| extension == "key") && beside.exists() {
            let public = read_public(&beside)?;
            if public != secret.public() {
                let (origin, stated) = (path.display().to_string(), beside.display().to_string());
                return Err(KeyError::Mismatch { origin, stated });
            }
        }
        Ok(secret)
    }

    /// Reads a secret key from an input, such as the standard one.
    pub fn read_from(input: impl Read, origin: &str) -> Result<Self, KeyError> {
        let unreadable = |source| KeyError::Unreadable { origin: origin.to_owned(), source };
        Self::parse(&read_limited(input, origin).map_err(unreadable)?, origin)
    }

    fn line(&self) -> SecretText {
        let seed = Zeroizing::new(self.key.expose().to_bytes());
        // One allocation of the final size: growing would leave copies behind.
        let mut line = Zeroizing::new(String::with_capacity(256));
        line.push_str(SECRET_WORD);
        line.push(' ');
        for byte in seed.iter() {
            for digit in [byte >> 4, byte & 15] {
                line.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        line.push(' ');
        line.push_str(self.public().hex().as_str());
        line.push('\n');
        Secret::new(line)
    }
}

/// The files of a new key pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPairFiles {
    /// The secret key's, mode 0600.
    pub secret: PathBuf,
    /// The public key's, mode 0644.
    pub public: PathBuf,
}

/// Writes `PREFIX.key` and `PREFIX.pub`. Neither may exist: a lost key can't be had again.
pub fn write_pair(prefix: &Path, key: &SecretKey) -> Result<KeyPairFiles, KeyError> {
    let with = |extension: &str| {
        let mut path = prefix.as_os_str().to_owned();
        path.push(extension);
        PathBuf::from(path)
    };
    let files = KeyPairFiles { secret: with(".key"), public: with(".pub") };
    if let Some(path) =
        [&files.secret, &files.public].into_iter().find(|path| path.symlink_metadata().is_ok())
    {
        return Err(KeyError::Exists { path: path.clone() });
    }
    output::write_new(&files.secret, key.line().expose().as_bytes(), 0o600)?;
    let public = format!("{PUBLIC_WORD} {}\n", key.public().hex());
    output::write_new(&files.public, public.as_bytes(), 0o644)?;
    Ok(files)
}

/// Reads a public key's file. A secret key's will do too.
pub fn read_public(path: &Path) -> Result<Key, KeyError> {
    let text = read_text(path)?;
    let origin = path.display().to_string();
    let mut words = text.expose().split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some(SECRET_WORD), ..) => SecretKey::parse(&text, &origin).map(|secret| secret.public()),
        (Some(PUBLIC_WORD), Some(hex), None) => {
            let key =
                Key::from_hex(hex.as_bytes()).ok_or_else(|| KeyError::Damaged { origin: origin.clone() })?;
            if is_usable_key(&key) { Ok(key) } else { Err(KeyError::Damaged { origin }) }
        }
        (Some(PUBLIC_WORD), ..) => Err(KeyError::Damaged { origin }),
        _ if text.expose().contains("-----BEGIN") => Err(KeyError::Pem { origin }),
        _ => Err(KeyError::NotAKey { origin, wanted: "public" }),
    }
}

/// Whether others than its owner can read a secret key's file.
pub fn is_exposed(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

fn read_text(path: &Path) -> Result<SecretText, KeyError> {
    let origin = path.display().to_string();
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => KeyError::Missing { path: path.to_owned() },
        _ => KeyError::Unreadable { origin: origin.clone(), source },
    };
    File::open(path).and_then(|file| read_limited(file, &origin)).map_err(unreadable)
}

/// Reads a short text into memory that is wiped, however it ends.
fn read_limited(input: impl Read, _origin: &str) -> io::Result<SecretText> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_FILE_BYTES as usize + 1));
    input.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    // What is too long or no text is no key; the parser says so of an empty text.
    let text = std::str::from_utf8(&bytes).ok().filter(|text| text.len() as u64 <= MAX_FILE_BYTES);
    Ok(Secret::new(Zeroizing::new(text.unwrap_or_default().to_owned())))
}

#[cfg(test)]
mod tests;
