//! Rules for lists, sets, maps and blocks.

use tf_sdk::model::kind;
use tf_sdk::validator::{is_required, list, map, set, string};
use tf_sdk::{Diagnostics, Path, Type, Value};

use crate::{check, said, said_in};

type Texts = kind::Text;

fn texts(elements: &[&str]) -> Value {
    Value::list_of(Type::String, elements.iter().map(|e| Value::from(*e)).collect()).unwrap()
}

#[test]
fn sizes() {
    check(
        &list::size_at_least::<Texts>(2),
        &[texts(&["a", "b"])],
        &[(texts(&["a"]), "Attribute a list must contain at least 2 elements, got: 1")],
        "Invalid Attribute Value",
    );
    check(
        &list::size_at_most::<Texts>(1),
        &[texts(&[]), texts(&["a"])],
        &[(texts(&["a", "b"]), "Attribute a list must contain at most 1 elements, got: 2")],
        "Invalid Attribute Value",
    );
    let one = Value::set([Value::from(1)]).unwrap();
    check(
        &set::size_between::<kind::Integer>(2, 3),
        &[Value::set([1, 2].map(Value::from)).unwrap()],
        &[(one, "Attribute a set must contain at least 2 elements and at most 3 elements, got: 1")],
        "Invalid Attribute Value",
    );
    check(
        &map::size_at_least::<Texts>(1),
        &[Value::map([("k", Value::from("v"))]).unwrap()],
        &[(Value::empty_map(Type::String), "Attribute a map must contain at least 1 elements, got: 0")],
        "Invalid Attribute Value",
    );
}

#[test]
fn elements_say_where_they_are() {
    let rule = list::values_are::<Texts>((string::length_at_least(2), string::none_of(["xx"])));
    let bad = Value::list(["ok", "x", "xx"].map(Value::from)).unwrap();
    let mut diagnostics = Diagnostics::new();
    let path = Path::new().attr("a");
    let request =
        tf_sdk::validator::ValidateValue { path: &path, value: &bad, config: &bad, sensitive: false };
    tf_sdk::validator::Validator::validate(&rule, &request, &mut diagnostics);
    let at: Vec<_> = diagnostics.iter().map(|d| d.path.as_ref().unwrap().to_string()).collect();
    assert_eq!(at, [".a[1]", ".a[2]"]);
    let unknown = Value::list([Value::unknown(Type::String), Value::null(Type::String)]).unwrap();
    assert_eq!(said(&rule, &unknown), []);
    let keys = map::keys_are::<Texts>(string::regex_matches("^[a-z]+$", ""));
    let wrong = Value::map([("A", Value::unknown(Type::String)), ("b", Value::from(""))]).unwrap();
    assert_eq!(
        said(&keys, &wrong),
        [(
            "Invalid Attribute Value Match".into(),
            r#"Attribute a["A"] value must match regular expression '^[a-z]+$', got: "A""#.into()
        )]
    );
    // Element rules nest.
    let nested = list::values_are::<kind::List<Texts>>(list::size_at_most(1));
    let matrix = Value::list([texts(&["a"]), texts(&["a", "b"])]).unwrap();
    assert_eq!(said(&nested, &matrix)[0].1, "Attribute a[1] list must contain at most 1 elements, got: 2");
}

#[test]
fn nulls_and_duplicates() {
    let null = Value::list([Value::from("a"), Value::null(Type::String)]).unwrap();
    check(
        &list::no_null_values::<Texts>(),
        &[texts(&["a"]), Value::list([Value::unknown(Type::String)]).unwrap()],
        &[(null, "This attribute contains a null value.")],
        "Null List Value",
    );
    let two_unknown = Value::list([Value::unknown(Type::String), Value::unknown(Type::String)]).unwrap();
    check(
        &list::unique_values::<Texts>(),
        &[texts(&["a", "b"]), texts(&[]), two_unknown],
        &[(texts(&["a", "b", "a"]), r#"This attribute contains duplicate values of: "a""#)],
        "Duplicate List Value",
    );
    let secret = texts(&["s3cret", "s3cret"]);
    let said =
        said_in(&list::unique_values::<Texts>(), &secret, &Value::object([("a", secret.clone())]), true);
    assert!(!said[0].1.contains("s3cret"));
}

#[test]
fn required_blocks() {
    let words = "Block a must have a configuration value as the provider has marked it as required";
    for missing in [Value::null(Type::String), texts(&[])] {
        assert_eq!(said(&is_required(), &missing), [("Invalid Block".to_owned(), words.to_owned())]);
    }
    assert_eq!(said(&is_required(), &texts(&["a"])), []);
}
