//! Functions that match regular expressions.

use ::regex::{Captures, Regex};

use super::FunctionError;
use super::regex::compile;
use super::spec::{Function, Result, function, takes, text};
use crate::types::Type;
use crate::value::Value;

pub(super) fn all() -> Vec<Function> {
    let params = |name, what| {
        function(name, what).param("pattern", Type::String, takes::PLAIN).param(
            "string",
            Type::String,
            takes::PLAIN,
        )
    };
    vec![
        params(
            "regex",
            "Returns the first match of a pattern in a string, or raises an error if there is none.",
        )
        .returns_from(|args| args[0].as_str().map_or(Ok(Type::Dynamic), result_type))
        .does(|args, ty| {
            let re = pattern(text(&args[0])?)?;
            let found = re.captures(text(&args[1])?);
            let found =
                found.ok_or_else(|| FunctionError::new("pattern did not match any part of the given string"));
            Ok(result(&re, &found?, ty))
        }),
        params("regexall", "Returns a list of all matches of a pattern in a string.")
            .returns_from(|args| args[0].as_str().map_or(Ok(Type::Dynamic), result_type).map(Type::list))
            .does(|args, ty| {
                let re = pattern(text(&args[0])?)?;
                let element = ty.element_type().cloned().unwrap_or(Type::Dynamic);
                let found = re.captures_iter(text(&args[1])?).map(|c| result(&re, &c, &element)).collect();
                Ok(Value::list_of(element, found)?)
            }),
        function("regexreplace", "Replaces all matches of a pattern in a string.")
            .param("str", Type::String, takes::PLAIN)
            .param("pattern", Type::String, takes::PLAIN)
            .param("replace", Type::String, takes::PLAIN)
            .returns(Type::String)
            .does(|args, _| {
                let re = compile(text(&args[1])?).map_err(FunctionError::new)?;
                let template = text(&args[2])?;
                let replace = |c: &Captures<'_>| expand(template, c);
                Ok(re.replace_all(text(&args[0])?, replace).as_ref().into())
            }),
    ]
}

fn pattern(pattern: &str) -> Result<Regex> {
    compile(pattern).map_err(|e| FunctionError::of_argument(0, e))
}

/// A string without capture groups, a tuple of unnamed ones, an object of named ones.
fn result_type(text: &str) -> Result<Type> {
    let re = pattern(text)?;
    let names: Vec<Option<&str>> = re.capture_names().skip(1).collect();
    let named: Vec<&str> = names.iter().flatten().copied().collect();
    if names.is_empty() {
        Ok(Type::String)
    } else if named.is_empty() {
        Ok(Type::tuple(names.iter().map(|_| Type::String)))
    } else if named.len() == names.len() {
        Ok(Type::object(named.into_iter().map(|n| (n, Type::String))))
    } else {
        let mixed = "invalid regexp pattern: cannot mix both named and unnamed capture groups";
        Err(FunctionError::of_argument(0, mixed))
    }
}

fn result(re: &Regex, found: &Captures<'_>, ty: &Type) -> Value {
    let group =
        |m: Option<::regex::Match<'_>>| m.map_or_else(|| Value::null(Type::String), |m| m.as_str().into());
    match ty {
        Type::Tuple(_) => Value::tuple(found.iter().skip(1).map(group)),
        Type::Object(_) => {
            let names = re.capture_names().skip(1).map(Option::unwrap_or_default);
            Value::object(names.zip(found.iter().skip(1).map(group)))
        }
        _ => group(found.get(0)),
    }
}

/// A replacement with `$1`, `$name`, `${name}` and `$$` filled in; what names no group is empty.
fn expand(template: &str, found: &Captures<'_>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let (braced, inner) = after.strip_prefix('{').map_or((false, after), |inner| (true, inner));
        let end = inner.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(inner.len());
        let (name, tail) = inner.split_at(end);
        let tail = if braced { tail.strip_prefix('}') } else { Some(tail) };
        match tail.filter(|_| !name.is_empty()) {
            Some(tail) => {
                let group = match name.parse::<usize>() {
                    Ok(i) => found.get(i),
                    Err(_) => found.name(name),
                };
                out.push_str(group.map_or("", |m| m.as_str()));
                rest = tail;
            }
            None => {
                out.push('$');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}
