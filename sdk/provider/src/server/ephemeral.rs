//! Ephemeral resources.

use std::time::SystemTime;

use bytes::Bytes;
use prost_types::Timestamp;
use tf_cty::Type;
use tf_plugin::terraform::Stop;
use tf_plugin_proto::tfplugin6::{
    close_ephemeral_resource as close_rpc, open_ephemeral_resource as open_rpc,
    renew_ephemeral_resource as renew_rpc,
};

use super::instance::{Instance, find};
use super::wire;
use crate::engine::component::Component;
use crate::engine::ephemeral;
use crate::engine::erased::ErasedEphemeral;
use crate::{Diagnostic, Diagnostics};

fn resource<'a>(
    instance: &'a Instance,
    name: &str,
) -> Result<&'a Component<dyn ErasedEphemeral>, Diagnostic> {
    find(&instance.catalog.ephemerals, name, "ephemeral resource type")
}

pub(super) async fn open(instance: &Instance, stop: Stop, request: open_rpc::Request) -> open_rpc::Response {
    try_open(instance, stop, request).await.unwrap_or_else(|errors| open_rpc::Response {
        diagnostics: wire::diagnostics(errors, &Type::Dynamic),
        ..Default::default()
    })
}

async fn try_open(
    instance: &Instance,
    stop: Stop,
    request: open_rpc::Request,
) -> Result<open_rpc::Response, Diagnostics> {
    let component = resource(instance, &request.type_name)?;
    let ty = &component.shape().ty;
    let call = instance.call(None, stop)?;
    let config = wire::decode(request.config.as_ref(), ty, "Configuration")?;
    let opened = ephemeral::open(component, call, config).await;
    let mut diagnostics = opened.lease.diagnostics;
    let private = instance.close_private(&opened.lease.private);
    let private = private.map_err(|error| diagnostics.push(error)).ok();
    let result = opened
        .result
        .and_then(|result| wire::encode(&result, ty).map_err(|error| diagnostics.push(error)).ok());
    Ok(open_rpc::Response {
        result,
        renew_at: opened.lease.renew_at.map(timestamp),
        private,
        diagnostics: wire::diagnostics(diagnostics, ty),
        deferred: None,
    })
}

pub(super) async fn renew(
    instance: &Instance,
    stop: Stop,
    request: renew_rpc::Request,
) -> renew_rpc::Response {
    let before = request.private.clone();
    try_renew(instance, stop, request).await.unwrap_or_else(|errors| renew_rpc::Response {
        diagnostics: wire::diagnostics(errors, &Type::Dynamic),
        private: before,
        ..Default::default()
    })
}

async fn try_renew(
    instance: &Instance,
    stop: Stop,
    request: renew_rpc::Request,
) -> Result<renew_rpc::Response, Diagnostics> {
    let component = resource(instance, &request.type_name)?;
    let call = instance.call(None, stop)?;
    let private = instance.open_private(&request.private.unwrap_or_default())?;
    let lease = ephemeral::renew(component, call, private).await;
    let mut diagnostics = lease.diagnostics;
    let private = instance.close_private(&lease.private);
    Ok(renew_rpc::Response {
        renew_at: lease.renew_at.map(timestamp),
        private: private.map_err(|error| diagnostics.push(error)).ok(),
        diagnostics: wire::diagnostics(diagnostics, &component.shape().ty),
    })
}

pub(super) async fn close(
    instance: &Instance,
    stop: Stop,
    request: close_rpc::Request,
) -> close_rpc::Response {
    let diagnostics =
        match try_close(instance, stop, &request.type_name, request.private.unwrap_or_default()).await {
            Ok(diagnostics) | Err(diagnostics) => diagnostics,
        };
    close_rpc::Response { diagnostics: wire::diagnostics(diagnostics, &Type::Dynamic) }
}

async fn try_close(
    instance: &Instance,
    stop: Stop,
    name: &str,
    private: Bytes,
) -> Result<Diagnostics, Diagnostics> {
    let component = resource(instance, name)?;
    let call = instance.call(None, stop)?;
    let private = instance.open_private(&private)?;
    Ok(ephemeral::close(component, call, private).await)
}

/// A point in time; one that a message cannot say is the last one that it can.
fn timestamp(time: SystemTime) -> Timestamp {
    let (seconds, nanos) = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => (i64::try_from(after.as_secs()), after.subsec_nanos()),
        Err(_) => (Ok(0), 0),
    };
    Timestamp { seconds: seconds.unwrap_or(i64::MAX), nanos: i32::try_from(nanos).unwrap_or(0) }
}
