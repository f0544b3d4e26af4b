//! Version 5 of the protocol: the same rooms. Most messages are version 6's; schemas are not, for version 5 has no nested attributes.

use tf_cty::Type;
use tf_plugin_proto::tfplugin5::provider_server::Provider;
use tf_plugin_proto::tfplugin5::{self as v5, schema as message};
use tf_plugin_proto::tfplugin6 as v6;
use tonic::{Request, Response, Status};

use super::v6::stop;
use super::{Server, configure, data_source, ephemeral, function, resource, schema, validate, wire};
use crate::validity::{SchemaError, check_v5};

type Answer<T> = Result<Response<T>, Status>;

fn provider_schema(server: &Server) -> v5::get_provider_schema::Response {
    let instance = &server.0;
    let unsayable = check_v5(&instance.provider, &instance.catalog);
    if !unsayable.is_empty() {
        let diagnostics = unsayable.iter().map(SchemaError::diagnostic).collect();
        return v5::get_provider_schema::Response {
            diagnostics: wire::diagnostics(diagnostics, &Type::Dynamic),
            server_capabilities: Some(schema::capabilities()),
            ..Default::default()
        };
    }
    let six = schema::provider_schema(instance);
    let schemas = |list: std::collections::HashMap<String, v6::Schema>| {
        list.into_iter().map(|(name, schema)| (name, schema_of(schema))).collect()
    };
    v5::get_provider_schema::Response {
        provider: six.provider.map(schema_of),
        provider_meta: six.provider_meta.map(schema_of),
        resource_schemas: schemas(six.resource_schemas),
        data_source_schemas: schemas(six.data_source_schemas),
        ephemeral_resource_schemas: schemas(six.ephemeral_resource_schemas),
        functions: six.functions,
        diagnostics: six.diagnostics,
        server_capabilities: six.server_capabilities,
        ..Default::default()
    }
}

fn schema_of(schema: v6::Schema) -> v5::Schema {
    v5::Schema { version: schema.version, block: schema.block.map(block) }
}

fn block(block: v6::schema::Block) -> message::Block {
    message::Block {
        version: block.version,
        attributes: block.attributes.into_iter().map(attribute).collect(),
        block_types: block.block_types.into_iter().map(nested_block).collect(),
        description: block.description,
        description_kind: block.description_kind,
        deprecated: block.deprecated,
        deprecation_message: block.deprecation_message,
    }
}

fn attribute(attribute: v6::schema::Attribute) -> message::Attribute {
    message::Attribute {
        name: attribute.name,
        r#type: attribute.r#type,
        description: attribute.description,
        required: attribute.required,
        optional: attribute.optional,
        computed: attribute.computed,
        sensitive: attribute.sensitive,
        description_kind: attribute.description_kind,
        deprecated: attribute.deprecated,
        write_only: attribute.write_only,
        deprecation_message: attribute.deprecation_message,
    }
}

fn nested_block(nested: v6::schema::NestedBlock) -> message::NestedBlock {
    message::NestedBlock {
        type_name: nested.type_name,
        block: nested.block.map(block),
        nesting: nested.nesting,
        min_items: nested.min_items,
        max_items: nested.max_items,
    }
}

#[tonic::async_trait]
impl Provider for Server {
    async fn get_metadata(
        &self,
        _: Request<v6::get_metadata::Request>,
    ) -> Answer<v5::get_metadata::Response> {
        let six = schema::metadata(&self.0);
        Ok(Response::new(v5::get_metadata::Response {
            server_capabilities: six.server_capabilities,
            diagnostics: six.diagnostics,
            data_sources: six.data_sources,
            resources: six.resources,
            functions: six.functions,
            ephemeral_resources: six.ephemeral_resources,
            ..Default::default()
        }))
    }

    async fn get_schema(
        &self,
        _: Request<v6::get_provider_schema::Request>,
    ) -> Answer<v5::get_provider_schema::Response> {
        Ok(Response::new(provider_schema(self)))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<v6::get_resource_identity_schemas::Request>,
    ) -> Answer<v6::get_resource_identity_schemas::Response> {
        Ok(Response::new(Default::default()))
    }

