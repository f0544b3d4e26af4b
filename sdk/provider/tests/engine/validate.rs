//! Checks of configurations.

use serde_json::{Value as Json, json};

use crate::lab::{Lab, begin};

async fn check(config: Json, want: &[&str]) {
    // Terraform checks before it configures the provider.
    begin(&Lab::new().validate(&config).await, want);
}

#[tokio::test]
async fn what_is_right_passes() {
    for config in [
        json!({"name": "n"}),
        json!({"name": "?", "size": "?", "note": "?", "number": "?", "disks": "?", "rule": "?", "any": "?"}),
        json!({"name": "n", "disks": [{"label": "?"}], "hosts": {"k": {"label": "x", "size": "?"}}}),
        json!({"name": "n", "rule": [{"port": 1}, {"port": 2, "protocol": "udp"}], "password": "x", "old": "?"}),
    ] {
        check(config, &[]).await;
    }
}

#[tokio::test]
async fn required_and_read_only() {
    let missing = |at: &str| {
        format!(
            "error: Missing Configuration for Required Attribute (The attribute {at} must be set: the provider has marked it as required.)"
        )
    };
    let read_only = |at: &str| {
        format!("error: Invalid Configuration for Read-Only Attribute (The attribute {at} cannot be set")
    };
    check(json!({}), &[&missing("name")]).await;
    check(json!({"name": "n", "id": "x"}), &[&read_only("id")]).await;
    check(json!({"name": "n", "id": "?"}), &[&read_only("id")]).await;
    let lanes = json!({"name": "n", "lanes": [{"label": "a"}, {"size": 1, "serial": "s"}]});
    let got = Lab::new().validate(&lanes).await;
    begin(&got, &[&missing("lanes[1].label"), &read_only("lanes[1].serial")]);
    assert!(got[0].ends_with("at lanes[1].label"));
    assert!(got[1].ends_with("at lanes[1].serial"));
    check(
        json!({"name": "n", "rule": [{"cidr": [{}]}]}),
        &[&missing("rule[0].port"), &missing("rule[0].cidr[...].range")],
    )
    .await;
    check(json!({"name": "n", "hosts": {"k": {}}}), &[&missing("hosts[\"k\"].label")]).await;
    check(json!({"name": "n", "net": {}}), &[&missing("net.label")]).await;
}

#[tokio::test]
async fn validators_are_asked_at_every_depth() {
    for (config, at) in [
        (json!({"name": "n", "note": "z"}), "at note"),
        (json!({"name": "n", "lanes": [{"label": "x"}, {"label": ""}]}), "at lanes[1].label"),
        (json!({"name": "n", "hosts": {"k": {"label": ""}}}), "at hosts[\"k\"].label"),
        (json!({"name": "n", "net": {"label": ""}}), "at net.label"),
        // Elements of sets have no paths in Terraform.
        (json!({"name": "n", "disks": [{"label": ""}]}), "at disks"),
        (json!({"name": "n", "rule": [{"port": 1, "protocol": "icmp"}]}), "at rule[0].protocol"),
    ] {
        let got = Lab::new().validate(&config).await;
        assert_eq!(got.len(), 1, "{got:?}");
        assert!(got[0].starts_with("error: Invalid Attribute Value") && got[0].ends_with(at), "{got:?}");
    }
}

#[tokio::test]
async fn numbers_that_do_not_fit() {
    for (config, at) in [
        (json!({"name": "n", "size": 1.5}), "at size"),
        (json!({"name": "n", "size": 1e30}), "at size"),
        (json!({"name": "n", "ports": [1, 1.5]}), "at ports"),
        // Found before anything is applied.
        (json!({"name": "n", "ports": [1, null]}), "at ports"),
        (json!({"name": "n", "lanes": [{"label": "x", "size": 0.5}]}), "at lanes[0].size"),
        (json!({"name": "n", "rule": [{"port": 0.5}]}), "at rule[0].port"),
        (json!({"name": "n", "text": "{"}), "at text"),
    ] {
        let got = Lab::new().validate(&config).await;
        assert_eq!(got.len(), 1, "{got:?}");
        assert!(got[0].starts_with("error: Value Conversion (") && got[0].ends_with(at), "{got:?}");
    }
}

#[tokio::test]
async fn warnings_counts_and_the_authors_check() {
    check(json!({"name": "n", "old": "x"}), &["warning: Attribute Deprecated (Use note.) at old"]).await;
    let rules = json!([{"port": 1}, {"port": 2}, {"port": 3}]);
    check(
        json!({"name": "n", "rule": rules}),
        &["error: Too many rule blocks (No more than 2 \"rule\" blocks are allowed.) at rule"],
    )
    .await;
    check(json!({"name": "bad-list"}), &["error: Bad list element at lanes[1]"]).await;
    check(
        json!({"name": "panic-validate"}),
        &["error: The provider ended in a panic (panic: in validate at "],
    )
    .await;
}
