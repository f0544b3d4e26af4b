//! `acc_versioned`: a schema that changed; the environment says which version this provider is at.

use tf_sdk::prelude::*;

use crate::Acc;

/// As it was at first.
#[derive(Clone, Debug, Model)]
#[model(description = "")]
pub(crate) struct Original {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(required)]
    name: String,
}

/// As it is now.
#[derive(Clone, Debug, Model)]
#[model(description = "", version = 2)]
pub(crate) struct Renamed {
    #[attr(computed)]
    id: Tf<String>,
    #[attr(required)]
    full_name: String,
}

/// Adds the resource at the version that ACC_SCHEMA_VERSION names.
pub(crate) fn register(components: &mut Components<Acc>) {
    if std::env::var_os("ACC_SCHEMA_VERSION").is_some_and(|version| version == "2") {
        components.resource(RenamedResource);
    } else {
        components.resource(OriginalResource);
    }
}

fn id() -> Tf<String> {
    "versioned-1".to_owned().into()
}

struct OriginalResource;

impl Resource for OriginalResource {
    type Provider = Acc;
    type Model = Original;

    const NAME: &'static str = "versioned";

    async fn create(&self, _: &mut Create<Self>, planned: Original) -> Result<Original> {
        Ok(Original { id: id(), ..planned })
    }

    async fn read(&self, _: &mut Read<Self>, state: Original) -> Result<Option<Original>> {
        Ok(Some(state))
    }

    async fn update(&self, _: &mut Update<Self>, _: Original, planned: Original) -> Result<Original> {
        Ok(Original { id: id(), ..planned })
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Original) -> Result<()> {
        Ok(())
    }
}

struct RenamedResource;

impl Resource for RenamedResource {
    type Provider = Acc;
    type Model = Renamed;

    const NAME: &'static str = "versioned";

    async fn create(&self, _: &mut Create<Self>, planned: Renamed) -> Result<Renamed> {
        Ok(Renamed { id: id(), ..planned })
    }

    async fn read(&self, _: &mut Read<Self>, state: Renamed) -> Result<Option<Renamed>> {
        Ok(Some(state))
    }

    async fn update(&self, _: &mut Update<Self>, _: Renamed, planned: Renamed) -> Result<Renamed> {
        Ok(Renamed { id: id(), ..planned })
    }

    async fn delete(&self, _: &mut Delete<Self>, _: Renamed) -> Result<()> {
        Ok(())
    }

    async fn upgrade(&self, cx: &mut Upgrade<Self>) -> Result<Renamed> {
        let prior: Original = cx.prior()?;
        Ok(Renamed { id: prior.id, full_name: prior.name })
    }
}
