//! Conversion functions.

use super::FunctionError;
use super::spec::{Function, function, takes};
use crate::convert::{Conversion, Safety, convert, mismatch_message};
use crate::text::quote;
use crate::types::Type;

fn to(name: &'static str, want: Type) -> Function {
    let what = format!(
        "Converts the given value to {}, or raises an error if that is impossible.",
        want.friendly_name_for_constraint()
    );
    let kind = want.clone();
    function(name, &what)
        .param("v", Type::Dynamic, takes::NULL | takes::DYNAMIC)
        .returns_from(move |args| {
            let got = args[0].ty();
            if *got == want || Conversion::between(got, &want, Safety::Unsafe).is_some() {
                return Ok(want.clone());
            }
            let problem = match (got, &want) {
                (Type::Tuple(_), Type::Tuple(_)) | (Type::Object(_), Type::Object(_)) => {
                    let kind = got.friendly_name();
                    format!("incompatible {kind} type for conversion: {}", mismatch_message(got, &want))
                }
                _ => cannot(&got.friendly_name(), &want),
            };
            Err(FunctionError::of_argument(0, problem))
        })
        .refined(None)
        .does(move |args, ty| {
            convert(&args[0], ty).map_err(|_| {
                let what = match (args[0].as_str(), &kind) {
                    (Some(s), Type::Bool | Type::Number) => quote(s),
                    _ => args[0].ty().friendly_name(),
                };
                FunctionError::of_argument(0, cannot(&what, &kind))
            })
        })
}

fn cannot(what: &str, want: &Type) -> String {
    let hint = match want {
        Type::Bool => "; only the strings \"true\" or \"false\" are allowed",
        Type::Number => "; given string must be a decimal representation of a number",
        _ => "",
    };
    format!("cannot convert {what} to {}{hint}", want.friendly_name_for_constraint())
}

pub(super) fn all() -> Vec<Function> {
    vec![
        to("to_string", Type::String),
        to("to_number", Type::Number),
        to("to_bool", Type::Bool),
        to("to_list_any", Type::list(Type::Dynamic)),
        to("to_set_any", Type::set(Type::Dynamic)),
        to("to_map_any", Type::map(Type::Dynamic)),
    ]
}
