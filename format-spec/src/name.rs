//! Names, targets and channels (SPEC 4.1).

use crate::error::{Error, ErrorKind};
use crate::limits;
use crate::wire::Reader;

/// Whether `text` is `[a-z0-9][a-z0-9._-]*`.
pub fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let first = bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    first && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'))
}

/// Whether `text` is `ARCH-OS` or `ARCH-OS-LIBC`, each part `[a-z0-9_]+`.
pub fn is_target(text: &str) -> bool {
    let part = |p: &str| !p.is_empty() && p.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    text.len() <= limits::TARGET_BYTES
        && matches!(text.split('-').count(), 2 | 3)
        && text.split('-').all(part)
}

/// The operating system of a target: its second part.
pub fn target_os(target: &str) -> &str {
    target.split('-').nth(1).unwrap_or_default()
}

/// Whether file systems of this target's system do not tell upper from lower case (SPEC 5.1).
pub fn folds_case(target: &str) -> bool {
    matches!(target_os(target), "windows" | "macos")
}

pub(crate) fn read_name<'a>(reader: &mut Reader<'a>, limit: usize) -> Result<&'a str, Error> {
    let at = reader.error(ErrorKind::Name);
    let name = reader.text16(limit)?;
    if is_name(name) { Ok(name) } else { Err(at) }
}

pub(crate) fn read_name_or_empty<'a>(reader: &mut Reader<'a>, limit: usize) -> Result<&'a str, Error> {
    let at = reader.error(ErrorKind::Name);
    let name = reader.text16(limit)?;
    if name.is_empty() || is_name(name) { Ok(name) } else { Err(at) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_targets() {
        for good in ["a", "0", "terraform-provider-x_v1.2", "a.b-c_d"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "A", ".a", "-a", "_a", "a/b", "a b", "é", "a\n"] {
            assert!(!is_name(bad), "{bad}");
        }
        for good in ["x86_64-linux", "x86_64-linux-gnu", "aarch64-macos"] {
            assert!(is_target(good), "{good}");
        }
        for bad in ["", "linux", "x86_64-", "-linux", "a-b-c-d", "X86-linux", "a--b"] {
            assert!(!is_target(bad), "{bad}");
        }
        assert!(folds_case("x86_64-windows") && !folds_case("x86_64-linux-gnu"));
    }
}
