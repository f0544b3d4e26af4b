//! Errors between Rust values and values, with the path at which they arise.

use std::sync::Arc;

use crate::number::NanError;
use crate::path::{Path, PathStep};
use crate::types::Type;
use crate::value::BuildError;

/// A Rust value that makes no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ToCtyError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub problem: ToCtyProblem,
}

/// Why a Rust value makes no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToCtyProblem {
    /// A float that is not a number.
    #[error(transparent)]
    Nan(#[from] NanError),
    /// Elements of different types.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// A value that makes no Rust value of the type wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct FromCtyError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub problem: FromCtyProblem,
}

/// Why a value makes no Rust value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FromCtyProblem {
    /// Marks would be lost.
    #[error("value is marked")]
    Marked,
    /// Null, where the Rust type is no `Option`.
    #[error("value must not be null")]
    Null,
    /// Unknown, where the Rust type is no `Tf`.
    #[error("value must be known")]
    Unknown,
    /// Another type.
    #[error("{want} required, but received {}", got.friendly_name())]
    Type {
        /// What is wanted.
        want: &'static str,
        /// The type found.
        got: Type,
    },
    /// A number that the Rust type cannot hold.
    #[error("number does not fit {0}")]
    Number(&'static str),
    /// The object lacks an attribute.
    #[error("missing required attribute {0:?}")]
    MissingAttribute(Arc<str>),
    /// The object has an attribute that the struct lacks.
    #[error("unsupported attribute {0:?}")]
    UnsupportedAttribute(Arc<str>),
    /// What a Rust type of somebody else's demands beyond the type.
    #[error("{0}")]
    Custom(Arc<str>),
    /// A tuple of another length.
    #[error("{want} elements are required, but got {got}")]
    Length {
        /// Length wanted.
        want: usize,
        /// Length found.
        got: usize,
    },
}

fn outer(step: PathStep, path: &Path) -> Path {
    std::iter::once(step).collect::<Path>().join(path)
}

impl ToCtyError {
    /// The same error seen from one step further out.
    #[must_use]
    pub fn under(self, step: PathStep) -> Self {
        Self { path: outer(step, &self.path), problem: self.problem }
    }

    /// The same error in an attribute.
    #[must_use]
    pub fn in_attribute(self, name: &str) -> Self {
        self.under(PathStep::Attr(name.into()))
    }
}

impl FromCtyError {
    /// The same error seen from one step further out.
    #[must_use]
    pub fn under(self, step: PathStep) -> Self {
        Self { path: outer(step, &self.path), problem: self.problem }
    }
}

impl<P: Into<ToCtyProblem>> From<P> for ToCtyError {
    fn from(problem: P) -> Self {
        Self { path: Path::new(), problem: problem.into() }
    }
}

impl From<FromCtyProblem> for FromCtyError {
    fn from(problem: FromCtyProblem) -> Self {
        Self { path: Path::new(), problem }
    }
}
