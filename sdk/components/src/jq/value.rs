//! Values of Terraform's as jq's, and back.

use jaq_json::{Num, Val};
use tf_sdk::cty::{EncodeProblem, json};
use tf_sdk::{Number, Type, Value};

use super::JqError;

/// How deep a value may be: what a JSON text may nest, and what Terraform takes.
const DEPTH_MAX: usize = 256;

/// Reads a JSON text. It is JSON alone that is read, though jq's own language has more.
pub(super) fn parsed(text: &str) -> Result<Val, JqError> {
    let number_text: &serde_json::value::RawValue =
        serde_json::from_str(text).map_err(|error| JqError::Json(error.to_string()))?;
    if depth(number_text.get()) > DEPTH_MAX {
        return Err(JqError::Json(format!("it nests deeper than {DEPTH_MAX}")));
    }
    jaq_json::read::parse_single(number_text.get().as_bytes())
        .map_err(|error| JqError::Json(error.to_string()))
}

/// How deep a JSON text nests. The text is known to be one.
fn depth(text: &str) -> usize {
    let (mut depth, mut most, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                most = most.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// The JSON of a value of Terraform's, which must be wholly known. Sets are arrays in Terraform's order.
pub(super) fn to_json(value: &Value) -> Result<String, JqError> {
    let text = json::encode_simple(value).map_err(|error| {
        JqError::Input(match error.problem {
            EncodeProblem::Unknown => "is not wholly known".to_owned(),
            // Which says of what kind it is, and nothing of it.
            problem => format!("cannot be written as JSON: {problem}"),
        })
    })?;
    String::from_utf8(text).map_err(|_| JqError::Broken)
}

/// A result as Terraform has it: arrays are tuples, objects are objects.
pub(super) fn into_cty(result: &Val) -> Result<Value, JqError> {
    to_cty(result, 0)
}

fn to_cty(result: &Val, depth: usize) -> Result<Value, JqError> {
    if depth > DEPTH_MAX {
        return Err(JqError::Result(format!("nests deeper than {DEPTH_MAX}")));
    }
    Ok(match result {
        Val::Null => Value::null(Type::Dynamic),
        Val::Bool(bool) => Value::from(*bool),
        Val::Num(number) => number_to_cty(number)?,
        Val::TStr(_) | Val::BStr(_) => Value::from(text(result)?),
        Val::Arr(elements) => {
            let elements: Result<Vec<_>, _> =
                elements.iter().map(|element| to_cty(element, depth + 1)).collect();
            Value::tuple(elements?)
        }
        Val::Obj(entries) => {
            let entries: Result<Vec<_>, JqError> =
                entries.iter().map(|(key, value)| Ok((text(key)?, to_cty(value, depth + 1)?))).collect();
            Value::object(entries?)
        }
    })
}

fn text(value: &Val) -> Result<String, JqError> {
    match value {
        Val::TStr(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
        Val::BStr(_) => Err(JqError::Result("has bytes that are no text".to_owned())),
        _ => Err(JqError::Result("has a key that is no text".to_owned())),
    }
}

fn number_to_cty(number: &Num) -> Result<Value, JqError> {
    let text = match number {
        // As jq itself prints what is no number.
        Num::Float(float) if float.is_nan() => return Ok(Value::null(Type::Dynamic)),
        Num::Float(float) if float.is_infinite() => {
            return Err(JqError::Result("has an infinite number".to_owned()));
        }
        // The shortest digits that mean this float, as in JSON.
        Num::Float(float) => float.to_string(),
        other => Val::Num(other.clone()).to_string(),
    };
    let number = Number::parse(&text);
    number.map(Value::from).map_err(|_| JqError::Result("has a number that Terraform has not".to_owned()))
}

/// Errors with their places in the program, a line each. What each is about is the rest of the program from its place on, or a part of
/// it.
pub(super) fn lines<'a>(program: &str, errors: impl Iterator<Item = (&'a str, String)>) -> String {
    let lines: Vec<String> = errors
        .map(|(found, said)| match place(program, found) {
            Some((line, column)) => format!("{said} (line {line}, column {column})"),
            None => said,
        })
        .collect();
    lines.join("\n")
}

/// Line and column, from 1, of a part of the program; none if it is no part of it.
fn place(program: &str, part: &str) -> Option<(usize, usize)> {
    let offset = (part.as_ptr() as usize).checked_sub(program.as_ptr() as usize)?;
    let before = program.get(..offset)?;
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Some((line, column))
}
