//! Hostile input: nesting, lengths that are not there, and numbers that would fill memory.

use tf_cty::{Number, Type, Value, json, limits, msgpack};

fn nested(open: &str, middle: &str, close: &str, depth: usize) -> String {
    open.repeat(depth) + middle + &close.repeat(depth)
}

#[test]
fn deep_nesting_is_refused() {
    let deep = limits::MAX_DEPTH * 40;
    assert!(Type::from_json(&nested("[\"list\",", "\"string\"", "]", deep)).is_err());
    assert!(json::implied_type(nested("[", "1", "]", deep).as_bytes()).is_err());
    assert!(msgpack::implied_type(&[0x91].repeat(deep)).is_err());
    let dynamic = nested("{\"type\":\"dynamic\",\"value\":", "null", "}", deep);
    assert!(json::decode(dynamic.as_bytes(), &Type::Dynamic).is_err());
    let step = [&[0x92, 0xc4, 9][..], b"\"dynamic\""].concat();
    assert!(msgpack::decode(&step.repeat(deep), &Type::Dynamic).is_err());
    let shallow = nested("[", "1", "]", limits::MAX_DEPTH / 2);
    assert!(json::decode_simple(shallow.as_bytes()).is_ok());
}

#[test]
fn claimed_lengths_are_not_believed() {
    let list = Type::list(Type::String);
    for bytes in [&b"\xdd\xff\xff\xff\xff"[..], b"\xdc\xff\xff\xa1a", b"\xdb\xff\xff\xff\xffa"] {
        assert!(msgpack::decode(bytes, &list).is_err());
        assert!(msgpack::decode(bytes, &Type::String).is_err());
    }
    assert!(msgpack::decode(b"\xdf\xff\xff\xff\xff", &Type::map(Type::Bool)).is_err());
    assert!(msgpack::decode(b"\xc9\xff\xff\xff\xff\x0c", &Type::String).is_err());
    // A list refined to a huge exact length stays unknown.
    let huge = b"\xc7\x0f\x0c\x83\x01\xc2\x05\xce\x7f\xff\xff\xff\x06\xce\x7f\xff\xff\xff";
    let value = msgpack::decode(huge, &list).expect("a refined unknown");
    assert!(!value.is_known() && value.range().length_bounds() == Some((0x7fff_ffff, 0x7fff_ffff)));
}

#[test]
fn extreme_numbers_stay_small() {
    let numbers = ["1e1000000", "1e-1000000", "-1e-999999", "9e999999"]
        .map(|t| Value::from(Number::parse(t).expect(t)));
    let set = Value::set(numbers.clone()).expect("numbers");
    assert_eq!(set.len(), Some(4));
    assert_eq!(numbers[0].equals(&numbers[1]).as_bool(), Some(false));
    assert_eq!(numbers[1].less_than(&numbers[0]).expect("numbers").as_bool(), Some(true));
    assert_eq!(numbers[0].add(&numbers[1]).expect("a sum"), numbers[0]);
    assert!(Number::parse("1e1000001").is_err());
    assert!(Number::parse("1e99999999999999999999").is_err());
}
