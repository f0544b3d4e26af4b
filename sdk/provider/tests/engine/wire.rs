//! What comes in wrong, and what the environment adds.

use serde_json::json;
use tf_plugin::terraform::Guard;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::provider_server::Provider as _;
use tf_sdk::{Cty, Secret, Server};
use tonic::Request;

use crate::lab::{Lab, LabProvider, Thing, begin, message, nothing, shown, value};

fn bytes(msgpack: &'static [u8]) -> Option<proto::DynamicValue> {
    Some(proto::DynamicValue { msgpack: bytes::Bytes::from_static(msgpack), ..Default::default() })
}

#[tokio::test]
async fn broken_messages_are_diagnostics_and_lose_nothing() {
    let lab = Lab::configured().await;
    let whole = || Some(message(&nothing(), &Thing::cty_type()));
    for bad in [
        None,
        bytes(b""),
        bytes(b"\xc1"),
        bytes(b"\x01"),
        bytes(b"\x81\xa4nope\x01"),
        bytes(b"\x81\xa4name\xa1\xff"),
    ] {
        let request = proto::apply_resource_change::Request {
            type_name: "lab_thing".into(),
            prior_state: bad.clone(),
            planned_state: whole(),
            config: whole(),
            planned_private: bytes::Bytes::from_static(b"{}"),
            ..Default::default()
        };
        let answer = lab.0.apply_resource_change(Request::new(request)).await.unwrap().into_inner();
        begin(&shown(&answer.diagnostics), &["error: Unable to Read Prior State"]);
        assert_eq!((answer.new_state, &answer.private[..]), (bad.clone(), &b"{}"[..]), "kept");
        let request = proto::read_resource::Request {
            type_name: "lab_thing".into(),
            current_state: bad.clone(),
            ..Default::default()
        };
        let answer = lab.0.read_resource(Request::new(request)).await.unwrap().into_inner();
        begin(&shown(&answer.diagnostics), &["error: Unable to Read Current State"]);
        assert_eq!(answer.new_state, bad.clone(), "kept");
        let request = proto::validate_resource_config::Request {
            type_name: "lab_thing".into(),
            config: bad,
            client_capabilities: None,
        };
        let answer = lab.0.validate_resource_config(Request::new(request)).await.unwrap().into_inner();
        begin(&shown(&answer.diagnostics), &["error: Unable to Read Configuration"]);
    }
    let answer = lab.read(&nothing(), b"").await;
    begin(&answer.diagnostics, &[]);
    let state = lab.created(&json!({"name": "n"})).await;
    let answer = lab.read(&state, b"\xff").await;
    begin(&answer.diagnostics, &["error: Unable to Read Private State"]);
    assert_eq!((answer.state.unwrap(), &answer.private[..]), (state, &b"\xff"[..]), "kept");
}

#[tokio::test]
async fn names_that_are_not_there() {
    let lab = Lab::configured().await;
    let plan = proto::plan_resource_change::Request { type_name: "lab_none".into(), ..Default::default() };
    let answer = lab.0.plan_resource_change(Request::new(plan)).await.unwrap().into_inner();
    begin(&shown(&answer.diagnostics), &["error: Resource type Not Found"]);
    let read = proto::read_data_source::Request { type_name: "lab_thing".into(), ..Default::default() };
    let answer = lab.0.read_data_source(Request::new(read)).await.unwrap().into_inner();
    begin(&shown(&answer.diagnostics), &["error: Data source Not Found"]);
    let open = proto::open_ephemeral_resource::Request { type_name: "".into(), ..Default::default() };
    let answer = lab.0.open_ephemeral_resource(Request::new(open)).await.unwrap().into_inner();
    begin(&shown(&answer.diagnostics), &["error: Ephemeral resource type Not Found"]);
}

#[tokio::test]
async fn nothing_is_done_before_the_provider_is_configured() {
    let lab = Lab::new();
    let plan = lab.plan(&nothing(), &json!({"name": "n"})).await;
    begin(&plan.diagnostics, &["error: Provider Not Configured"]);
    let thing = Thing::cty_type();
    let state = value(&thing, &json!({"name": "n", "id": "x"}));
    let answer = lab.apply(&state, &nothing(), &serde_json::Value::Null, b"").await;
    begin(&answer.diagnostics, &["error: Provider Not Configured"]);
    assert_eq!(answer.state.unwrap(), state, "kept");
    begin(&lab.configure(&json!({"region": "?"})).await, &["error: Unknown region at region"]);
    begin(
        &lab.plan(&nothing(), &json!({"name": "n"})).await.diagnostics,
        &["error: Provider Not Configured"],
    );
}

#[tokio::test]
async fn write_only_attributes_need_a_terraform_that_knows_them() {
    let ty = Thing::cty_type();
    let request = proto::validate_resource_config::Request {
        type_name: "lab_thing".into(),
        config: Some(message(&value(&ty, &json!({"name": "n", "password": "x"})), &ty)),
        client_capabilities: None,
    };
    let answer = Lab::new().0.validate_resource_config(Request::new(request)).await.unwrap().into_inner();
    begin(&shown(&answer.diagnostics), &["error: Write-Only Attribute Not Allowed"]);
}

#[tokio::test]
async fn the_environment_stands_in() {
    let with = |region: &'static str, retries: &'static str| {
        let read = move |name: &str| match name {
            "LAB_REGION" => Some(region.into()),
            "LAB_RETRIES" => Some(retries.into()),
            _ => None,
        };
        Lab(Guard::new(Server::builder(LabProvider).environment(read).build()))
    };
    for (region, retries, config, want) in [
        ("eu", "5", json!({}), "warning: Configured"),
        ("", "5", json!({"region": "us"}), "warning: Configured"),
        ("x", "5", json!({"region": "us"}), "warning: Configured"),
        ("x", "5", json!({}), "error: Invalid Attribute Value"),
        ("eu", "many", json!({}), "error: Invalid Environment Variable (retries is not set"),
        ("eu", "1.5", json!({}), "error: Value Conversion"),
    ] {
        begin(&with(region, retries).configure(&config).await, &[want]);
    }
}

#[tokio::test]
async fn private_state_is_sealed_with_a_key() {
    let with = |key: &str| {
        Lab(Guard::new(
            Server::builder(LabProvider)
                .environment(|_| None)
                .private_state_key(Secret::new(key.to_owned()))
                .build(),
        ))
    };
    let (lab, other) = (with("key"), with("other"));
    for lab in [&lab, &other] {
        begin(&lab.configure(&json!({"region": "eu"})).await, &["warning: Configured"]);
    }
    let config = json!({"name": "canary"});
    let made = lab.change(&nothing(), &config).await;
    begin(&made.diagnostics, &[]);
    assert!(!made.private.windows(6).any(|w| w == b"canary"));
    let state = made.state.unwrap();
    let read = lab.read(&state, &made.private).await;
    begin(&read.diagnostics, &[]);
    assert_eq!(read.private, made.private, "unchanged");
    let read = other.read(&state, &made.private).await;
    begin(&read.diagnostics, &["error: Unable to Read Private State"]);
    assert_eq!(read.private, made.private, "kept");
    let plain = lab.read(&state, b"{\"k\":1}").await;
    begin(&plain.diagnostics, &[]);
    assert_eq!(plain.private.first(), Some(&1), "sealed now");
}
