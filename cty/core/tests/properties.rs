//! Properties of conforming values: numbers parsed at 512 bits, without negative zero, without unknown set elements.

use proptest::prelude::*;
use tf_cty::{Number, Safety, Type, Value, convert, json, msgpack, unify};

fn any_type() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::Bool), Just(Type::Number), Just(Type::String)];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(Type::list),
            inner.clone().prop_map(Type::set),
            inner.clone().prop_map(Type::map),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Type::tuple),
            prop::collection::btree_map("[a-e]{1,2}", inner, 0..4).prop_map(Type::object),
        ]
    })
}

/// Whether unknown values may occur inside.
#[derive(Clone, Copy, PartialEq)]
enum Unknowns {
    Some,
    None,
}

fn any_value(ty: &Type, unknowns: Unknowns) -> BoxedStrategy<Value> {
    let null = Just(Value::null(ty.clone()));
    let known = known_value(ty, unknowns);
    if unknowns == Unknowns::None {
        return prop_oneof![1 => null, 9 => known].boxed();
    }
    let unknown = Value::unknown(ty.clone());
    let refined = unknown.refine().not_null().build().expect("not null refines any type");
    prop_oneof![1 => null, 1 => Just(unknown), 1 => Just(refined), 9 => known].boxed()
}

fn known_value(ty: &Type, unknowns: Unknowns) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Type::String => any::<String>().prop_map(Value::from).boxed(),
        Type::Number => any_number().prop_map(Value::from).boxed(),
        Type::List(e) => {
            let e2 = (**e).clone();
            let items = prop::collection::vec(any_value(e, unknowns), 0..4);
            items.prop_map(move |v| Value::list_of(e2.clone(), v).expect("one type")).boxed()
        }
        Type::Set(e) => {
            let e2 = (**e).clone();
            let items = prop::collection::vec(any_value(e, Unknowns::None), 0..4);
            items.prop_map(move |v| Value::set_of(e2.clone(), v).expect("one type")).boxed()
        }
        Type::Map(e) => {
            let e2 = (**e).clone();
            let items = prop::collection::vec((any::<String>(), any_value(e, unknowns)), 0..4);
            items.prop_map(move |v| Value::map_of(e2.clone(), v).expect("one type")).boxed()
        }
        Type::Tuple(t) => {
            let items: Vec<_> = t.iter().map(|e| any_value(e, unknowns)).collect();
            items.prop_map(Value::tuple).boxed()
        }
        Type::Object(o) => {
            let names: Vec<String> = o.attributes().iter().map(|a| a.name().to_string()).collect();
            let items: Vec<_> = o.attributes().iter().map(|a| any_value(a.ty(), unknowns)).collect();
            items.prop_map(move |v| Value::object(names.iter().zip(v))).boxed()
        }
        Type::Dynamic | Type::Capsule(_) => Just(Value::null(ty.clone())).boxed(),
    }
}

fn any_number() -> impl Strategy<Value = Number> {
    let text = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        "-?[1-9][0-9]{0,40}(\\.[0-9]{1,20})?",
        "-?[1-9]\\.[0-9]{0,8}[1-9]e-?[0-9]{1,3}",
    ];
    text.prop_map(|t| Number::parse(&t).expect("a number"))
}

