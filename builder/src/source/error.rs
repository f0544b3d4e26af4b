//! Why a source cannot become a slot.

use std::io;
use std::path::{Path, PathBuf};

use psp_format::escape::Escaped;

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;

/// A source that cannot become a slot, with everything that is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be packaged: {} found in it", source_path.display(), count(.problems.len()))]
pub struct SourceError {
    /// The source, as the manifest names it.
    pub source_path: PathBuf,
    /// The problems, in the order of their paths.
    pub problems: Vec<SourceProblem>,
}

fn count(problems: usize) -> String {
    if problems == 1 { "one problem".to_owned() } else { format!("{problems} problems") }
}

/// One thing that a slot cannot hold. Paths are relative to the source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum SourceProblem {
    #[error("{} does not exist", path.display())]
    Missing { path: PathBuf },
    #[error("{} cannot be read", path.display())]
    SourceUnreadable { path: PathBuf, source: io::Error },
    #[error("`{}` cannot be read", Escaped(.path))]
    Unreadable { path: Vec<u8>, source: io::Error },
    #[error("`{}` is {what}", Escaped(.path))]
    Special { path: Vec<u8>, what: &'static str },
    #[error("`{}` is set-user-id or set-group-id (mode {mode:04o})", Escaped(.path))]
    SetId { path: Vec<u8>, mode: u32 },
    #[error("the link `{}` has the absolute target `{}`", Escaped(.path), Escaped(.target))]
    AbsoluteLink { path: Vec<u8>, target: Vec<u8> },
    #[error("the link `{}` leads out of the slot, to `{}`", Escaped(.path), Escaped(.target))]
    OutsideLink { path: Vec<u8>, target: Vec<u8> },
    #[error("the link `{}` leads nowhere and cannot be followed", Escaped(.path))]
    DanglingLink { path: Vec<u8>, source: io::Error },
    #[error("the link `{}` leads back to a directory above it and cannot be followed", Escaped(.path))]
    LinkCircle { path: Vec<u8> },
    #[error("`{}` is too long: a path has at most 3968 bytes, a name 255", Escaped(.path))]
    PathTooLong { path: Vec<u8> },
    #[error("`{}` and `{}` are one name on the target's file systems", Escaped(.path), Escaped(.other))]
    CaseCollision { path: Vec<u8>, other: Vec<u8> },
    #[error("{count} entries are more than a slot can hold (1048576)")]
    TooMany { count: usize },
}

impl SourceProblem {
    pub(crate) fn of_source(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            _ => Self::SourceUnreadable { path, source },
        }
    }

    /// The path that it is about; empty for the source itself.
    pub fn path(&self) -> &[u8] {
        match self {
            Self::Missing { .. } | Self::SourceUnreadable { .. } | Self::TooMany { .. } => b"",
            Self::Unreadable { path, .. }
            | Self::Special { path, .. }
            | Self::SetId { path, .. }
            | Self::AbsoluteLink { path, .. }
            | Self::OutsideLink { path, .. }
            | Self::DanglingLink { path, .. }
            | Self::LinkCircle { path }
            | Self::PathTooLong { path }
            | Self::CaseCollision { path, .. } => path,
        }
    }
}

impl Diagnostic for SourceProblem {
    fn code(&self) -> &'static Code {
        match self {
            Self::Missing { .. } => &codes::SOURCE_MISSING,
            Self::SourceUnreadable { .. } | Self::Unreadable { .. } => &codes::SOURCE_READ,
            Self::Special { .. } => &codes::SOURCE_SPECIAL,
            Self::SetId { .. } => &codes::SOURCE_SET_ID,
            Self::AbsoluteLink { .. } | Self::OutsideLink { .. } => &codes::SOURCE_LINK,
            Self::DanglingLink { .. } | Self::LinkCircle { .. } => &codes::SOURCE_FOLLOW,
            Self::PathTooLong { .. } | Self::TooMany { .. } => &codes::SOURCE_LIMIT,
            Self::CaseCollision { .. } => &codes::SOURCE_CASE,
        }
    }

    fn help(&self) -> String {
        let exclude =
            |path: &[u8]| format!("exclude = [\"{}\"]", globset::escape(&String::from_utf8_lossy(path)));
        match self {
            Self::Special { path, .. } => format!("leave it out: {}", exclude(path)),
            Self::SetId { path, .. } => format!("chmod a-s it, or leave it out: {}", exclude(path)),
            Self::AbsoluteLink { path, .. } | Self::OutsideLink { path, .. } => format!(
                "make it relative and keep it inside, take what it points to with symlinks = \"follow\", or leave it out: {}",
                exclude(path)
            ),
            Self::DanglingLink { path, .. } | Self::LinkCircle { path } => {
                format!("leave it out: {}; or keep links with symlinks = \"keep\"", exclude(path))
            }
            _ => self.code().advice(),
        }
    }
}
