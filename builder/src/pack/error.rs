//! Why a plan could not be carried out.

use std::io;

use crate::codec::CodecError;
use crate::codes::{self, Code};
use crate::content::ContentError;
use crate::diagnostic::Diagnostic;
use crate::keys::KeyError;
use crate::output::OutputError;
use crate::plan::PlanError;

/// Why a plan could not be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum PackError {
    #[error("a source cannot be read")]
    Content(#[source] ContentError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("a frame cannot be compressed")]
    Codec(#[from] CodecError),
    #[error("slot `{id}` has {count} frames; the format allows {limit}")]
    TooManyFrames { id: String, count: usize, limit: u32 },
    #[error("the index of slot `{id}` has {size_bytes} bytes; the format allows {limit_bytes}")]
    IndexTooLarge { id: String, size_bytes: u64, limit_bytes: u64 },
    #[error("the data of slot `{id}` has {size_bytes} bytes; the format allows {limit_bytes}")]
    DataTooLarge { id: String, size_bytes: u64, limit_bytes: u64 },
    #[error("the stub has {size_bytes} bytes; it must have from 1 to 67108864")]
    StubSize { size_bytes: u64 },
    #[error("{count} keys cannot sign: a package has from 1 to 8 signatures")]
    KeyCount { count: usize },
    #[error("what was written cannot be read back")]
    ReadBack { source: io::Error },
    #[error("what was written is not a valid package")]
    Invalid { source: psp_format::Error },
    #[error("what was written is another package")]
    Different,
    #[error("interrupted")]
    Interrupted,
}

impl From<ContentError> for PackError {
    fn from(error: ContentError) -> Self {
        match error {
            ContentError::Interrupted => Self::Interrupted,
            error => Self::Content(error),
        }
    }
}

impl Diagnostic for PackError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Content(error) => error.code(),
            Self::Output(error) => error.code(),
            Self::Plan(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::TooManyFrames { .. } | Self::IndexTooLarge { .. } | Self::DataTooLarge { .. } => {
                &codes::SLOT_LIMIT
            }
            Self::StubSize { .. } => &codes::STUB_INVALID,
            Self::KeyCount { .. } => &codes::KEY_COUNT,
            Self::Codec(_) | Self::ReadBack { .. } | Self::Invalid { .. } | Self::Different => {
                &codes::READ_BACK
            }
            Self::Interrupted => &codes::INTERRUPTED,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Plan(error) => error.help(),
            _ => self.code().advice(),
        }
    }

    fn place(&self) -> Option<crate::manifest::Span> {
        match self {
            Self::Plan(error) => error.place(),
            _ => None,
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Plan(error) => error.label(),
            _ => String::new(),
        }
    }
}
