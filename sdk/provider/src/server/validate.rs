//! Checks of configurations.

use tf_plugin_proto::tfplugin6 as proto;

use super::instance::{Instance, find};
use super::wire;
use crate::Diagnostics;
use crate::engine::component::Component;
use crate::engine::erased::Described;
use crate::engine::validate::{WriteOnly, validate};

/// Diagnostics as the RPCs of this module answer them.
type Messages = Vec<proto::Diagnostic>;
type Config = Option<proto::DynamicValue>;

pub(super) async fn provider(instance: &Instance, config: Config) -> Messages {
    checked(&instance.provider, config, WriteOnly::Allowed).await
}

pub(super) async fn resource(
    instance: &Instance,
    name: &str,
    config: Config,
    client: Option<proto::ClientCapabilities>,
) -> Messages {
    let write_only = match client {
        Some(client) if client.write_only_attributes_allowed => WriteOnly::Allowed,
        _ => WriteOnly::Unsupported,
    };
    match find(&instance.catalog.resources, name, "resource type") {
        Ok(component) => checked(component, config, write_only).await,
        Err(error) => wire::diagnostics(error.into(), &tf_cty::Type::Dynamic),
    }
}

pub(super) async fn data_source(instance: &Instance, name: &str, config: Config) -> Messages {
    match find(&instance.catalog.data_sources, name, "data source") {
        Ok(component) => checked(component, config, WriteOnly::Allowed).await,
        Err(error) => wire::diagnostics(error.into(), &tf_cty::Type::Dynamic),
    }
}

pub(super) async fn ephemeral(instance: &Instance, name: &str, config: Config) -> Messages {
    match find(&instance.catalog.ephemerals, name, "ephemeral resource type") {
        Ok(component) => checked(component, config, WriteOnly::Allowed).await,
        Err(error) => wire::diagnostics(error.into(), &tf_cty::Type::Dynamic),
    }
}

async fn checked<C: Described + ?Sized>(
    component: &Component<C>,
    config: Config,
    write_only: WriteOnly,
) -> Messages {
    let ty = &component.shape().ty;
    let diagnostics = match wire::decode(config.as_ref(), ty, "Configuration") {
        Ok(config) => validate(component, config, write_only).await,
        Err(error) => Diagnostics::from(error),
    };
    wire::diagnostics(diagnostics, ty)
}
