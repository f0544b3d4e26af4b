//! The stable error codes of the format with cause and remedy, as plain constants; and those of the launcher beside them.

pub mod launcher;

use alloc::string::String;

use crate::error::ErrorKind;

/// One code, for `psp explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Kebab-case, stable.
    pub code: &'static str,
    /// What is wrong.
    pub cause: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

impl Code {
    /// The remedy as a `help:` line says it: without a capital and a full stop.
    pub fn advice(&self) -> String {
        let mut letters = self.remedy.trim_end_matches('.').chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
    }
}

/// The code of a broken rule.
pub fn of(kind: ErrorKind) -> &'static Code {
    // The table has one line for each kind, in their order.
    &CODES[kind as usize]
}

/// All codes of the format, in SPEC.md's order.
pub const CODES: &[Code] = crate::error::TABLE;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_kind_has_its_code() {
        for kind in ErrorKind::ALL {
            assert_eq!(of(*kind).code, kind.code());
        }
    }

    #[test]
    fn codes_are_unique_kebab_case_and_in_the_spec() {
        let spec = include_str!("../SPEC.md");
        let mut seen = BTreeSet::new();
        for code in CODES {
            assert!(code.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", code.code);
            assert!(seen.insert(code.code), "{} twice", code.code);
            let quoted: String = std::format!("`{}`", code.code);
            // Receipts are the cache's, not the package's.
            assert!(code.code == "receipt" || spec.contains(&quoted), "{} is not in SPEC.md", code.code);
        }
    }
}
