//! A provider that the test's own process serves, and that the real Terraform is told to use: coverage and debuggers work.

use std::io;
use std::thread::JoinHandle;

use tf_plugin::terraform::{COOKIE, Guard};
use tf_plugin::{ServeError, Server};
use tf_plugin_proto::tfplugin6::provider_server::{Provider as Service, ProviderServer};
use tf_sdk::Provider;
use tokio::sync::oneshot;
use tonic::service::Routes;

use crate::terraform::{ProviderAddress, ProviderAddressError, ProviderSource};

/// A provider that is being served, until it is dropped.
///
/// What it logs goes where the test's process logs to, and it has the environment of the test's process, not that of a case.
#[derive(Debug)]
pub struct ServedProvider {
    address: ProviderAddress,
    reattach: String,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

/// A provider that could not be served.
#[derive(Debug, thiserror::Error)]
pub enum ServedProviderError {
    /// The address is none.
    #[error(transparent)]
    Address(#[from] ProviderAddressError),
    /// It could not listen.
    #[error("cannot serve the provider")]
    Serve(#[source] ServeError),
    /// There is no thread or no runtime for it.
    #[error("cannot start a thread for the provider")]
    Thread(#[source] io::Error),
    /// The thread ended before it said where it listens.
    #[error("the provider's thread ended at once")]
    Ended,
}

impl ServedProvider {
    /// Serves a provider written with tf-sdk, in a thread of its own, under its full address: `local/test/acc`.
    pub fn start<P: Provider>(address: &str, provider: P) -> Result<Self, ServedProviderError> {
        Self::start_service(address, tf_sdk::Server::new(provider))
    }

    /// Serves whatever speaks version 6 of the protocol.
    pub fn start_service<S: Service>(address: &str, service: S) -> Result<Self, ServedProviderError> {
        const MOST_BYTES: usize = tf_plugin::limits::MESSAGE_MAX_BYTES;
        let address = ProviderAddress::parse(address)?;
        let service = ProviderServer::new(Guard::new(service))
            .max_decoding_message_size(MOST_BYTES)
            .max_encoding_message_size(MOST_BYTES);
        let name = address.to_string();
        let (end, ended) = oneshot::channel::<()>();
        let (ready, listening) = std::sync::mpsc::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(ServedProviderError::Thread)?;
        let serve = move || {
            runtime.block_on(async move {
                let server = Server::new(COOKIE).version(6, |_| Routes::new(service));
                match server.debug().await {
                    Ok(debug) => {
                        // Nobody who waits for it can be gone: `start` returns only after this.
                        let _ = ready.send(Ok(debug.reattach().json(&name)));
                        debug.serve_until(async { drop(ended.await) }).await
                    }
                    Err(error) => {
                        let _ = ready.send(Err(error));
                        Ok(())
                    }
                }
            })
        };
        let thread = std::thread::Builder::new().name("provider".into()).spawn(serve);
        let thread = thread.map_err(ServedProviderError::Thread)?;
        let reattach = listening.recv().map_err(|_| ServedProviderError::Ended)?;
        let reattach = reattach.map_err(ServedProviderError::Serve)?;
        Ok(Self { address, reattach, end: Some(end), thread: Some(thread) })
    }

    /// What goes into `TF_REATTACH_PROVIDERS`.
    pub fn reattach(&self) -> &str {
        &self.reattach
    }
}

impl Drop for ServedProvider {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed already.
            let _ = thread.join();
        }
    }
}

impl From<&ServedProvider> for ProviderSource {
    fn from(served: &ServedProvider) -> Self {
        Self::Reattach { address: served.address.clone(), reattach: served.reattach.clone() }
    }
}
