//! Values that are known after apply only.

use serde_json::json;
use tf_testkit::terraform::Action;
use tf_testkit::{Expected, Step, known};

use crate::remote::Remote;

const N: &str = "acc_nested.n";

/// Something that is unknown until it is applied.
fn data(value: &str) -> String {
    format!("resource \"terraform_data\" \"d\" {{\n  input = {value}\n}}\n")
}

#[test]
fn an_item_of_unknowns() {
    let config = |name: &str| {
        data(&format!("{{ name = \"{name}\", size = 12, color = \"red\" }}"))
            + "resource \"acc_item\" \"a\" {\n  name = terraform_data.d.output.name\n  size = terraform_data.d.output.size\n  \
               color = terraform_data.d.output.color\n  tags = { x = terraform_data.d.output.name }\n}\n"
    };
    Remote::new()
        .case()
        .step(
            Step::config(&config("u"))
                .expect_unknown_value("acc_item.a", "name")
                .expect_unknown_value("acc_item.a", "size")
                .expect_unknown_value("acc_item.a", "tags.x")
                .expect_value("acc_item.a", "id", "item-u")
                .expect_value("acc_item.a", "size", 12),
        )
        .step(
            Step::config(&config("v"))
                .expect_action("acc_item.a", Action::Replace)
                .expect_replaced_by("acc_item.a", "name")
                .expect_value("acc_item.a", "id", "item-v"),
        )
        .run();
}

#[test]
fn an_item_that_hangs_on_another() {
    let config = "resource \"acc_item\" \"a\" {\n  name = \"one\"\n}\n\
                  resource \"acc_item\" \"b\" {\n  name = \"after-${acc_item.a.id}\"\n  size = acc_item.a.size\n}\n";
    Remote::new()
        .case()
        .step(
            Step::config(config)
                .expect_unknown_value("acc_item.b", "name")
                .expect_known_value("acc_item.b", "size", 10)
                .expect_value("acc_item.b", "name", "after-item-one"),
        )
        .run();
}

#[test]
fn an_unknown_becomes_wrong() {
    let config = data("\"purple\"")
        + "resource \"acc_item\" \"a\" {\n  name = \"w\"\n  color = terraform_data.d.output\n}\n";
    Remote::new()
        .case()
        .step(Step::config(&config).plan_only().expect_unknown_value("acc_item.a", "color"))
        .step(
            Step::config(&config)
                .expect_error(Expected::summary("Invalid Attribute Value Match").at("acc_item.a")),
        )
        .run();
    let config =
        data("1.5") + "resource \"acc_item\" \"a\" {\n  name = \"w\"\n  size = terraform_data.d.output\n}\n";
    Remote::new()
        .case()
        .step(Step::config(&config).expect_error(Expected::summary("Value Conversion")))
        .run();
}

#[test]
fn a_null_that_was_unknown_takes_no_default() {
    // A value that is unknown while planning is the configuration's, even if it turns out to be null.
    let config = data("\"x\"")
        + "resource \"acc_item\" \"a\" {\n  name = \"n\"\n  color = terraform_data.d.output == \"x\" ? null : \"red\"\n}\n";
    Remote::new()
        .case()
        .step(Step::config(&config).expect_unknown_value("acc_item.a", "color").expect_value(
            "acc_item.a",
            "color",
            known::null(),
        ))
        .run();
}

#[test]
fn unknowns_everywhere_in_a_nested_object() {
    let config = data("{ s = \"x\", n = 5, list = [{ name = \"l\", size = 4 }] }")
        + r#"
resource "acc_nested" "n" {
  network = { cidr = terraform_data.d.output.s }
  disks   = [{ name = terraform_data.d.output.s }, { name = "k", size = terraform_data.d.output.n }]
  labels  = [{ name = terraform_data.d.output.s }, { name = "k" }]
  hosts   = { a = { name = terraform_data.d.output.s, size = terraform_data.d.output.n } }
  num     = terraform_data.d.output.n
  i64     = terraform_data.d.output.n
  f64     = terraform_data.d.output.n
  text    = terraform_data.d.output.s
  ports   = [terraform_data.d.output.n, 1]
  matrix  = [[terraform_data.d.output.n]]
  shape   = { w = terraform_data.d.output.n, h = 1 }
  rule {
    port     = terraform_data.d.output.n
    protocol = "udp"
    cidr { range = terraform_data.d.output.s }
  }
  meta { owner = terraform_data.d.output.s }
}
"#;
    Remote::new()
        .case()
        .step(
            Step::config(&config)
                .expect_unknown_value(N, "disks[0].name")
                .expect_known_value(N, "disks[0].size", 1)
                .expect_unknown_value(N, "disks[1].size")
                .expect_unknown_value(N, "rule[0].port")
                .expect_known_value(N, "rule[0].protocol", "udp")
                .expect_value(N, "network.gateway", "gw:x")
                .expect_value(N, "disks", json!([{"name": "x", "size": 1}, {"name": "k", "size": 5}]))
                .expect_value(
                    N,
                    "labels",
                    known::set([json!({"name": "x", "size": 1}), json!({"name": "k", "size": 1})]),
                )
                .expect_value(N, "ports", known::set([1, 5]))
                .expect_value(N, "matrix", json!([[5]]))
                .expect_value(N, "rule[0].cidr", json!([{"range": "x"}])),
        )
        .run();
}

#[test]
fn whole_collections_that_are_unknown() {
    let config = data("{ list = [{ name = \"l\", size = 4 }], net = { cidr = \"c\" }, numbers = [3, 4] }")
        + r#"
resource "acc_nested" "n" {
  disks  = terraform_data.d.output.list
  labels = terraform_data.d.output.list
  ports  = terraform_data.d.output.numbers
  dynamic "rule" {
    for_each = terraform_data.d.output.numbers
    content {
      port = rule.value
    }
  }
}
"#;
    Remote::new()
        .case()
        .step(
            Step::config(&config)
                .expect_unknown_value(N, "disks")
                .expect_unknown_value(N, "ports")
                .expect_value(N, "disks", json!([{"name": "l", "size": 4}]))
                .expect_value(N, "labels", json!([{"name": "l", "size": 4}]))
                .expect_value(N, "rule[1].protocol", "tcp")
                .expect_value(N, "ports", known::set([3, 4])),
        )
        .run();
}
