//! The serde bridge: anything that serialises as a value, and values as anything that deserialises.
//!
//! Serialising gives the value that the data implies (objects and tuples) and converts it to the type asked for.
//! Unknown and marked values do not deserialise.

mod de;
mod ser;

use std::fmt;

pub use de::from_value;
pub use ser::to_value;

use crate::path::{Path, PathStep};

/// Data that makes no value, or a value that makes no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SerdeError {
    /// Where in the value.
    pub path: Path,
    message: Box<str>,
}

impl SerdeError {
    fn new(message: impl fmt::Display) -> Self {
        Self { path: Path::new(), message: message.to_string().into() }
    }

    fn under(self, step: PathStep) -> Self {
        let outer: Path = std::iter::once(step).collect();
        Self { path: outer.join(&self.path), message: self.message }
    }
}

impl fmt::Display for SerdeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SerdeError {}

impl serde::ser::Error for SerdeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message)
    }
}

impl serde::de::Error for SerdeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message)
    }
}
