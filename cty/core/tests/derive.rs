//! The derive, beyond what its documentation shows.

use std::collections::{BTreeMap, BTreeSet};

use tf_cty::{Cty, FromCtyError, Number, Tf, Type, Value};

#[derive(Cty, Debug, Clone, PartialEq)]
struct Disk {
    gigabytes: u32,
    kind: Tf<Option<String>>,
}

#[derive(Cty, Debug, Clone, PartialEq)]
struct Id(String);

#[derive(Cty, Debug, PartialEq)]
struct Server {
    id: Id,
    r#type: String,
    disks: Vec<Disk>,
    zones: BTreeSet<String>,
    limits: BTreeMap<String, f64>,
    pair: (bool, i64),
    extra: Value,
    #[cty(rename = "serial-no")]
    serial: Option<Number>,
}

#[derive(Cty, Debug, PartialEq)]
struct Wrapper<T> {
    inner: T,
}

mod renamed {
    pub(crate) mod inner {
        pub(crate) use tf_cty::*;
    }

    #[derive(inner::Cty)]
    #[cty(crate = "self::inner")]
    pub(crate) struct Elsewhere {
        pub(crate) flag: bool,
    }
}

fn server() -> Server {
    Server {
        id: Id("i-1".into()),
        r#type: "small".into(),
        disks: vec![
            Disk { gigabytes: 20, kind: Some("ssd".to_owned()).into() },
            Disk { gigabytes: 1, kind: Tf::unknown() },
        ],
        zones: ["b".to_owned(), "a".to_owned()].into(),
        limits: [("cpu".to_owned(), 0.5)].into(),
        pair: (true, -3),
        extra: Value::from("anything"),
        serial: None,
    }
}

#[test]
fn structs_round_trip() {
    let value = server().to_cty().expect("a value");
    assert!(value.ty().conforms_to(&Server::cty_type()));
    assert_eq!(Server::from_cty(&value).expect("a server"), server());
    assert_eq!(Id::cty_type(), Type::String);
    assert_eq!(Server::cty_type().attribute_type("serial-no"), Some(&Type::Number));
    assert_eq!(Server::cty_type().attribute_type("type"), Some(&Type::String));
}

#[test]
fn empty_collections_and_nulls_keep_their_types() {
    let empty = Wrapper::<Vec<Option<Disk>>> { inner: Vec::new() };
    assert_eq!(*empty.to_cty().expect("a value").ty(), Wrapper::<Vec<Disk>>::cty_type());
    let null = Wrapper { inner: vec![None, Some(Disk { gigabytes: 1, kind: Tf::Known(None) })] };
    let value = null.to_cty().expect("a value");
    assert_eq!(*value.ty(), Wrapper::<Vec<Disk>>::cty_type());
    assert_eq!(Wrapper::from_cty(&value).expect("back"), null);
}

#[test]
fn refinements_survive() {
    let refined =
        Value::unknown(Type::String).refine().not_null().string_prefix("i-").build().expect("refined");
    let tf = Tf::<String>::from_cty(&refined).expect("unknown");
    assert!(tf.is_unknown());
    assert!(tf.to_cty().expect("a value").raw_equals(&refined));
}

#[test]
fn the_crate_can_be_renamed() {
    let value = renamed::Elsewhere { flag: true }.to_cty().expect("a value");
    assert!(renamed::Elsewhere::from_cty(&value).is_ok_and(|e| e.flag));
}

/// The server's value with one attribute replaced.
fn with(name: &str, new: Value) -> Value {
    let value = server().to_cty().expect("a value");
    let entries = value.entries().map(|(k, v)| (k.to_string(), v.clone()));
    Value::object(entries.filter(|(k, _)| k != name).chain([(name.to_owned(), new)]))
}

#[test]
fn errors_carry_the_path() {
    let fails = |value: &Value| -> FromCtyError { Server::from_cty(value).expect_err("must fail") };
    let disks = |gigabytes: Value| {
        let disk = Value::object([("gigabytes", gigabytes), ("kind", Value::null(Type::String))]);
        with("disks", Value::list([disk]).expect("one disk"))
    };
    let cases = [
        (disks(Value::from(-1)), ".disks[0].gigabytes", "number does not fit u32"),
        (disks(Value::null(Type::Number)), ".disks[0].gigabytes", "value must not be null"),
        (disks(Value::unknown(Type::Number)), ".disks[0].gigabytes", "value must be known"),
        (disks(Value::from(1).mark("secret")), ".disks[0].gigabytes", "value is marked"),
        (disks(Value::from("x")), ".disks[0].gigabytes", "number required, but received string"),
        (with("id", Value::from(1)), ".id", "string required, but received number"),
        (with("pair", Value::tuple([true.into()])), ".pair", "2 elements are required, but got 1"),
        (
            with("limits", Value::map([("cpu", Value::from("x"))]).expect("map")),
            ".limits[\"cpu\"]",
            "number required, but received string",
        ),
        (with("unheard", Value::from(1)), "", "unsupported attribute \"unheard\""),
        (
            with("zones", Value::empty_list(Type::String)),
            ".zones",
            "set required, but received list of string",
        ),
        (Value::empty_list(Type::Bool), "", "object required, but received list of bool"),
        (Value::object([("id", Value::from("i"))]), ".type", "missing"),
    ];
    for (value, path, message) in cases {
        let error = fails(&value);
        if message == "missing" {
            assert!(error.to_string().contains("missing required attribute"), "{error}");
            continue;
        }
        assert_eq!((error.path.to_string().as_str(), error.to_string().as_str()), (path, message));
    }
    let nan = Wrapper { inner: vec![1.0, f64::NAN] }.to_cty().expect_err("not a number");
    assert_eq!(nan.path.to_string(), ".inner[1]");
}
