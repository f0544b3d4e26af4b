//! JSON in a text attribute.

use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use tf_cty::Value;

use super::ParseTextError;
use super::text::text_type;

/// A JSON document. Two are the same if their values are: white space, the order of keys and the way numbers are written do not
/// count. Numbers are compared exactly, whatever their size.
#[derive(Clone, Debug)]
pub struct Json {
    text: String,
    meaning: Value,
}

text_type!(Json, Value, meaning, value: "The document as an object, a tuple or a simple value.");

impl Json {
    /// The document as a type that serde knows.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.text)
    }

    /// What serde makes of a value, without white space.
    pub fn write(value: &impl Serialize) -> Result<Self, WriteJsonError> {
        Ok(Self::parse(serde_json::to_string(value)?)?)
    }
}

/// A value that is no JSON document.
#[derive(Debug, thiserror::Error)]
pub enum WriteJsonError {
    /// JSON cannot say it.
    #[error("the value has no JSON form")]
    Serialize(#[from] serde_json::Error),
    /// What came out cannot be read again: a key twice, or nested too deeply.
    #[error("the value's JSON form cannot be read again")]
    Parse(#[from] ParseTextError),
}

/// serde_json decides what is JSON; its numbers would lose digits, so what is compared is read by tf-cty.
fn meaning(text: &str) -> Result<Value, ParseTextError> {
    let refuse = |reason: String| ParseTextError::new(text, "JSON", reason);
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| refuse(error.to_string()))?;
    tf_cty::json::decode_simple(text.as_bytes()).map_err(|error| refuse(error.to_string()))
}
