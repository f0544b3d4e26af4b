//! Defaults: what an attribute is when the configuration does not say.

use std::sync::Arc;

use tf_cty::{Cty, Path, Type, Value};

use crate::{Diagnostic, Diagnostics};

/// What an attribute is when the configuration does not say. Used while planning, so that Terraform shows it.
pub trait DefaultValue: Send + Sync + 'static {
    /// The default in words, for documentation.
    fn description(&self) -> String;

    /// The default. A value of the attribute's type.
    fn value(&self, path: &Path, diagnostics: &mut Diagnostics) -> Value;
}

/// What `default = …` can be for a field whose type is `T` but for `Option` and `Tf`: a value of it, text for a `String`, an array
/// for a `Vec`, or something that finds the value when it is wanted, as `environment`.
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

/// What an environment variable has when it is asked for: text as it is, `true` or `false`, or a number. A variable that is not
/// set makes null. For a provider's own attributes `env = "…"` is better: it is seen by validation too.
///
/// ```
/// #[derive(tf_sdk::Model)]
/// struct Deployment {
///     #[attr(optional, computed, default = tf_sdk::default::environment("REGION"))]
///     region: tf_sdk::Tf<Option<String>>,
/// }
/// ```
pub fn environment(variable: &str) -> Environment {
    Environment(variable.into())
}

/// A default that an environment variable has.
#[derive(Clone, Debug)]
pub struct Environment(String);

/// What the text of an environment variable can be.
pub trait FromVariable: Cty + 'static {
    /// The value; None if the text is none.
    fn from_variable(text: &str) -> Option<Value>;
}

impl FromVariable for String {
    fn from_variable(text: &str) -> Option<Value> {
        Some(text.into())
    }
}

impl FromVariable for bool {
    fn from_variable(text: &str) -> Option<Value> {
        text.parse().ok().map(|value: bool| value.into())
    }
}

macro_rules! numbers {
    ($($t:ty),*) => {$(
        impl FromVariable for $t {
            fn from_variable(text: &str) -> Option<Value> {
                let value = tf_cty::Number::parse(text).ok()?.into();
                Self::from_cty(&value).ok().map(|_| value)
            }
        }
    )*};
}
numbers!(tf_cty::Number, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64);

impl<T: FromVariable> IntoDefault<T> for Environment {
    fn into_default(self) -> Arc<dyn DefaultValue> {
        Arc::new(Variable { name: self.0, read: T::from_variable, ty: T::cty_type })
    }
}

struct Variable {
    name: String,
    read: fn(&str) -> Option<Value>,
    ty: fn() -> Type,
}

impl DefaultValue for Variable {
    fn description(&self) -> String {
        format!("value defaults to the environment variable {}", self.name)
    }

    fn value(&self, path: &Path, diagnostics: &mut Diagnostics) -> Value {
        let Some(text) = std::env::var_os(&self.name) else { return Value::null((self.ty)()) };
        match text.to_str().and_then(self.read) {
            Some(value) => value,
            None => {
                let detail = format!(
                    "The environment variable {} holds no {}.",
                    self.name,
                    (self.ty)().friendly_name()
                );
                diagnostics.push(Diagnostic::error("Invalid Environment Variable", detail).at(path.clone()));
                Value::null((self.ty)())
            }
        }
    }
}
