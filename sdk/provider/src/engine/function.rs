//! Calls of functions.

use tf_cty::{Path, Value};

use super::erased::ErasedFunction;
use super::shown;
use crate::Diagnostics;
use crate::diagnostic::Severity;
use crate::function::{FunctionError, Parameter, Parameters};
use crate::validator::ValidateValue;

/// Calls a function with arguments that have the types of its parameters.
pub(crate) async fn call(
    function: &dyn ErasedFunction,
    arguments: Vec<Value>,
) -> Result<Value, FunctionError> {
    let parameters = function.parameters();
    let ty = function.output_type();
    for (number, argument) in (0..).zip(&arguments) {
        let parameter = parameter(&parameters, number)?;
        if argument.is_null() && !parameter.allow_null {
            return Err(FunctionError::argument(number, "argument must not be null"));
        }
        if !argument.is_wholly_known() && !parameter.allow_unknown {
            return Ok(Value::unknown(ty));
        }
    }
    for (number, argument) in (0..).zip(&arguments) {
        check(parameter(&parameters, number)?, number, argument)?;
    }
    let result = function.call(arguments).await?;
    match result.ty().conformance_errors(&ty).first() {
        None => Ok(result),
        Some(error) => Err(FunctionError::new(format!(
            "the function returned a value of another type than it declares: {error}; this is a bug of the provider"
        ))),
    }
}

/// The parameter of an argument, counted from 0.
pub(crate) fn parameter(parameters: &Parameters, number: u32) -> Result<&Parameter, FunctionError> {
    let positional = parameters.positional.get(number as usize);
    positional
        .or(parameters.variadic.as_ref())
        .ok_or_else(|| FunctionError::argument(number, "too many arguments"))
}

/// What a parameter demands of an argument beyond its type.
fn check(parameter: &Parameter, number: u32, argument: &Value) -> Result<(), FunctionError> {
    if let Err(misfit) = (parameter.checks.conversion)(argument) {
        let place =
            if misfit.path.is_empty() { String::new() } else { format!(" at {}", shown(&misfit.path)) };
        return Err(FunctionError::argument(number, format!("{}{place}", misfit.detail)));
    }
    if !argument.is_known() {
        return Ok(());
    }
    let path = Path::new().attr(&parameter.name);
    let request = ValidateValue { path: &path, value: argument, config: argument, sensitive: false };
    let mut diagnostics = Diagnostics::new();
    for validator in parameter.validators.iter().filter(|v| !argument.is_null() || v.wants_null()) {
        validator.validate(&request, &mut diagnostics);
    }
    let errors: Vec<String> = diagnostics
        .iter()
        .filter(|d| d.severity == Severity::Error)
        .map(|d| format!("{}: {}", d.summary, d.detail))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(FunctionError::argument(number, errors.join("; "))) }
}
