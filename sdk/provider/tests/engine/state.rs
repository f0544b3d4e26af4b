//! Reading, importing, moving and upgrading.

use serde_json::json;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::provider_server::Provider as _;
use tf_sdk::{Cty, Value};
use tonic::Request;

use crate::lab::{BareModel, Lab, Thing, begin, decoded, nothing, shown, thing_block, value};

#[tokio::test]
async fn reading() {
    let lab = Lab::configured().await;
    for (name, changed, want) in [
        ("n", None, vec![]),
        ("drifted", Some(("size", "77")), vec![]),
        ("normalised", None, vec![]),
        ("fail-read", None, vec!["error: API says no"]),
        ("panic-read", None, vec!["error: The provider ended in a panic (panic: in read at "]),
        (
            "unknown-read",
            Some(("revision", "null(cty.Number)")),
            vec!["error: Provider produced invalid object (The provider returned revision as unknown."],
        ),
    ] {
        let state = lab.created(&json!({"name": name, "text": "{\"a\":1}"})).await;
        let answer = lab.read(&state, b"{ }").await;
        begin(&answer.diagnostics, &want);
        let read = answer.state.unwrap();
        match changed {
            Some((attribute, want)) => assert_eq!(format!("{:?}", read.get(attribute).unwrap()), want),
            None => assert_eq!(read, state, "{name}"),
        }
        assert_eq!(answer.private, b"{ }");
    }
    let state = lab.created(&json!({"name": "gone"})).await;
    let answer = lab.read(&state, b"{\"a\":1}").await;
    begin(&answer.diagnostics, &[]);
    assert!(answer.state.unwrap().is_null());
    let state = lab.created(&json!({"name": "private"})).await;
    assert_eq!(lab.read(&state, b"").await.private, b"{\"read\":1}");
    assert!(lab.read(&nothing(), b"").await.state.unwrap().is_null());
}

#[tokio::test]
async fn a_state_without_what_is_computed_is_read_all_the_same() {
    let lab = Lab::configured().await;
    let ty = thing_block().object_type();
    let state = value(&ty, &json!({"name": "id-lost"}));
    let answer = lab.read(&state, b"").await;
    begin(
        &answer.diagnostics,
        &["error: Provider produced invalid object (The provider returned revision as unknown."],
    );
    let read = answer.state.unwrap();
    assert_eq!(read.get("id").unwrap().as_str(), Some("was-true"));
    assert_eq!(read.get("size"), Some(&Value::from(10)), "the default");
    let missing = lab.read(&value(&ty, &json!({"size": 1})), b"").await;
    begin(&missing.diagnostics, &["error: Value Conversion (Value must not be null.) at name"]);
}

async fn import(lab: &Lab, name: &str, id: &str) -> proto::import_resource_state::Response {
    let request =
        proto::import_resource_state::Request { type_name: name.into(), id: id.into(), ..Default::default() };
    lab.0.import_resource_state(Request::new(request)).await.unwrap().into_inner()
}

#[tokio::test]
async fn importing() {
    let lab = Lab::configured().await;
    let answer = import(&lab, "lab_thing", "id-x").await;
    begin(&shown(&answer.diagnostics), &[]);
    let [imported] = &answer.imported_resources[..] else { panic!("one") };
    let state = decoded(imported.state.as_ref(), &Thing::cty_type()).unwrap();
    assert_eq!(state.get("id").unwrap().as_str(), Some("id-x"));
    assert_eq!(
        (imported.type_name.as_str(), &imported.private[..]),
        ("lab_thing", &b"{\"imported\":true}"[..])
    );
    for (name, id, want) in [
        ("lab_thing", "x", "error: Unexpected Import Identifier"),
        (
            "lab_thing",
            "id-gone",
            "error: Cannot import non-existent remote object (There is no lab_thing \"id-gone\".",
        ),
        ("lab_thing", "id-unknown", "error: Provider produced invalid object"),
        ("lab_bare", "x", "error: Resource Import Not Implemented"),
        (
            "lab_none",
            "x",
            "error: Resource type Not Found (This provider has no resource type \"lab_none\".)",
        ),
    ] {
        let answer = import(&lab, name, id).await;
        begin(&shown(&answer.diagnostics), &[want]);
        assert_eq!(answer.imported_resources, []);
    }
}

async fn moved(source: &str, json: &'static str, target: &str) -> proto::move_resource_state::Response {
    moved_from("example.com/a/lab", b"{\"k\": 1}", source, json, target).await
}

async fn moved_from(
    provider: &str,
    private: &'static [u8],
    source: &str,
    json: &'static str,
    target: &str,
) -> proto::move_resource_state::Response {
    let request = proto::move_resource_state::Request {
        source_provider_address: provider.into(),
        source_type_name: source.into(),
        source_schema_version: 3,
        source_state: Some(raw(json.as_bytes())),
        target_type_name: target.into(),
        source_private: bytes::Bytes::from_static(private),
        ..Default::default()
    };
    // Terraform moves objects before it configures the provider.
    Lab::new().0.move_resource_state(Request::new(request)).await.unwrap().into_inner()
}

fn raw(json: &'static [u8]) -> proto::RawState {
    proto::RawState { json: bytes::Bytes::from_static(json), ..Default::default() }
}

