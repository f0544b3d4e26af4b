//! The key-value store as a plugin. It is started by a host: `kv_host`, or a Go program.
#![forbid(unsafe_code)]

#[path = "kv/service.rs"]
mod service;
#[path = "kv/store.rs"]
mod store;

use std::process::ExitCode;

use store::Prefixed;
use tf_plugin::Server;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let serve = |parts: &tf_plugin::Parts| Prefixed::new(parts.broker().clone()).routes();
    let server = service::VERSIONS.into_iter().fold(Server::new(service::COOKIE), |s, v| s.version(v, serve));
    match server.serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
