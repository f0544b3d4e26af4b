//! Options of models and their fields.

use tf_sdk::schema::{BlockNesting, Description, Presence};
use tf_sdk::{Cty, Model, Object, Path, Tf, Type, Value, plan_modifier, validator};

/// What it is.
///
/// More
/// of it.
#[derive(Model, Debug, PartialEq)]
#[model(version = 1 + 2, deprecated = "Gone.")]
struct Everything {
    #[attr(required, validate = [validator::string::length_at_least(1), validator::string::length_at_most(3)])]
    r#type: String,
    /// Plain.
    #[attr(optional, rename = "other", description = "Not `plain`.", markdown, env = "OTHER")]
    renamed: Option<String>,
    #[attr(optional, computed, default = ["a", "b"], plan = [plan_modifier::requires_replace(), plan_modifier::use_state_for_unknown()])]
    list: Vec<String>,
    #[attr(optional, computed, default = 1.5)]
    float: Tf<f64>,
    #[attr(optional, computed)]
    either: Tf<Option<u16>>,
    #[attr(optional, computed, nested, default = Inner { n: 7 })]
    inner: Inner,
    #[attr(optional)]
    pair: Option<Pair>,
    #[block(min = 1, max = 2)]
    many: Vec<Inner>,
    #[block(group)]
    group: Group,
    #[block(min = 1, rename = "one")]
    single: Inner,
}

#[derive(Model, Debug, PartialEq)]
struct Inner {
    #[attr(required)]
    n: i64,
}

#[derive(Model, Debug, PartialEq)]
struct Group {
    #[attr(optional)]
    n: Option<i64>,
}

#[derive(Object, Debug, PartialEq)]
struct Pair {
    a: u8,
    #[object(rename = "b")]
    second: Vec<Option<i32>>,
}

#[derive(Model, Debug, PartialEq)]
struct NoFields {}

mod elsewhere {
    pub(crate) mod inner {
        pub(crate) use tf_sdk::*;
    }

    #[derive(inner::Model)]
    #[model(crate = "inner")]
    pub(crate) struct Renamed {
        #[attr(required)]
        pub(crate) n: i64,
    }

    #[derive(inner::Object)]
    #[object(crate = "inner")]
    pub(crate) struct Thing {
        pub(crate) n: i64,
    }

    #[derive(inner::Arguments)]
    #[arguments(crate = "inner")]
    pub(crate) struct Given {
        pub(crate) n: i64,
    }
}

fn everything() -> Everything {
    Everything {
        r#type: "t".into(),
        renamed: None,
        list: vec!["x".into()],
        float: Tf::unknown(),
        either: Tf::Known(None),
        inner: Inner { n: 1 },
        pair: Some(Pair { a: 1, second: vec![None, Some(-1)] }),
        many: vec![Inner { n: 2 }],
        group: Group { n: None },
        single: Inner { n: 3 },
    }
}

#[test]
fn options_are_in_the_block() {
    let block = Everything::block();
    assert_eq!(block.description, Description::plain("What it is.\n\nMore of it."));
    assert_eq!((block.deprecation.as_deref(), Everything::VERSION), (Some("Gone."), 3));
    let names: Vec<_> = block.attributes.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["type", "other", "list", "float", "either", "inner", "pair"]);
    assert_eq!(block.attribute("type").unwrap().validators.len(), 2);
    let other = block.attribute("other").unwrap();
    assert_eq!(other.description, Description::markdown("Not `plain`."));
    assert_eq!(other.environment.as_deref(), Some("OTHER"));
    let list = block.attribute("list").unwrap();
    assert_eq!((list.plan_modifiers.len(), list.presence), (2, Presence::OptionalComputed));
    let default = |name: &str| {
        let mut diagnostics = tf_sdk::Diagnostics::new();
        block.attribute(name).unwrap().default.as_ref().unwrap().value(&Path::new(), &mut diagnostics)
    };
    assert_eq!(default("list"), vec!["a".to_owned(), "b".into()].to_cty().unwrap());
    assert_eq!(default("float"), 1.5.to_cty().unwrap());
    assert_eq!(default("inner"), Value::object([("n", Value::from(7))]));
    let nested: Vec<_> =
        block.blocks.iter().map(|b| (b.name.as_str(), b.nesting, b.min_items, b.max_items)).collect();
    assert_eq!(
        nested,
        [
            ("many", BlockNesting::List, 1, 2),
            ("group", BlockNesting::Group, 0, 0),
            ("one", BlockNesting::Single, 1, 1)
        ]
    );
}

#[test]
fn the_block_is_worked_out_once() {
    assert!(std::sync::Arc::ptr_eq(&Everything::block(), &Everything::block()));
}

#[test]
fn values_come_and_go() {
    let value = everything().to_cty().unwrap();
    assert_eq!(*value.ty(), Everything::cty_type());
    assert_eq!(Everything::block().object_type(), Everything::cty_type());
    assert_eq!(Everything::from_cty(&value).unwrap(), everything());
    let empty = NoFields {}.to_cty().unwrap();
    assert_eq!((NoFields::from_cty(&empty), NoFields::cty_type()), (Ok(NoFields {}), Type::empty_object()));
    let n = |value: i64| Value::object([("n", Value::from(value))]);
    assert_eq!(elsewhere::Renamed::from_cty(&n(1)).unwrap().n, 1);
    assert_eq!(elsewhere::Thing::from_cty(&n(2)).unwrap().n, 2);
    use tf_sdk::function::Arguments;
    assert_eq!(elsewhere::Given::from_values(&[3.into()]).unwrap().n, 3);
}

#[test]
fn what_does_not_fit_says_where() {
    let put = |name: &str, inner: Value| {
        let value = everything().to_cty().unwrap();
        let attributes: Vec<_> = value.entries().map(|(k, v)| (k.to_string(), v.clone())).collect();
        Value::object(
            attributes.into_iter().map(|(k, v)| if k == name { (k, inner.clone()) } else { (k, v) }),
        )
    };
    for (name, value, at) in [
        ("type", Value::null(Type::String), ".type"),
        ("type", Value::unknown(Type::String), ".type"),
        ("either", Value::from(70_000), ".either"),
        ("inner", Value::object([("n", Value::null(Type::Number))]), ".inner.n"),
        ("inner", Value::object([("m", Value::from(1))]), ".inner"),
    ] {
        assert_eq!(Everything::from_cty(&put(name, value)).unwrap_err().path.to_string(), at);
    }
}

#[test]
fn objects_hand_checks_down() {
    use tf_sdk::AttributeType;
    let misfit = |value: Value| (Pair::CHECKS.conversion)(&value).map_err(|m| (m.path.to_string(), m.detail));
    let pair = |a: Value, b: Value| Value::object([("a", a), ("b", Value::list([b]).unwrap())]);
    assert_eq!(misfit(pair(1.into(), Value::null(Type::Number))), Ok(()));
    assert_eq!(misfit(Value::null(Pair::cty_type())), Ok(()));
    let half = Value::from(tf_sdk::Number::from_f64(1.5).unwrap());
    assert_eq!(
        misfit(pair(1.into(), half.clone())),
        Err((".b[0]".into(), "Value 1.5 is not an integer.".into()))
    );
    assert_eq!(
        misfit(pair(256.into(), 1.into())),
        Err((".a".into(), "Value 256 cannot be represented as an 8-bit unsigned integer.".into()))
    );
}
