//! Why packages do not get into a mirror.

use std::io;
use std::path::PathBuf;

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::directory::ClaimError;
use crate::escaped;
use crate::output::OutputError;
use crate::terraform::archive::ArchiveError;
use crate::terraform::{Platform, ProtocolVersion};

/// Why packages do not get into a mirror. What was in it before is served as before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum MirrorError {
    #[error(transparent)]
    Archive(ArchiveError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error("{} cannot be read", escaped::path(path))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{title} for {platform} is there already with other content: {}", escaped::path(path))]
    VersionExists { title: String, platform: Platform, path: PathBuf },
    #[error("{title} is known with the protocol versions {}", list(known))]
    OtherProtocols { title: String, known: Vec<ProtocolVersion> },
    #[error("{title} is signed by the OpenPGP key {known}, and the key given is {given}")]
    OtherKey { title: String, known: String, given: String },
    #[error("{} is not as psp writes it", escaped::path(path))]
    Foreign { path: PathBuf },
    #[error("{} is missing, or not what the mirror's documents say", escaped::path(path))]
    Damaged { path: PathBuf },
    #[error(
        "{title} has archives for which the key given has not signed: {} is missing, or of other bytes",
        escaped::path(path)
    )]
    Unsigned { title: String, path: PathBuf },
    #[error("interrupted")]
    Interrupted,
}

impl From<ArchiveError> for MirrorError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Interrupted => Self::Interrupted,
            error => Self::Archive(error),
        }
    }
}

impl From<ClaimError> for MirrorError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Interrupted => Self::Interrupted,
            ClaimError::Output(error) => Self::Output(error),
        }
    }
}

fn list(versions: &[ProtocolVersion]) -> String {
    versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Diagnostic for MirrorError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Archive(error) => error.code(),
            Self::Output(error) => error.code(),
            Self::Unreadable { .. } | Self::Damaged { .. } | Self::Unsigned { .. } => {
                &codes::TERRAFORM_MIRROR_DAMAGED
            }
            Self::VersionExists { .. } | Self::OtherProtocols { .. } => &codes::TERRAFORM_VERSION_EXISTS,
            Self::OtherKey { .. } => &codes::TERRAFORM_KEY,
            Self::Foreign { .. } => &codes::TERRAFORM_MIRROR_FOREIGN,
            Self::Interrupted => &codes::INTERRUPTED,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Archive(error) => error.help(),
            Self::Output(error) => error.help(),
            Self::Unsigned { .. } => {
                "restore the mirror from a copy: somebody without the key has written to it".to_owned()
            }
            _ => self.code().advice(),
        }
    }
}
