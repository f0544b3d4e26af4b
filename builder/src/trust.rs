//! The machine's trust: the administrator's file and the user's (SPEC 10), read by the same rules as a start reads them.
//!
//! A file that cannot be read, or that others could have written, is an error and never an empty policy. [`TrustFile`] edits one.

mod edit;

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use psp_format::trust::{Policy, Rule, Trust};
use psp_format::{ErrorKind, Key, limits};
use rustix::fs::{Mode, OFlags};

pub use edit::{Put, TrustFile};

use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::escaped;

/// The administrator's file. No variable moves it.
pub const ADMINISTRATOR: &str = "/etc/psp/trust";

/// Whose a trust file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The administrator's: only root may own it.
    Administrator,
    /// The user's: root or the user may own it.
    User,
}

/// Why a trust file cannot be believed or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum TrustError {
    #[error("the trust file {} cannot be read", escaped::path(path))]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("the trust file {} {reason}", escaped::path(path))]
    Unsafe { path: PathBuf, reason: String },
    #[error("{}: line {line}: {}", escaped::path(path), ErrorKind::TrustInvalid.message())]
    Invalid { path: PathBuf, line: u64 },
    #[error("`{}` is not a line of a trust file", escaped::bytes(line.as_bytes()))]
    BadLine { line: String },
    #[error("the trust file {} cannot be written", escaped::path(path))]
    Write { path: PathBuf, source: io::Error },
    #[error(
        "the trust file {} would become larger than {} bytes",
        escaped::path(path),
        limits::TRUST_FILE_BYTES
    )]
    TooLarge { path: PathBuf },
    #[error("there is no place for a trust file of yours: neither XDG_CONFIG_HOME nor HOME is set")]
    NoHome,
}

impl Diagnostic for TrustError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Unreadable { .. } | Self::Unsafe { .. } => psp_format::codes::launcher::TRUST_UNSAFE,
            Self::Invalid { .. } => psp_format::codes::of(ErrorKind::TrustInvalid),
            Self::BadLine { .. } => &codes::TRUST_RULE,
            Self::Write { .. } | Self::TooLarge { .. } | Self::NoHome => &codes::TRUST_WRITE,
        }
    }
}

/// One trust file as it was read.
#[derive(Debug)]
pub struct TrustSource {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// Whose it is.
    pub owner: Owner,
    bytes: Option<Vec<u8>>,
}

/// Both trust files of this machine.
#[derive(Debug)]
pub struct MachineTrust {
    /// The administrator's file.
    pub administrator: TrustSource,
    /// The user's, if the user has a place for one.
    pub user: Option<TrustSource>,
}

impl TrustSource {
    /// Reads a trust file; one that is not there demands nothing.
    pub fn read(path: &Path, owner: Owner) -> Result<Self, TrustError> {
        let source = Self { path: path.to_owned(), owner, bytes: read(path, owner)? };
        source.trust()?;
        Ok(source)
    }

    /// Whether the file is there.
    pub fn exists(&self) -> bool {
        self.bytes.is_some()
    }

    /// Its rules.
    pub fn trust(&self) -> Result<Trust<'_>, TrustError> {
        let Some(bytes) = &self.bytes else { return Ok(Trust::default()) };
        Trust::parse(bytes)
            .map_err(|error| TrustError::Invalid { path: self.path.clone(), line: error.offset })
    }

    /// Its rules with the numbers of their lines, from 1.
    pub fn lines(&self) -> Vec<(usize, &str)> {
        let text =
            self.bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
        let lines = text.lines().enumerate().skip(1).map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect()
    }
}

impl MachineTrust {
    /// Reads both files. `config` is the user's configuration directory for psp.
    pub fn read(config: Option<&Path>) -> Result<Self, TrustError> {
        let administrator = TrustSource::read(Path::new(ADMINISTRATOR), Owner::Administrator)?;
        let user = config.map(|config| TrustSource::read(&config.join("trust"), Owner::User)).transpose()?;
        Ok(Self { administrator, user })
    }

    /// What both files demand together.
    pub fn policy(&self) -> Result<Policy<'_>, TrustError> {
        let user = self.user.as_ref().map(TrustSource::trust).transpose()?;
        Ok(Policy { administrator: self.administrator.trust()?, user: user.unwrap_or_default() })
    }
}

/// What this machine thinks of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Trusted, under this label.
    Trusted(String),
    /// Demanded by a `require-keys` line, but not trusted for other packages.
    Required,
    /// Revoked, for this reason.
    Revoked(String),
    /// Nothing is known of it.
    Unknown,
}

