//! A configuration, plan or state whose attributes may be unknown: read whole as its model, or one attribute at a time.

use std::marker::PhantomData;

use tf_cty::{Cty, Path, Value};

use crate::{Diagnostic, Model};

/// An object of a model's type, not yet taken apart.
pub struct Data<M> {
    value: Value,
    model: PhantomData<fn() -> M>,
}

impl<M> Data<M> {
    /// Of a value of the model's type, which may be null or unknown.
    pub fn new(value: Value) -> Self {
        Self { value, model: PhantomData }
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The value itself.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// True if there is no object: before creation, after destruction.
    pub fn is_null(&self) -> bool {
        self.value.is_null()
    }

    /// One attribute, by its name or by a longer path. An error names the attribute: `Value Conversion`.
    pub fn get<T: Cty>(&self, path: impl IntoPath) -> Result<T, Diagnostic> {
        let path = path.into_path();
        let found = path.apply(&self.value).map_err(|error| conversion(path.clone(), &error))?;
        T::from_cty(&found).map_err(|error| conversion(path.join(&error.path), &error))
    }

    /// True if the attribute is not known yet.
    pub fn is_unknown(&self, path: impl IntoPath) -> bool {
        path.into_path().apply(&self.value).is_ok_and(|value| !value.is_known())
    }
}

impl<M: Model> Data<M> {
    /// All of it. An error names the attribute that its field cannot hold: unknown for want of `Tf`, null for want of `Option`. A
    /// computed attribute that is null, as in every configuration, is unknown in a field that cannot be null, or has its default.
    pub fn model(&self) -> Result<M, Diagnostic> {
        crate::engine::forgiven(self.value.clone())
    }
}

impl<M> Clone for Data<M> {
    fn clone(&self) -> Self {
        Self::new(self.value.clone())
    }
}

/// Prints nothing of the values: some may be secret.
impl<M> std::fmt::Debug for Data<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Data").field("type", self.value.ty()).finish_non_exhaustive()
    }
}

/// The error of a value that a Rust type cannot hold.
pub(crate) fn conversion(path: Path, error: &dyn std::error::Error) -> Diagnostic {
    let mut detail = error.to_string();
    if let Some(first) = detail.get(..1) {
        detail.replace_range(..1, &first.to_uppercase());
    }
    Diagnostic::error("Value Conversion", format!("{detail}.")).at(path)
}

/// A path, or the name of an attribute of the object itself.
pub trait IntoPath {
    /// The path.
    fn into_path(self) -> Path;
}

impl IntoPath for Path {
    fn into_path(self) -> Path {
        self
    }
}

impl IntoPath for &Path {
    fn into_path(self) -> Path {
        self.clone()
    }
}

impl IntoPath for &str {
    fn into_path(self) -> Path {
        Path::new().attr(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> Data<()> {
        Data::new(Value::object([
            ("name", Value::from("a")),
            ("id", Value::unknown(tf_cty::Type::String)),
            ("size", Value::from(1)),
        ]))
    }

    #[test]
    fn attributes_by_name_and_path() {
        assert_eq!(data().get::<String>("name").unwrap(), "a");
        assert_eq!(data().get::<String>(Path::new().attr("name")).unwrap(), "a");
        assert!(data().is_unknown("id"));
        assert!(!data().is_unknown("name"));
    }

    #[test]
    fn what_does_not_fit_says_where() {
        for (name, detail) in
            [("id", "Value must be known."), ("size", "String required, but received number.")]
        {
            let error = data().get::<String>(name).unwrap_err();
            assert_eq!((error.summary.as_str(), error.detail.as_str()), ("Value Conversion", detail));
            assert_eq!(error.path, Some(Path::new().attr(name)));
        }
    }
}
