//! Defaults: what an attribute is when the configuration does not say.

use std::sync::Arc;

use tf_cty::{Cty, Path, Value};

use crate::{Diagnostic, Diagnostics};

/// What an attribute is when the configuration does not say. Used while planning, so that Terraform shows it.
pub trait DefaultValue: Send + Sync + 'static {
    /// The default in words, for documentation.
    fn description(&self) -> String;

    /// The default. A value of the attribute's type.
    fn value(&self, path: &Path, diagnostics: &mut Diagnostics) -> Value;
}

/// What `default = …` can be for a field whose type is `T` but for `Option` and `Tf`: a value of it, text for a `String`, an array
/// for a `Vec`, or something that finds the value when it is wanted, as [`from_environment`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no default for an attribute of type `{T}`",
    label = "expected a `{T}`"
)]
pub trait IntoDefault<T> {
    /// The default.
    fn into_default(self) -> Arc<dyn DefaultValue>;
}

impl<T: Cty> IntoDefault<T> for T {
    fn into_default(self) -> Arc<dyn DefaultValue> {
        Arc::new(Static::of(&self))
    }
}

impl IntoDefault<String> for &str {
    fn into_default(self) -> Arc<dyn DefaultValue> {
        Arc::new(Static(Ok(self.into())))
    }
}

impl<const N: usize> IntoDefault<Vec<String>> for [&str; N] {
    fn into_default(self) -> Arc<dyn DefaultValue> {
        Arc::new(Static::of(&self.map(String::from).to_vec()))
    }
}

/// A value that is always the same. Err says why it is none.
struct Static(Result<Value, String>);

impl Static {
    fn of(value: &impl Cty) -> Self {
        Self(value.to_cty().map_err(|error| error.to_string()))
    }
}

impl DefaultValue for Static {
    fn description(&self) -> String {
        match &self.0 {
            Ok(value) => format!("value defaults to {}", crate::validator::shown(value)),
            Err(error) => error.clone(),
        }
    }

    fn value(&self, path: &Path, diagnostics: &mut Diagnostics) -> Value {
        match &self.0 {
            Ok(value) => value.clone(),
            Err(error) => {
                let detail =
                    format!("The provider's default is no value: {error}. This is a bug in the provider.");
                diagnostics.push(Diagnostic::error("Invalid Default", detail).at(path.clone()));
                Value::dynamic()
            }
        }
    }
}
