//! A configuration, plan or state whose attributes may be unknown: read whole as its model, or one attribute at a time.

use std::marker::PhantomData;

use tf_cty::{Cty, FromCtyError, FromCtyProblem, Path, Value};

use crate::engine::{is_sensitive, shown};
use crate::schema::Block;
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

    /// True if the attribute is not known yet.
    pub fn is_unknown(&self, path: impl IntoPath) -> bool {
        path.into_path().apply(&self.value).is_ok_and(|value| !value.is_known())
    }
}

impl<M: Model> Data<M> {
    /// One attribute, by its name or by a longer path. An error names the attribute: `Value Conversion`.
    pub fn get<T: Cty>(&self, path: impl IntoPath) -> Result<T, Diagnostic> {
        let path = path.into_path();
        let failed = |at, error: &(dyn std::error::Error + 'static)| conversion(&M::block(), at, error);
        let found = path.apply(&self.value).map_err(|error| failed(path.clone(), &error))?;
        T::from_cty(&found).map_err(|error| failed(path.join(&error.path), &error))
    }

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
pub(crate) fn conversion(block: &Block, path: Path, error: &(dyn std::error::Error + 'static)) -> Diagnostic {
    let mut detail = error.to_string();
    if let Some(first) = detail.get(..1) {
        detail.replace_range(..1, &first.to_uppercase());
    }
    let detail = format!("{detail}.");
    // Only what somebody else's type says can have the value in it.
    match error.downcast_ref::<FromCtyError>().map(|error| &error.problem) {
        Some(FromCtyProblem::Custom(_)) => misfit(block, path, detail),
        _ => Diagnostic::error("Value Conversion", detail).at(path),
    }
}

/// An attribute whose value its type cannot hold. What does not fit is often shown, and not where it is sensitive.
pub(crate) fn misfit(block: &Block, path: Path, detail: String) -> Diagnostic {
    let detail = match is_sensitive(block, &path) {
        true => format!("The value of {} is not of a form that it can have.", shown(&path)),
        false => detail,
    };
    Diagnostic::error("Value Conversion", detail).at(path)
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

    fn data() -> Data<crate::Empty> {
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

    #[derive(Model)]
    struct Inner {
        #[attr(optional)]
        text: Option<crate::types::Json>,
    }

    #[derive(Model)]
    struct Kept {
        #[attr(required)]
        open: crate::types::Json,
        #[attr(required, sensitive)]
        key: crate::types::Json,
        #[attr(optional, sensitive, nested)]
        inside: Option<Inner>,
    }

    #[test]
    fn what_is_sensitive_is_not_shown() {
        let not_json = || Value::from("canary-0001");
        let inside = Value::object([("text", not_json())]);
        let kept = Value::object([("open", not_json()), ("key", not_json()), ("inside", inside)]);
        let kept = Data::<Kept>::new(kept);
        for (path, is_shown) in [
            (Path::new().attr("open"), true),
            (Path::new().attr("key"), false),
            (Path::new().attr("inside").attr("text"), false),
        ] {
            let error = kept.get::<crate::types::Json>(&path).map(drop).unwrap_err();
            assert_eq!(error.detail.contains("canary"), is_shown, "{path}: {error:?}");
            assert_eq!(is_sensitive(&Kept::block(), &path), !is_shown);
        }
        let whole =
            kept.model().map(|kept| (kept.open, kept.key, kept.inside.and_then(|inside| inside.text)));
        assert_eq!(whole.map(drop).unwrap_err().path, Some(Path::new().attr("open")));
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
