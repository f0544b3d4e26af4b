//! `acc_legacy`: what `acc_item` was before, and moves to it.

use tf_sdk::prelude::*;

use crate::Acc;
use crate::store::Record;

#[derive(Clone, Debug, Model)]
#[model(deprecated = "Use acc_item instead.")]
pub(crate) struct Legacy {
    #[attr(computed)]
    pub(crate) id: Tf<String>,
    #[attr(required)]
    pub(crate) title: String,
}

pub(crate) struct LegacyResource;

impl Resource for LegacyResource {
    type Provider = Acc;
    type Model = Legacy;

    const NAME: &'static str = "legacy";

    async fn create(&self, cx: &mut Create<Self>, planned: Legacy) -> Result<Legacy> {
        let record = Record {
            name: planned.title.clone(),
            size: 10,
            rev: 1,
            pw_hash: "none".into(),
            ..Record::default()
        };
        cx.client().put(&format!("item-{}", planned.title), &record)?;
        Ok(Legacy { id: format!("legacy-{}", planned.title).into(), ..planned })
    }

    async fn read(&self, _: &mut Read<Self>, state: Legacy) -> Result<Option<Legacy>> {
        Ok(Some(state))
    }

    async fn update(&self, _: &mut Update<Self>, _: Legacy, planned: Legacy) -> Result<Legacy> {
        Ok(Legacy { id: format!("legacy-{}", planned.title).into(), ..planned })
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Legacy) -> Result<()> {
        Ok(())
    }
}
