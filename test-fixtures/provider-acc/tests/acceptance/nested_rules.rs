//! What `acc_nested` refuses, inside elements of all kinds.

use tf_testkit::{Expected, Step};

use crate::remote::Remote;

const N: &str = "acc_nested.n";

#[track_caller]
fn refused(body: &str, expected: Expected) {
    let config = format!("resource \"acc_nested\" \"n\" {{\n  {body}\n}}\n");
    Remote::new().case().step(Step::config(&config).expect_error(expected.at(N))).run();
}

fn summary(summary: &str, attribute: &str) -> Expected {
    Expected::summary(summary).at_attribute(attribute)
}

#[test]
fn required_members() {
    for (body, path) in [
        ("network = { cidr = null }", "network.cidr"),
        ("disks = [{ name = \"a\" }, { name = null }]", "disks[1].name"),
        ("hosts = { x = { name = null } }", "hosts"),
        ("labels = [{ name = null }]", "labels"),
        ("rule { port = null }", "rule[0].port"),
        ("rule {\n    port = 1\n    cidr { range = null }\n  }", "rule[0].cidr"),
    ] {
        // Terraform marks no place inside an attribute: the detail names it.
        refused(body, Expected::summary("Missing Configuration for Required Attribute").and_containing(path));
    }
    refused("rule {}", Expected::summary("Missing required argument"));
}

#[test]
fn read_only_members() {
    let body = "network = { cidr = \"a\", gateway = \"b\" }";
    let expected = Expected::summary("Invalid Configuration for Read-Only Attribute");
    refused(body, expected.and_containing("network.gateway"));
}

#[test]
fn values_in_blocks() {
    for protocol in ["icmp", "", "TCP"] {
        let body =
            format!("rule {{ port = 1 }}\n  rule {{\n    port = 2\n    protocol = \"{protocol}\"\n  }}");
        refused(&body, summary("Invalid Attribute Value Match", "rule[1].protocol").and_containing("udp"));
    }
}

#[test]
fn numbers_that_do_not_fit() {
    for (body, number) in [
        ("i64 = 1.5", "1.5"),
        ("i64 = 9223372036854775808", "9223372036854775808"),
        ("ports = [1, 2.5]", "2.5"),
        ("disks = [{ name = \"a\", size = 0.5 }]", "0.5"),
        ("labels = [{ name = \"a\", size = 0.5 }]", "0.5"),
        ("hosts = { x = { name = \"a\", size = 1.25 } }", "1.25"),
        ("rule { port = 22.5 }", "22.5"),
    ] {
        refused(body, Expected::summary("Value Conversion").and_containing(number));
    }
    refused("i64 = 1.5", summary("Value Conversion", "i64"));
}

#[test]
fn what_terraform_itself_refuses() {
    refused("shape = { w = 1 }", summary("Incorrect attribute value type", "shape"));
    refused("matrix = [1]", summary("Incorrect attribute value type", "matrix"));
    refused("disks = {}", summary("Incorrect attribute value type", "disks"));
    refused("hosts = [{ name = \"a\" }]", summary("Incorrect attribute value type", "hosts"));
    refused("meta {}\n  meta {}", Expected::containing("meta"));
}
