//! The broker as a plugin serves it. The stream that a host opened last is the one that counts.

use tf_plugin_proto::plugin::ConnInfo;
use tf_plugin_proto::plugin::grpc_broker_server::GrpcBroker;
use tokio::sync::mpsc;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use super::Broker;
use crate::limits::BROKER_QUEUE;

/// The service.
#[derive(Debug)]
pub(crate) struct BrokerService {
    broker: Broker,
}

impl BrokerService {
    pub(super) fn of(broker: Broker) -> BrokerService {
        BrokerService { broker }
    }
}

#[tonic::async_trait]
impl GrpcBroker for BrokerService {
    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        let (outgoing, receiver) = mpsc::channel(BROKER_QUEUE);
        let broker = self.broker.clone();
        broker.shared.outgoing.send_replace(Some(outgoing.clone()));
        tokio::spawn(async move {
            let listen = broker.listen(request.into_inner(), &outgoing);
            tokio::select! { () = listen => {}, () = broker.closed() => {} }
            broker.hang_up(&outgoing);
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver).map(Ok))))
    }
}
