//! A gRPC channel over one connection of ours. Should that be lost, it is made anew at the same address under the same rules.

use std::sync::{Arc, Mutex, PoisonError};

use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tonic::codegen::http::Uri;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

use crate::address::Address;
use crate::stream::Stream;

/// A channel whose first connection is `stream`.
pub(crate) fn over(stream: Stream, address: Address, config: Option<Arc<ClientConfig>>) -> Channel {
    let first = Arc::new(Mutex::new(Some(stream)));
    let connector = service_fn(move |_: Uri| {
        let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (address, config) = (address.clone(), config.clone());
        async move {
            let stream = match first {
                Some(stream) => stream,
                None => Stream::connect(&address, config).await?,
            };
            Ok::<_, std::io::Error>(TokioIo::new(stream))
        }
    });
    Endpoint::from_static("http://localhost").connect_with_connector_lazy(connector)
}
