//! `data "acc_lookup"`: an object's text.

use tf_sdk::prelude::*;

use crate::Acc;

#[derive(Clone, Debug, Model)]
pub(crate) struct Lookup {
    #[attr(required)]
    key: String,
    #[attr(computed)]
    found: Tf<bool>,
    #[attr(computed)]
    value: Tf<Option<String>>,
}

pub(crate) struct LookupSource;

impl DataSource for LookupSource {
    type Provider = Acc;
    type Model = Lookup;

    const NAME: &'static str = "lookup";

    async fn read(&self, cx: &mut ReadData<Self>, config: Lookup) -> Result<Lookup> {
        if config.key == "fail" {
            let error = Diagnostic::error("Lookup failed", "The key is fail.");
            return Err(error.at(Path::new().attr("key")).into());
        }
        let text = cx.client().text(&config.key)?;
        Ok(Lookup { found: text.is_some().into(), value: text.into(), ..config })
    }
}
