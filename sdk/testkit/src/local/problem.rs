//! A way in which a provider's answer breaks Terraform's rules.

use std::fmt;

use tf_cty::Path;

use crate::attribute::AttributePath;

/// Where, and what.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) path: Path,
    pub(crate) words: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, ".{}: ", AttributePath::from(&self.path))?;
        }
        f.write_str(&self.words)
    }
}
