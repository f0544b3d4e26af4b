//! A host of the key-value store: `kv_host PLUGIN` starts the plugin, whatever it is written in, and uses all that it offers.
#![forbid(unsafe_code)]

#[path = "kv/service.rs"]
mod service;

use std::error::Error;

use service::kv::merger_server::{Merger, MergerServer};
use service::kv::store_client::StoreClient;
use service::kv::{GetRequest, MergeRequest, MergeResponse, OpenRequest, PutRequest};
use tf_plugin::host::Launch;
use tonic::service::Routes;
use tonic::{Request, Response, Status, async_trait};

/// What the plugin asks when a key has a value already.
struct Joined;

#[async_trait]
impl Merger for Joined {
    async fn merge(&self, request: Request<MergeRequest>) -> Result<Response<MergeResponse>, Status> {
        let MergeRequest { old, new } = request.into_inner();
        Ok(Response::new(MergeResponse { value: [&old[..], b"+", &new[..]].concat().into() }))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let program = std::env::args_os().nth(1).ok_or("usage: kv_host PLUGIN")?;
    let launch = Launch::new(program, service::COOKIE).versions(service::VERSIONS);
    let plugin = launch.start().await.inspect_err(|error| eprintln!("{}", error.evidence()))?;
    println!("version {}", plugin.version());
    plugin.ping().await?;

    let mut store = StoreClient::new(plugin.channel());
    let put = |value: &'static str, merger_id| PutRequest {
        key: "fruit/first".to_owned(),
        value: value.into(),
        merger_id,
    };
    store.put(put("apple", 0)).await?;

    // The plugin calls back, over a connection of the broker, to ask what becomes of the two values.
    let merger_id = plugin.broker().next_id();
    let merger = plugin.broker().accept(merger_id, Routes::new(MergerServer::new(Joined)));
    let put = store.put(put("pear", merger_id));
    let (merger, put) = tokio::join!(merger, put);
    println!("stored {:?}", put?.into_inner().value);
    drop(merger?);

    // And this host calls a second service of the plugin's, over another.
    let opened = store.open(OpenRequest { prefix: "fruit/".to_owned() }).await?.into_inner();
    let mut fruit = StoreClient::new(plugin.broker().dial(opened.store_id).await?);
    println!("found {:?}", fruit.get(GetRequest { key: "first".to_owned() }).await?.into_inner().value);

    println!("{:?}", plugin.shutdown().await);
    Ok(())
}
