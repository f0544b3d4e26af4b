//! Managed resources.

use bytes::Bytes;
use tf_cty::{Type, Value};
use tf_plugin::terraform::Stop;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::import_resource_state::ImportedResource;

use super::instance::{Instance, find};
use super::wire;
use crate::engine::component::Component;
use crate::engine::erased::{ErasedResource, Foreign};
use crate::engine::{
    apply as applying, import as importing, moved, plan as planning, read as reading, upgrade as upgrading,
};
use crate::{Diagnostic, Diagnostics, Private};

type Resource = Component<dyn ErasedResource>;

fn resource<'a>(instance: &'a Instance, name: &str) -> Result<&'a Resource, Diagnostic> {
    find(&instance.catalog.resources, name, "resource type")
}

/// Diagnostics of what failed before there was a type to look paths up in.
fn early(errors: Diagnostics) -> Vec<proto::Diagnostic> {
    wire::diagnostics(errors, &Type::Dynamic)
}

/// A value encoded, None after an error, which is added.
fn encoded(value: &Value, ty: &Type, diagnostics: &mut Diagnostics) -> Option<proto::DynamicValue> {
    wire::encode(value, ty).map_err(|error| diagnostics.push(error)).ok()
}

/// Private state encoded; what it was before after an error, which is added.
fn closed(instance: &Instance, private: &Private, before: &Bytes, diagnostics: &mut Diagnostics) -> Bytes {
    instance.close_private(private).unwrap_or_else(|error| {
        diagnostics.push(error);
        before.clone()
    })
}

pub(super) async fn plan(
    instance: &Instance,
    stop: Stop,
    request: proto::plan_resource_change::Request,
) -> proto::plan_resource_change::Response {
    try_plan(instance, stop, request).await.unwrap_or_else(|errors| proto::plan_resource_change::Response {
        diagnostics: early(errors),
        ..Default::default()
    })
}

async fn try_plan(
    instance: &Instance,
    stop: Stop,
    request: proto::plan_resource_change::Request,
) -> Result<proto::plan_resource_change::Response, Diagnostics> {
    let component = resource(instance, &request.type_name)?;
    let ty = &component.shape().ty;
    let call = instance.call(request.provider_meta.as_ref(), stop)?;
    let planning = planning::Request {
        config: wire::decode(request.config.as_ref(), ty, "Configuration")?,
        prior: wire::decode(request.prior_state.as_ref(), ty, "Prior State")?,
        proposed: wire::decode(request.proposed_new_state.as_ref(), ty, "Proposed State")?,
        private: instance.open_private(&request.prior_private)?,
    };
    let answer = planning::plan(component, call, planning).await;
    let mut diagnostics = answer.diagnostics;
    let planned_private = closed(instance, &answer.private, &request.prior_private, &mut diagnostics);
    let planned_state = answer.planned.and_then(|planned| encoded(&planned, ty, &mut diagnostics));
    Ok(proto::plan_resource_change::Response {
        planned_state,
        requires_replace: answer.requires_replace.iter().map(|path| wire::path(path, ty)).collect(),
        planned_private,
        diagnostics: wire::diagnostics(diagnostics, ty),
        ..Default::default()
    })
}

pub(super) async fn apply(
    instance: &Instance,
    stop: Stop,
    request: proto::apply_resource_change::Request,
) -> proto::apply_resource_change::Response {
    let (prior, private) = (request.prior_state.clone(), request.planned_private.clone());
    try_apply(instance, stop, request).await.unwrap_or_else(|errors| {
        // Nothing was done: what was there still is.
        proto::apply_resource_change::Response {
            new_state: prior,
            private,
            diagnostics: early(errors),
            ..Default::default()
        }
    })
}

async fn try_apply(
    instance: &Instance,
    stop: Stop,
    request: proto::apply_resource_change::Request,
) -> Result<proto::apply_resource_change::Response, Diagnostics> {
    let component = resource(instance, &request.type_name)?;
    let ty = &component.shape().ty;
    let call = instance.call(request.provider_meta.as_ref(), stop)?;
    let applying = applying::Request {
        config: wire::decode(request.config.as_ref(), ty, "Configuration")?,
        prior: wire::decode(request.prior_state.as_ref(), ty, "Prior State")?,
        planned: wire::decode(request.planned_state.as_ref(), ty, "Planned State")?,
        private: instance.open_private(&request.planned_private)?,
    };
    let answer = applying::apply(component, call, applying).await;
    let mut diagnostics = answer.diagnostics;
    let private = closed(instance, &answer.private, &request.planned_private, &mut diagnostics);
    let new_state = encoded(&answer.state, ty, &mut diagnostics).or(request.prior_state);
    Ok(proto::apply_resource_change::Response {
        new_state,
        private,
        diagnostics: wire::diagnostics(diagnostics, ty),
        ..Default::default()
    })
}

pub(super) async fn read(
    instance: &Instance,
    stop: Stop,
    request: proto::read_resource::Request,
) -> proto::read_resource::Response {
    let (state, private) = (request.current_state.clone(), request.private.clone());
    try_read(instance, stop, request).await.unwrap_or_else(|errors| proto::read_resource::Response {
        new_state: state,
        private,
        diagnostics: early(errors),
        ..Default::default()
    })
}

