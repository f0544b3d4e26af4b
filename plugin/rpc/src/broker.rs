//! Further connections between a host and its plugin, each with a number: how either calls the other.
//!
//! One side takes a [number](Broker::next_id), serves on it with [`Broker::accept`], and tells the number to the other in a
//! message of its own; that one gets a channel with [`Broker::dial`]. Every connection has a socket of its own and the same TLS
//! as the first one. Multiplexing over the one socket is never offered, so who asks for it is told no. What the peer announces
//! is kept within limits, in number, size and time.

mod accepted;
mod announced;
mod error;
mod service;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tf_plugin_proto::plugin::ConnInfo;
use tf_plugin_proto::plugin::conn_info::Knock;
use tf_plugin_proto::plugin::grpc_broker_client::GrpcBrokerClient;
use tf_plugin_proto::plugin::grpc_broker_server::GrpcBrokerServer;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use tonic::service::Routes;
use tonic::transport::Channel;

pub use accepted::Accepted;
pub use error::BrokerError;
pub(crate) use service::BrokerService;

use crate::address::Address;
use crate::channel;
use crate::limits::{BROKER_MESSAGE_MAX_BYTES, BROKER_QUEUE, BROKER_WAIT, CONNECTION_SETUP};
use crate::serve::Link;
use crate::stream::Stream;
use announced::Announced;

/// Makes further connections. Cheap to clone; all clones share their numbers.
#[derive(Clone, Debug)]
pub struct Broker {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    last_id: AtomicU32,
    link: Link,
    /// Where this side's messages go, while a stream of them is open.
    outgoing: watch::Sender<Option<mpsc::Sender<ConnInfo>>>,
    announced: Announced,
    is_closed: watch::Sender<bool>,
}

impl Broker {
    fn new(link: Link) -> Broker {
        let shared = Shared {
            last_id: AtomicU32::new(0),
            link,
            outgoing: watch::Sender::new(None),
            announced: Announced::default(),
            is_closed: watch::Sender::new(false),
        };
        Broker { shared: Arc::new(shared) }
    }

    /// A host's: opens the stream of messages on the plugin's first connection. A plugin without a broker is tolerated.
    pub(crate) fn of_host(channel: Channel, link: Link) -> Broker {
        let broker = Broker::new(link);
        let inside = broker.clone();
        tokio::spawn(async move {
            let (outgoing, receiver) = mpsc::channel(BROKER_QUEUE);
            inside.shared.outgoing.send_replace(Some(outgoing.clone()));
            let mut client =
                GrpcBrokerClient::new(channel).max_decoding_message_size(BROKER_MESSAGE_MAX_BYTES);
            let listen = async {
                // Go's plugins answer only when they announce something: this may take as long as it likes.
                if let Ok(incoming) = client.start_stream(ReceiverStream::new(receiver)).await {
                    inside.listen(incoming.into_inner(), &outgoing).await;
                }
            };
            tokio::select! { () = listen => {}, () = inside.closed() => {} }
            inside.hang_up(&outgoing);
        });
        broker
    }

    /// A plugin's: its messages go by the [service](Broker::service).
    pub(crate) fn of_plugin(link: Link) -> Broker {
        Broker::new(link)
    }

    /// What a plugin serves beside its own services.
    pub(crate) fn service(&self) -> GrpcBrokerServer<BrokerService> {
        GrpcBrokerServer::new(BrokerService::of(self.clone()))
            .max_decoding_message_size(BROKER_MESSAGE_MAX_BYTES)
    }

    /// A number that this side has not used yet, from 1. The other side counts for itself.
    pub fn next_id(&self) -> u32 {
        self.shared.last_id.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }

