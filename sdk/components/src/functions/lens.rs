//! `lens_jq`: jq on a value.

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use crate::jq;

/// The arguments of `lens_jq`.
#[derive(Arguments)]
pub(super) struct Lens {
    /// What the program is run on.
    #[param(allow_null)]
    input_data: Value,
    /// A jq program.
    query: String,
}

/// `lens_jq`.
pub(super) struct LensJq;

impl Function for LensJq {
    type Arguments = Lens;
    type Output = Value;

    const NAME: &'static str = "lens_jq";
    const SUMMARY: &'static str = "Runs a jq program on a value.";

    fn description(&self) -> Description {
        Description::markdown(
            "The first result of a [jq](https://jqlang.org) program on a value: `lens_jq({ a = [1, 2] }, \".a | add\")` is `3`. Put \
             brackets around the program to get all of several results. A program sees its input only: no environment, no clock, no \
             files.",
        )
    }

    async fn call(&self, arguments: Lens) -> Result<Value, FunctionError> {
        if arguments.query.trim().is_empty() {
            return Err(FunctionError::argument(1, "the program must not be empty"));
        }
        jq::first(&arguments.query, jq::Input::Value(arguments.input_data)).await.map_err(|error| {
            let argument = u32::from(!error.is_about_input());
            FunctionError::argument(argument, error.to_string())
        })
    }
}
