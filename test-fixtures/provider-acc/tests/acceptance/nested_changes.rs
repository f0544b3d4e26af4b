//! What a plan says when elements of nested attributes and blocks come, go and change their places.

use serde_json::{Value as Json, json};
use tf_testkit::terraform::Action;
use tf_testkit::{Expected, Known, Step, known};

use crate::remote::Remote;

const N: &str = "acc_nested.n";

fn nested(body: &str) -> String {
    format!("resource \"acc_nested\" \"n\" {{\n  {body}\n}}\n")
}

/// Applies one configuration after the other: each is an update in place, its plan knows the attribute, and the plan after it is empty.
fn changes(attribute: &str, steps: &[(&str, Known)]) {
    let mut case = Remote::new().case();
    for (number, (body, expected)) in steps.iter().enumerate() {
        let action = if number == 0 { Action::Create } else { Action::Update };
        case = case.step(
            Step::config(&nested(body))
                .expect_action(N, action)
                .expect_known_value(N, attribute, expected.clone())
                .expect_value(N, attribute, expected.clone()),
        );
    }
    case.run();
}

fn entry(name: &str, size: i64) -> Json {
    json!({"name": name, "size": size})
}

#[test]
fn disks() {
    let list = |entries: &[(&str, i64)]| known::list(entries.iter().map(|(name, size)| entry(name, *size)));
    changes(
        "disks",
        &[
            ("disks = [{ name = \"a\" }]", list(&[("a", 1)])),
            ("disks = [{ name = \"a\" }, { name = \"b\", size = 2 }]", list(&[("a", 1), ("b", 2)])),
            ("disks = [{ name = \"b\", size = 2 }, { name = \"a\" }]", list(&[("b", 2), ("a", 1)])),
            ("disks = [{ name = \"b\" }, { name = \"a\" }]", list(&[("b", 1), ("a", 1)])),
            (
                "disks = [{ name = \"n\" }, { name = \"b\" }, { name = \"a\" }]",
                list(&[("n", 1), ("b", 1), ("a", 1)]),
            ),
            ("disks = [{ name = \"a\" }]", list(&[("a", 1)])),
            ("disks = []", list(&[])),
            ("disks = null", known::null()),
            ("disks = [{ name = \"a\" }, { name = \"a\" }]", list(&[("a", 1), ("a", 1)])),
        ],
    );
}

#[test]
fn labels() {
    let set = |entries: &[(&str, i64)]| known::set(entries.iter().map(|(name, size)| entry(name, *size)));
    changes(
        "labels",
        &[
            ("labels = [{ name = \"a\" }]", set(&[("a", 1)])),
            ("labels = [{ name = \"b\" }, { name = \"a\" }]", set(&[("a", 1), ("b", 1)])),
            ("labels = [{ name = \"a\", size = 2 }, { name = \"b\" }]", set(&[("a", 2), ("b", 1)])),
            ("labels = [{ name = \"a\", size = 2 }, { name = \"a\" }]", set(&[("a", 2), ("a", 1)])),
            ("labels = [{ name = \"a\", size = 1 }, { name = \"c\" }]", set(&[("a", 1), ("c", 1)])),
            ("labels = [{ name = \"c\" }]", set(&[("c", 1)])),
            ("labels = []", set(&[])),
            ("labels = null", known::null()),
        ],
    );
}

#[test]
fn elements_that_a_default_makes_equal() {
    // Terraform demands as many elements of a planned set as of a configured one.
    let same = nested("labels = [{ name = \"a\" }, { name = \"a\", size = 1 }]");
    let expected = Expected::summary("Provider produced invalid plan").at(N).at_attribute("labels");
    Remote::new().case().step(Step::config(&same).expect_error(expected)).run();
}

#[test]
fn order_in_a_set_is_no_change() {
    let set = |labels: &str| nested(&format!("labels = [{labels}]\n  ports = [80, 443]"));
    Remote::new()
        .case()
        .step(Step::config(&set("{ name = \"a\" }, { name = \"b\", size = 2 }")))
        .step(
            Step::config(&set("{ name = \"b\", size = 2 }, { name = \"a\", size = 1 }")).expect_empty_plan(),
        )
        .step(
            Step::config(&nested(
                "labels = [{ name = \"b\", size = 2 }, { name = \"a\" }]\n  ports = [443, 80]",
            ))
            .expect_empty_plan(),
        )
        .run();
}

