//! The least that Terraform takes for a provider, written on the messages alone: one resource, `bare_thing`, that exists in the
//! state only. Real providers are written with `tf-sdk`; this one shows the protocol, and is what this crate's tests start.
//!
//! How it behaves is set by variables that begin with `BARE_`, see [`Behaviour`].

mod behaviour;
mod version5;
mod version6;

use behaviour::Behaviour;
use std::process::ExitCode;
use std::sync::Arc;
use tf_plugin::terraform;

fn main() -> ExitCode {
    if let Err(error) = tf_plugin::claim_stdout() {
        eprintln!("cannot claim standard output: {error}");
        return ExitCode::FAILURE;
    }
    let log = foundation::logging::Builder::new().provider("bare").init();
    let behaviour = Arc::new(Behaviour::read());
    behaviour.print("printed before the handshake");
    let mut runtime = if behaviour.threads {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let served = match runtime.enable_all().build() {
        Ok(runtime) => runtime.block_on(serve(behaviour)),
        Err(error) => Err(tf_plugin::ServeError::Process(error)),
    };
    drop(log);
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}

async fn serve(behaviour: Arc<Behaviour>) -> Result<(), tf_plugin::ServeError> {
    let mut server = terraform::Server::new("foundry/bare");
    if behaviour.speaks(6) {
        server = server.v6(version6::Provider(Arc::clone(&behaviour)));
    }
    if behaviour.speaks(5) {
        server = server.v5(version5::Provider(Arc::clone(&behaviour)));
    }
    if behaviour.tcp {
        server = server.tcp();
    }
    if behaviour.debug { server.debug().await } else { server.serve().await }
}
