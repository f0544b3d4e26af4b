//! Names: of packages, slots, entry points and channels (SPEC 4.1, 4.3, 4.4).

use psp_format::limits;

use super::{ManifestProblem, Spanned, document::Problems};

/// Whether `name` is `[a-z0-9][a-z0-9._-]*` and not longer than `max_bytes`.
pub(crate) fn is_name(name: &str, max_bytes: usize) -> bool {
    name.len() <= max_bytes && psp_format::name::is_name(name)
}

/// Reports a name that is not one.
pub(crate) fn check(
    name: &Spanned<String>,
    what: &'static str,
    max_bytes: usize,
    problems: &mut Problems<'_>,
) {
    if !is_name(&name.value, max_bytes) {
        let problem = ManifestProblem::BadName { what, value: name.value.clone(), max_bytes };
        problems.add(name.span.clone(), problem);
    }
}

/// A name close to `name` that would be one.
pub(crate) fn repaired(name: &str) -> Option<String> {
    let plain =
        |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c.to_ascii_lowercase() } else { '-' };
    let repaired = name.chars().map(plain).collect::<String>();
    let repaired = repaired.trim_matches(['.', '_', '-']);
    is_name(repaired, limits::ID_BYTES).then(|| repaired.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{is_name, repaired};

    #[test]
    fn names() {
        for good in ["a", "0", "hello", "a.b_c-d", "9lives", "a-"] {
            assert!(is_name(good, 64), "{good}");
        }
        for bad in ["", "A", "-a", ".a", "_a", "a b", "ä", "a/b", "a\n", "a{", &"a".repeat(65)] {
            assert!(!is_name(bad, 64), "{bad:?}");
        }
    }

    #[test]
    fn repairs() {
        assert_eq!(repaired("My App").as_deref(), Some("my-app"));
        assert_eq!(repaired("-x-").as_deref(), Some("x"));
        assert_eq!(repaired("???"), None);
    }
}
