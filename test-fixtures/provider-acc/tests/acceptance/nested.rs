//! `acc_nested`: every kind of attribute and block, and numbers to their last digit.

use serde_json::json;
use tf_testkit::terraform::Action;
use tf_testkit::{Step, known};

use crate::remote::Remote;

const N: &str = "acc_nested.n";

fn nested(body: &str) -> String {
    format!("resource \"acc_nested\" \"n\" {{\n{body}\n}}\n")
}

const FULL: &str = r#"
  network = { cidr = "10.0.0.0/8" }
  disks   = [{ name = "one" }, { name = "two", size = 2 }]
  labels  = [{ name = "x" }, { name = "y", size = 7 }]
  hosts   = { a = { name = "alpha" }, b = { name = "beta", size = 3 } }
  num     = 123456789012345678901234567890123456789
  i64     = 9223372036854775807
  f64     = 0.1
  text    = "grüße\n\"quoted\" ${1 + 1} 日本"
  ports   = [443, 80, 443]
  matrix  = [[1, 2.5], [], [3]]
  shape   = { w = 1.5, h = 2 }
  rule {
    port = 22
    cidr { range = "10.0.0.0/8" }
    cidr { range = "192.168.0.0/16" }
  }
  rule {
    port     = 53
    protocol = "udp"
  }
  meta {
    owner = "me"
  }
"#;

#[test]
fn everything_at_once() {
    Remote::new()
        .case()
        .step(
            Step::config(&nested(FULL))
                .expect_unknown_value(N, "id")
                .expect_unknown_value(N, "network.gateway")
                .expect_known_value(N, "disks[0].size", 1)
                .expect_known_value(N, "hosts.a.size", 1)
                .expect_known_value(N, "rule[0].protocol", "tcp")
                .expect_known_value(
                    N,
                    "labels",
                    known::set([json!({"name": "x", "size": 1}), json!({"name": "y", "size": 7})]),
                )
                .expect_value(N, "id", "nested-1")
                .expect_value(N, "network", json!({"cidr": "10.0.0.0/8", "gateway": "gw:10.0.0.0/8"}))
                .expect_value(N, "disks", json!([{"name": "one", "size": 1}, {"name": "two", "size": 2}]))
                .expect_value(
                    N,
                    "labels",
                    known::set([json!({"name": "x", "size": 1}), json!({"name": "y", "size": 7})]),
                )
                .expect_value(
                    N,
                    "hosts",
                    json!({"a": {"name": "alpha", "size": 1}, "b": {"name": "beta", "size": 3}}),
                )
                .expect_value(N, "num", known::number("123456789012345678901234567890123456789"))
                .expect_value(N, "i64", known::number("9223372036854775807"))
                .expect_value(N, "f64", 0.1)
                .expect_value(N, "text", "grüße\n\"quoted\" 2 日本")
                .expect_value(N, "ports", known::set([80, 443]))
                .expect_value(N, "matrix", json!([[1, 2.5], [], [3]]))
                .expect_value(N, "shape", json!({"w": 1.5, "h": 2}))
                .expect_value(
                    N,
                    "rule[0].cidr",
                    known::set([json!({"range": "10.0.0.0/8"}), json!({"range": "192.168.0.0/16"})]),
                )
                .expect_value(N, "rule[1]", json!({"port": 53, "protocol": "udp", "cidr": []}))
                .expect_value(N, "meta.owner", "me"),
        )
        .step(Step::refresh().expect_value(N, "meta.owner", "me"))
        .step(Step::again().expect_empty_plan())
        .run();
}

#[test]
fn nothing_at_all() {
    let mut step =
        Step::config(&nested("")).expect_value(N, "id", "nested-1").expect_value(N, "rule", json!([]));
    let names = [
        "network", "disks", "labels", "hosts", "num", "i64", "f64", "text", "ports", "matrix", "shape",
        "meta",
    ];
    for name in names {
        step = step.expect_value(N, name, known::null());
    }
    Remote::new().case().step(step).run();
}

#[test]
fn empty_is_not_null() {
    let body = "  disks = []\n  labels = []\n  hosts = {}\n  ports = []\n  matrix = []\n  text = \"\"\n  \
                shape = { w = null, h = null }\n  meta {}\n";
    let mut step = Step::config(&nested(body))
        .expect_value(N, "text", "")
        .expect_value(N, "shape", json!({"w": null, "h": null}))
        .expect_value(N, "meta", json!({"owner": null}));
    for name in ["disks", "labels", "ports", "matrix"] {
        step = step.expect_value(N, name, known::list_size(0));
    }
    Remote::new()
        .case()
        .step(step.expect_value(N, "hosts", known::map_size(0)))
        .step(Step::config(&nested("")).expect_action(N, Action::Update).expect_value(
            N,
            "disks",
            known::null(),
        ))
        .run();
}

#[test]
fn numbers_to_the_last_digit() {
    for digits in [
        "123456789012345678901234567890123456789",
        "-123456789012345678901234567890123456789",
        "0.1234567890123456789012345678901234567",
        "123456789012345678.9012345678901234567",
        "340282366920938463463374607431768211456",
        "18446744073709551616",
        "9007199254740993",
        "0.3",
        "1e-30",
        "0",
        "-0.5",
    ] {
        let body =
            format!("  num = {digits}\n  matrix = [[{digits}]]\n  shape = {{ w = {digits}, h = null }}\n");
        Remote::new()
            .case()
            .step(
                Step::config(&(nested(&body) + "output \"num\" { value = acc_nested.n.num }\n"))
                    .expect_value(N, "num", known::number(digits))
                    .expect_value(N, "matrix[0][0]", known::number(digits))
                    .expect_value(N, "shape.w", known::number(digits))
                    .expect_output("num", known::number(digits)),
            )
            .run();
    }
}

#[test]
fn integers_and_floats_at_their_ends() {
    for (attribute, digits) in [
        ("i64", "9223372036854775807"),
        ("i64", "-9223372036854775808"),
        ("i64", "0"),
        ("i64", "9007199254740993"),
        ("f64", "0.1"),
        ("f64", "-2.5"),
        ("f64", "179769313486231570000000000000000000000"),
        ("f64", "3.14159265358979323846264338327950288"),
    ] {
        Remote::new()
            .case()
            .step(Step::config(&nested(&format!("  {attribute} = {digits}"))).expect_value(
                N,
                attribute,
                known::number(digits),
            ))
            .run();
    }
}

#[test]
fn a_mebibyte_of_text() {
    let text = "é\\n\\\"\u{1F980}".repeat((1 << 20) / 8);
    let long = "é\n\"\u{1F980}".repeat((1 << 20) / 8);
    Remote::new()
        .case()
        .step(Step::config(&nested(&format!("  text = \"{text}\""))).expect_value(N, "text", long))
        .run();
}
