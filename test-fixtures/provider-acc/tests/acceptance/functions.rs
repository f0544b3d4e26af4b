//! The provider's functions.

use serde_json::{Value as Json, json};
use tf_testkit::{Expected, Step, known};

use crate::remote::Remote;

fn output(expression: &str) -> String {
    format!("output \"o\" {{\n  value = {expression}\n}}\n")
}

#[track_caller]
fn gives(expression: &str, expected: Json) {
    Remote::new().case().step(Step::config(&output(expression)).expect_output("o", expected)).run();
}

#[track_caller]
fn fails(expression: &str, expected: &str) {
    let expected = Expected::containing(expected);
    Remote::new().case().step(Step::config(&output(expression)).expect_error(expected)).run();
}

#[test]
fn echo() {
    for (input, value) in [
        ("\"x\"", json!("x")),
        ("[1, \"two\", [true]]", json!([1, "two", [true]])),
        ("{ a = { b = 1.5 } }", json!({"a": {"b": 1.5}})),
        ("toset([\"a\"])", json!(["a"])),
        ("[null]", json!([null])),
    ] {
        gives(&format!("provider::acc::echo({input})"), value);
    }
    let digits = "123456789012345678901234567890123456789";
    let step = Step::config(&output(&format!("provider::acc::echo({digits})")));
    Remote::new().case().step(step.expect_output("o", known::number(digits))).run();
    fails("provider::acc::echo(null)", "argument must not be null");
    fails("provider::acc::echo()", "expects 1 argument(s)");
}

#[test]
fn sum() {
    gives("provider::acc::sum()", json!(0));
    gives("provider::acc::sum(1)", json!(1));
    gives("provider::acc::sum(1, -2, \"4\")", json!(3));
    gives("provider::acc::sum([1, 2, 3]...)", json!(6));
    fails("provider::acc::sum(1, null)", "argument must not be null");
    fails("provider::acc::sum(1, \"x\")", "a number is required");
    fails("provider::acc::sum(1, 1.5)", "1.5");
    fails("provider::acc::sum(9223372036854775807, 1)", "no 64-bit integer");
}

#[test]
fn check() {
    gives("provider::acc::check(\"a\", \"a\")", json!(true));
    fails("provider::acc::check(\"a\", \"b\")", "b must equal a");
    fails("provider::acc::check(\"a\", \"b\")", "Invalid value for \"b\" parameter");
    fails("provider::acc::check(\"a\")", "expects 2 argument(s)");
    fails("provider::acc::check(\"a\", null)", "argument must not be null");
}

#[test]
fn or_default() {
    gives("provider::acc::or_default(null, \"d\")", json!("d"));
    gives("provider::acc::or_default(\"v\", \"d\")", json!("v"));
    gives("provider::acc::or_default(\"\", \"d\")", json!(""));
    fails("provider::acc::or_default(\"v\", null)", "argument must not be null");
}

#[test]
fn unknown_arguments_wait() {
    let config = "resource \"terraform_data\" \"d\" {\n  input = \"late\"\n}\n".to_owned()
        + &output("provider::acc::or_default(terraform_data.d.output, \"d\")")
        + "output \"echo\" {\n  value = provider::acc::echo({ a = terraform_data.d.output, b = 1 }).a\n}\n";
    Remote::new()
        .case()
        .step(Step::config(&config).expect_output("o", "late").expect_output("echo", "late"))
        .run();
}

#[test]
fn a_function_in_an_argument() {
    let config = "resource \"acc_item\" \"a\" {\n  name = provider::acc::or_default(null, \"fallback\")\n  \
                  size = provider::acc::sum(10, 5)\n}\n";
    Remote::new().case().step(Step::config(config).expect_value("acc_item.a", "size", 15)).run();
}
