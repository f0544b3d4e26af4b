//! Paths as the system takes them: bytes that end in NUL, no encoding.
//!
//! Must never look at the filesystem. Start at [`PathBuf`]; it derefs to [`CStr`], which every call of this layer takes.

use alloc::vec::Vec;
use core::ffi::CStr;
use core::{fmt, ops};

/// The longest path the kernel takes, its NUL included.
pub const PATH_MAX: usize = 4096;
/// The longest single name nearly every filesystem takes.
pub const NAME_MAX: usize = 255;

/// An owned path: bytes without NUL, then one NUL.
#[derive(Clone, PartialEq, Eq)]
pub struct PathBuf {
    /// Always ends in the only NUL it holds.
    bytes: Vec<u8>,
}

/// A path can't hold the NUL byte that was in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NulInPath;

impl PathBuf {
    /// The empty path.
    pub fn new() -> Self {
        Self { bytes: Vec::from([0]) }
    }

    /// A path of these bytes.
    ///
    /// # Errors
    /// [`NulInPath`] if a byte is NUL.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NulInPath> {
        let mut path = Self { bytes: Vec::with_capacity(bytes.len() + 1) };
        path.bytes.push(0);
        path.append(bytes)?;
        Ok(path)
    }

    /// Adds bytes as they are, without a separator.
    ///
    /// # Errors
    /// [`NulInPath`]; the path is then as it was.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), NulInPath> {
        if bytes.contains(&0) {
            return Err(NulInPath);
        }
        self.bytes.pop();
        self.bytes.reserve(bytes.len() + 1);
        self.bytes.extend_from_slice(bytes);
        self.bytes.push(0);
        Ok(())
    }

    /// Adds a component, with a `/` before it where one is missing. The component may itself hold slashes.
    ///
    /// # Errors
    /// [`NulInPath`]; the path is then as it was.
    pub fn push(&mut self, component: &[u8]) -> Result<(), NulInPath> {
        if component.contains(&0) {
            return Err(NulInPath);
        }
        if !matches!(self.as_bytes(), [] | [.., b'/']) {
            self.append(b"/")?;
        }
        self.append(component)
    }

    /// This path with a component added.
    ///
    /// # Errors
    /// [`NulInPath`].
    pub fn join(&self, component: &[u8]) -> Result<Self, NulInPath> {
        let mut joined = Self { bytes: Vec::with_capacity(self.bytes.len() + component.len() + 1) };
        joined.bytes.extend_from_slice(&self.bytes);
        joined.push(component)?;
        Ok(joined)
    }

    /// Cuts the path back to its first `len` bytes; a longer `len` changes nothing.
    pub fn truncate(&mut self, len: usize) {
        if len < self.bytes.len() {
            self.bytes.truncate(len);
            self.bytes.push(0);
        }
    }

    /// The bytes without the NUL.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.split_last().map_or(&[], |(_, bytes)| bytes)
    }
}

impl Default for PathBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl From<&CStr> for PathBuf {
    fn from(path: &CStr) -> Self {
        Self { bytes: path.to_bytes_with_nul().to_vec() }
    }
}

impl ops::Deref for PathBuf {
    type Target = CStr;

    fn deref(&self) -> &CStr {
        // The invariant makes the second arm unreachable; an empty path is what the system refuses by itself.
        CStr::from_bytes_with_nul(&self.bytes).unwrap_or_default()
    }
}

impl fmt::Debug for PathBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// The last component of a path: what follows the last `/`, empty when it ends in one.
pub fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or(path)
}

/// The path without its last component: `/a/b` gives `/a`, `/a` gives `/`, `a` gives nothing. Does not look at `..`.
pub fn parent(path: &[u8]) -> Option<&[u8]> {
    match path.iter().rposition(|byte| *byte == b'/') {
        None => None,
        Some(0) if path.len() == 1 => None,
        Some(0) => Some(b"/"),
        Some(at) => Some(&path[..at]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_joined_with_one_slash() {
        for (base, component, joined) in
            [("", "a", "a"), ("/", "a", "/a"), ("/x", "a/b", "/x/a/b"), ("/x/", "a", "/x/a"), ("x", "", "x/")]
        {
            let base = PathBuf::from_bytes(base.as_bytes()).unwrap();
            let path = base.join(component.as_bytes()).unwrap();
            assert_eq!(path.as_bytes(), joined.as_bytes());
            assert_eq!(path.to_bytes(), joined.as_bytes(), "the NUL-terminated form says the same");
        }
    }

    #[test]
    fn bytes_need_no_encoding_but_nul_is_refused() {
        let mut path = PathBuf::from_bytes(b"/\xff\xfe \"'").unwrap();
        assert_eq!(PathBuf::from_bytes(b"a\0b"), Err(NulInPath));
        assert_eq!(path.push(b"\0"), Err(NulInPath));
        assert_eq!(path.append(b"x\0"), Err(NulInPath));
        assert_eq!(path.as_bytes(), b"/\xff\xfe \"'", "a refused part leaves the path as it was");
    }

    #[test]
    fn truncating_goes_back_to_a_prefix() {
        let mut path = PathBuf::from_bytes(b"/cache").unwrap();
        let len = path.as_bytes().len();
        path.push(b"entry").unwrap();
        path.truncate(100);
        assert_eq!(path.as_bytes(), b"/cache/entry");
        path.truncate(len);
        assert_eq!(path.to_bytes_with_nul(), b"/cache\0");
        path.truncate(0);
        assert_eq!(path, PathBuf::new());
    }

    #[test]
    fn names_and_parents() {
        for (path, parent_of, name) in [
            ("/a/b", Some("/a"), "b"),
            ("/a", Some("/"), "a"),
            ("/", None, ""),
            ("a", None, "a"),
            ("a/", Some("a"), ""),
            ("", None, ""),
        ] {
            assert_eq!(parent(path.as_bytes()), parent_of.map(str::as_bytes), "{path}");
            assert_eq!(file_name(path.as_bytes()), name.as_bytes(), "{path}");
        }
    }
}
