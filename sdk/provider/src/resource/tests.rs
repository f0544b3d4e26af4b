//! What an author writes, as far as the traits go.

use std::sync::Arc;

use tf_cty::{Cty, Tf};

use super::*;
use crate::provider::{Components, Configure};
use crate::schema::Block;
use crate::{Context, Data, Diagnostics, Empty};

#[derive(Cty)]
struct Item {
    id: Tf<String>,
    name: String,
}

impl Model for Item {
    fn block() -> Arc<Block> {
        Arc::default()
    }
}

struct Acc;

impl Provider for Acc {
    type Config = Empty;
    type Client = String;
    type Meta = Empty;
    const NAME: &'static str = "acc";
    const VERSION: &'static str = "1";

    fn components(&self, components: &mut Components<Self>) {
        components.resource(ItemResource);
    }

    async fn configure(&self, _: &mut Configure, _: Empty) -> Result<String> {
        Ok("client".into())
    }
}

struct ItemResource;

impl Resource for ItemResource {
    type Provider = Acc;
    type Model = Item;
    const NAME: &'static str = "item";

    async fn create(&self, cx: &mut Create<Self>, planned: Item) -> Result<Item> {
        cx.warn("Careful", "");
        tokio::task::yield_now().await;
        cx.private.set("created", 1)?;
        let item = Item { id: format!("{}-{}", cx.client(), planned.name).into(), ..planned };
        cx.save(&item)?;
        Ok(item)
    }

    async fn read(&self, _: &mut Read<Self>, state: Item) -> Result<Option<Item>> {
        Ok(Some(state))
    }

    async fn delete(&self, cx: &mut Delete<Self>, _: Item) -> Result<()> {
        tokio::select! {
            () = cx.stopping() => Err(Diagnostic::error("Interrupted", "").into()),
            () = async {} => Ok(()),
        }
    }
}

#[tokio::test]
async fn an_author_writes_async_functions() {
    let context = || {
        Context::new(
            Arc::new("c".into()),
            Data::new(Empty.to_cty().unwrap()),
            tf_plugin::terraform::Stop::never(),
        )
    };
    let config = Data::new(tf_cty::Value::null(Item::cty_type()));
    let mut cx = Create { context: context(), config, private: crate::Private::default(), saved: None };
    let planned = Item { id: Tf::unknown(), name: "a".into() };
    let made = ItemResource.create(&mut cx, planned).await.unwrap();
    assert_eq!(made.id, Tf::Known("c-a".into()));
    assert_eq!(cx.private.get::<i64>("created"), Some(1));
    let mut cx = Import { context: context(), private: crate::Private::default() };
    let error: Diagnostics = ItemResource.import(&mut cx, &made.name).await.err().unwrap();
    assert!(error.has_errors());
}
