//! Errors of function calls.

use std::fmt;

use crate::codec::{DecodeError, EncodeError};
use crate::convert::ConvertError;
use crate::number::NanError;
use crate::value::{BuildError, OpError, RefineError};

/// A call that fails, with a message for whoever wrote the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    argument: Option<usize>,
    message: Box<str>,
}

impl FunctionError {
    /// An error of the call as a whole.
    pub fn new(message: impl fmt::Display) -> Self {
        Self { argument: None, message: message.to_string().into() }
    }

    /// An error of one argument, counted from zero.
    pub fn of_argument(argument: usize, message: impl fmt::Display) -> Self {
        Self { argument: Some(argument), message: message.to_string().into() }
    }

    /// The argument that is wrong, counted from zero, when it is one.
    pub fn argument(&self) -> Option<usize> {
        self.argument
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for FunctionError {}

macro_rules! from_errors {
    ($($t:ty),*) => {$(
        impl From<$t> for FunctionError {
            fn from(e: $t) -> Self {
                Self::new(e)
            }
        }
    )*};
}
from_errors!(BuildError, ConvertError, DecodeError, EncodeError, NanError, OpError, RefineError);
