//! Version 6 of the protocol.

use tf_plugin::terraform::Stop;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::provider_server::Provider;
use tonic::{Request, Response, Status};

use super::{Server, configure, data_source, ephemeral, function, resource, schema, validate};

/// The token of a request; one that is never tripped if nobody put one there.
pub(super) fn stop<T>(request: &Request<T>) -> Stop {
    request.extensions().get().cloned().unwrap_or_else(Stop::never)
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Provider for Server {
    async fn get_metadata(
        &self,
        _: Request<proto::get_metadata::Request>,
    ) -> Answer<proto::get_metadata::Response> {
        Ok(Response::new(schema::metadata(&self.0)))
    }

    async fn get_provider_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Answer<proto::get_provider_schema::Response> {
        Ok(Response::new(schema::provider_schema(&self.0)))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Answer<proto::get_resource_identity_schemas::Response> {
        Ok(Response::new(Default::default()))
    }

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Answer<proto::validate_provider_config::Response> {
        let diagnostics = validate::provider(&self.0, request.into_inner().config).await;
        Ok(Response::new(proto::validate_provider_config::Response { diagnostics }))
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Answer<proto::validate_resource_config::Response> {
        let request = request.into_inner();
        let client = request.client_capabilities;
        let diagnostics = validate::resource(&self.0, &request.type_name, request.config, client).await;
        Ok(Response::new(proto::validate_resource_config::Response { diagnostics }))
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> Answer<proto::validate_data_resource_config::Response> {
        let request = request.into_inner();
        let diagnostics = validate::data_source(&self.0, &request.type_name, request.config).await;
        Ok(Response::new(proto::validate_data_resource_config::Response { diagnostics }))
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Answer<proto::validate_ephemeral_resource_config::Response> {
        let request = request.into_inner();
        let diagnostics = validate::ephemeral(&self.0, &request.type_name, request.config).await;
        Ok(Response::new(proto::validate_ephemeral_resource_config::Response { diagnostics }))
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Answer<proto::configure_provider::Response> {
        let request = request.into_inner();
        let diagnostics = configure::configure(&self.0, request.config, request.terraform_version).await;
        Ok(Response::new(proto::configure_provider::Response { diagnostics }))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Answer<proto::upgrade_resource_state::Response> {
        Ok(Response::new(resource::upgrade(&self.0, request.into_inner()).await))
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Answer<proto::read_resource::Response> {
        Ok(Response::new(resource::read(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Answer<proto::plan_resource_change::Response> {
        Ok(Response::new(resource::plan(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Answer<proto::apply_resource_change::Response> {
        Ok(Response::new(resource::apply(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Answer<proto::import_resource_state::Response> {
        Ok(Response::new(resource::import(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Answer<proto::move_resource_state::Response> {
        Ok(Response::new(resource::move_state(&self.0, request.into_inner()).await))
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Answer<proto::read_data_source::Response> {
        Ok(Response::new(data_source::read(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Answer<proto::open_ephemeral_resource::Response> {
        Ok(Response::new(ephemeral::open(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Answer<proto::renew_ephemeral_resource::Response> {
        Ok(Response::new(ephemeral::renew(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Answer<proto::close_ephemeral_resource::Response> {
        Ok(Response::new(ephemeral::close(&self.0, stop(&request), request.into_inner()).await))
    }

    async fn get_functions(
        &self,
        _: Request<proto::get_functions::Request>,
    ) -> Answer<proto::get_functions::Response> {
        let functions = schema::functions(&self.0);
        Ok(Response::new(proto::get_functions::Response { functions, diagnostics: Vec::new() }))
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Answer<proto::call_function::Response> {
        Ok(Response::new(function::call(&self.0, request.into_inner()).await))
    }

    /// What runs is stopped by the guard, which has the tokens.
    async fn stop_provider(
        &self,
        _: Request<proto::stop_provider::Request>,
    ) -> Answer<proto::stop_provider::Response> {
        Ok(Response::new(Default::default()))
    }
}
