//! Data sources.

use tf_cty::Type;
use tf_plugin::terraform::Stop;
use tf_plugin_proto::tfplugin6::read_data_source::{Request, Response};

use super::instance::{Instance, find};
use super::wire;
use crate::Diagnostics;
use crate::engine::data_source;

pub(super) async fn read(instance: &Instance, stop: Stop, request: Request) -> Response {
    try_read(instance, stop, request).await.unwrap_or_else(|errors| Response {
        diagnostics: wire::diagnostics(errors, &Type::Dynamic),
        ..Default::default()
    })
}

async fn try_read(instance: &Instance, stop: Stop, request: Request) -> Result<Response, Diagnostics> {
    let component = find(&instance.catalog.data_sources, &request.type_name, "data source")?;
    let ty = &component.shape().ty;
    let call = instance.call(request.provider_meta.as_ref(), stop)?;
    let config = wire::decode(request.config.as_ref(), ty, "Configuration")?;
    let (object, mut diagnostics) = data_source::read(component, call, config).await;
    let state =
        object.and_then(|object| wire::encode(&object, ty).map_err(|error| diagnostics.push(error)).ok());
    Ok(Response { state, diagnostics: wire::diagnostics(diagnostics, ty), ..Default::default() })
}
