//! A panic in each of an author's functions is a diagnostic of its call, and the provider goes on. Those of a resource are in the
//! tables of its operations.

use serde_json::json;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::provider_server::Provider as _;
use tf_sdk::Cty;
use tonic::Request;

use crate::lab::{Lab, LookupModel, begin, decoded, message, shown, value};

#[tokio::test]
async fn of_the_provider() {
    let lab = Lab::new();
    begin(
        &lab.configure(&json!({"region": "panic"})).await,
        &["error: The provider ended in a panic (panic: in configure at "],
    );
    begin(&lab.configure(&json!({"region": "eu"})).await, &["warning: Configured"]);
}

async fn lookup(lab: &Lab, key: &str) -> proto::read_data_source::Response {
    let ty = LookupModel::cty_type();
    let request = proto::read_data_source::Request {
        type_name: "lab_lookup".into(),
        config: Some(message(&value(&ty, &json!({ "key": key })), &ty)),
        ..Default::default()
    };
    lab.0.read_data_source(Request::new(request)).await.unwrap().into_inner()
}

#[tokio::test]
async fn of_a_data_source_and_what_else_it_does() {
    let lab = Lab::configured().await;
    for (key, want) in [
        ("panic", "error: The provider ended in a panic (panic: in a data source at "),
        ("fail", "error: Lookup failed at key"),
        ("unknown", "error: Provider produced invalid object (The provider returned found as unknown."),
    ] {
        let answer = lookup(&lab, key).await;
        let got = shown(&answer.diagnostics);
        assert!(got[0].starts_with(want), "{got:?}");
        assert_eq!(answer.state, None);
    }
    let answer = lookup(&lab, "k").await;
    begin(&shown(&answer.diagnostics), &[]);
    let state = decoded(answer.state.as_ref(), &LookupModel::cty_type()).unwrap();
    assert_eq!(state.get("value").unwrap().as_str(), Some("eu 3  de"), "the client, and a default");
    begin(&shown(&lookup(&Lab::new(), "k").await.diagnostics), &["error: Provider Not Configured"]);
}
