//! Rules for text, numbers and bools.

use tf_sdk::validator::{all_of, any_of, boolean, float, integer, number, rule, string};
use tf_sdk::{Number, Value};

use crate::{check, said, said_in};

const VALUE: &str = "Invalid Attribute Value";
const MATCH: &str = "Invalid Attribute Value Match";
const LENGTH: &str = "Invalid Attribute Value Length";

fn s(text: &str) -> Value {
    text.into()
}

fn f(number: f64) -> Value {
    Number::from_f64(number).unwrap().into()
}

#[test]
fn choices_of_text() {
    check(
        &string::one_of(["red", "green"]),
        &[s("red"), s("green")],
        &[
            (s("Red"), r#"Attribute a value must be one of: ["red" "green"], got: "Red""#),
            (s(""), r#"Attribute a value must be one of: ["red" "green"], got: """#),
        ],
        MATCH,
    );
    check(
        &string::one_of_ignoring_case(["Über"]),
        &[s("über"), s("ÜBER")],
        &[(s("uber"), r#"Attribute a value must be one of: ["Über"], got: "uber""#)],
        MATCH,
    );
    check(
        &string::none_of(["x"]),
        &[s("X"), s("xx")],
        &[(s("x"), r#"Attribute a value must be none of: ["x"], got: "x""#)],
        MATCH,
    );
    check(
        &string::none_of_ignoring_case(["x"]),
        &[s("xx")],
        &[
            (s("x"), r#"Attribute a value must be none of: ["x"], got: "x""#),
            (s("X"), r#"Attribute a value must be none of: ["x"], got: "X""#),
        ],
        MATCH,
    );
}

#[test]
fn lengths_of_text() {
    check(
        &string::length_at_least(2),
        &[s("ab"), s("é")],
        &[(s("a"), "Attribute a string length must be at least 2, got: 1")],
        LENGTH,
    );
    check(
        &string::length_at_most(2),
        &[s(""), s("ab")],
        &[(s("éa"), "Attribute a string length must be at most 2, got: 3")],
        LENGTH,
    );
    check(
        &string::length_between(2, 3),
        &[s("ab"), s("abc")],
        &[
            (s("a"), "Attribute a string length must be between 2 and 3, got: 1"),
            (s("abcd"), "Attribute a string length must be between 2 and 3, got: 4"),
        ],
        LENGTH,
    );
    check(
        &string::utf8_length_at_least(2),
        &[s("éa")],
        &[(s("é"), "Attribute a UTF-8 character count must be at least 2, got: 1")],
        LENGTH,
    );
    check(
        &string::utf8_length_at_most(2),
        &[s("éé")],
        &[(s("ééé"), "Attribute a UTF-8 character count must be at most 2, got: 3")],
        LENGTH,
    );
    check(
        &string::utf8_length_between(1, 2),
        &[s("é"), s("éé")],
        &[
            (s(""), "Attribute a UTF-8 character count must be between 1 and 2, got: 0"),
            (s("ééé"), "Attribute a UTF-8 character count must be between 1 and 2, got: 3"),
        ],
        LENGTH,
    );
}

#[test]
fn expressions() {
    check(
        &string::regex_matches("^[a-z]+$", ""),
        &[s("abc")],
        &[(s("aB"), r#"Attribute a value must match regular expression '^[a-z]+$', got: "aB""#)],
        MATCH,
    );
    check(
        &string::regex_matches("^[a-z]+$", "must be lower case"),
        &[s("abc")],
        &[(s("1"), r#"Attribute a must be lower case, got: "1""#)],
        MATCH,
    );
    let mistake = said(&string::regex_matches("(", ""), &s("x"));
    assert_eq!(mistake[0].0, "Invalid Regular Expression");
}

#[test]
fn numbers() {
    check(
        &integer::between(-1, 5),
        &[Value::from(-1), Value::from(5)],
        &[
            (Value::from(-2), "Attribute a value must be between -1 and 5, got: -2"),
            (Value::from(6), "Attribute a value must be between -1 and 5, got: 6"),
        ],
        VALUE,
    );
    check(
        &integer::at_least(i64::MIN),
        &[Value::from(i64::MIN)],
        &[(
            Number::parse("-9223372036854775809").unwrap().into(),
            "Attribute a value must be at least -9223372036854775808, got: -9223372036854775809",
        )],
        VALUE,
    );
    check(
        &integer::at_most(1),
        &[Value::from(1)],
        &[(Value::from(2), "Attribute a value must be at most 1, got: 2")],
        VALUE,
    );
    check(
        &integer::one_of([1, 2]),
        &[Value::from(2)],
        &[(Value::from(3), "Attribute a value must be one of: [1 2], got: 3")],
        MATCH,
    );
    check(
        &integer::none_of([1, 2]),
        &[Value::from(3)],
        &[(Value::from(2), "Attribute a value must be none of: [1 2], got: 2")],
        MATCH,
    );
    check(
        &float::between(0.5, 1.5),
        &[f(0.5), f(1.5)],
        &[(f(1.75), "Attribute a value must be between 0.5 and 1.5, got: 1.75")],
        VALUE,
    );
    // As a configuration has them: 0.1 in decimals is not quite the float 0.1.
    let decimal = |text: &str| Value::from(Number::parse(text).unwrap());
    check(
        &float::between(0.001, 0.3),
        &[decimal("0.001"), decimal("0.1"), decimal("0.3")],
        &[(decimal("0.301"), "Attribute a value must be between 0.001 and 0.3, got: 0.301")],
        VALUE,
    );
    check(
        &float::one_of([0.1, 0.7]),
        &[decimal("0.1"), decimal("0.7")],
        &[(decimal("0.2"), "Attribute a value must be one of: [0.1 0.7], got: 0.2")],
        MATCH,
    );
    assert_eq!(said(&float::none_of([0.1]), &decimal("0.1")).len(), 1);
    assert_eq!(said(&float::at_most(f64::MAX), &decimal("1e400")).len(), 1);
    check(
        &float::one_of([0.5]),
        &[f(0.5)],
        &[(f(0.25), "Attribute a value must be one of: [0.5], got: 0.25")],
        MATCH,
    );
    check(
        &number::at_most(Number::parse("0.1").unwrap()),
        &[Number::parse("0.1").unwrap().into()],
        &[(Number::parse("0.11").unwrap().into(), "Attribute a value must be at most 0.1, got: 0.11")],
        VALUE,
    );
    // Nothing is between bounds that are no numbers.
    assert_eq!(said(&float::at_most(f64::NAN), &f(1.0)).len(), 1);
}

#[test]
fn bools() {
    check(
        &boolean::equals(true),
        &[true.into()],
        &[(false.into(), "Attribute a Value must be true, got: false")],
        MATCH,
    );
}

#[test]
fn combined_and_ones_own() {
    let even = || {
        rule("value must be even", |v: &Value| {
            v.as_number().and_then(Number::to_i64).is_none_or(|n| n % 2 == 0)
        })
    };
    check(
        &all_of((even(), integer::at_least(3))),
        &[Value::from(4)],
        &[(Value::from(5), "Attribute a value must be even, got: 5")],
        VALUE,
    );
    assert_eq!(said(&all_of((even(), integer::at_least(3))), &Value::from(1)).len(), 2);
    let any = any_of((even(), integer::at_least(3)));
    check(&any, &[Value::from(2), Value::from(3)], &[], VALUE);
    assert_eq!(said(&any, &Value::from(1)).len(), 2);
    use tf_sdk::validator::Validator;
    assert_eq!(
        any.description(),
        "Value must satisfy at least one of the validations: value must be even + value must be at least 3"
    );
}

#[test]
fn what_is_sensitive_is_not_said() {
    let config = Value::object([("a", s("hunter2"))]);
    let said = said_in(&string::one_of(["x"]), &s("hunter2"), &config, true);
    assert_eq!(said[0].1, r#"Attribute a value must be one of: ["x"], got: (sensitive value)"#);
}
