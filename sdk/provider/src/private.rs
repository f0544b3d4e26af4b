//! Private state: what a provider keeps beside a resource's state, unseen by the user.
//!
//! Values by key, each JSON. What nobody changed goes back to Terraform byte for byte. Sealing is in `private/seal`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// Values by key.
#[derive(Clone, Default, PartialEq)]
pub struct Private {
    entries: BTreeMap<String, Json>,
}

impl Private {
    /// The value of a key, if there is one and it has this form.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.entries.get(key).and_then(|value| T::deserialize(value).ok())
    }

    /// Sets the value of a key. An error is the value's own: one that JSON cannot say.
    pub fn set(&mut self, key: &str, value: impl Serialize) -> Result<(), serde_json::Error> {
        self.entries.insert(key.into(), serde_json::to_value(value)?);
        Ok(())
    }

    /// Removes a key; true if it was there.
    pub fn remove(&mut self, key: &str) -> bool {
        self.entries.remove(key).is_some()
    }
}

/// Prints the keys only: values may be secret.
impl std::fmt::Debug for Private {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.entries.keys()).finish()
    }
}
