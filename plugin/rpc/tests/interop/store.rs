//! The key-value service as a host uses it.

use tf_plugin::host::Plugin;
use tonic::service::Routes;
use tonic::transport::Channel;
use tonic::{Request, Response, Status, async_trait};

use crate::service::kv::merger_server::{Merger, MergerServer};
use crate::service::kv::store_client::StoreClient;
use crate::service::kv::{GetRequest, MergeRequest, MergeResponse, OpenRequest, PutRequest};

/// Joins an old and a new value with a plus sign.
struct Joined;

#[async_trait]
impl Merger for Joined {
    async fn merge(&self, request: Request<MergeRequest>) -> Result<Response<MergeResponse>, Status> {
        let MergeRequest { old, new } = request.into_inner();
        Ok(Response::new(MergeResponse { value: [&old[..], b"+", &new[..]].concat().into() }))
    }
}

/// The value of a key.
pub(crate) async fn get(channel: Channel, key: &str) -> Result<String, Status> {
    let answer = StoreClient::new(channel).get(GetRequest { key: key.to_owned() }).await?;
    Ok(String::from_utf8_lossy(&answer.into_inner().value).into_owned())
}

/// Stores a value, and gives what was stored.
pub(crate) async fn put(channel: Channel, key: &str, value: &str) -> Result<String, Status> {
    put_merging(channel, key, value, 0).await
}

/// Stores a value, and is asked over the broker what to store if there is one.
pub(crate) async fn merge(plugin: &Plugin, key: &str, value: &str) -> Result<String, Status> {
    let id = plugin.broker().next_id();
    let accepted = plugin.broker().accept(id, Routes::new(MergerServer::new(Joined))).await;
    let accepted = accepted.map_err(|error| Status::internal(error.to_string()))?;
    let stored = put_merging(plugin.channel(), key, value, id).await;
    drop(accepted);
    stored
}

/// The value of a key in the store of a prefix, which the plugin serves over the broker.
pub(crate) async fn open_and_get(plugin: &Plugin, prefix: &str, key: &str) -> Result<String, Status> {
    let request = OpenRequest { prefix: prefix.to_owned() };
    let opened = StoreClient::new(plugin.channel()).open(request).await?.into_inner();
    let channel = plugin.broker().dial(opened.store_id).await;
    get(channel.map_err(|error| Status::internal(error.to_string()))?, key).await
}

async fn put_merging(channel: Channel, key: &str, value: &str, merger_id: u32) -> Result<String, Status> {
    let request = PutRequest { key: key.to_owned(), value: value.to_owned().into(), merger_id };
    let answer = StoreClient::new(channel).put(request).await?;
    Ok(String::from_utf8_lossy(&answer.into_inner().value).into_owned())
}