#[test]
fn hosts() {
    let map = |entries: &[(&str, &str, i64)]| {
        known::map(entries.iter().map(|(key, name, size)| (*key, entry(name, *size))))
    };
    changes(
        "hosts",
        &[
            ("hosts = { x = { name = \"a\" } }", map(&[("x", "a", 1)])),
            (
                "hosts = { x = { name = \"a\" }, \"y z\" = { name = \"b\", size = 5 } }",
                map(&[("x", "a", 1), ("y z", "b", 5)]),
            ),
            ("hosts = { \"y z\" = { name = \"b\" } }", map(&[("y z", "b", 1)])),
            ("hosts = { w = { name = \"b\" } }", map(&[("w", "b", 1)])),
            ("hosts = {}", map(&[])),
            ("hosts = null", known::null()),
        ],
    );
}

#[test]
fn a_network() {
    let gateway = |cidr: &str| json!({"cidr": cidr, "gateway": format!("gw:{cidr}")});
    Remote::new()
        .case()
        .step(Step::config(&nested("network = { cidr = \"a\" }")).expect_value(N, "network", gateway("a")))
        .step(
            Step::config(&nested("network = { cidr = \"b\" }"))
                .expect_action(N, Action::Update)
                .expect_unknown_value(N, "network.gateway")
                .expect_value(N, "network", gateway("b")),
        )
        .step(Step::config(&nested("network = { cidr = \"b\" }\n  text = \"t\"")).expect_value(
            N,
            "network",
            gateway("b"),
        ))
        .step(Step::config(&nested("text = \"t\"")).expect_action(N, Action::Update).expect_value(
            N,
            "network",
            known::null(),
        ))
        .step(Step::config(&nested("network = { cidr = \"c\" }")).expect_value(N, "network", gateway("c")))
        .run();
}

#[test]
fn rules() {
    let rule = |port: i64, protocol: &str, ranges: &[&str]| {
        let cidr: Vec<Json> = ranges.iter().map(|range| json!({"range": range})).collect();
        known::object([
            ("port", Known::from(port)),
            ("protocol", protocol.into()),
            ("cidr", known::set(cidr)),
        ])
    };
    changes(
        "rule",
        &[
            ("rule { port = 1 }", known::list([rule(1, "tcp", &[])])),
            (
                "rule {\n    port = 2\n    protocol = \"udp\"\n    cidr { range = \"x\" }\n  }\n  rule { port = 1 }",
                known::list([rule(2, "udp", &["x"]), rule(1, "tcp", &[])]),
            ),
            (
                "rule { port = 1 }\n  rule {\n    port = 2\n    cidr { range = \"y\" }\n    cidr { range = \"x\" }\n  }",
                known::list([rule(1, "tcp", &[]), rule(2, "tcp", &["x", "y"])]),
            ),
            ("rule {\n    port = 2\n    cidr { range = \"y\" }\n  }", known::list([rule(2, "tcp", &["y"])])),
            ("", known::list_size(0)),
        ],
    );
}

#[test]
fn a_block_that_is_there_or_not() {
    Remote::new()
        .case()
        .step(Step::config(&nested("meta { owner = \"a\" }")).expect_value(N, "meta.owner", "a"))
        .step(Step::config(&nested("meta {}")).expect_action(N, Action::Update).expect_value(
            N,
            "meta.owner",
            known::null(),
        ))
        .step(Step::config(&nested("")).expect_action(N, Action::Update).expect_value(
            N,
            "meta",
            known::null(),
        ))
        .step(Step::config(&nested("meta { owner = \"b\" }")).expect_action(N, Action::Update))
        .run();
}

#[test]
fn values_without_members() {
    changes("ports", &[("ports = [1, 2]", known::set([1, 2])), ("ports = [3, 2, null]", known::set_size(3))]);
    changes("num", &[("num = 1", 1.into()), ("num = 1.5", 1.5.into()), ("", known::null())]);
    changes(
        "matrix",
        &[
            ("matrix = [[1], [2, 3]]", json!([[1], [2, 3]]).into()),
            ("matrix = [[2, 3], [1]]", json!([[2, 3], [1]]).into()),
            ("matrix = [null, [1, null]]", json!([null, [1, null]]).into()),
        ],
    );
}
