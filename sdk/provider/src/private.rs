//! Private state: what a provider keeps beside a resource's state, unseen by the user.
//!
//! Values by key, each JSON. What nobody changed goes back to Terraform byte for byte. Keys that begin with a dot are the library's own.
//! Sealing is in `private/seal`.

mod seal;

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

pub(crate) use seal::Seal;

use crate::Diagnostic;

/// Values by key.
#[derive(Clone, Default)]
pub struct Private {
    entries: BTreeMap<String, Box<RawValue>>,
    /// The bytes it came in, as long as nothing is changed.
    wire: Option<Bytes>,
}

impl Private {
    /// The value of a key, if there is one and it has this form.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.entries.get(key).and_then(|value| serde_json::from_str(value.get()).ok())
    }

    /// Sets the value of a key. An error is the value's own, one that JSON cannot say, or that of a key that begins with a dot.
    pub fn set(&mut self, key: &str, value: impl Serialize) -> Result<(), serde_json::Error> {
        if key.starts_with('.') {
            return Err(serde::ser::Error::custom(format!("key {key:?} of private state begins with a dot")));
        }
        let value = serde_json::value::to_raw_value(&value)?;
        if self.entries.get(key).is_none_or(|old| old.get() != value.get()) {
            self.entries.insert(key.into(), value);
            self.wire = None;
        }
        Ok(())
    }

    /// Removes a key; true if it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        let removed = !key.starts_with('.') && self.entries.remove(key).is_some();
        if removed {
            self.wire = None;
        }
        removed
    }

    /// Reads what Terraform kept. Plain bytes are taken with a seal too, and sealed when they are next written.
    pub(crate) fn decode(bytes: &Bytes, seal: Option<&Seal>) -> Result<Self, Diagnostic> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let (plain, unchanged) = match (seal::is_sealed(bytes), seal) {
            (true, Some(seal)) => (seal.open(bytes).map_err(|error| unreadable(&error))?, true),
            (true, None) => return Err(unreadable(&seal::OpenError::NoKey)),
            (false, seal) => (bytes.to_vec(), seal.is_none()),
        };
        let entries = serde_json::from_slice(&plain).map_err(|error| unreadable(&error))?;
        Ok(Self { entries, wire: unchanged.then(|| bytes.clone()) })
    }

    /// What Terraform is to keep: the bytes it came in if nothing changed, nothing if there is nothing.
    pub(crate) fn encode(&self, seal: Option<&Seal>) -> Result<Bytes, Diagnostic> {
        if let Some(wire) = &self.wire {
            return Ok(wire.clone());
        }
        if self.entries.is_empty() {
            return Ok(Bytes::new());
        }
        let plain = serde_json::to_vec(&self.entries).map_err(|error| unwritable(&error))?;
        match seal {
            Some(seal) => seal.close(plain).map(Bytes::from).map_err(|error| unwritable(&error)),
            None => Ok(plain.into()),
        }
    }
}

fn unreadable(error: &dyn std::error::Error) -> Diagnostic {
    // Nothing of the content is in the errors: serde_json's speak of places only.
    Diagnostic::error("Unable to Read Private State", format!("The private state cannot be read: {error}."))
}

fn unwritable(error: &dyn std::error::Error) -> Diagnostic {
    Diagnostic::error(
        "Unable to Write Private State",
        format!("The private state cannot be written: {error}."),
    )
}

/// The same keys with the same values.
impl PartialEq for Private {
    fn eq(&self, other: &Self) -> bool {
        let own = self.entries.iter().map(|(k, v)| (k, v.get()));
        own.eq(other.entries.iter().map(|(k, v)| (k, v.get())))
    }
}

/// Prints the keys only: values may be secret.
impl std::fmt::Debug for Private {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.entries.keys()).finish()
    }
}

#[cfg(test)]
mod tests;
