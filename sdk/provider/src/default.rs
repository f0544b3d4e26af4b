//! Defaults: what an attribute is when the configuration does not say.

use tf_cty::{Path, Value};

use crate::Diagnostics;

/// What an attribute is when the configuration does not say. Used while planning, so that Terraform shows it.
pub trait DefaultValue: Send + Sync + 'static {
    /// The default in words, for documentation.
    fn description(&self) -> String;

    /// The default. A value of the attribute's type.
    fn value(&self, path: &Path, diagnostics: &mut Diagnostics) -> Value;
}

/// A value as the default of a field: itself, or something that is plainly meant as one.
pub trait IntoDefault<T> {
    /// The value.
    fn into_default(self) -> T;
}

impl<T> IntoDefault<T> for T {
    fn into_default(self) -> T {
        self
    }
}

impl IntoDefault<String> for &str {
    fn into_default(self) -> String {
        self.into()
    }
}
