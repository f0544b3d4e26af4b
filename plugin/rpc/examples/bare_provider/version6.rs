//! The provider in version 6.

use crate::behaviour::{self, Behaviour};
use bytes::Bytes;
use std::sync::Arc;
use tf_plugin::terraform::Stop;
use tf_plugin_proto::tfplugin6::{
    self, Schema, apply_resource_change, configure_provider, get_provider_schema, plan_resource_change,
    read_resource, schema, upgrade_resource_state, validate_provider_config, validate_resource_config,
};
use tonic::{Request, Response, Status};

/// `bare_thing`, and how it is told to behave.
pub(crate) struct Provider(pub(crate) Arc<Behaviour>);

impl Provider {
    async fn enter<T>(&self, rpc: &str, request: Request<T>) -> T {
        self.0.enter(rpc, request.extensions().get::<Stop>()).await;
        request.into_inner()
    }
}

fn attribute((name, kind): (&str, &'static str)) -> schema::Attribute {
    schema::Attribute {
        name: name.to_owned(),
        r#type: Bytes::from_static(kind.as_bytes()),
        optional: true,
        ..Default::default()
    }
}

fn schema(attributes: Vec<schema::Attribute>, description: String) -> Schema {
    Schema { version: 0, block: Some(schema::Block { attributes, description, ..Default::default() }) }
}

#[tonic::async_trait]
impl tfplugin6::provider_server::Provider for Provider {
    async fn get_provider_schema(
        &self,
        request: Request<get_provider_schema::Request>,
    ) -> Result<Response<get_provider_schema::Response>, Status> {
        self.enter("schema", request).await;
        let thing = schema(behaviour::attributes().map(attribute).to_vec(), "x".repeat(self.0.schema_bytes));
        Ok(Response::new(get_provider_schema::Response {
            provider: Some(schema(Vec::new(), String::new())),
            resource_schemas: [("bare_thing".to_owned(), thing)].into(),
            ..Default::default()
        }))
    }

    async fn validate_provider_config(
        &self,
        request: Request<validate_provider_config::Request>,
    ) -> Result<Response<validate_provider_config::Response>, Status> {
        self.enter("prepare", request).await;
        Ok(Response::new(validate_provider_config::Response::default()))
    }

    async fn validate_resource_config(
        &self,
        request: Request<validate_resource_config::Request>,
    ) -> Result<Response<validate_resource_config::Response>, Status> {
        self.enter("validate", request).await;
        Ok(Response::new(validate_resource_config::Response::default()))
    }

    async fn configure_provider(
        &self,
        request: Request<configure_provider::Request>,
    ) -> Result<Response<configure_provider::Response>, Status> {
        self.enter("configure", request).await;
        Ok(Response::new(configure_provider::Response::default()))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<upgrade_resource_state::Request>,
    ) -> Result<Response<upgrade_resource_state::Response>, Status> {
        let request = self.enter("upgrade", request).await;
        let upgraded_state = behaviour::kept(request.raw_state);
        Ok(Response::new(upgrade_resource_state::Response { upgraded_state, ..Default::default() }))
    }

    async fn read_resource(
        &self,
        request: Request<read_resource::Request>,
    ) -> Result<Response<read_resource::Response>, Status> {
        let request = self.enter("read", request).await;
        Ok(Response::new(read_resource::Response { new_state: request.current_state, ..Default::default() }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<plan_resource_change::Request>,
    ) -> Result<Response<plan_resource_change::Response>, Status> {
        let request = self.enter("plan", request).await;
        let planned_state = request.proposed_new_state;
        Ok(Response::new(plan_resource_change::Response { planned_state, ..Default::default() }))
    }

    async fn apply_resource_change(
        &self,
        request: Request<apply_resource_change::Request>,
    ) -> Result<Response<apply_resource_change::Response>, Status> {
        let request = self.enter("apply", request).await;
        let new_state = request.planned_state;
        Ok(Response::new(apply_resource_change::Response { new_state, ..Default::default() }))
    }
}
