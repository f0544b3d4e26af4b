//! Arguments that are not known yet: the result is not either.

use tf_components::Audience;
use tf_sdk::{Type, Value};

use crate::lab;

#[tokio::test]
async fn what_depends_on_the_unknown_is_unknown() {
    let provider = lab::provider(Audience::Users);
    let unknown = || Value::unknown(Type::String);
    let nested = || Value::tuple([Value::from("a"), unknown()]);
    for (name, arguments) in [
        ("upper", vec![unknown()]),
        ("join", vec![Value::from(","), nested()]),
        ("format", vec![Value::from("%s %s"), nested()]),
        ("contains", vec![nested(), Value::from("a")]),
        ("length", vec![nested()]),
        ("lookup", vec![Value::object([("a", unknown())]), Value::from("a")]),
        ("lookup", vec![Value::object([("a", Value::from(1))]), Value::from("a"), unknown()]),
        ("truncate", vec![Value::from("a"), Value::unknown(Type::Number)]),
        ("round", vec![Value::from(1), Value::unknown(Type::Number)]),
    ] {
        let result = provider.call(name, arguments).await.unwrap();
        assert!(result.is_ok_and(|value| !value.is_known()), "{name}");
    }
}