#[tokio::test]
async fn moving() {
    let answer = moved("lab_old", r#"{"title":"t","more":[1]}"#, "lab_thing").await;
    begin(&shown(&answer.diagnostics), &[]);
    let state = decoded(answer.target_state.as_ref(), &Thing::cty_type()).unwrap();
    assert_eq!(state.get("name").unwrap().as_str(), Some("t"));
    assert_eq!(&answer.target_private[..], b"{\"k\": 1}");
    for (source, json, target, want) in [
        (
            "lab_other",
            "{}",
            "lab_thing",
            "error: Unable to Move Resource State (lab_thing does not take over",
        ),
        ("lab_old", "{}", "lab_bare", "error: Unable to Move Resource State (lab_bare does not take over"),
        ("lab_old", r#"{"title":7,"x":}"#, "lab_thing", "error: "),
        ("lab_old", r#"{"title":[]}"#, "lab_thing", "error: "),
        ("lab_old", "", "lab_thing", "error: Unable to Move Resource State (Terraform sent no state.)"),
        ("lab_old", "{}", "lab_none", "error: Resource type Not Found"),
    ] {
        let answer = moved(source, json, target).await;
        begin(&shown(&answer.diagnostics), &[want]);
        assert_eq!(answer.target_state, None);
    }
}

/// What another provider keeps may be in any form; what this one keeps must be readable.
#[tokio::test]
async fn moving_with_private_state_that_cannot_be_read() {
    let old =
        |provider| moved_from(provider, b"\x01sealed by others", "lab_old", r#"{"title":"t"}"#, "lab_thing");
    let answer = old("example.com/a/other").await;
    begin(&shown(&answer.diagnostics), &[]);
    assert!(answer.target_state.is_some() && answer.target_private.is_empty());
    let answer = old("example.com/a/lab").await;
    begin(&shown(&answer.diagnostics), &["error: Unable to Read Private State"]);
    assert_eq!(answer.target_state, None);
}

async fn upgrade(
    name: &str,
    version: i64,
    state: proto::RawState,
) -> proto::upgrade_resource_state::Response {
    let request =
        proto::upgrade_resource_state::Request { type_name: name.into(), version, raw_state: Some(state) };
    Lab::new().0.upgrade_resource_state(Request::new(request)).await.unwrap().into_inner()
}

#[tokio::test]
async fn upgrading() {
    for (version, json) in [
        (2, r#"{"id":"1","name":"n","gone_since":{"x":[1]}}"#),
        (1, r#"{"id":"1","title":"n","gone_since":2}"#),
    ] {
        let answer = upgrade("lab_bare", version, raw(json.as_bytes())).await;
        begin(&shown(&answer.diagnostics), &[]);
        let state = decoded(answer.upgraded_state.as_ref(), &BareModel::cty_type()).unwrap();
        assert_eq!(state, Value::object([("id", Value::from("1")), ("name", Value::from("n"))]));
    }
    let exact = r#"{"name":"n","number":123456789012345678901234567890123456789,"size":1}"#;
    let answer = upgrade("lab_thing", 0, raw(exact.as_bytes())).await;
    begin(&shown(&answer.diagnostics), &[]);
    let state = decoded(answer.upgraded_state.as_ref(), &Thing::cty_type()).unwrap();
    assert_eq!(format!("{:?}", state.get("number").unwrap()), "123456789012345678901234567890123456789");
    assert_eq!(state.get("rule").unwrap().len(), Some(0), "blocks are never null");
}

#[tokio::test]
async fn what_cannot_be_upgraded() {
    let failed = "error: Unable to Upgrade Resource State (";
    let flat = proto::RawState { flatmap: [("id".to_owned(), "1".to_owned())].into(), ..Default::default() };
    for (name, version, state, want) in [
        ("lab_bare", 3, raw(b"{}"), format!("{failed}The state of this lab_bare was written by version 3")),
        ("lab_bare", 0, raw(b"{}"), "error: Too old (version 0)".into()),
        ("lab_bare", -1, raw(b"{}"), "error: Too old (version -1)".into()),
        ("lab_bare", 2, raw(b"{\"id\":\"1\""), format!("{failed}The stored state does not fit the schema: ")),
        (
            "lab_bare",
            2,
            raw(b"{\"id\":{}}"),
            format!("{failed}The stored state does not fit the schema at id: "),
        ),
        (
            "lab_bare",
            2,
            raw(b"{\"id\":\"\xff\"}"),
            format!("{failed}The stored state does not fit the schema: "),
        ),
        ("lab_bare", 1, raw(b"nonsense"), "error: ".into()),
        ("lab_bare", 1, raw(b"{\"title\":\"t\"}"), "error: Value must not be null".into()),
        ("lab_bare", 2, raw(b""), format!("{failed}Terraform sent no state.")),
        ("lab_bare", 2, flat, format!("{failed}The state was written by Terraform 0.11")),
        ("lab_none", 2, raw(b"{}"), "error: Resource type Not Found".into()),
    ] {
        let answer = upgrade(name, version, state).await;
        begin(&shown(&answer.diagnostics), &[&want]);
        assert_eq!(answer.upgraded_state, None);
    }
}
