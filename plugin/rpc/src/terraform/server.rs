//! A provider served: for Terraform, and for a person who debugs it.

use super::COOKIE;
use super::guard::Guard;
use crate::limits::MESSAGE_MAX_BYTES;
use crate::serve::{self, ServeError};
use std::io::{self, Write};
use tf_plugin_proto::{tfplugin5, tfplugin6};
use tokio::signal::unix::{SignalKind, signal};
use tonic::service::Routes;

/// A provider as a plugin of Terraform: each version's implementation [guarded](Guard), and messages of up to 256 MiB either way.
#[derive(Debug)]
pub struct Server {
    address: String,
    server: serve::Server,
}

impl Server {
    /// A provider of the registry address `address`, `registry.example.com/namespace/type`: what [`Server::debug`] prints.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Server {
        Server { address: address.into(), server: serve::Server::new(COOKIE) }
    }

    /// Serves version 6 with `provider`.
    #[must_use]
    pub fn v6<P: tfplugin6::provider_server::Provider>(self, provider: P) -> Server {
        let service = tfplugin6::provider_server::ProviderServer::new(Guard::new(provider))
            .max_decoding_message_size(MESSAGE_MAX_BYTES)
            .max_encoding_message_size(MESSAGE_MAX_BYTES);
        self.map(|server| server.version(6, |_| Routes::new(service)))
    }

    /// Serves version 5 with `provider`.
    #[must_use]
    pub fn v5<P: tfplugin5::provider_server::Provider>(self, provider: P) -> Server {
        let service = tfplugin5::provider_server::ProviderServer::new(Guard::new(provider))
            .max_decoding_message_size(MESSAGE_MAX_BYTES)
            .max_encoding_message_size(MESSAGE_MAX_BYTES);
        self.map(|server| server.version(5, |_| Routes::new(service)))
    }

    /// Listens on TCP rather than on a unix socket.
    #[must_use]
    pub fn tcp(self) -> Server {
        self.map(serve::Server::tcp)
    }

    /// Serves the Terraform that started this process, until it sends Shutdown: see [`crate::Server::serve`].
    ///
    /// # Errors
    /// Everything that keeps it from serving. `main` should print it and end with code 1: [`ServeError::report`].
    pub async fn serve(self) -> Result<(), ServeError> {
        self.server.serve().await
    }

    /// Serves Terraform processes that are told where to find this one: prints the setting of `TF_REATTACH_PROVIDERS` that they
    /// need, and ends with SIGINT or SIGTERM.
    ///
    /// # Errors
    /// Everything that keeps it from serving.
    pub async fn debug(self) -> Result<(), ServeError> {
        let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Process)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Process)?;
        let debug = self.server.debug().await?;
        let setting = debug.reattach().json(&self.address);
        // Inside single quotes a shell knows no escapes: the quote itself has to leave them.
        let setting = setting.replace('\'', r"'\''");
        let mut out = io::stdout().lock();
        writeln!(out, "TF_REATTACH_PROVIDERS='{setting}'")
            .and_then(|()| out.flush())
            .map_err(ServeError::Process)?;
        drop(out);
        debug
            .serve_until(async {
                tokio::select! {
                    _ = interrupt.recv() => (),
                    _ = terminate.recv() => (),
                }
            })
            .await
    }

    fn map(self, change: impl FnOnce(serve::Server) -> serve::Server) -> Server {
        Server { address: self.address, server: change(self.server) }
    }
}
