//! Between Terraform and a provider's implementation: a panic stays in its call, and each call can be asked to stop.
//!
//! A panic of an RPC becomes an error diagnostic in the answer of that RPC, with the message and the place; in a stream, its last
//! event. The process and every other call live on. The panic hook still runs, so that `panic: ` goes to standard error where
//! `foundation`'s logging is set up for a provider. Needs no socket: a guarded provider can be called where it is made.

use super::stop::Stops;
pub use panic::{Panic, caught};
use std::pin::Pin;
use std::task::{Context, Poll};
use tf_plugin_proto::tfplugin6::{Diagnostic, FunctionError, diagnostic};
use tf_plugin_proto::{tfplugin5, tfplugin6};
use tonic::codegen::BoxStream;
use tonic::{Code, Request, Response, Status};

mod panic;

#[cfg(test)]
mod tests;

/// A provider's implementation, guarded: itself an implementation of the same versions.
#[derive(Debug)]
pub struct Guard<P> {
    provider: P,
    stops: Stops,
}

impl<P> Guard<P> {
    /// Guards `provider`. The first guard of a process adds a panic hook before the one that is there.
    #[must_use]
    pub fn new(provider: P) -> Guard<P> {
        panic::install_hook();
        Guard { provider, stops: Stops::default() }
    }

    /// What is guarded.
    #[must_use]
    pub fn provider(&self) -> &P {
        &self.provider
    }

    /// `request` with its [`Stop`](super::Stop).
    fn stoppable<T>(&self, mut request: Request<T>) -> Request<T> {
        request.extensions_mut().insert(self.stops.token());
        request
    }
}

/// Answers that can say that the call panicked.
trait Excuse {
    fn excuse(panic: &Panic) -> Self;
}

impl Panic {
    /// The summary of its diagnostic.
    pub const SUMMARY: &str = "The provider ended in a panic";

    /// The detail of its diagnostic.
    #[must_use]
    pub fn detail(&self) -> String {
        format!("{self}\n\nThis is a bug of the provider. It still runs; only this call failed.")
    }

    fn diagnostic(&self) -> Diagnostic {
        Diagnostic {
            severity: diagnostic::Severity::Error.into(),
            summary: Self::SUMMARY.to_owned(),
            detail: self.detail(),
            attribute: None,
        }
    }
}

/// A stream whose panic becomes its last event.
struct Guarded<T> {
    stream: Option<BoxStream<T>>,
    excuse: fn(&Panic) -> T,
}

impl<T> Guarded<T> {
    fn boxed(stream: BoxStream<T>, excuse: fn(&Panic) -> T) -> BoxStream<T>
    where
        T: Send + 'static,
    {
        Box::pin(Guarded { stream: Some(stream), excuse })
    }
}

impl<T> futures_core::Stream for Guarded<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(None) };
        match panic::catch(|| stream.as_mut().poll_next(cx)) {
            Ok(polled) => polled,
            Err(panic) => {
                // What panicked is in no known state: it is not asked again.
                self.stream = None;
                Poll::Ready(Some(Ok((self.excuse)(&panic))))
            }
        }
    }
}

/// Answers whose diagnostics say it.
macro_rules! excuse_in_diagnostics {
    ($($version:ident { $($rpc:ident),* $(,)? })*) => {
        $($(impl Excuse for $version::$rpc::Response {
            fn excuse(panic: &Panic) -> Self {
                let mut answer = Self::default();
                answer.diagnostics.push(panic.diagnostic());
                answer
            }
        })*)*
    };
}

excuse_in_diagnostics! {
    tfplugin6 {
        get_metadata, get_provider_schema, validate_provider_config, validate_resource_config, validate_data_resource_config,
        upgrade_resource_state, get_resource_identity_schemas, upgrade_resource_identity, configure_provider, read_resource,
        plan_resource_change, apply_resource_change, import_resource_state, move_resource_state, read_data_source,
        generate_resource_config, validate_ephemeral_resource_config, open_ephemeral_resource, renew_ephemeral_resource,
        close_ephemeral_resource, validate_list_resource_config, get_functions, validate_state_store, configure_state_store,
        read_state_bytes, write_state_bytes, lock_state, unlock_state, get_states, delete_state, plan_action,
        validate_action_config,
    }
    tfplugin5 {
        get_metadata, get_provider_schema, prepare_provider_config, validate_resource_type_config, validate_data_source_config, configure,
    }
}

impl Excuse for tfplugin6::call_function::Response {
    fn excuse(panic: &Panic) -> Self {
        let text = format!("the provider ended in a panic: {panic}");
        Self { result: None, error: Some(FunctionError { text, function_argument: None }) }
    }
}

impl Excuse for tfplugin6::list_resource::Event {
    fn excuse(panic: &Panic) -> Self {
        Self { diagnostic: vec![panic.diagnostic()], ..Self::default() }
    }
}