fn typed_value(unknowns: Unknowns) -> impl Strategy<Value = (Type, Value)> {
    any_type().prop_flat_map(move |ty| {
        let value = any_value(&ty, unknowns);
        (Just(ty), value)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn msgpack_round_trips((ty, value) in typed_value(Unknowns::Some)) {
        let bytes = msgpack::encode(&value, &ty).expect("encodes");
        let back = msgpack::decode(&bytes, &ty).expect("decodes");
        prop_assert!(back.raw_equals(&value), "{value:?} came back as {back:?}");
        prop_assert_eq!(msgpack::encode(&back, &ty).expect("encodes again"), bytes);
        let dynamic = msgpack::encode(&value, &Type::Dynamic).expect("encodes with its type");
        prop_assert!(msgpack::decode(&dynamic, &Type::Dynamic).expect("decodes").raw_equals(&value));
    }

    #[test]
    fn json_round_trips((ty, value) in typed_value(Unknowns::None)) {
        let text = json::encode(&value, &ty).expect("encodes");
        let back = json::decode(&text, &ty).expect("decodes");
        prop_assert!(back.raw_equals(&value), "{value:?} came back as {back:?}");
        serde_json::from_slice::<serde::de::IgnoredAny>(&text).expect("valid JSON");
    }

    #[test]
    fn types_round_trip(ty in any_type()) {
        prop_assert_eq!(Type::from_json(&ty.to_json()).expect("a type"), ty);
    }

    #[test]
    fn equal_values_hash_alike((ty, value) in typed_value(Unknowns::None)) {
        let bytes = msgpack::encode(&value, &ty).expect("encodes");
        let same = msgpack::decode(&bytes, &ty).expect("decodes");
        prop_assert_eq!(same.equals(&value).as_bool(), Some(true));
        prop_assert_eq!(same.hash_ignoring_marks(), value.hash_ignoring_marks());
    }

    #[test]
    fn unify_does_not_depend_on_order(types in prop::collection::vec(any_type(), 1..4)) {
        let mut reversed = types.clone();
        reversed.reverse();
        let there = unify(&types, Safety::Safe).map(|u| u.ty);
        let back = unify(&reversed, Safety::Safe).map(|u| u.ty);
        prop_assert_eq!(there.is_some(), back.is_some());
        if let (Some(there), Some(back)) = (there, back) {
            // Where two types convert into each other the first may win; then each is as good as the other.
            prop_assert!(there == back || unify(&[there.clone(), back.clone()], Safety::Safe).is_some());
        }
    }

    #[test]
    fn safe_conversions_succeed((ty, value) in typed_value(Unknowns::Some), want in any_type()) {
        if tf_cty::Conversion::between(&ty, &want, Safety::Safe).is_some() {
            let converted = convert(&value, &want);
            prop_assert!(converted.is_ok(), "{value:?} to {want:?}: {converted:?}");
        }
    }

    #[test]
    fn numbers_print_what_they_are(n in any_number()) {
        let text = n.to_string();
        prop_assert_eq!(&Number::parse(&text).expect("a number"), &n);
    }

    #[test]
    fn small_arithmetic_is_exact(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000) {
        let (x, y) = (Value::from(a), Value::from(b));
        prop_assert_eq!(x.add(&y).expect("sum"), Value::from(a + b));
        prop_assert_eq!(x.subtract(&y).expect("difference"), Value::from(a - b));
        prop_assert_eq!(x.multiply(&y).expect("product"), Value::from(a * b));
        if b != 0 {
            prop_assert_eq!(x.modulo(&y).expect("remainder"), Value::from(a % b));
        }
    }

    #[test]
    fn decoders_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), ty in any_type()) {
        let _ = msgpack::decode(&bytes, &ty);
        let _ = msgpack::decode(&bytes, &Type::Dynamic);
        let _ = msgpack::implied_type(&bytes);
        let _ = json::decode(&bytes, &ty);
        let _ = json::decode(&bytes, &Type::Dynamic);
        let _ = json::implied_type(&bytes);
        let _ = Type::from_json(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn damaged_msgpack_never_panics(
        (ty, value) in typed_value(Unknowns::Some), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut bytes = msgpack::encode(&value, &ty).expect("encodes");
        let i = at.index(bytes.len());
        bytes[i] = byte;
        // What is accepted encodes again.
        if let Ok(value) = msgpack::decode(&bytes, &ty) {
            let _ = msgpack::encode(&value, value.ty()).expect("what decodes encodes");
        }
        let _ = msgpack::decode(&bytes[..i], &ty);
    }

    #[test]
    fn damaged_json_never_panics(
        (ty, value) in typed_value(Unknowns::None), at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut text = json::encode(&value, &ty).expect("encodes");
        let i = at.index(text.len());
        text[i] = byte;
        let _ = json::decode(&text, &ty);
        let _ = json::decode(&text[..i], &ty);
        let _ = json::implied_type(&text);
    }

    #[test]
    fn functions_never_panic(
        (_, a) in typed_value(Unknowns::Some), (_, b) in typed_value(Unknowns::Some), (_, c) in typed_value(Unknowns::Some),
    ) {
        for f in tf_cty::functions::all() {
            for args in [&[][..], std::slice::from_ref(&a), &[a.clone(), b.clone()], &[a.clone(), b.clone(), c.clone()]] {
                if let Ok(value) = f.call(args) {
                    let ty = f.return_type_for_values(args).expect("what can be called has a type");
                    prop_assert!(value.ty().conforms_to(&ty), "{} returned {value:?} for {args:?}", f.name());
                }
            }
        }
    }
}
