//! The accept loop: each connection is set up in a task of its own, so that none waits for another.
//!
//! A connection has [`CONNECTION_SETUP`] for its TLS handshake, or without TLS for its first byte. At most
//! [`CONNECTIONS_IN_SETUP`] are in that state; one more evicts the oldest, so that any number of idle connections keeps nobody out.

use crate::limits::{CONNECTION_SETUP, CONNECTIONS_IN_SETUP};
use crate::socket::Listener;
use crate::stream::{Plain, Stream};
use rustls::ServerConfig;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::{sleep, timeout};
use tokio_stream::wrappers::ReceiverStream;

/// The pause after an error of `accept`, as when no descriptors are left.
const PAUSE: Duration = Duration::from_millis(20);

/// The connections that `listener` gets, ready for gRPC, and the task that holds `listener`. It ends when the connections are dropped.
pub(crate) fn connections(
    listener: Listener,
    config: Option<Arc<ServerConfig>>,
) -> (ReceiverStream<Result<Stream, Infallible>>, JoinHandle<()>) {
    let (ready, connections) = mpsc::channel(16);
    let task = tokio::spawn(run(listener, config, ready));
    (ReceiverStream::new(connections), task)
}

async fn run(
    listener: Listener,
    config: Option<Arc<ServerConfig>>,
    ready: mpsc::Sender<Result<Stream, Infallible>>,
) {
    let mut setups = Setups::default();
    loop {
        let accepted = tokio::select! {
            () = ready.closed() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(plain) => setups.start(plain, config.clone(), ready.clone()),
            Err(error) => {
                tracing::debug!(error = %error, "a connection was not accepted");
                sleep(PAUSE).await;
            }
        }
    }
}

/// The connections that are being set up, the oldest first.
#[derive(Default)]
struct Setups(VecDeque<AbortHandle>);

impl Setups {
    fn start(
        &mut self,
        plain: Plain,
        config: Option<Arc<ServerConfig>>,
        ready: mpsc::Sender<Result<Stream, Infallible>>,
    ) {
        self.0.retain(|setup| !setup.is_finished());
        if self.0.len() >= CONNECTIONS_IN_SETUP
            && let Some(oldest) = self.0.pop_front()
        {
            oldest.abort();
        }
        let task = tokio::spawn(async move {
            match timeout(CONNECTION_SETUP, set_up(plain, config)).await {
                // Nobody takes it any longer once serving has ended.
                Ok(Ok(stream)) => drop(ready.send(Ok(stream)).await),
                Ok(Err(error)) => tracing::warn!(error = %error, "a connection was refused"),
                Err(_) => tracing::debug!("a connection was closed that said nothing"),
            }
        });
        self.0.push_back(task.abort_handle());
    }
}

impl Drop for Setups {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

async fn set_up(plain: Plain, config: Option<Arc<ServerConfig>>) -> io::Result<Stream> {
    if config.is_none() {
        plain.readable().await?;
    }
    Stream::accept(plain, config).await
}
