//! Values, paths and diagnostics as messages.

use tf_cty::{Path, PathStep, Type, Value, json, msgpack};
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::attribute_path::{Step, step::Selector};

use crate::diagnostic::Severity;
use crate::{Diagnostic, Diagnostics};

/// The value of a message; `what` says what it is, for the diagnostic.
pub(super) fn decode(
    message: Option<&proto::DynamicValue>,
    ty: &Type,
    what: &str,
) -> Result<Value, Diagnostic> {
    let decoded = match message {
        Some(message) if !message.msgpack.is_empty() => msgpack::decode(&message.msgpack, ty),
        Some(message) if !message.json.is_empty() => json::decode(&message.json, ty),
        _ => return Err(unreadable(what, "there is none")),
    };
    decoded.map_err(|error| unreadable(what, &error.to_string()).at(error.path))
}

fn unreadable(what: &str, why: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Unable to Read {what}"),
        format!(
            "What Terraform sent as {what} does not fit the provider's schema: {why}.\n\nThe versions of Terraform and the provider \
             may not fit each other, or one of them has a bug."
        ),
    )
}

/// A value as a message.
pub(super) fn encode(value: &Value, ty: &Type) -> Result<proto::DynamicValue, Diagnostic> {
    match msgpack::encode(value, ty) {
        Ok(bytes) => Ok(proto::DynamicValue { msgpack: bytes.into(), json: bytes::Bytes::new() }),
        Err(error) => {
            let detail = format!(
                "The provider's result does not fit its schema: {error}.\n\nThis is a bug of the provider."
            );
            Err(Diagnostic::error("Provider produced invalid object", detail).at(error.path))
        }
    }
}

/// Diagnostics about an object of a type.
pub(super) fn diagnostics(list: Diagnostics, ty: &Type) -> Vec<proto::Diagnostic> {
    list.into_iter().map(|diagnostic| message(diagnostic, ty)).collect()
}

fn message(diagnostic: Diagnostic, ty: &Type) -> proto::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => proto::diagnostic::Severity::Error,
        Severity::Warning => proto::diagnostic::Severity::Warning,
    };
    proto::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail: diagnostic.detail,
        attribute: diagnostic.path.map(|at| path(&at, ty)).filter(|path| !path.steps.is_empty()),
    }
}

/// A path into an object of a type, up to the first step that Terraform's protocol cannot say: into an element of a set.
pub(super) fn path(path: &Path, ty: &Type) -> proto::AttributePath {
    let mut at = Some(ty);
    let mut steps = Vec::new();
    for step in path.steps() {
        let Some(selector) = selector(step, at) else { break };
        at = at.and_then(|ty| inside(ty, step));
        steps.push(Step { selector: Some(selector) });
    }
    proto::AttributePath { steps }
}

fn selector(step: &PathStep, ty: Option<&Type>) -> Option<Selector> {
    match step {
        PathStep::Attr(name) => Some(Selector::AttributeName(name.to_string())),
        PathStep::Index(_) if ty.is_some_and(Type::is_set) => None,
        PathStep::Index(key) => match (key.as_str(), key.as_number()) {
            (Some(key), _) => Some(Selector::ElementKeyString(key.to_owned())),
            (None, Some(number)) => number.to_i64().map(Selector::ElementKeyInt),
            (None, None) => None,
        },
    }
}

/// The type after a step; None if it is not known.
fn inside<'t>(ty: &'t Type, step: &PathStep) -> Option<&'t Type> {
    match step {
        PathStep::Attr(name) => ty.attribute_type(name),
        PathStep::Index(key) => match ty.as_tuple() {
            Some(types) => types.get(usize::try_from(key.as_number()?.to_i64()?).ok()?),
            None => ty.element_type(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_end_where_a_set_begins() {
        let ty = Type::object([
            ("l", Type::list(Type::object([("s", Type::set(Type::String))]))),
            ("m", Type::map(Type::Number)),
            ("d", Type::Dynamic),
        ]);
        let root = Path::new;
        for (at, steps) in [
            (root(), 0),
            (root().attr("l").index(1).attr("s"), 3),
            (root().attr("l").index(1).attr("s").index("x"), 3),
            (root().attr("l").index(1).attr("s").index("x").attr("y"), 3),
            (root().attr("m").index("k"), 2),
            (root().attr("m").index(Value::unknown(Type::String)), 1),
            (root().attr("d").index("k").attr("x").index(3), 4),
            (root().attr("l").index(Value::from(1).divide(&Value::from(2)).unwrap()), 1),
        ] {
            assert_eq!(path(&at, &ty).steps.len(), steps, "{at}");
        }
    }

    #[test]
    fn what_does_not_decode_is_a_diagnostic() {
        let ty = Type::object([("a", Type::String)]);
        let message = |msgpack: &'static [u8], json: &'static [u8]| {
            Some(proto::DynamicValue {
                msgpack: bytes::Bytes::from_static(msgpack),
                json: bytes::Bytes::from_static(json),
            })
        };
        for bad in [
            None,
            message(b"", b""),
            message(b"\xc1", b""),
            message(b"\x81\xa1a\xa1", b""),
            message(b"\x81\xa1b\xa1x", b""),
            message(b"\x81\xa1a\x81\xa1x\x01", b""),
            message(b"", b"{\"a\":"),
            message(b"", b"{\"a\":[]}"),
        ] {
            let error = decode(bad.as_ref(), &ty, "Configuration").unwrap_err();
            assert_eq!(error.summary, "Unable to Read Configuration");
        }
        assert!(decode(message(b"\x81\xa1a\xa1x", b"").as_ref(), &ty, "x").is_ok());
        assert!(decode(message(b"", b"{\"a\":\"x\"}").as_ref(), &ty, "x").is_ok());
    }
}