    /// Serves on a connection of this number: listens on a private socket of its own and tells the other side where. It is
    /// served until what is returned is dropped.
    ///
    /// # Errors
    /// If there can be no socket, or there is no other side: within 5 s no stream of messages was open to it.
    pub async fn accept(&self, id: u32, routes: Routes) -> Result<Accepted, BrokerError> {
        let (accepted, address) = Accepted::listen(routes, self)?;
        let (network, address) = (address.network().to_owned(), address.text());
        self.send(ConnInfo { service_id: id, network, address, knock: None }).await?;
        Ok(accepted)
    }

    /// Connects to what the other side serves on this number. Waits up to 5 s for it to be announced.
    ///
    /// # Errors
    /// If it is not announced, or whoever is there is not the one that was announced.
    pub async fn dial(&self, id: u32) -> Result<Channel, BrokerError> {
        let announced = tokio::select! {
            announced = timeout(BROKER_WAIT, self.shared.announced.take(id)) => announced,
            () = self.closed() => return Err(BrokerError::Closed),
        };
        let address = announced.map_err(|_| BrokerError::NotAnnounced { id })?;
        let address = address.map_err(|source| BrokerError::Address { id, source })?;
        let config = self.shared.link.client_config();
        let connected = timeout(CONNECTION_SETUP, Stream::connect(&address, config.clone())).await;
        let connected = connected.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
        match connected {
            Ok(stream) => Ok(channel::over(stream, address, config)),
            Err(source) => Err(BrokerError::Connect { id, address, source }),
        }
    }

    /// Ends all that waits and all that is served, and the stream of messages.
    pub(crate) fn close(&self) {
        self.shared.is_closed.send_replace(true);
        self.shared.outgoing.send_replace(None);
    }

    async fn closed(&self) {
        let mut closed = self.shared.is_closed.subscribe();
        // The sender lives as long as this.
        let _ = closed.wait_for(|closed| *closed).await;
    }

    /// Sends a message, once there is a stream for it.
    async fn send(&self, message: ConnInfo) -> Result<(), BrokerError> {
        let mut outgoing = self.shared.outgoing.subscribe();
        let send = async {
            let open = outgoing.wait_for(Option::is_some).await.map_err(|_| BrokerError::Closed)?.clone();
            let sender = open.ok_or(BrokerError::Closed)?;
            sender.send(message).await.map_err(|_| BrokerError::Closed)
        };
        tokio::select! {
            sent = timeout(BROKER_WAIT, send) => sent.unwrap_or(Err(BrokerError::NoPeer)),
            () = self.closed() => Err(BrokerError::Closed),
        }
    }

    /// Takes the other side's messages to their end.
    async fn listen(&self, mut incoming: Streaming<ConnInfo>, outgoing: &mpsc::Sender<ConnInfo>) {
        while let Ok(Some(message)) = incoming.message().await {
            if let Some(answer) = self.receive(message) {
                // A peer that does not read its answers does not get all of them.
                let _ = outgoing.try_send(answer);
            }
        }
    }

    /// Takes one message; the answer, if it asks for something.
    fn receive(&self, message: ConnInfo) -> Option<ConnInfo> {
        let ConnInfo { service_id, network, address, knock } = message;
        match knock {
            None => {
                self.shared.announced.put(service_id, Address::parse(&network, &address));
                None
            }
            // This side never knocks, so nothing was asked that this could answer.
            Some(Knock { ack: true, .. }) => None,
            Some(_) => {
                let error = "connections of the broker are not multiplexed here".to_owned();
                let knock = Some(Knock { knock: true, ack: true, error });
                Some(ConnInfo { service_id, knock, ..ConnInfo::default() })
            }
        }
    }

    /// Forgets a stream that has ended, unless a newer one has taken its place.
    fn hang_up(&self, outgoing: &mpsc::Sender<ConnInfo>) {
        self.shared.outgoing.send_if_modified(|open| {
            let is_this = open.as_ref().is_some_and(|open| open.same_channel(outgoing));
            if is_this {
                *open = None;
            }
            is_this
        });
    }
}

#[cfg(test)]
mod tests;
