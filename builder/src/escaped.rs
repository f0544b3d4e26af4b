//! Names from packages and file systems, made fit to be shown: no control character reaches a terminal.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use psp_format::escape::Escaped;

/// A path, as messages show it.
pub fn path(path: &Path) -> String {
    bytes(path.as_os_str().as_bytes())
}

/// Bytes, as messages show them.
pub fn bytes(bytes: &[u8]) -> String {
    Escaped(bytes).to_string()
}
