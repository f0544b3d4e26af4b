//! Private state under a key: version byte, salt, nonce, then the text under AES-256-GCM with its tag.
//!
//! Each message has a random salt, from which and from the secret HKDF-SHA256 makes the key of this message alone, and a random
//! nonce. The version byte is authenticated with it. JSON begins with another byte, so plain and sealed state are told apart.

use foundation::secret::Secret;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::{SecureRandom, SystemRandom};

/// The first byte. No JSON text begins with it.
const VERSION: u8 = 1;
const SALT_BYTES: usize = 16;
const TAG_BYTES: usize = 16;
const HEADER_BYTES: usize = 1 + SALT_BYTES + NONCE_LEN;
/// What the derived keys are for.
const PURPOSE: &[&[u8]] = &[b"tf-sdk private state 1"];

/// Seals and opens private state.
pub(crate) struct Seal {
    secret: Secret<Vec<u8>>,
    random: SystemRandom,
}

/// Sealed state that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// There is no key.
    #[error("it is sealed, and the provider was started without the key")]
    NoKey,
    /// Not whole.
    #[error("it is sealed, but cut short")]
    Short,
    /// Another key, or changed bytes.
    #[error("it was sealed with another key, or was changed since")]
    Foreign,
}

/// The system has no random numbers, or refuses the cipher.
#[derive(Debug, thiserror::Error)]
#[error("it cannot be sealed")]
pub(crate) struct CloseError;

/// True if bytes are sealed, not plain.
pub(crate) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.first() == Some(&VERSION)
}

impl Seal {
    /// With a secret of any length; a longer one is not better than 32 random bytes.
    pub(crate) fn new(secret: Secret<String>) -> Self {
        Self { secret: secret.map(String::into_bytes), random: SystemRandom::new() }
    }

    /// Seals a text.
    pub(crate) fn close(&self, mut text: Vec<u8>) -> Result<Vec<u8>, CloseError> {
        let mut sealed = vec![VERSION; HEADER_BYTES];
        self.random.fill(&mut sealed[1..]).map_err(|_| CloseError)?;
        let (salt, nonce) = sealed[1..].split_at(SALT_BYTES);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CloseError)?;
        let key = self.key(salt).ok_or(CloseError)?;
        key.seal_in_place_append_tag(nonce, Aad::from([VERSION]), &mut text).map_err(|_| CloseError)?;
        sealed.append(&mut text);
        Ok(sealed)
    }

    /// The text of sealed bytes.
    pub(crate) fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, OpenError> {
        if sealed.len() < HEADER_BYTES + TAG_BYTES {
            return Err(OpenError::Short);
        }
        let (header, text) = sealed.split_at(HEADER_BYTES);
        let (salt, nonce) = header[1..].split_at(SALT_BYTES);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| OpenError::Foreign)?;
        let key = self.key(salt).ok_or(OpenError::Foreign)?;
        let mut text = text.to_vec();
        let open =
            key.open_in_place(nonce, Aad::from([header[0]]), &mut text).map_err(|_| OpenError::Foreign)?;
        Ok(open.to_vec())
    }

    /// The key of one message.
    fn key(&self, salt: &[u8]) -> Option<LessSafeKey> {
        let derived = Salt::new(HKDF_SHA256, salt).extract(self.secret.expose());
        let okm = derived.expand(PURPOSE, &AES_256_GCM).ok()?;
        Some(LessSafeKey::new(UnboundKey::from(okm)))
    }
}
