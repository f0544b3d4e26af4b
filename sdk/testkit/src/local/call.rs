//! Functions of the provider.

use tf_cty::{Type, Value, convert};
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::function::Parameter;
use tf_plugin_proto::tfplugin6::provider_server::Provider as Service;
use tf_sdk::{Diagnostic, FunctionError};
use tonic::Request;

use super::failure::{Failure, Stage};
use super::{LocalProvider, Schemas, wire};
use crate::known::IntoValue;

impl<S: Service> LocalProvider<S> {
    /// Calls a function; no configuration is needed. What Terraform checks before it calls is checked here too: the number of
    /// arguments, their types, and nulls. An unknown argument that the function does not want gives an unknown result uncalled.
    ///
    /// The outer error is one of the call as such; the inner one is what the function, or Terraform in its place, has to say, with
    /// the argument from 0.
    pub async fn call<A: IntoValue>(
        &self,
        name: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Result<Value, FunctionError>, Failure> {
        let function = Schemas::find(&self.schemas().await?.functions, name, "function")?;
        let returned = function.r#return.as_ref().map(|r| r#type(name, &r.r#type)).transpose()?;
        let returned = returned.unwrap_or(Type::Dynamic);
        let mut values = Vec::new();
        for (index, argument) in arguments.into_iter().enumerate() {
            let position = u32::try_from(index).unwrap_or(u32::MAX);
            let parameter = function.parameters.get(index).or(function.variadic_parameter.as_ref());
            let Some(parameter) = parameter else {
                return Ok(Err(FunctionError::argument(
                    position,
                    "there are more arguments than parameters",
                )));
            };
            let ty = r#type(name, &parameter.r#type)?;
            match fit(&argument.into_value(), parameter, &ty, position) {
                Ok(value) => values.push((value, ty, parameter.allow_unknown_values)),
                Err(error) => return Ok(Err(error)),
            }
        }
        if let Some(missing) = function.parameters.get(values.len()) {
            return Ok(Err(FunctionError::new(format!("there is no argument for {:?}", missing.name))));
        }
        if values.iter().any(|(value, _, wants_unknown)| !wants_unknown && !value.is_wholly_known()) {
            return Ok(Ok(Value::unknown(returned)));
        }
        let encoded = values.iter().map(|(value, ty, _)| wire::encode(value, ty));
        let encoded =
            encoded.collect::<Result<Vec<_>, _>>().map_err(|d| Failure::new(Stage::Call, name, d))?;
        let arguments = encoded.into_iter().flatten().collect();
        let request = Request::new(proto::call_function::Request { name: name.into(), arguments });
        let answer = wire::answer(Stage::Call, name, self.service.call_function(request).await)?;
        if let Some(error) = answer.error {
            let argument = error.function_argument.and_then(|index| u32::try_from(index).ok());
            return Ok(Err(FunctionError { text: error.text, argument }));
        }
        let result = wire::decode(answer.result.as_ref(), &returned);
        result.map(Ok).map_err(|diagnostics| Failure::new(Stage::Call, name, diagnostics))
    }
}

/// The argument as the parameter's type.
fn fit(argument: &Value, parameter: &Parameter, ty: &Type, position: u32) -> Result<Value, FunctionError> {
    let value = convert(argument, ty)
        .map_err(|error| FunctionError::argument(position, format!("{}: {error}", parameter.name)))?;
    if value.is_null() && !parameter.allow_null_value {
        return Err(FunctionError::argument(
            position,
            format!("{}: argument must not be null", parameter.name),
        ));
    }
    Ok(value)
}

fn r#type(name: &str, json: &[u8]) -> Result<Type, Failure> {
    let parsed = std::str::from_utf8(json).ok().and_then(|text| Type::from_json(text).ok());
    parsed.ok_or_else(|| {
        let diagnostic =
            Diagnostic::error("Invalid provider schema", "A type of this function cannot be read.");
        Failure::new(Stage::Schema, name, diagnostic.into())
    })
}
