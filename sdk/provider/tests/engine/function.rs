//! Functions.

use serde_json::{Value as Json, json};
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::provider_server::Provider as _;
use tf_sdk::prelude::*;
use tf_sdk::{Type, validator};
use tonic::Request;

use crate::lab::{Lab, decoded, message, value};

#[derive(Arguments)]
pub(crate) struct Numbers {
    /// What they begin with.
    #[param(validate = validator::string::length_at_least(1))]
    label: String,
    #[param(variadic)]
    numbers: Vec<i64>,
}

/// Adds integers.
pub(crate) struct Sum;

impl Function for Sum {
    type Arguments = Numbers;
    type Output = String;
    const NAME: &'static str = "sum";
    const SUMMARY: &'static str = "Adds.";

    fn deprecation(&self) -> Option<String> {
        Some("Add yourself.".into())
    }

    async fn call(&self, Numbers { label, numbers }: Numbers) -> Result<String, FunctionError> {
        match label.as_str() {
            "fail" => Err(FunctionError::argument(1, "no such number")),
            "panic" => panic!("in a function"),
            _ => Ok(format!("{label} {}", numbers.iter().sum::<i64>())),
        }
    }
}

#[derive(Arguments)]
pub(crate) struct Anything {
    value: Tf<Option<Value>>,
}

pub(crate) struct Echo;

impl Function for Echo {
    type Arguments = Anything;
    type Output = String;
    const NAME: &'static str = "echo";

    async fn call(&self, Anything { value }: Anything) -> Result<String, FunctionError> {
        Ok(format!("{:?}", value.known()))
    }
}

#[derive(Arguments)]
pub(crate) struct Nothing {}

/// Returns another type than it declares.
pub(crate) struct Broken;

struct Liar;

impl Cty for Liar {
    fn cty_type() -> Type {
        Type::String
    }

    fn to_cty(&self) -> Result<Value, tf_cty::ToCtyError> {
        Ok(Value::list([Value::from(1)]).unwrap())
    }

    fn from_cty(_: &Value) -> Result<Self, tf_cty::FromCtyError> {
        Ok(Self)
    }
}

pub(crate) struct LiarOutput(Liar);

impl Cty for LiarOutput {
    fn cty_type() -> Type {
        Liar::cty_type()
    }

    fn to_cty(&self) -> Result<Value, tf_cty::ToCtyError> {
        self.0.to_cty()
    }

    fn from_cty(value: &Value) -> Result<Self, tf_cty::FromCtyError> {
        Liar::from_cty(value).map(Self)
    }
}

impl Function for Broken {
    type Arguments = Nothing;
    type Output = LiarOutput;
    const NAME: &'static str = "broken";

    async fn call(&self, _: Nothing) -> Result<LiarOutput, FunctionError> {
        Ok(LiarOutput(Liar))
    }
}

/// The result, or `argument: text`.
async fn call(name: &str, arguments: &[(Type, Json)]) -> Result<Value, String> {
    let lab = Lab::new();
    let request = proto::call_function::Request {
        name: name.into(),
        arguments: arguments.iter().map(|(ty, json)| message(&value(ty, json), ty)).collect(),
    };
    let answer = lab.0.call_function(Request::new(request)).await.unwrap().into_inner();
    match answer.error {
        Some(error) => {
            let at = error.function_argument.map(|n| format!("{n}: ")).unwrap_or_default();
            Err(format!("{at}{}", error.text))
        }
        None => Ok(decoded(answer.result.as_ref(), &Type::String).unwrap()),
    }
}

#[tokio::test]
async fn functions_are_called_by_their_parameters() {
    let text = |t: &str| (Type::String, json!(t));
    let number = |n: Json| (Type::Number, n);
    for (name, arguments, want) in [
        ("sum", vec![text("a")], Ok(Value::from("a 0"))),
        ("sum", vec![text("a"), number(json!(1)), number(json!(2))], Ok(Value::from("a 3"))),
        ("sum", vec![text("a"), number(json!("?"))], Ok(Value::unknown(Type::String))),
        ("sum", vec![], Err("1 arguments are required, but got 0")),
        ("sum", vec![(Type::String, Json::Null)], Err("0: argument must not be null")),
        ("sum", vec![text("")], Err("0: ")),
        ("sum", vec![text("a"), number(json!(1.5))], Err("1: ")),
        ("sum", vec![text("a"), number(json!(1)), number(Json::Null)], Err("2: argument must not be null")),
        ("sum", vec![text("fail")], Err("1: no such number")),
        ("sum", vec![text("panic")], Err("the provider ended in a panic: panic: in a function")),
        ("echo", vec![(Type::Dynamic, Json::Null)], Ok(Value::from("Some(None)"))),
        ("echo", vec![(Type::Dynamic, json!("?"))], Ok(Value::from("None"))),
        ("echo", vec![], Err("1 arguments are required, but got 0")),
        ("echo", vec![(Type::Dynamic, json!(1)), (Type::Dynamic, json!(1))], Err("1: too many arguments")),
        ("broken", vec![], Err("the function returned a value of another type than it declares")),
        ("absent", vec![], Err("this provider has no function \"absent\"")),
    ] {
        let got = call(name, &arguments).await;
        let same = match (&got, &want) {
            (Ok(got), Ok(want)) => got == want,
            (Err(got), Err(want)) => got.starts_with(want),
            _ => false,
        };
        assert!(same, "{name} {arguments:?}: got {got:?}, want {want:?}");
    }
}

#[tokio::test]
async fn an_argument_of_another_type_is_an_error_at_that_argument() {
    let error = call("sum", &[(Type::Bool, json!(true))]).await.unwrap_err();
    assert!(error.starts_with("0: What Terraform sent as Argument does not fit"), "{error}");
}
