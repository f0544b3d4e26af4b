//! The stable error codes of this crate with cause and remedy, as plain constants.

/// One code, for `psp explain`.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// Kebab-case, stable.
    pub code: &'static str,
    /// What is wrong.
    pub cause: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// All codes of the format, in SPEC.md's order.
pub const CODES: &[Code] = crate::error::TABLE;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::string::String;

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
