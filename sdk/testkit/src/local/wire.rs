//! Between values and messages.

use std::fmt;

use bytes::Bytes;
use tf_cty::{Path, PathStep, Type, Value, msgpack};
use tf_plugin_proto::tfplugin6::attribute_path::step::Selector;
use tf_plugin_proto::tfplugin6::{self as proto, DynamicValue, diagnostic};
use tf_sdk::{Diagnostic, Diagnostics};
use tonic::{Response, Status};

use super::failure::{Failure, Stage};

/// What the client says it can do: what Terraform 1.11 says.
pub(super) const CAPABILITIES: proto::ClientCapabilities = proto::ClientCapabilities {
    deferral_allowed: false,
    write_only_attributes_allowed: true,
    store_planned_private: false,
    computed_blocks_allowed: false,
};

/// A value as a message. The values sent are of the types they are sent as; an error is a diagnostic all the same.
pub(super) fn encode(value: &Value, ty: &Type) -> Result<Option<DynamicValue>, Diagnostics> {
    let msgpack = msgpack::encode(value, ty)
        .map_err(|error| Diagnostic::error("Value cannot be sent", error.to_string()))?;
    Ok(Some(DynamicValue { msgpack: msgpack.into(), json: Bytes::new() }))
}

/// A value that the provider sent. Absent is null.
pub(super) fn decode(value: Option<&DynamicValue>, ty: &Type) -> Result<Value, Diagnostics> {
    let Some(value) = value else { return Ok(Value::null(ty.clone())) };
    let decoded = match (value.msgpack.is_empty(), value.json.is_empty()) {
        (false, _) => msgpack::decode(&value.msgpack, ty),
        (true, false) => tf_cty::json::decode(&value.json, ty),
        (true, true) => return Ok(Value::null(ty.clone())),
    };
    decoded.map_err(|error| {
        let detail = format!("The provider answered a value that does not fit its schema: {error}.");
        Diagnostic::error("Provider produced invalid object", detail).into()
    })
}

/// The diagnostics of an answer.
pub(super) fn diagnostics(wire: &[proto::Diagnostic]) -> Diagnostics {
    wire.iter()
        .map(|d| {
            let mut diagnostic = match d.severity() {
                diagnostic::Severity::Warning => Diagnostic::warning(&d.summary, &d.detail),
                _ => Diagnostic::error(&d.summary, &d.detail),
            };
            diagnostic.path = d.attribute.as_ref().map(path);
            diagnostic
        })
        .collect()
}

/// A path of an answer.
pub(super) fn path(path: &proto::AttributePath) -> Path {
    let steps = path.steps.iter().filter_map(|step| {
        Some(match step.selector.as_ref()? {
            Selector::AttributeName(name) => PathStep::Attr(name.as_str().into()),
            Selector::ElementKeyString(key) => PathStep::Index(Value::from(key.as_str())),
            Selector::ElementKeyInt(index) => PathStep::Index(Value::from(*index)),
        })
    });
    steps.collect()
}

/// The answer of a call; a broken wire is a failure of the stage.
pub(super) fn answer<T>(
    stage: Stage,
    object: &str,
    result: Result<Response<T>, Status>,
) -> Result<T, Failure> {
    result.map(Response::into_inner).map_err(|status| {
        let detail = format!("{:?}: {}", status.code(), status.message());
        Failure::new(stage, object, Diagnostic::error("Plugin did not respond", detail).into())
    })
}

/// A list of things for a message.
pub(super) fn joined<T: fmt::Display>(things: impl IntoIterator<Item = T>) -> String {
    things.into_iter().map(|thing| thing.to_string()).collect::<Vec<_>>().join(", ")
}