impl Excuse for tfplugin6::invoke_action::Event {
    fn excuse(panic: &Panic) -> Self {
        let completed = tfplugin6::invoke_action::event::Completed { diagnostics: vec![panic.diagnostic()] };
        Self { r#type: Some(tfplugin6::invoke_action::event::Type::Completed(completed)) }
    }
}

impl Excuse for tfplugin6::stop_provider::Response {
    fn excuse(panic: &Panic) -> Self {
        Self { error: format!("the provider ended in a panic: {panic}") }
    }
}

impl Excuse for tfplugin5::stop::Response {
    fn excuse(panic: &Panic) -> Self {
        Self { error: format!("the provider ended in a panic: {panic}") }
    }
}

/// A version's trait for [`Guard`]: every RPC passed on with its token, every panic caught.
macro_rules! guard {
    (
        $version:ident;
        unary { $($unary:ident($request:ty) -> $response:ty;)* }
        streams { $($stream:ident($stream_request:ty) -> $event:ty;)* }
        stop $stop:ident($stop_request:ty) -> $stop_response:ty
    ) => {
        #[tonic::async_trait]
        impl<P: $version::provider_server::Provider> $version::provider_server::Provider for Guard<P> {
            $(async fn $unary(&self, request: Request<$request>) -> Result<Response<$response>, Status> {
                match caught(|| self.provider.$unary(self.stoppable(request))).await {
                    Ok(answer) => answer,
                    Err(panic) => Ok(Response::new(Excuse::excuse(&panic))),
                }
            })*

            $(async fn $stream(
                &self,
                request: Request<$stream_request>,
            ) -> Result<Response<BoxStream<$event>>, Status> {
                match caught(|| self.provider.$stream(self.stoppable(request))).await {
                    Ok(answer) => answer.map(|answer| answer.map(|stream| Guarded::boxed(stream, Excuse::excuse))),
                    Err(panic) => {
                        let last = Ok(Excuse::excuse(&panic));
                        Ok(Response::new(Box::pin(tokio_stream::once(last))))
                    }
                }
            })*

            /// Asks what runs to stop, then tells the provider, which need not know the call.
            async fn $stop(&self, request: Request<$stop_request>) -> Result<Response<$stop_response>, Status> {
                self.stops.stop();
                match caught(|| self.provider.$stop(request)).await {
                    Ok(Err(status)) if status.code() == Code::Unimplemented => Ok(Response::new(Default::default())),
                    Ok(answer) => answer,
                    Err(panic) => Ok(Response::new(Excuse::excuse(&panic))),
                }
            }
        }
    };
}

guard! {
    tfplugin6;
    unary {
        get_metadata(tfplugin6::get_metadata::Request) -> tfplugin6::get_metadata::Response;
        get_provider_schema(tfplugin6::get_provider_schema::Request) -> tfplugin6::get_provider_schema::Response;
        validate_provider_config(tfplugin6::validate_provider_config::Request) -> tfplugin6::validate_provider_config::Response;
        validate_resource_config(tfplugin6::validate_resource_config::Request) -> tfplugin6::validate_resource_config::Response;
        validate_data_resource_config(tfplugin6::validate_data_resource_config::Request) -> tfplugin6::validate_data_resource_config::Response;
        upgrade_resource_state(tfplugin6::upgrade_resource_state::Request) -> tfplugin6::upgrade_resource_state::Response;
        get_resource_identity_schemas(tfplugin6::get_resource_identity_schemas::Request) -> tfplugin6::get_resource_identity_schemas::Response;
        upgrade_resource_identity(tfplugin6::upgrade_resource_identity::Request) -> tfplugin6::upgrade_resource_identity::Response;
        configure_provider(tfplugin6::configure_provider::Request) -> tfplugin6::configure_provider::Response;
        read_resource(tfplugin6::read_resource::Request) -> tfplugin6::read_resource::Response;
        plan_resource_change(tfplugin6::plan_resource_change::Request) -> tfplugin6::plan_resource_change::Response;
        apply_resource_change(tfplugin6::apply_resource_change::Request) -> tfplugin6::apply_resource_change::Response;
        import_resource_state(tfplugin6::import_resource_state::Request) -> tfplugin6::import_resource_state::Response;
        move_resource_state(tfplugin6::move_resource_state::Request) -> tfplugin6::move_resource_state::Response;
        read_data_source(tfplugin6::read_data_source::Request) -> tfplugin6::read_data_source::Response;
        generate_resource_config(tfplugin6::generate_resource_config::Request) -> tfplugin6::generate_resource_config::Response;
        validate_ephemeral_resource_config(tfplugin6::validate_ephemeral_resource_config::Request) -> tfplugin6::validate_ephemeral_resource_config::Response;
        open_ephemeral_resource(tfplugin6::open_ephemeral_resource::Request) -> tfplugin6::open_ephemeral_resource::Response;
        renew_ephemeral_resource(tfplugin6::renew_ephemeral_resource::Request) -> tfplugin6::renew_ephemeral_resource::Response;
        close_ephemeral_resource(tfplugin6::close_ephemeral_resource::Request) -> tfplugin6::close_ephemeral_resource::Response;
        validate_list_resource_config(tfplugin6::validate_list_resource_config::Request) -> tfplugin6::validate_list_resource_config::Response;
        get_functions(tfplugin6::get_functions::Request) -> tfplugin6::get_functions::Response;
        call_function(tfplugin6::call_function::Request) -> tfplugin6::call_function::Response;
        validate_state_store_config(tfplugin6::validate_state_store::Request) -> tfplugin6::validate_state_store::Response;
        configure_state_store(tfplugin6::configure_state_store::Request) -> tfplugin6::configure_state_store::Response;
        write_state_bytes(tonic::Streaming<tfplugin6::write_state_bytes::RequestChunk>) -> tfplugin6::write_state_bytes::Response;
        lock_state(tfplugin6::lock_state::Request) -> tfplugin6::lock_state::Response;
        unlock_state(tfplugin6::unlock_state::Request) -> tfplugin6::unlock_state::Response;
        get_states(tfplugin6::get_states::Request) -> tfplugin6::get_states::Response;
        delete_state(tfplugin6::delete_state::Request) -> tfplugin6::delete_state::Response;
        plan_action(tfplugin6::plan_action::Request) -> tfplugin6::plan_action::Response;
        validate_action_config(tfplugin6::validate_action_config::Request) -> tfplugin6::validate_action_config::Response;
    }
    streams {
        list_resource(tfplugin6::list_resource::Request) -> tfplugin6::list_resource::Event;
        read_state_bytes(tfplugin6::read_state_bytes::Request) -> tfplugin6::read_state_bytes::Response;
        invoke_action(tfplugin6::invoke_action::Request) -> tfplugin6::invoke_action::Event;
    }
    stop stop_provider(tfplugin6::stop_provider::Request) -> tfplugin6::stop_provider::Response
}

guard! {
    tfplugin5;
    unary {
        get_metadata(tfplugin6::get_metadata::Request) -> tfplugin5::get_metadata::Response;
        get_schema(tfplugin6::get_provider_schema::Request) -> tfplugin5::get_provider_schema::Response;
        prepare_provider_config(tfplugin5::prepare_provider_config::Request) -> tfplugin5::prepare_provider_config::Response;
        validate_resource_type_config(tfplugin5::validate_resource_type_config::Request) -> tfplugin5::validate_resource_type_config::Response;
        validate_data_source_config(tfplugin5::validate_data_source_config::Request) -> tfplugin5::validate_data_source_config::Response;
        upgrade_resource_state(tfplugin6::upgrade_resource_state::Request) -> tfplugin6::upgrade_resource_state::Response;
        get_resource_identity_schemas(tfplugin6::get_resource_identity_schemas::Request) -> tfplugin6::get_resource_identity_schemas::Response;
        upgrade_resource_identity(tfplugin6::upgrade_resource_identity::Request) -> tfplugin6::upgrade_resource_identity::Response;
        configure(tfplugin5::configure::Request) -> tfplugin5::configure::Response;
        read_resource(tfplugin6::read_resource::Request) -> tfplugin6::read_resource::Response;
        plan_resource_change(tfplugin6::plan_resource_change::Request) -> tfplugin6::plan_resource_change::Response;
        apply_resource_change(tfplugin6::apply_resource_change::Request) -> tfplugin6::apply_resource_change::Response;
        import_resource_state(tfplugin6::import_resource_state::Request) -> tfplugin6::import_resource_state::Response;
        move_resource_state(tfplugin6::move_resource_state::Request) -> tfplugin6::move_resource_state::Response;
        read_data_source(tfplugin6::read_data_source::Request) -> tfplugin6::read_data_source::Response;
        generate_resource_config(tfplugin6::generate_resource_config::Request) -> tfplugin6::generate_resource_config::Response;
        validate_ephemeral_resource_config(tfplugin6::validate_ephemeral_resource_config::Request) -> tfplugin6::validate_ephemeral_resource_config::Response;
        open_ephemeral_resource(tfplugin6::open_ephemeral_resource::Request) -> tfplugin6::open_ephemeral_resource::Response;
        renew_ephemeral_resource(tfplugin6::renew_ephemeral_resource::Request) -> tfplugin6::renew_ephemeral_resource::Response;
        close_ephemeral_resource(tfplugin6::close_ephemeral_resource::Request) -> tfplugin6::close_ephemeral_resource::Response;
        validate_list_resource_config(tfplugin6::validate_list_resource_config::Request) -> tfplugin6::validate_list_resource_config::Response;
        get_functions(tfplugin6::get_functions::Request) -> tfplugin6::get_functions::Response;
        call_function(tfplugin6::call_function::Request) -> tfplugin6::call_function::Response;
        plan_action(tfplugin6::plan_action::Request) -> tfplugin6::plan_action::Response;
        validate_action_config(tfplugin6::validate_action_config::Request) -> tfplugin6::validate_action_config::Response;
    }
    streams {
        list_resource(tfplugin6::list_resource::Request) -> tfplugin6::list_resource::Event;
        invoke_action(tfplugin6::invoke_action::Request) -> tfplugin6::invoke_action::Event;
    }
    stop stop(tfplugin5::stop::Request) -> tfplugin5::stop::Response
}
