//! What `acc_item` refuses, and what it warns of.

use tf_testkit::terraform::Action;
use tf_testkit::{Expected, Step, known};

use crate::remote::Remote;
use crate::world::{World, said};

const A: &str = "acc_item.a";

fn item(body: &str) -> String {
    format!("resource \"acc_item\" \"a\" {{\n  {body}\n}}\n")
}

#[track_caller]
fn refused(body: &str, expected: Expected) {
    Remote::new().case().step(Step::config(&item(body)).expect_error(expected.at(A))).run();
}

fn summary(summary: &str, attribute: &str) -> Expected {
    Expected::summary(summary).at_attribute(attribute)
}

#[test]
fn colors() {
    for color in ["purple", "", "RED", " red"] {
        let expected = summary("Invalid Attribute Value Match", "color").and_containing("red");
        refused(&format!("name = \"c\"\n  color = \"{color}\""), expected);
    }
    Remote::new().case().step(Step::config(&item("name = \"c\"\n  color = \"green\""))).run();
    Remote::new().case().step(Step::config(&item("name = \"c\"\n  color = null"))).run();
}

#[test]
fn secret_or_password() {
    let expected = summary("Invalid Attribute Combination", "secret");
    refused("name = \"c\"\n  secret = \"s\"\n  password_wo = \"p\"", expected);
    Remote::new()
        .case()
        .step(Step::config(&item("name = \"c\"\n  secret = \"s\"\n  password_wo = null")))
        .run();
}

#[test]
fn required_and_read_only() {
    refused("name = null", summary("Missing Configuration for Required Attribute", "name"));
    refused("size = 1", Expected::summary("Missing required argument"));
    for (attribute, value) in [("id", "\"item-x\""), ("revision", "3"), ("password_hash", "\"none\"")] {
        let expected = summary("Invalid Configuration for Read-Only Attribute", attribute);
        refused(&format!("name = \"r\"\n  {attribute} = {value}"), expected);
    }
    Remote::new().case().step(Step::config(&item("name = \"r\"\n  id = null\n  revision = null"))).run();
}

#[test]
fn numbers_that_are_no_integers() {
    for size in ["1.5", "9223372036854775808", "-9223372036854775809", "1e30", "0.0001"] {
        refused(&format!("name = \"n\"\n  size = {size}"), summary("Value Conversion", "size"));
    }
    refused("name = \"n\"\n  size = \"ten\"", summary("Incorrect attribute value type", "size"));
    refused("name = [\"n\"]", summary("Incorrect attribute value type", "name"));
    for (written, size) in [("\"12\"", "12"), ("1e1", "10"), ("9223372036854775807", "9223372036854775807")] {
        Remote::new()
            .case()
            .step(Step::config(&item(&format!("name = \"n\"\n  size = {written}"))).expect_value(
                A,
                "size",
                known::number(size),
            ))
            .run();
    }
}

#[test]
fn unknown_attributes_and_nulls_in_maps() {
    refused("name = \"u\"\n  colour = \"red\"", Expected::summary("Unsupported argument"));
    refused("name = \"u\"\n  tags = { a = [] }", summary("Incorrect attribute value type", "tags"));
    refused("name = \"u\"\n  tags = [\"a\"]", summary("Incorrect attribute value type", "tags"));
}

#[test]
fn all_errors_at_once() {
    let Some(world) = World::new() else { return };
    let run = world.fails(&item(
        "name = null\n  color = \"purple\"\n  id = \"x\"\n  secret = \"s\"\n  password_wo = \"p\"",
    ));
    let mut summaries: Vec<&str> = run.errors().map(|error| error.summary.as_str()).collect();
    summaries.sort_unstable();
    let expected = [
        "Invalid Attribute Combination",
        "Invalid Attribute Value Match",
        "Invalid Configuration for Read-Only Attribute",
        "Missing Configuration for Required Attribute",
    ];
    assert_eq!(summaries, expected, "{run}");
}

#[test]
fn deprecations_warn() {
    let old = Expected::summary("Attribute Deprecated").and_containing("Use name instead.").at(A);
    Remote::new()
        .case()
        .step(
            Step::config(&item("name = \"d\"\n  old_name = \"x\""))
                .expect_warning(old.at_attribute("old_name"))
                .expect_value(A, "old_name", "x"),
        )
        .step(
            Step::config("resource \"acc_legacy\" \"l\" {\n  title = \"t\"\n}")
                .expect_warning("Use acc_item instead."),
        )
        .run();
    let Some(world) = World::new() else { return };
    world.configure(&item("name = \"d\"\n  old_name = null"));
    assert_eq!(said(&world.workspace.validate().unwrap()).len(), 0);
    world.configure(&item("name = \"d\"\n  old_name = \"x\""));
    assert_eq!(said(&world.workspace.validate().unwrap()).len(), 1);
}

#[test]
fn what_is_not_returned_by_the_api_is_kept() {
    Remote::new()
        .case()
        .step(Step::config(&item("name = \"k\"\n  old_name = \"x\"\n  password_wo_version = 1")))
        .step(
            Step::config(&item("name = \"k\"\n  password_wo_version = 1"))
                .expect_action(A, Action::Update)
                .expect_value(A, "old_name", known::null()),
        )
        .run();
}
