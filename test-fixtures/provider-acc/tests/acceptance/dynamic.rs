//! `acc_dynamic`: values of any type, and changes of type.

use serde_json::{Value as Json, json};
use tf_testkit::terraform::Action;
use tf_testkit::{Step, known};

use crate::remote::Remote;

const D: &str = "acc_dynamic.d";

fn dynamic(input: &str) -> String {
    format!("resource \"acc_dynamic\" \"d\" {{\n  input = {input}\n}}\n")
}

#[test]
fn one_shape_after_the_other() {
    let shapes: [(&str, Json); 13] = [
        ("\"text\"", json!("text")),
        ("5", json!(5)),
        ("\"5\"", json!("5")),
        ("true", json!(true)),
        ("[1, \"two\", false]", json!([1, "two", false])),
        ("tolist([\"a\", \"b\"])", json!(["a", "b"])),
        ("toset([\"b\"])", json!(["b"])),
        ("{ a = 1, b = { c = [null] } }", json!({"a": 1, "b": {"c": [null]}})),
        ("tomap({ a = \"1\", b = \"2\" })", json!({"a": "1", "b": "2"})),
        ("[]", json!([])),
        ("{}", json!({})),
        ("\"\"", json!("")),
        ("[{ a = 1 }, { a = \"x\", b = [] }]", json!([{"a": 1}, {"a": "x", "b": []}])),
    ];
    let mut case = Remote::new().case();
    for (number, (input, value)) in shapes.into_iter().enumerate() {
        let action = if number == 0 { Action::Create } else { Action::Update };
        case = case.step(
            Step::config(&dynamic(input))
                .expect_action(D, action)
                .expect_known_value(D, "input", value.clone())
                .expect_unknown_value(D, "output")
                .expect_value(D, "input", value.clone())
                .expect_value(D, "output", value),
        );
    }
    case.run();
}

#[test]
fn null_and_back() {
    Remote::new()
        .case()
        .step(Step::config(&dynamic("null")).expect_value(D, "output", known::null()))
        .step(Step::config(&dynamic("\"x\"")).expect_value(D, "output", "x"))
        .step(Step::config(&dynamic("null")).expect_action(D, Action::Update).expect_value(
            D,
            "output",
            known::null(),
        ))
        .step(Step::config("resource \"acc_dynamic\" \"d\" {}").expect_empty_plan())
        .run();
}

#[test]
fn numbers_of_any_length() {
    let digits = "123456789012345678901234567890123456789";
    Remote::new()
        .case()
        .step(
            Step::config(&dynamic(&format!("[{digits}, 0.1]")))
                .expect_value(D, "output[0]", known::number(digits))
                .expect_value(D, "output[1]", known::number("0.1")),
        )
        .run();
}

#[test]
fn unknown_values_and_unknown_types() {
    let unknown = "resource \"terraform_data\" \"t\" {\n  input = [1, \"two\"]\n}\n";
    Remote::new()
        .case()
        .step(
            Step::config(&(unknown.to_owned() + &dynamic("terraform_data.t.output")))
                .expect_unknown_value(D, "input")
                .expect_value(D, "output", json!([1, "two"])),
        )
        .step(
            Step::config(
                &(unknown.replace("two", "three")
                    + &dynamic("{ a = terraform_data.t.output, b = \"known\" }")),
            )
            .expect_unknown_value(D, "input.a")
            .expect_known_value(D, "input.b", "known")
            .expect_value(D, "output", json!({"a": [1, "three"], "b": "known"})),
        )
        .run();
}
