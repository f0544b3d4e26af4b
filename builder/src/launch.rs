//! Starting a package through the very descriptor that it was verified through.
//!
//! The file that is executed is the one that was read, whatever has happened to its name meanwhile.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use psp_format::trust::{Policy, Rule};
use psp_format::{ErrorKind, Key, Verified};

use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::escaped;
use crate::package_file::{PackageError, PackageFile};
use crate::target::Target;
use crate::trust::{MachineTrust, Owner, TrustError, TrustFile};

/// Why a package is not started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum LaunchError {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("{}: {}", escaped::path(path), kind.message())]
    Refused { path: PathBuf, kind: ErrorKind },
    #[error("{name} is pinned to the key {pinned}, and {} has the primary key {found}", escaped::path(path))]
    PinChanged { path: PathBuf, name: String, pinned: String, found: String },
    #[error("{} is for {target}, and this machine is {here}", escaped::path(path))]
    WrongTarget { path: PathBuf, target: String, here: String },
    #[error("{} has no entry point `{}`; its entry points are: {known}", escaped::path(path), escaped::bytes(entry.as_bytes()))]
    NoEntry { path: PathBuf, entry: String, known: String },
    #[error("{} cannot be started", escaped::path(path))]
    Start { path: PathBuf, source: io::Error },
}

impl Diagnostic for LaunchError {
    fn code(&self) -> &'static Code {
        use psp_format::codes::launcher;
        match self {
            Self::Package(error) => error.code(),
            Self::Trust(error) => error.code(),
            Self::Refused { kind, .. } => psp_format::codes::of(*kind),
            Self::PinChanged { .. } => &crate::codes::PIN_CHANGED,
            Self::WrongTarget { .. } => launcher::WRONG_TARGET,
            Self::NoEntry { .. } => launcher::ENTRY_UNKNOWN,
            Self::Start { .. } => launcher::START_FAILED,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Start { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "make the file executable with `chmod +x`, on a file system without noexec".to_owned()
            }
            _ => self.code().advice(),
        }
    }
}

/// Refuses a package that was built for another machine.
pub fn check_target(file: &PackageFile, package: &Verified<'_>) -> Result<(), LaunchError> {
    let target = package.manifest.identity.target;
    let here = Target::native();
    let mut parts = target.split('-');
    if here.as_str().split('-').all(|part| parts.next() == Some(part)) {
        return Ok(());
    }
    let path = file.path().to_owned();
    Err(LaunchError::WrongTarget { path, target: target.to_owned(), here: here.to_string() })
}

/// Refuses an entry point that the package does not have.
pub fn check_entry(file: &PackageFile, package: &Verified<'_>, entry: &str) -> Result<(), LaunchError> {
    let entries = &package.manifest.entries;
    if !entry.is_empty() && entries.iter().any(|known| known.name == entry) {
        return Ok(());
    }
    let known: Vec<&str> = entries.iter().map(|entry| entry.name).filter(|name| !name.is_empty()).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Err(LaunchError::NoEntry { path: file.path().to_owned(), entry: entry.to_owned(), known })
}

/// Refuses what this machine's policy does not allow, and says so where a pin is the reason.
pub fn check_policy(
    file: &PackageFile,
    package: &Verified<'_>,
    trust: &MachineTrust,
) -> Result<(), LaunchError> {
    let policy = trust.policy()?;
    let identity = &package.manifest.identity;
    let signers: Vec<Key> = package.signatures.iter().map(|signature| signature.key).collect();
    let path = || file.path().to_owned();
    match policy.check(identity, &signers) {
        Ok(()) => Ok(()),
        Err(kind @ ErrorKind::Untrusted) => match pinned(&policy, identity.name) {
            Some(key) if key != identity.primary => Err(pin_changed(file, package, key)),
            _ => Err(LaunchError::Refused { path: path(), kind }),
        },
        Err(kind) => Err(LaunchError::Refused { path: path(), kind }),
    }
}

/// Notes in the user's trust file that packages of this name must be signed by this package's primary key from now on. A name
/// that is pinned already stays so. Comes back with whether the pin is new.
pub fn pin(file: &PackageFile, package: &Verified<'_>, trust: &MachineTrust) -> Result<bool, LaunchError> {
    let path = trust.user.as_ref().map(|user| user.path.clone()).ok_or(TrustError::NoHome)?;
    let identity = &package.manifest.identity;
    // Whoever starts the package at the same time waits here, and then sees our line.
    let mut users = TrustFile::open(&path, Owner::User)?;
    let keys = pinned_keys(&users.trust()?.rules, identity.name).map(<[Key]>::to_vec);
    match keys {
        Some(keys) if keys.contains(&identity.primary) => Ok(false),
        Some(keys) => Err(pin_changed(file, package, keys.first().copied().unwrap_or(identity.primary))),
        None => {
            users.put(&format!("require-keys {} 1 {}", identity.name, identity.primary.hex()))?;
            users.save()?;
            Ok(true)
        }
    }
}

fn pin_changed(file: &PackageFile, package: &Verified<'_>, pinned: Key) -> LaunchError {
    let identity = &package.manifest.identity;
    LaunchError::PinChanged {
        path: file.path().to_owned(),
        name: identity.name.to_owned(),
        pinned: pinned.hex().to_string(),
        found: identity.primary.hex().to_string(),
    }
}

fn pinned(policy: &Policy<'_>, name: &str) -> Option<Key> {
    pinned_keys(&policy.user.rules, name).and_then(|keys| keys.first().copied())
}

/// The keys of the line that names exactly this package.
fn pinned_keys<'r>(rules: &'r [Rule<'_>], name: &str) -> Option<&'r [Key]> {
    rules.iter().find_map(|rule| match rule {
        Rule::RequireKeys { pattern, keys, .. } if *pattern == name => Some(keys.as_slice()),
        _ => None,
    })
}

/// The command that starts the package through its open descriptor, called as the user called it.
///
/// The descriptor is closed by the start itself: the program that is started does not inherit it.
pub fn command(file: &PackageFile, called: &OsStr) -> Command {
    let mut command = Command::new(format!("/proc/self/fd/{}", file.descriptor()));
    command.arg0(called);
    command
}

/// Becomes the package. Comes back only with the reason why not.
pub fn become_package(file: &PackageFile, mut command: Command) -> LaunchError {
    LaunchError::Start { path: file.path().to_owned(), source: command.exec() }
}