impl Standing {
    /// What `policy` says of `key`.
    pub fn of(policy: &Policy<'_>, key: &Key) -> Self {
        let rules = || policy.administrator.rules.iter().chain(&policy.user.rules);
        let revoked = rules().find_map(|rule| match rule {
            Rule::Revoke(revoked, reason) if revoked == key => Some((*reason).to_owned()),
            _ => None,
        });
        if let Some(reason) = revoked {
            return Self::Revoked(reason);
        }
        if let Some(label) = policy.label(key) {
            return Self::Trusted(label.to_owned());
        }
        let required =
            rules().any(|rule| matches!(rule, Rule::RequireKeys { keys, .. } if keys.contains(key)));
        if required { Self::Required } else { Self::Unknown }
    }

    /// Whether signatures by the key count as those of a trusted one.
    pub fn is_trusted(&self) -> bool {
        matches!(self, Self::Trusted(_))
    }

    /// The word for it in JSON documents.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Trusted(_) => "trusted",
            Self::Required => "required",
            Self::Revoked(_) => "revoked",
            Self::Unknown => "unknown",
        }
    }
}

fn read(path: &Path, owner: Owner) -> Result<Option<Vec<u8>>, TrustError> {
    let unreadable = |source: io::Error| TrustError::Unreadable { path: path.to_owned(), source };
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(descriptor) => File::from(descriptor),
        Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) => return Ok(None),
        Err(errno) => return Err(unreadable(errno.into())),
    };
    let metadata = file.metadata().map_err(unreadable)?;
    if let Some(reason) = danger(metadata.uid(), metadata.mode(), owner) {
        return Err(TrustError::Unsafe { path: path.to_owned(), reason });
    }
    // One byte more than the limit, so that the parser refuses what is too long.
    let mut bytes = Vec::new();
    file.take(limits::TRUST_FILE_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(Some(bytes))
}

/// Why somebody else could have written the file, if so.
fn danger(uid: u32, mode: u32, owner: Owner) -> Option<String> {
    let is_own = owner == Owner::User && uid == rustix::process::geteuid().as_raw();
    if uid != 0 && !is_own {
        return Some(format!("belongs to user {uid}"));
    }
    (mode & 0o022 != 0).then(|| format!("can be written by others: its mode is {:04o}", mode & 0o7777))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_could_have_written_a_file() {
        let own = rustix::process::geteuid().as_raw();
        let other = own + 1;
        for (uid, mode, owner, good) in [
            (0, 0o644, Owner::Administrator, true),
            (0, 0o600, Owner::User, true),
            (own, 0o600, Owner::User, true),
            (own, 0o620, Owner::User, false),
            (own, 0o602, Owner::User, false),
            (0, 0o664, Owner::Administrator, false),
            (other, 0o600, Owner::User, false),
            (other, 0o644, Owner::Administrator, false),
        ] {
            assert_eq!(danger(uid, mode, owner).is_none(), good, "{uid} {mode:o} {owner:?}");
        }
    }

    #[test]
    fn standings() {
        let hex = |byte: &str| byte.repeat(32);
        let text = format!(
            "psp-trust 1\nkey {a} Ann\nkey {b} Bob\nrevoke {b} lost laptop\nrequire-keys app 1 {c}\n",
            a = hex("aa"),
            b = hex("bb"),
            c = hex("cc")
        );
        let policy = Policy { user: Trust::parse(text.as_bytes()).unwrap(), ..Policy::default() };
        for (byte, expected) in [
            (0xaa, Standing::Trusted("Ann".to_owned())),
            (0xbb, Standing::Revoked("lost laptop".to_owned())),
            (0xcc, Standing::Required),
            (0xdd, Standing::Unknown),
        ] {
            assert_eq!(Standing::of(&policy, &Key([byte; 32])), expected);
        }
    }

    #[test]
    fn files_that_are_not_believed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("trust");
        let read = || TrustSource::read(&path, Owner::User).map(|source| source.exists());
        assert!(matches!(read(), Ok(false)));
        std::fs::write(&path, "psp-trust 1\n# note\nrequire any\n").unwrap();
        assert!(matches!(read(), Ok(true)));
        std::fs::write(&path, "psp-trust 1\nrequire all\n").unwrap();
        assert!(matches!(read(), Err(TrustError::Invalid { line: 2, .. })));
        std::fs::write(&path, "psp-trust 1\n").unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o666)).unwrap();
        assert_eq!(read().unwrap_err().code().code, "trust-unsafe");
        assert!(TrustSource::read(directory.path(), Owner::User).is_err());
    }
}