    /// The configuration comes back as it is: defaults and environment variables are for configuring.
    async fn prepare_provider_config(
        &self,
        request: Request<v5::prepare_provider_config::Request>,
    ) -> Answer<v5::prepare_provider_config::Response> {
        let config = request.into_inner().config;
        let diagnostics = validate::provider(&self.0, config.clone()).await;
        Ok(Response::new(v5::prepare_provider_config::Response { prepared_config: config, diagnostics }))
    }

    async fn validate_resource_type_config(
        &self,
        request: Request<v5::validate_resource_type_config::Request>,
    ) -> Answer<v5::validate_resource_type_config::Response> {
        let request = request.into_inner();
        let client = request.client_capabilities;
        let diagnostics = validate::resource(&self.0, &request.type_name, request.config, client).await;
        Ok(Response::new(v5::validate_resource_type_config::Response { diagnostics }))
    }

    async fn validate_data_source_config(
        &self,
        request: Request<v5::validate_data_source_config::Request>,
    ) -> Answer<v5::validate_data_source_config::Response> {
        let request = request.into_inner();
        let diagnostics = validate::data_source(&self.0, &request.type_name, request.config).await;
        Ok(Response::new(v5::validate_data_source_config::Response { diagnostics }))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<v6::validate_ephemeral_resource_config::Request>,
    ) -> Answer<v6::validate_ephemeral_resource_config::Response> {
        let request = request.into_inner();
        let diagnostics = validate::ephemeral(&self.0, &request.type_name, request.config).await;
        Ok(Response::new(v6::validate_ephemeral_resource_config::Response { diagnostics }))
    }

    async fn configure(&self, request: Request<v5::configure::Request>) -> Answer<v5::configure::Response> {
        let request = request.into_inner();
        let diagnostics = configure::configure(&self.0, request.config, request.terraform_version).await;
        Ok(Response::new(v5::configure::Response { diagnostics }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<v6::upgrade_resource_state::Request>,
    ) -> Answer<v6::upgrade_resource_state::Response> {
        Ok(Response::new(resource::upgrade(&self.0, request.into_inner()).await))
    }

    async fn read_resource(
        &self,
        request: Request<v6::read_resource::Request>,
    ) -> Answer<v6::read_resource::Response> {
        Ok(Response::new(resource::read(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn plan_resource_change(
        &self,
        request: Request<v6::plan_resource_change::Request>,
    ) -> Answer<v6::plan_resource_change::Response> {
        Ok(Response::new(resource::plan(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn apply_resource_change(
        &self,
        request: Request<v6::apply_resource_change::Request>,
    ) -> Answer<v6::apply_resource_change::Response> {
        Ok(Response::new(resource::apply(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn import_resource_state(
        &self,
        request: Request<v6::import_resource_state::Request>,
    ) -> Answer<v6::import_resource_state::Response> {
        Ok(Response::new(resource::import(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn move_resource_state(
        &self,
        request: Request<v6::move_resource_state::Request>,
    ) -> Answer<v6::move_resource_state::Response> {
        Ok(Response::new(resource::move_state(&self.0, request.into_inner()).await))
    }

    async fn read_data_source(
        &self,
        request: Request<v6::read_data_source::Request>,
    ) -> Answer<v6::read_data_source::Response> {
        Ok(Response::new(data_source::read(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<v6::open_ephemeral_resource::Request>,
    ) -> Answer<v6::open_ephemeral_resource::Response> {
        Ok(Response::new(ephemeral::open(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<v6::renew_ephemeral_resource::Request>,
    ) -> Answer<v6::renew_ephemeral_resource::Response> {
        Ok(Response::new(ephemeral::renew(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<v6::close_ephemeral_resource::Request>,
    ) -> Answer<v6::close_ephemeral_resource::Response> {
        Ok(Response::new(ephemeral::close(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn get_functions(
        &self,
        _: Request<v6::get_functions::Request>,
    ) -> Answer<v6::get_functions::Response> {
        let functions = schema::functions(&self.0);
        Ok(Response::new(v6::get_functions::Response { functions, diagnostics: Vec::new() }))
    }

    async fn call_function(
        &self,
        request: Request<v6::call_function::Request>,
    ) -> Answer<v6::call_function::Response> {
        Ok(Response::new(function::call(&self.0, request.into_inner()).await))
    }

    /// What runs is stopped by the guard, which has the tokens.
    async fn stop(&self, _: Request<v5::stop::Request>) -> Answer<v5::stop::Response> {
        Ok(Response::new(Default::default()))
    }
}
