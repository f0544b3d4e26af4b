//! Stored state, which is JSON, read by a type: attributes that the type has not are dropped, those that the text has not are null.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::value::RawValue;
use tf_cty::{Path, PathStep, Type, Value, json};

/// Text that is no state of the type.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub(crate) struct StateError {
    /// Where.
    pub(crate) path: Path,
    problem: String,
}

/// Decodes state. Numbers keep every digit.
pub(crate) fn decode(text: &[u8], ty: &Type) -> Result<Value, StateError> {
    let broken = |problem: String| StateError { path: Path::new(), problem };
    let raw: &RawValue = serde_json::from_slice(text).map_err(|error| broken(error.to_string()))?;
    let mut kept = String::with_capacity(text.len());
    prune(raw, ty, &mut kept).map_err(|failure| StateError {
        path: failure.steps.into_iter().rev().collect(),
        problem: failure.problem,
    })?;
    json::decode(kept.as_bytes(), ty)
        .map_err(|error| StateError { problem: error.to_string(), path: error.path })
}

/// An error on its way out of nested values; the steps are from the inside out.
struct Failure {
    steps: Vec<PathStep>,
    problem: String,
}

impl Failure {
    fn under(mut self, step: PathStep) -> Self {
        self.steps.push(step);
        self
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self { steps: Vec::new(), problem: error.to_string() }
    }
}

/// Writes what the type has of a value.
fn prune(raw: &RawValue, ty: &Type, out: &mut String) -> Result<(), Failure> {
    if raw.get() == "null" || !has_objects(ty) {
        out.push_str(raw.get());
        return Ok(());
    }
    match ty {
        Type::Object(object) => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(raw.get())?;
            out.push('{');
            for (i, attribute) in object.attributes().iter().enumerate() {
                let name: &str = attribute.name();
                write_key(out, i, name);
                match members.get(name) {
                    Some(raw) => prune(raw, attribute.ty(), out)
                        .map_err(|failure| failure.under(PathStep::Attr(name.into())))?,
                    None => out.push_str("null"),
                }
            }
            out.push('}');
        }
        Type::Map(element) => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(raw.get())?;
            out.push('{');
            for (i, (key, raw)) in members.into_iter().enumerate() {
                write_key(out, i, &key);
                prune(raw, element, out)
                    .map_err(|failure| failure.under(PathStep::Index(Value::from(key.as_str()))))?;
            }
            out.push('}');
        }
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => {
            let elements: Vec<&RawValue> = serde_json::from_str(raw.get())?;
            out.push('[');
            for (i, raw) in elements.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                let element = match ty {
                    Type::Tuple(types) => types.get(i),
                    _ => ty.element_type(),
                };
                match element {
                    Some(element) => prune(raw, element, out)
                        .map_err(|failure| failure.under(PathStep::Index(Value::from(i))))?,
                    None => out.push_str(raw.get()),
                }
            }
            out.push(']');
        }
        _ => out.push_str(raw.get()),
    }
    Ok(())
}

fn write_key(out: &mut String, number: usize, key: &str) {
    if number > 0 {
        out.push(',');
    }
    // Writing to a String cannot fail.
    let _ = write!(out, "{}:", serde_json::Value::from(key));
}

/// True if something may have to be dropped. What is dynamic carries its own type and is left alone.
fn has_objects(ty: &Type) -> bool {
    match ty {
        Type::Object(_) => true,
        Type::List(e) | Type::Set(e) | Type::Map(e) => has_objects(e),
        Type::Tuple(types) => types.iter().any(has_objects),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty() -> Type {
        let inner = Type::object([("n", Type::Number)]);
        Type::object([
            ("a", Type::String),
            ("l", Type::list(inner.clone())),
            ("m", Type::map(inner)),
            ("d", Type::Dynamic),
        ])
    }

    #[test]
    fn what_is_no_more_is_dropped_and_what_is_new_is_null() {
        let text = r#"{"a":"x","old":{"deep":[1]},"l":[{"n":123456789012345678901234567890123456789,"old":1}],
            "m":{"k\n":{"old":true}},"d":{"value":{"kept":1},"type":["object",{"kept":"number"}]}}"#;
        let state = decode(text.as_bytes(), &ty()).unwrap();
        let number = state.get("l").unwrap().as_slice().unwrap()[0].get("n").unwrap().clone();
        assert_eq!(number.as_number().unwrap().to_string(), "123456789012345678901234567890123456789");
        assert!(state.get("m").unwrap().get("k\n").unwrap().get("n").unwrap().is_null());
        assert_eq!(state.get("d").unwrap().get("kept"), Some(&Value::from(1)));
        assert!(decode(b"{}", &ty()).unwrap().get("a").unwrap().is_null());
        assert!(decode(b"null", &ty()).unwrap().is_null());
    }

    #[test]
    fn what_does_not_fit_says_where() {
        for (text, path) in [
            ("", ""),
            ("{", ""),
            ("[]", ""),
            (r#"{"a":"x"}{"#, ""),
            ("{\"a\":\"\u{fffd}", ""),
            (r#"{"a":{}}"#, ".a"),
            (r#"{"l":{}}"#, ".l"),
            (r#"{"l":[{"n":"x"}]}"#, ".l[0].n"),
            (r#"{"l":[{"n":1},7]}"#, ".l[1]"),
            (r#"{"m":{"k":7}}"#, r#".m["k"]"#),
            (r#"{"d":7}"#, ".d"),
        ] {
            let error = decode(text.as_bytes(), &ty()).unwrap_err();
            assert_eq!(error.path.to_string(), path, "{text}: {error}");
        }
        assert!(decode(b"{\"a\":\"\xff\"}", &ty()).is_err());
    }
}