async fn try_read(
    instance: &Instance,
    stop: Stop,
    request: proto::read_resource::Request,
) -> Result<proto::read_resource::Response, Diagnostics> {
    let component = resource(instance, &request.type_name)?;
    let ty = &component.shape().ty;
    let call = instance.call(request.provider_meta.as_ref(), stop)?;
    let state = wire::decode(request.current_state.as_ref(), ty, "Current State")?;
    if state.is_null() {
        return Ok(proto::read_resource::Response {
            new_state: request.current_state,
            private: request.private,
            ..Default::default()
        });
    }
    let private = instance.open_private(&request.private)?;
    let answer = reading::read(component, call, state, private).await;
    let mut diagnostics = answer.diagnostics;
    let private = closed(instance, &answer.private, &request.private, &mut diagnostics);
    let new_state = encoded(&answer.state, ty, &mut diagnostics).or(request.current_state);
    Ok(proto::read_resource::Response {
        new_state,
        private,
        diagnostics: wire::diagnostics(diagnostics, ty),
        ..Default::default()
    })
}

pub(super) async fn import(
    instance: &Instance,
    stop: Stop,
    request: proto::import_resource_state::Request,
) -> proto::import_resource_state::Response {
    try_import(instance, stop, request).await.unwrap_or_else(|errors| {
        proto::import_resource_state::Response { diagnostics: early(errors), ..Default::default() }
    })
}

async fn try_import(
    instance: &Instance,
    stop: Stop,
    request: proto::import_resource_state::Request,
) -> Result<proto::import_resource_state::Response, Diagnostics> {
    let component = resource(instance, &request.type_name)?;
    let ty = &component.shape().ty;
    let call = instance.call(None, stop)?;
    let answer = importing::import(component, call, request.id).await;
    let mut diagnostics = answer.diagnostics;
    let private = closed(instance, &answer.private, &Bytes::new(), &mut diagnostics);
    let state = answer.state.and_then(|state| encoded(&state, ty, &mut diagnostics));
    let imported = state.map(|state| ImportedResource {
        type_name: request.type_name,
        state: Some(state),
        private,
        identity: None,
    });
    Ok(proto::import_resource_state::Response {
        imported_resources: imported.into_iter().collect(),
        diagnostics: wire::diagnostics(diagnostics, ty),
        ..Default::default()
    })
}

pub(super) async fn move_state(
    instance: &Instance,
    request: proto::move_resource_state::Request,
) -> proto::move_resource_state::Response {
    try_move(instance, request).await.unwrap_or_else(|errors| proto::move_resource_state::Response {
        diagnostics: early(errors),
        ..Default::default()
    })
}

async fn try_move(
    instance: &Instance,
    request: proto::move_resource_state::Request,
) -> Result<proto::move_resource_state::Response, Diagnostics> {
    let component = resource(instance, &request.target_type_name)?;
    let ty = &component.shape().ty;
    // What another provider keeps is in a form of its own, and perhaps sealed with a key of its own.
    let is_own = request.source_provider_address.rsplit('/').next() == Some(instance.provider.name.as_str());
    let private = match instance.open_private(&request.source_private) {
        Err(error) if is_own => return Err(error.into()),
        opened => opened.unwrap_or_default(),
    };
    let source = Foreign {
        version: request.source_schema_version,
        json: raw_json(request.source_state, "Unable to Move Resource State")?,
        private,
        provider: request.source_provider_address,
        type_name: request.source_type_name,
    };
    let answer = moved::move_from(component, source).await;
    let mut diagnostics = answer.diagnostics;
    let target_private = closed(instance, &answer.private, &Bytes::new(), &mut diagnostics);
    let target_state = answer.state.and_then(|state| encoded(&state, ty, &mut diagnostics));
    Ok(proto::move_resource_state::Response {
        target_state,
        target_private,
        diagnostics: wire::diagnostics(diagnostics, ty),
        ..Default::default()
    })
}

pub(super) async fn upgrade(
    instance: &Instance,
    request: proto::upgrade_resource_state::Request,
) -> proto::upgrade_resource_state::Response {
    try_upgrade(instance, request).await.unwrap_or_else(|errors| proto::upgrade_resource_state::Response {
        diagnostics: early(errors),
        ..Default::default()
    })
}

async fn try_upgrade(
    instance: &Instance,
    request: proto::upgrade_resource_state::Request,
) -> Result<proto::upgrade_resource_state::Response, Diagnostics> {
    let component = resource(instance, &request.type_name)?;
    let ty = &component.shape().ty;
    let state = Foreign {
        version: request.version,
        json: raw_json(request.raw_state, "Unable to Upgrade Resource State")?,
        private: Private::default(),
        provider: String::new(),
        type_name: String::new(),
    };
    let (state, mut diagnostics) = upgrading::upgrade(component, state).await;
    let upgraded_state = state.and_then(|state| encoded(&state, ty, &mut diagnostics));
    Ok(proto::upgrade_resource_state::Response {
        upgraded_state,
        diagnostics: wire::diagnostics(diagnostics, ty),
    })
}

/// The text of stored state.
fn raw_json(state: Option<proto::RawState>, summary: &str) -> Result<Bytes, Diagnostic> {
    let state = state.unwrap_or_default();
    if !state.json.is_empty() {
        return Ok(state.json);
    }
    let why = if state.flatmap.is_empty() {
        "Terraform sent no state."
    } else {
        "The state was written by Terraform 0.11 or earlier. Apply it with Terraform 0.12 and the provider that wrote it first."
    };
    Err(Diagnostic::error(summary, why))
}
