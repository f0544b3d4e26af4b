//! The store that the plugin serves, and that it serves again for each prefix that is opened.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tf_plugin::broker::{Accepted, Broker};
use tonic::service::Routes;
use tonic::{Request, Response, Status, async_trait};

use crate::service::kv::merger_client::MergerClient;
use crate::service::kv::store_server::{Store, StoreServer};
use crate::service::kv::{
    GetRequest, GetResponse, MergeRequest, MergeResponse, OpenRequest, OpenResponse, PutRequest, PutResponse,
};

/// How many prefixes may be open at once: of more, the oldest is closed.
const OPEN: usize = 16;

/// The values whose keys begin with a prefix.
#[derive(Clone)]
pub(crate) struct Prefixed {
    prefix: String,
    broker: Broker,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    values: Mutex<BTreeMap<String, Bytes>>,
    opened: Mutex<Vec<Accepted>>,
}

impl Prefixed {
    /// A new store of all keys.
    pub(crate) fn new(broker: Broker) -> Prefixed {
        Prefixed { prefix: String::new(), broker, shared: Arc::default() }
    }

    /// It as a service.
    pub(crate) fn routes(self) -> Routes {
        Routes::new(StoreServer::new(self))
    }

    /// Asks the host, which serves Merger on a connection of the broker.
    async fn merge(&self, merger_id: u32, old: Bytes, new: Bytes) -> Result<Bytes, Status> {
        let channel = self.broker.dial(merger_id).await;
        let channel = channel.map_err(|error| Status::unavailable(error.to_string()))?;
        let answer = MergerClient::new(channel).merge(MergeRequest { old, new }).await?;
        let MergeResponse { value } = answer.into_inner();
        Ok(value)
    }
}

#[async_trait]
impl Store for Prefixed {
    async fn get(&self, request: Request<GetRequest>) -> Result<Response<GetResponse>, Status> {
        let GetRequest { key } = request.into_inner();
        let values = self.shared.values.lock().unwrap_or_else(PoisonError::into_inner);
        match values.get(&format!("{}{key}", self.prefix)) {
            Some(value) => Ok(Response::new(GetResponse { value: value.clone() })),
            None => Err(Status::not_found(format!("no value has the key {key}"))),
        }
    }

    async fn put(&self, request: Request<PutRequest>) -> Result<Response<PutResponse>, Status> {
        let PutRequest { key, value, merger_id } = request.into_inner();
        let key = format!("{}{key}", self.prefix);
        let old = self.shared.values.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let value = match old {
            Some(old) if merger_id != 0 => self.merge(merger_id, old, value).await?,
            _ => value,
        };
        println!("{key} has a new value");
        self.shared.values.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value.clone());
        Ok(Response::new(PutResponse { value }))
    }

    async fn open(&self, request: Request<OpenRequest>) -> Result<Response<OpenResponse>, Status> {
        let prefix = format!("{}{}", self.prefix, request.into_inner().prefix);
        let store_id = self.broker.next_id();
        let store = Prefixed { prefix, ..self.clone() };
        let accepted = self.broker.accept(store_id, store.routes()).await;
        let accepted = accepted.map_err(|error| Status::unavailable(error.to_string()))?;
        let mut opened = self.shared.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() == OPEN {
            drop(opened.remove(0));
        }
        opened.push(accepted);
        Ok(Response::new(OpenResponse { store_id }))
    }
}
