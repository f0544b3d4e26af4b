//! Provider-defined functions. They have no provider configuration: Terraform calls them before there is one.

use std::future::Future;
use std::sync::Arc;

use tf_cty::{Cty, Type, Value};

use crate::schema::{Checks, Description};
use crate::validator::Validator;

/// A function: a type whose value is registered with [`crate::Components::function`].
pub trait Function: Sized + Send + Sync + 'static {
    /// A struct with `#[derive(Arguments)]`: a field a parameter, in order.
    type Arguments: Arguments;

    /// What it returns.
    type Output: Cty + Send;

    /// Its name: `provider::acc::NAME`.
    const NAME: &'static str;

    /// One line of what it does.
    const SUMMARY: &'static str = "";

    /// More of it.
    fn description(&self) -> Description {
        Description::default()
    }

    /// What to use instead, if it should not be used any more.
    fn deprecation(&self) -> Option<String> {
        None
    }

    /// Computes the result. The same arguments must always give the same result.
    fn call(
        &self,
        arguments: Self::Arguments,
    ) -> impl Future<Output = Result<Self::Output, FunctionError>> + Send;
}

/// A struct of arguments. Made by `#[derive(Arguments)]`.
pub trait Arguments: Sized + Send + 'static {
    /// What its fields say.
    fn parameters() -> Parameters;

    /// From values that fit the parameters: one each, then those of the variadic parameter.
    fn from_values(values: &[Value]) -> Result<Self, FunctionError>;
}

/// The parameters of a function.
#[derive(Clone, Default)]
pub struct Parameters {
    /// Those by position.
    pub positional: Vec<Parameter>,
    /// The one that takes the rest.
    pub variadic: Option<Parameter>,
}

/// One parameter.
#[derive(Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The type of arguments.
    pub ty: Type,
    /// What the Rust type adds to it.
    pub checks: Checks,
    /// The function is called with null too.
    pub allow_null: bool,
    /// The function is called with unknown values too; else its result is unknown then, and it is not called.
    pub allow_unknown: bool,
    /// For people.
    pub description: Description,
    /// All of them are asked of known arguments.
    pub validators: Vec<Arc<dyn Validator>>,
}

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct FunctionError {
    /// A sentence.
    pub text: String,
    /// The argument at fault, from 0.
    pub argument: Option<u32>,
}

impl FunctionError {
    /// About the call as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: None }
    }

    /// About an argument, counted from 0.
    pub fn argument(argument: u32, text: impl Into<String>) -> Self {
        Self { text: text.into(), argument: Some(argument) }
    }
}
