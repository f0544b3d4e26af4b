//! go-plugin's own services beside the plugin's: controller, standard streams, health. And serving them all, to the end.

use super::ServeError;
use crate::limits::{CONNECTIONS_IN_SETUP, SHUTDOWN_GRACE};
use crate::stdout::backlog::Backlog;
use crate::stream::Stream;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tf_plugin_proto::plugin::grpc_controller_server::{GrpcController, GrpcControllerServer};
use tf_plugin_proto::plugin::grpc_stdio_server::{GrpcStdio, GrpcStdioServer};
use tf_plugin_proto::plugin::{Empty, StdioData, stdio_data};
use tokio::sync::watch;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codegen::BoxStream;
use tonic::service::Routes;
use tonic::{Request, Response, Status};
use tonic_health::ServingStatus;

/// The name under which go-plugin's hosts ask for a plugin's health.
const HEALTH: &str = "plugin";
/// HTTP/2 flow control, sized so that a schema of many megabytes does not wait for the peer's leave at every step.
const STREAM_WINDOW_BYTES: u32 = 4 << 20;
/// The same for all calls of a connection together.
const CONNECTION_WINDOW_BYTES: u32 = 16 << 20;

/// `routes` with go-plugin's services.
pub(super) async fn with_ours(routes: Routes, controller: Controller, backlog: Arc<Backlog>) -> Routes {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_service_status(HEALTH, ServingStatus::Serving).await;
    routes
        .add_service(GrpcControllerServer::new(controller))
        .add_service(GrpcStdioServer::new(Stdio(backlog)))
        .add_service(health)
}

/// Serves until `stopped`, then lets running calls end, for [`SHUTDOWN_GRACE`] at most.
pub(super) async fn serve(
    routes: Routes,
    connections: ReceiverStream<Result<Stream, Infallible>>,
    stopped: watch::Receiver<bool>,
    backlog: &Backlog,
) -> Result<(), ServeError> {
    let serving = tonic::transport::Server::builder()
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_max_pending_accept_reset_streams(Some(CONNECTIONS_IN_SETUP))
        .add_routes(routes)
        .serve_with_incoming_shutdown(connections, wait(stopped.clone()));
    tokio::select! {
        served = serving => served.map_err(ServeError::Grpc),
        () = late(stopped, backlog) => Ok(()),
    }
}

/// Ready when a Shutdown came.
async fn wait(mut stopped: watch::Receiver<bool>) {
    if stopped.wait_for(|stopped| *stopped).await.is_err() {
        // Nobody is left who could tell it: the services are gone, and serving with them.
        std::future::pending::<()>().await;
    }
}

/// Ready when calls had their time to end after a Shutdown.
async fn late(stopped: watch::Receiver<bool>, backlog: &Backlog) {
    wait(stopped).await;
    backlog.end();
    tokio::time::sleep(SHUTDOWN_GRACE).await;
}

/// Ends serving when the host wishes it.
pub(super) struct Controller {
    /// Told of a Shutdown.
    pub(super) stop: watch::Sender<bool>,
    /// Sets the process a limit to end by itself, where its life is the host's.
    pub(super) limit: Option<fn()>,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        if let Some(limit) = self.limit {
            limit();
        }
        self.stop.send_replace(true);
        Ok(Response::new(Empty {}))
    }
}

struct Stdio(Arc<Backlog>);

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(&self, _request: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        Ok(Response::new(Box::pin(Printed(Arc::clone(&self.0)))))
    }
}

/// What is printed, as it comes.
struct Printed(Arc<Backlog>);

impl futures_core::Stream for Printed {
    type Item = Result<StdioData, Status>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let channel = stdio_data::Channel::Stdout.into();
        self.0.poll_take(cx).map(|chunk| chunk.map(|data| Ok(StdioData { channel, data })))
    }
}
