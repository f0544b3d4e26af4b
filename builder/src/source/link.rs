//! Symbolic links: their targets in canonical form, and the refusal of those that leave the slot.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use psp_format::path::is_link_target;

use super::SourceProblem;

/// The canonical target of the link at `path` in the tree at `root`.
///
/// `./`, `//` and `x/..` are taken out where that does not change what the target means; a target that leads out of the
/// tree, or would on the way, is refused.
pub(crate) fn canonical(root: &Path, path: &[u8], target: &[u8]) -> Result<Vec<u8>, SourceProblem> {
    let (link, written) = (path.to_vec(), target.to_vec());
    if target.first() == Some(&b'/') {
        return Err(SourceProblem::AbsoluteLink { path: link, target: written });
    }
    let plain = simplified(root, path, target);
    if is_link_target(path, &plain) {
        return Ok(plain);
    }
    Err(SourceProblem::OutsideLink { path: link, target: written })
}

fn simplified(root: &Path, path: &[u8], target: &[u8]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in target.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if is_directory_on_the_way(root, path, &parts) => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    if parts.is_empty() { b".".to_vec() } else { parts.join(&b'/') }
}

/// Whether `parts`, seen from the link, end in a real directory, so that `..` after it means the one before.
fn is_directory_on_the_way(root: &Path, path: &[u8], parts: &[&[u8]]) -> bool {
    if parts.last().is_none_or(|last| *last == b"..") {
        return false;
    }
    let mut location = root.join(OsStr::from_bytes(path));
    location.pop();
    for part in parts {
        location.push(OsStr::from_bytes(part));
    }
    location.symlink_metadata().is_ok_and(|metadata| metadata.is_dir())
}
