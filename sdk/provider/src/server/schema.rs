//! Schemas as messages.
//!
//! They are made when they are asked for: Terraform asks a process once, if at all.

use std::collections::HashMap;

use tf_cty::Type;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::schema as message;

use super::instance::Instance;
use super::wire;
use crate::engine::component::{Component, Shape};
use crate::engine::erased::{Described, ErasedFunction};
use crate::function::Parameter;
use crate::schema::{Attribute, AttributeKind, Block, BlockNesting, Description, Nesting, TextFormat};

/// What this library can do, whatever the provider.
pub(super) fn capabilities() -> proto::ServerCapabilities {
    proto::ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: false,
    }
}

pub(super) fn metadata(instance: &Instance) -> proto::get_metadata::Response {
    use proto::get_metadata::{DataSourceMetadata, EphemeralMetadata, FunctionMetadata, ResourceMetadata};
    let catalog = &instance.catalog;
    let resources = catalog.resources.iter().map(|c| ResourceMetadata { type_name: c.name.clone() });
    let data_sources = catalog.data_sources.iter().map(|c| DataSourceMetadata { type_name: c.name.clone() });
    let ephemerals = catalog.ephemerals.iter().map(|c| EphemeralMetadata { type_name: c.name.clone() });
    let functions = catalog.functions.iter().map(|f| FunctionMetadata { name: f.name().to_owned() });
    proto::get_metadata::Response {
        server_capabilities: Some(capabilities()),
        resources: resources.collect(),
        data_sources: data_sources.collect(),
        ephemeral_resources: ephemerals.collect(),
        functions: functions.collect(),
        ..Default::default()
    }
}

pub(super) fn provider_schema(instance: &Instance) -> proto::get_provider_schema::Response {
    let errors = crate::validity::check(&instance.provider, &instance.catalog);
    if !errors.is_empty() {
        let diagnostics = errors.iter().map(crate::validity::SchemaError::diagnostic).collect();
        return proto::get_provider_schema::Response {
            diagnostics: wire::diagnostics(diagnostics, &Type::Dynamic),
            server_capabilities: Some(capabilities()),
            ..Default::default()
        };
    }
    let catalog = &instance.catalog;
    let meta = instance.provider.calls.meta_block();
    let has_meta = !meta.attributes.is_empty() || !meta.blocks.is_empty();
    proto::get_provider_schema::Response {
        provider: Some(schema(instance.provider.shape())),
        provider_meta: has_meta.then(|| proto::Schema { version: 0, block: Some(block(&meta)) }),
        resource_schemas: schemas(&catalog.resources),
        data_source_schemas: schemas(&catalog.data_sources),
        ephemeral_resource_schemas: schemas(&catalog.ephemerals),
        functions: functions(instance),
        server_capabilities: Some(capabilities()),
        ..Default::default()
    }
}

pub(super) fn functions(instance: &Instance) -> HashMap<String, proto::Function> {
    instance.catalog.functions.iter().map(|f| (f.name().to_owned(), function(&**f))).collect()
}

fn schemas<C: Described + ?Sized>(list: &[Component<C>]) -> HashMap<String, proto::Schema> {
    list.iter().map(|component| (component.name.clone(), schema(component.shape()))).collect()
}

fn schema(shape: &Shape) -> proto::Schema {
    proto::Schema { version: shape.version, block: Some(block(&shape.block)) }
}

fn block(block: &Block) -> message::Block {
    message::Block {
        attributes: block.attributes.iter().map(attribute).collect(),
        block_types: block.blocks.iter().map(nested_block).collect(),
        description: block.description.text.clone(),
        description_kind: kind(&block.description),
        deprecated: block.deprecation.is_some(),
        deprecation_message: block.deprecation.clone().unwrap_or_default(),
        ..Default::default()
    }
}

fn nested_block(nested: &crate::schema::NestedBlock) -> message::NestedBlock {
    use message::nested_block::NestingMode;
    let nesting = match nested.nesting {
        BlockNesting::Single => NestingMode::Single,
        BlockNesting::Group => NestingMode::Group,
        BlockNesting::List => NestingMode::List,
        BlockNesting::Set => NestingMode::Set,
        BlockNesting::Map => NestingMode::Map,
    };
    message::NestedBlock {
        type_name: nested.name.clone(),
        block: Some(block(&nested.block)),
        nesting: nesting.into(),
        min_items: i64::try_from(nested.min_items).unwrap_or(i64::MAX),
        max_items: i64::try_from(nested.max_items).unwrap_or(i64::MAX),
    }
}

fn attribute(attribute: &Attribute) -> message::Attribute {
    use crate::schema::Presence;
    let (ty, nested_type) = match &attribute.kind {
        AttributeKind::Plain { ty, .. } => (ty.to_json().into_bytes().into(), None),
        AttributeKind::Nested { nesting, object } => {
            (bytes::Bytes::new(), Some(nested_object(*nesting, object)))
        }
    };
    message::Attribute {
        name: attribute.name.clone(),
        r#type: ty,
        nested_type,
        description: attribute.description.text.clone(),
        description_kind: kind(&attribute.description),
        required: attribute.presence == Presence::Required,
        optional: matches!(attribute.presence, Presence::Optional | Presence::OptionalComputed),
        computed: attribute.presence.is_computed(),
        sensitive: attribute.sensitive,
        write_only: attribute.write_only,
        deprecated: attribute.deprecation.is_some(),
        deprecation_message: attribute.deprecation.clone().unwrap_or_default(),
    }
}

fn nested_object(nesting: Nesting, object: &Block) -> message::Object {
    use message::object::NestingMode;
    let nesting = match nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    message::Object {
        attributes: object.attributes.iter().map(attribute).collect(),
        nesting: nesting.into(),
        ..Default::default()
    }
}

fn kind(description: &Description) -> i32 {
    match description.format {
        TextFormat::Plain => proto::StringKind::Plain,
        TextFormat::Markdown => proto::StringKind::Markdown,
    }
    .into()
}

fn function(function: &dyn ErasedFunction) -> proto::Function {
    let parameters = function.parameters();
    let description = function.description();
    proto::Function {
        parameters: parameters.positional.iter().map(parameter).collect(),
        variadic_parameter: parameters.variadic.as_ref().map(parameter),
        r#return: Some(proto::function::Return {
            r#type: function.output_type().to_json().into_bytes().into(),
        }),
        summary: function.summary().to_owned(),
        description_kind: kind(&description),
        description: description.text,
        deprecation_message: function.deprecation().unwrap_or_default(),
    }
}

fn parameter(parameter: &Parameter) -> proto::function::Parameter {
    proto::function::Parameter {
        name: parameter.name.clone(),
        r#type: parameter.ty.to_json().into_bytes().into(),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.text.clone(),
        description_kind: kind(&parameter.description),
    }
}
