//! The machine's trust policy: two small files, read at each start (SPEC 10).

use alloc::format;
use alloc::vec::Vec;
use core::ffi::CStr;

use psp_format::escape::Escaped;
use psp_format::trust::{Policy, Trust};
use psp_format::{Key, Verified, limits};

use crate::codes;
use crate::failure::{Failure, Result};
use crate::request::Request;
use crate::sys::{self, Access, CWD, Errno, PathBuf, Stat};

/// The administrator's file. No variable moves it.
const ADMINISTRATOR: &CStr = c"/etc/psp/trust";

/// Refuse a package that the policy of this machine does not allow.
///
/// # Errors
/// `trust-invalid`, `trust-unsafe`, and what a policy can demand.
pub fn check(request: &Request<'_>, package: &Verified<'_>, path: &[u8]) -> Result<()> {
    let users_path = users_path(request);
    let administrators = read(ADMINISTRATOR, false)?;
    let users = match &users_path {
        Some(path) => read(path, true)?,
        None => None,
    };
    if administrators.is_none() && users.is_none() {
        return Ok(());
    }
    let policy = Policy {
        administrator: parse(&administrators, ADMINISTRATOR)?,
        user: parse(&users, users_path.as_deref().unwrap_or(c""))?,
    };
    let signers: Vec<Key> = package.signatures.iter().map(|signature| signature.key).collect();
    policy.check(&package.manifest.identity, &signers).map_err(|kind| Failure::policy(path, kind))
}

fn users_path(request: &Request<'_>) -> Option<PathBuf> {
    let (base, rest) = match request.directory(b"XDG_CONFIG_HOME") {
        Some(base) => (base, &b"psp/trust"[..]),
        None => (request.directory(b"HOME")?, &b".config/psp/trust"[..]),
    };
    PathBuf::from_bytes(base).ok()?.join(rest).ok()
}

/// The content of a trust file, None if there is none.
fn read(path: &CStr, is_users: bool) -> Result<Option<Vec<u8>>> {
    let unsafe_file = |errno| Failure::at(codes::TRUST_UNSAFE, path.to_bytes(), errno);
    let file = match sys::open_following(&CWD, path, Access::Read) {
        Ok(file) => file,
        Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
        // A home that this user may not even look into (a container that runs as another user) holds no policy of this user.
        Err(Errno::ACCES) if is_users && sys::stat_following(&CWD, path).is_err() => return Ok(None),
        Err(errno) => return Err(unsafe_file(errno)),
    };
    let stat = sys::stat_fd(&file).map_err(unsafe_file)?;
    if !is_safe(&stat, is_users) {
        let what = format!("{}: {}", codes::TRUST_UNSAFE.cause, Escaped(path.to_bytes()));
        return Err(Failure::new(codes::TRUST_UNSAFE, what));
    }
    // One byte more than the limit, so that the parser refuses what is too long.
    file.read_all(limits::TRUST_FILE_BYTES + 1).map(Some).map_err(unsafe_file)
}

/// Whether only root, or for the user's file the user, could have written it.
fn is_safe(stat: &Stat, is_users: bool) -> bool {
    let owned = stat.uid == 0 || (is_users && stat.uid == sys::effective_user());
    owned && stat.permissions() & 0o022 == 0
}

fn parse<'a>(bytes: &'a Option<Vec<u8>>, path: &CStr) -> Result<Trust<'a>> {
    let Some(bytes) = bytes else { return Ok(Trust::default()) };
    Trust::parse(bytes).map_err(|error| {
        let what = format!("{}: line {}: {}", Escaped(path.to_bytes()), error.offset, error.kind.message());
        Failure { code: error.code(), what, help: error.kind.remedy(), errno: None }
    })
}
