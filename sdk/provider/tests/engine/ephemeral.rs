//! Ephemeral resources.

use std::time::{Duration, SystemTime};

use serde_json::json;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::provider_server::Provider as _;
use tf_sdk::ephemeral::{Close, EphemeralResource, Open, Renew};
use tf_sdk::prelude::*;
use tonic::Request;

use crate::lab::{Lab, LabProvider, begin, decoded, message, shown, value};

#[derive(Model)]
pub(crate) struct TokenModel {
    #[attr(required)]
    name: String,
    #[attr(computed, sensitive)]
    token: Tf<String>,
}

pub(crate) struct Token;

impl EphemeralResource for Token {
    type Provider = LabProvider;
    type Model = TokenModel;
    const NAME: &'static str = "token";

    async fn open(&self, cx: &mut Open<Self>, config: TokenModel) -> Result<TokenModel> {
        if config.name == "fail" {
            return Err(Diagnostic::error("No token", "").at(Path::new().attr("name")).into());
        }
        cx.renew_at = Some(SystemTime::UNIX_EPOCH + Duration::from_millis(1500));
        cx.private.set("name", &config.name)?;
        let token =
            if config.name == "unknown" { Tf::unknown() } else { format!("tok-{}", config.name).into() };
        Ok(TokenModel { token, ..config })
    }

    async fn renew(&self, cx: &mut Renew<Self>) -> Result<()> {
        let name: String = cx.private.get("name").unwrap_or_default();
        cx.private.set("name", format!("{name}+"))?;
        if name == "a+" {
            return Err(Diagnostic::error("Enough", "").into());
        }
        Ok(())
    }

    async fn close(&self, cx: &mut Close<Self>) -> Result<()> {
        let name: String = cx.private.get("name").unwrap_or_default();
        cx.warn("Closed", name);
        Ok(())
    }
}

async fn open(lab: &Lab, name: &str) -> proto::open_ephemeral_resource::Response {
    let ty = TokenModel::cty_type();
    let request = proto::open_ephemeral_resource::Request {
        type_name: "lab_token".into(),
        config: Some(message(&value(&ty, &json!({ "name": name })), &ty)),
        ..Default::default()
    };
    lab.0.open_ephemeral_resource(Request::new(request)).await.unwrap().into_inner()
}

#[tokio::test]
async fn opened_renewed_and_closed() {
    let lab = Lab::configured().await;
    let opened = open(&lab, "a").await;
    begin(&shown(&opened.diagnostics), &[]);
    let result = decoded(opened.result.as_ref(), &TokenModel::cty_type()).unwrap();
    assert_eq!(result.get("token").unwrap().as_str(), Some("tok-a"));
    let at = opened.renew_at.unwrap();
    assert_eq!((at.seconds, at.nanos), (1, 500_000_000));
    let renew = |private: Option<bytes::Bytes>| {
        let request = proto::renew_ephemeral_resource::Request { type_name: "lab_token".into(), private };
        lab.0.renew_ephemeral_resource(Request::new(request))
    };
    let renewed = renew(opened.private).await.unwrap().into_inner();
    assert_eq!(renewed.private.as_deref(), Some(&br#"{"name":"a+"}"#[..]));
    assert_eq!(renewed.renew_at, None);
    let failed = renew(renewed.private.clone()).await.unwrap().into_inner();
    begin(&shown(&failed.diagnostics), &["error: Enough"]);
    let request =
        proto::close_ephemeral_resource::Request { type_name: "lab_token".into(), private: renewed.private };
    let closed = lab.0.close_ephemeral_resource(Request::new(request)).await.unwrap().into_inner();
    begin(&shown(&closed.diagnostics), &["warning: Closed (a+)"]);
}

#[tokio::test]
async fn what_cannot_be_opened() {
    let lab = Lab::configured().await;
    for (name, want) in [
        ("fail", "error: No token at name"),
        ("unknown", "error: Provider produced invalid object (The provider returned token as unknown"),
    ] {
        let answer = open(&lab, name).await;
        begin(&shown(&answer.diagnostics), &[want]);
        assert_eq!(answer.result, None);
    }
    begin(&shown(&open(&Lab::new(), "a").await.diagnostics), &["error: Provider Not Configured"]);
    let request = proto::renew_ephemeral_resource::Request {
        type_name: "lab_token".into(),
        private: Some(bytes::Bytes::from_static(b"x")),
    };
    let answer = lab.0.renew_ephemeral_resource(Request::new(request)).await.unwrap().into_inner();
    begin(&shown(&answer.diagnostics), &["error: Unable to Read Private State"]);
    assert_eq!(answer.private.as_deref(), Some(&b"x"[..]), "kept");
}
