//! What is served on a connection of the broker: a listener of its own, with the first connection's TLS.

use tokio::sync::oneshot;
use tonic::service::Routes;
use tonic::transport::Server;

use super::{Broker, BrokerError};
use crate::address::Address;
use crate::serve::accept;
use crate::socket::Listener;

/// Something that is served on a connection of its own. Dropping it ends that, after the calls that run.
#[derive(Debug)]
#[must_use = "it is served until this is dropped"]
pub struct Accepted {
    /// Never sent: its end is the sign.
    _end: oneshot::Sender<()>,
}

impl Accepted {
    /// Listens on a new private socket, and serves what comes there.
    pub(super) fn listen(routes: Routes, broker: &Broker) -> Result<(Accepted, Address), BrokerError> {
        let link = &broker.shared.link;
        let listener = Listener::bind(&link.place).map_err(BrokerError::Listen)?;
        let address = listener.address().clone();
        let (end, ended) = oneshot::channel::<()>();
        let (incoming, _) = accept::connections(listener, link.server_config());
        let broker = broker.clone();
        let until = async move {
            tokio::select! { _ = ended => {}, () = broker.closed() => {} }
        };
        tokio::spawn(Server::builder().add_routes(routes).serve_with_incoming_shutdown(incoming, until));
        Ok((Accepted { _end: end }, address))
    }
}
