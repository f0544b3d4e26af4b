//! The state directory of a package: its user's data, which upgrades leave alone.

use psp_format::Verified;
use psp_format::escape::Escaped;

use alloc::format;

use crate::codes;
use crate::failure::{Failure, Result};
use crate::request::Request;
use crate::root::{make_all, unsafe_ancestor};
use crate::sys::{self, CWD, Kind, PathBuf};

/// Hexadecimal digits of the primary key in the directory's name: 128 bits, more than anybody can search through.
const KEY_DIGITS: usize = 32;

/// The path of the package's state directory, made if need be: named by the package's name and its primary key, so that
/// another publisher's package of the same name does not see it.
///
/// # Errors
/// `state-unavailable`.
pub fn directory(request: &Request<'_>, package: &Verified<'_>) -> Result<PathBuf> {
    let identity = &package.manifest.identity;
    let key = identity.primary.hex();
    let own = format!("psp/{}-{}", identity.name, &key.as_str()[..KEY_DIGITS]);
    let path = match request.directory(b"XDG_STATE_HOME") {
        Some(base) => PathBuf::from_bytes(base).and_then(|base| base.join(own.as_bytes())),
        None => match request.directory(b"HOME") {
            Some(home) => {
                PathBuf::from_bytes(home).and_then(|home| home.join(format!(".local/state/{own}").as_bytes()))
            }
            None => {
                let what = "the package keeps state, and neither HOME nor XDG_STATE_HOME is set";
                return Err(Failure::new(codes::STATE_UNAVAILABLE, what.into()));
            }
        },
    };
    let path = path.map_err(|_| Failure::new(codes::INTERNAL, "a path with NUL".into()))?;
    let failed = |errno| Failure::at(codes::STATE_UNAVAILABLE, path.as_bytes(), errno);
    if let Some(what) = unsafe_ancestor(&path).map_err(failed)? {
        return Err(Failure::new(codes::STATE_UNAVAILABLE, what));
    }
    let missing = sys::stat(&CWD, &path).is_err();
    let made = if missing { make_all(&path, 0o700) } else { Ok(()) };
    made.map_err(|errno| Failure::at(codes::STATE_UNAVAILABLE, path.as_bytes(), errno))?;
    let stat = sys::stat_following(&CWD, &path)
        .map_err(|errno| Failure::at(codes::STATE_UNAVAILABLE, path.as_bytes(), errno))?;
    if stat.kind() != Kind::Directory || stat.uid != sys::effective_user() || stat.permissions() & 0o022 != 0
    {
        let what = format!("{} belongs to somebody else, or others could write it", Escaped(path.as_bytes()));
        return Err(Failure::new(codes::STATE_UNAVAILABLE, what));
    }
    Ok(path)
}
