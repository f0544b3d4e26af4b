//! What Rust types demand of values, and what is the same to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tf_sdk::cty::json;
use tf_sdk::model::Set;
use tf_sdk::types::GoDuration;
use tf_sdk::{AttributeType, Cty, Number, Tf, Type, Value};

/// Where and how a value given as JSON misfits a type.
fn misfit<T: AttributeType>(text: &str) -> Option<(String, String)> {
    let value = json::decode(text.as_bytes(), &T::cty_type()).unwrap();
    (T::CHECKS.conversion)(&value).err().map(|m| (m.path.to_string(), m.detail))
}

#[test]
fn numbers_say_what_they_cannot_hold() {
    let whole = |n: &str| Some((String::new(), format!("Value {n} is not an integer.")));
    let large =
        |n: &str, what: &str| Some((String::new(), format!("Value {n} cannot be represented as {what}.")));
    assert_eq!(misfit::<i64>("9223372036854775807"), None);
    assert_eq!(misfit::<i64>("-9223372036854775808"), None);
    assert_eq!(misfit::<i64>("1e3"), None);
    assert_eq!(misfit::<i64>("1.5"), whole("1.5"));
    assert_eq!(misfit::<i64>("9223372036854775808"), large("9223372036854775808", "a 64-bit integer"));
    assert_eq!(misfit::<u64>("18446744073709551615"), None);
    assert_eq!(misfit::<u64>("-1"), large("-1", "a 64-bit unsigned integer"));
    assert_eq!(misfit::<i32>("2147483648"), large("2147483648", "a 32-bit integer"));
    assert_eq!(misfit::<u16>("65536"), large("65536", "a 16-bit unsigned integer"));
    assert_eq!(misfit::<i8>("128"), large("128", "an 8-bit integer"));
    assert_eq!(misfit::<f64>("0.1"), None);
    let huge = Value::from(Number::parse("1e400").unwrap());
    let detail = (f64::CHECKS.conversion)(&huge).unwrap_err().detail;
    assert!(detail.ends_with("cannot be represented as a 64-bit floating point number."), "{detail}");
    assert!((f32::CHECKS.conversion)(&Value::from(Number::parse("1e39").unwrap())).is_err());
    assert_eq!(misfit::<Number>("123456789012345678901234567890.5"), None);
}

#[test]
fn unknown_is_nobodys_misfit_and_null_is_one_inside() {
    for value in [Value::null(Type::Number), Value::unknown(Type::Number)] {
        assert_eq!((i64::CHECKS.conversion)(&value), Ok(()));
    }
    let list = Value::list([Value::null(Type::Number), Value::unknown(Type::Number)]).unwrap();
    assert_eq!((<Option<Tf<Vec<Option<u8>>>>>::CHECKS.conversion)(&list), Ok(()));
    // Whether an attribute itself may be null, its presence says; of what is in it only the type does.
    let misfit = (<Vec<u8>>::CHECKS.conversion)(&list).unwrap_err();
    assert_eq!(
        (misfit.path.to_string().as_str(), misfit.detail.as_str()),
        ("[0]", "Value must not be null.")
    );
}

#[test]
fn collections_say_where() {
    let at = |path: &str| Some((path.to_owned(), "Value 1.5 is not an integer.".to_owned()));
    assert_eq!(misfit::<Vec<Vec<i64>>>("[[1],[2,1.5]]"), at("[1][1]"));
    assert_eq!(misfit::<BTreeMap<String, i64>>(r#"{"a":1,"b":1.5}"#), at(r#"["b"]"#));
    assert_eq!(misfit::<HashMap<String, Option<i64>>>(r#"{"b":1.5,"c":null}"#), at(r#"["b"]"#));
    assert_eq!(misfit::<BTreeSet<i64>>("[1.5]"), at("[1.5]"));
    assert_eq!(misfit::<Set<i64>>("[1.5]"), at("[1.5]"));
    assert_eq!(misfit::<(String, i64)>(r#"["a",1.5]"#), at("[1]"));
    assert_eq!(misfit::<Option<Box<i64>>>("1.5"), at(""));
    assert_eq!(misfit::<Vec<Vec<i64>>>("[[],[1]]"), None);
}

fn same<T: AttributeType>(a: &str, b: &str) -> bool {
    let value = |text: &str| json::decode(text.as_bytes(), &T::cty_type()).unwrap();
    (T::CHECKS.semantically_equal)(&value(a), &value(b))
}

#[test]
fn sameness_goes_down_into_collections() {
    assert!(same::<GoDuration>(r#""60s""#, r#""1m""#));
    assert!(same::<Vec<GoDuration>>(r#"["60s","1h"]"#, r#"["1m","60m"]"#));
    assert!(!same::<Vec<GoDuration>>(r#"["60s","1h"]"#, r#"["60m","1m"]"#), "order counts");
    assert!(!same::<Vec<GoDuration>>(r#"["60s"]"#, r#"["60s","60s"]"#));
    assert!(same::<Vec<Option<GoDuration>>>(r#"[null,"1m"]"#, r#"[null,"60s"]"#));
    assert!(!same::<Vec<Option<GoDuration>>>("[null]", r#"["60s"]"#));
    assert!(same::<BTreeMap<String, GoDuration>>(r#"{"a":"60s"}"#, r#"{"a":"1m"}"#));
    assert!(!same::<BTreeMap<String, GoDuration>>(r#"{"a":"60s"}"#, r#"{"b":"60s"}"#));
    assert!(same::<Set<GoDuration>>(r#"["60s","1h"]"#, r#"["60m","1m"]"#), "order does not");
    assert!(!same::<Set<GoDuration>>(r#"["60s","1m"]"#, r#"["60s","1h"]"#));
    assert!(same::<(GoDuration, bool)>(r#"["60s",true]"#, r#"["1m",true]"#));
    assert!(!same::<(GoDuration, bool)>(r#"["60s",true]"#, r#"["1m",false]"#));
    assert!(same::<Vec<String>>(r#"["a"]"#, r#"["a"]"#) && !same::<Vec<String>>(r#"["a"]"#, r#"["b"]"#));
}

#[test]
fn sets_of_models() {
    let set: Set<f64> = [1.0, 2.0, 1.0].into_iter().collect();
    let value = set.to_cty().unwrap();
    assert_eq!((value.len(), Set::<f64>::from_cty(&value).unwrap()), (Some(2), set.clone()));
    assert_ne!(set, [1.0].into_iter().collect());
    for bad in [Value::null(Type::set(Type::Number)), Value::unknown(Type::set(Type::Number)), Value::from(1)]
    {
        assert!(Set::<f64>::from_cty(&bad).is_err());
    }
    let wrong = Value::set([Value::null(Type::Number)]).unwrap();
    assert!(Set::<f64>::from_cty(&wrong).is_err());
}
