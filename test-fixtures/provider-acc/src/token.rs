//! `ephemeral "acc_token"`: a token for as long as Terraform runs.

use std::time::{Duration, SystemTime};

use tf_sdk::prelude::*;

use crate::Acc;

/// How long until it has to be renewed.
const RENEWAL: Duration = Duration::from_secs(2);

#[derive(Clone, Debug, Model)]
pub(crate) struct Token {
    #[attr(required)]
    name: String,
    #[attr(computed, sensitive)]
    token: Tf<String>,
}

pub(crate) struct TokenResource;

fn name(private: &Private) -> String {
    private.get("name").unwrap_or_default()
}

impl EphemeralResource for TokenResource {
    type Provider = Acc;
    type Model = Token;

    const NAME: &'static str = "token";

    async fn open(&self, cx: &mut Open<Self>, config: Token) -> Result<Token> {
        cx.client().event(&format!("open {}", config.name))?;
        cx.private.set("name", &config.name)?;
        cx.renew_at = Some(SystemTime::now() + RENEWAL);
        Ok(Token { token: format!("tok-{}", config.name).into(), ..config })
    }

    async fn renew(&self, cx: &mut Renew<Self>) -> Result<()> {
        cx.client().event(&format!("renew {:?}", name(&cx.private)))?;
        cx.renew_at = Some(SystemTime::now() + RENEWAL);
        Ok(())
    }

    async fn close(&self, cx: &mut Close<Self>) -> Result<()> {
        Ok(cx.client().event(&format!("close {:?}", name(&cx.private)))?)
    }
}
