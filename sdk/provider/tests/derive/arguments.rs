//! Parameters of functions.

use tf_sdk::{Arguments, Cty, Tf, Type, Value, validator};

#[derive(Arguments, Debug, PartialEq)]
struct OrDefault {
    v: Option<String>,
    /// What it is in place
    /// of null.
    #[param(validate = validator::string::length_at_least(1))]
    d: String,
}

#[derive(Arguments, Debug, PartialEq)]
struct Sum {
    /// numbers
    #[param(variadic)]
    n: Vec<i64>,
}

#[derive(Arguments)]
struct Mixed {
    #[param(markdown, rename = "type", description = "A *type*.")]
    kind: Tf<Option<String>>,
    #[param(allow_null, allow_unknown)]
    any: Value,
    only: Value,
    #[param(variadic)]
    rest: Vec<Option<bool>>,
}

#[derive(Arguments, Debug, PartialEq)]
struct Nothing {}

#[test]
fn types_say_what_is_allowed() {
    let or_default = OrDefault::parameters();
    let flags: Vec<_> = or_default
        .positional
        .iter()
        .map(|p| {
            (p.name.as_str(), p.allow_null, p.allow_unknown, p.validators.len(), p.description.text.as_str())
        })
        .collect();
    assert_eq!(flags, [("v", true, false, 0, ""), ("d", false, false, 1, "What it is in place of null.")]);
    let mixed = Mixed::parameters();
    let flags: Vec<_> =
        mixed.positional.iter().map(|p| (p.name.as_str(), p.allow_null, p.allow_unknown)).collect();
    assert_eq!(flags, [("type", true, true), ("any", true, true), ("only", false, false)]);
    assert_eq!(mixed.positional[0].description, tf_sdk::schema::Description::markdown("A *type*."));
    let rest = mixed.variadic.unwrap();
    assert_eq!((rest.ty, rest.allow_null), (Type::Bool, true));
}

#[test]
fn arguments_come_in_order() {
    let values = [Value::null(Type::String), "d".into()];
    assert_eq!(OrDefault::from_values(&values).unwrap(), OrDefault { v: None, d: "d".into() });
    let sum = |n: &[i64]| Sum::from_values(&n.iter().map(|n| Value::from(*n)).collect::<Vec<_>>()).unwrap().n;
    assert_eq!(sum(&[1, 2, 3]), [1, 2, 3]);
    assert!(sum(&[]).is_empty());
    let mixed =
        [Value::unknown(Type::String), 1.into(), true.into(), Value::null(bool::cty_type()), true.into()];
    let mixed = Mixed::from_values(&mixed).unwrap();
    assert!(mixed.kind.is_unknown() && mixed.any == Value::from(1) && mixed.only == Value::from(true));
    assert_eq!(mixed.rest, [None, Some(true)]);
    assert_eq!(Nothing::from_values(&[]), Ok(Nothing {}));
}

#[test]
fn what_does_not_fit_is_named() {
    let null = || Value::null(Type::String);
    for (values, argument, text) in [
        (vec![null(), null()], Some(1), "Value must not be null."),
        (vec![null(), 1.into()], Some(1), "String required, but received number."),
        (vec![null()], None, "2 arguments are required, but got 1."),
        (vec![null(), "a".into(), "b".into()], None, "2 arguments are required, but got 3."),
    ] {
        let error = OrDefault::from_values(&values).unwrap_err();
        assert_eq!((error.argument, error.text.as_str()), (argument, text));
    }
    let error =
        Sum::from_values(&[1.into(), Value::from(tf_sdk::Number::from_f64(1.5).unwrap())]).unwrap_err();
    assert_eq!((error.argument, error.text.as_str()), (Some(1), "Number does not fit i64."));
    assert_eq!(
        Mixed::from_values(&[]).err().map(|e| e.text),
        Some("At least 3 arguments are required, but got 0.".into())
    );
    assert!(Nothing::from_values(&[1.into()]).is_err());
}
