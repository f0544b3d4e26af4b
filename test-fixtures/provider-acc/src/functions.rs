//! The provider's functions.

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

#[derive(Arguments)]
pub(crate) struct Echo {
    value: Value,
}

pub(crate) struct EchoFunction;

impl Function for EchoFunction {
    type Arguments = Echo;
    type Output = Value;

    const NAME: &'static str = "echo";
    const SUMMARY: &'static str = "Echo any value";

    async fn call(&self, arguments: Echo) -> Result<Value, FunctionError> {
        Ok(arguments.value)
    }
}

#[derive(Arguments)]
pub(crate) struct Sum {
    /// numbers
    #[param(variadic)]
    n: Vec<i64>,
}

pub(crate) struct SumFunction;

impl Function for SumFunction {
    type Arguments = Sum;
    type Output = i64;

    const NAME: &'static str = "sum";
    const SUMMARY: &'static str = "Sum numbers";

    fn description(&self) -> Description {
        Description::markdown("Sums `n` numbers.")
    }

    async fn call(&self, arguments: Sum) -> Result<i64, FunctionError> {
        let sum = arguments.n.iter().try_fold(0_i64, |sum, n| sum.checked_add(*n));
        sum.ok_or_else(|| FunctionError::new("The sum is no 64-bit integer."))
    }
}

#[derive(Arguments)]
pub(crate) struct Check {
    a: String,
    b: String,
}

pub(crate) struct CheckFunction;

impl Function for CheckFunction {
    type Arguments = Check;
    type Output = bool;

    const NAME: &'static str = "check";
    const SUMMARY: &'static str = "Fails on argument 2";

    fn deprecation(&self) -> Option<String> {
        Some("use something else".into())
    }

    async fn call(&self, arguments: Check) -> Result<bool, FunctionError> {
        if arguments.a == arguments.b { Ok(true) } else { Err(FunctionError::argument(1, "b must equal a")) }
    }
}

#[derive(Arguments)]
pub(crate) struct OrDefault {
    v: Option<String>,
    d: String,
}

pub(crate) struct OrDefaultFunction;

impl Function for OrDefaultFunction {
    type Arguments = OrDefault;
    type Output = String;

    const NAME: &'static str = "or_default";
    const SUMMARY: &'static str = "default for null";

    async fn call(&self, arguments: OrDefault) -> Result<String, FunctionError> {
        Ok(arguments.v.unwrap_or(arguments.d))
    }
}
