//! Functions.

use tf_cty::Value;
use tf_plugin_proto::tfplugin6 as proto;
use tf_plugin_proto::tfplugin6::call_function::{Request, Response};

use super::instance::Instance;
use super::wire;
use crate::engine::erased::ErasedFunction;
use crate::engine::function as calling;
use crate::function::FunctionError;

pub(super) async fn call(instance: &Instance, request: Request) -> Response {
    match try_call(instance, request).await {
        Ok(result) => Response { result: Some(result), error: None },
        Err(error) => Response {
            result: None,
            error: Some(proto::FunctionError {
                text: error.text,
                function_argument: error.argument.map(i64::from),
            }),
        },
    }
}

async fn try_call(instance: &Instance, request: Request) -> Result<proto::DynamicValue, FunctionError> {
    let functions = &instance.catalog.functions;
    let found = functions.binary_search_by(|f| f.name().cmp(&request.name));
    let Ok(place) = found else {
        return Err(FunctionError::new(format!("this provider has no function {:?}", request.name)));
    };
    let function = &*functions[place];
    let arguments = decoded(function, &request.arguments)?;
    let result = calling::call(function, arguments).await?;
    wire::encode(&result, &function.output_type()).map_err(|error| FunctionError::new(error.detail))
}

/// One argument for each parameter, then those of the variadic one.
fn decoded(
    function: &dyn ErasedFunction,
    messages: &[proto::DynamicValue],
) -> Result<Vec<Value>, FunctionError> {
    let parameters = function.parameters();
    let wanted = parameters.positional.len();
    if messages.len() < wanted {
        let text = format!("{wanted} arguments are required, but got {}", messages.len());
        return Err(FunctionError::new(text));
    }
    let numbered = (0..).zip(messages);
    numbered
        .map(|(number, message)| {
            let parameter = calling::parameter(&parameters, number)?;
            let value = wire::decode(Some(message), &parameter.ty, "Argument");
            value.map_err(|error| FunctionError::argument(number, error.detail))
        })
        .collect()
}
