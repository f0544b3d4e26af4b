//! Paths and link targets within a slot (SPEC 5.1): bytes that cannot leave it.

use crate::limits;

/// Whether `path` is canonical: plain components joined by `/`, within the limits.
pub fn is_path(path: &[u8]) -> bool {
    !path.is_empty() && path.len() <= limits::PATH_BYTES && path.split(|&b| b == b'/').all(is_plain_component)
}

/// Whether `target` is a canonical target for a symbolic link at `link` that stays within the slot.
pub fn is_link_target(link: &[u8], target: &[u8]) -> bool {
    if target.is_empty() || target.len() > limits::PATH_BYTES {
        return false;
    }
    if target == b"." {
        return true;
    }
    let depth = link.iter().filter(|&&b| b == b'/').count();
    let mut climbed = 0;
    let mut descending = false;
    for component in target.split(|&b| b == b'/') {
        if component == b".." && !descending {
            climbed += 1;
        } else if is_plain_component(component) {
            descending = true;
        } else {
            return false;
        }
    }
    climbed <= depth
}

/// Everything before the last `/`, if there is one.
pub fn parent(path: &[u8]) -> Option<&[u8]> {
    path.iter().rposition(|&b| b == b'/').map(|at| &path[..at])
}

fn is_plain_component(component: &[u8]) -> bool {
    !component.is_empty()
        && component.len() <= limits::COMPONENT_BYTES
        && component != b"."
        && component != b".."
        && !component.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn paths() {
        for good in [&b"a"[..], b"a/b", b" ", b"...", b"\xff/x", b"a\nb", b"'\"$(x)"] {
            assert!(is_path(good), "{good:?}");
        }
        let long = vec![b'a'; 256];
        let deep = b"abcdefg/".repeat(500);
        for bad in [
            &b""[..],
            b"/",
            b"/a",
            b"a/",
            b"a//b",
            b".",
            b"..",
            b"a/../b",
            b"./a",
            b"a/..",
            b"a\0",
            &long,
            &deep,
        ] {
            assert!(!is_path(bad), "{bad:?}");
        }
    }

    #[test]
    fn link_targets() {
        for (link, target, good) in [
            ("l", "a", true),
            ("l", ".", true),
            ("d/l", "../a", true),
            ("d/l", "..", true),
            ("d/e/l", "../../a/b", true),
            ("l", "..", false),
            ("l", "../a", false),
            ("d/l", "../../a", false),
            ("l", "/etc/passwd", false),
            ("l", "", false),
            ("l", "a/../b", false),
            ("l", "d/../x", false),
            ("l", "./a", false),
            ("l", "a/", false),
            ("l", "a//b", false),
            ("d/l", ".././a", false),
            ("l", "a/.", false),
        ] {
            assert_eq!(is_link_target(link.as_bytes(), target.as_bytes()), good, "{link} -> {target}");
        }
    }
}
