//! Functions over one collection.

use super::FunctionError;
use super::spec::{Function, Result, elements, function, integer, takes, text};
use crate::convert::convert;
use crate::mark::Marks;
use crate::types::{Attribute, Type};
use crate::value::Value;

pub(super) fn all() -> Vec<Function> {
    let mut all = access();
    all.extend(lists());
    all.extend(maps());
    all
}

fn error<T>(message: &str) -> Result<T> {
    Err(FunctionError::new(message))
}

fn sequence_or_map(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(_) | Type::List(_) | Type::Map(_) | Type::Dynamic)
}

fn access() -> Vec<Function> {
    vec![
        function("hasindex", "Returns true if the given collection has an element with the given key.")
            .param("collection", Type::Dynamic, takes::DYNAMIC)
            .param("key", Type::Dynamic, takes::DYNAMIC)
            .returns_from(|args| {
                let ok = sequence_or_map(args[0].ty());
                if ok { Ok(Type::Bool) } else { error("collection must be a list, a map or a tuple") }
            })
            .does(|args, _| Ok(args[0].has_index(&args[1])?)),
        function("index", "Returns the element with the given key, or raises an error if there is none.")
            .param("collection", Type::Dynamic, takes::PLAIN)
            .param("key", Type::Dynamic, takes::DYNAMIC)
            .returns_from(|args| index_type(args[0].ty(), &args[1]))
            .refined(None)
            .does(|args, _| match args[0].has_index(&args[1])?.as_bool() {
                Some(true) => Ok(args[0].index(&args[1])?),
                _ => error("invalid index"),
            }),
        function("length", "Returns the number of elements in the given collection.")
            .param("collection", Type::Dynamic, takes::DYNAMIC | takes::UNKNOWN | takes::MARKED)
            .returns_from(|args| {
                let ok = sequence_or_map(args[0].ty()) || args[0].ty().is_set();
                if ok { Ok(Type::Number) } else { error("collection must be a list, a map or a tuple") }
            })
            .does(|args, _| Ok(args[0].length()?)),
        function("element", "Returns the element at the given index, counting round and round.")
            .param("list", Type::Dynamic, takes::MARKED)
            .param("index", Type::Number, takes::PLAIN)
            .returns_from(|args| element_type(args[0].ty(), &args[1]))
            .refined(None)
            .does(|args, ty| {
                let i = integer(&args[1])?;
                let (list, marks) = args[0].clone().unmark();
                if !list.is_known() {
                    return Ok(Value::unknown(ty.clone()));
                }
                Ok(elements(&list)?[wrapped(i, list.len().unwrap_or(0))?].clone().with_marks(&marks))
            }),
        function(
            "contains",
            "Returns true if the given list, tuple or set has the given value as an element.",
        )
        .param("list", Type::Dynamic, takes::PLAIN)
        .param("value", Type::Dynamic, takes::NULL)
        .returns(Type::Bool)
        .does(|args, _| contains(&args[0], &args[1])),
    ]
}

fn index_type(collection: &Type, key: &Value) -> Result<Type> {
    let key_is = |want: &Type| key.ty() == want || key.ty().is_dynamic();
    match collection {
        Type::Tuple(_) if !key_is(&Type::Number) => error("key for tuple must be number"),
        Type::Tuple(_) if !key.is_known() => Ok(Type::Dynamic),
        Type::Tuple(t) => {
            let i = integer(key)?;
            let ty = usize::try_from(i).ok().and_then(|i| t.get(i));
            let outside =
                || FunctionError::new(format_args!("key must be between 0 and {} inclusive", t.len()));
            ty.cloned().ok_or_else(outside)
        }
        Type::List(_) if !key_is(&Type::Number) => error("key for list must be number"),
        Type::Map(_) if !key_is(&Type::String) => error("key for map must be string"),
        Type::List(e) | Type::Map(e) => Ok((**e).clone()),
        _ => error("collection must be a list, a map or a tuple"),
    }
}

fn wrapped(index: i64, len: usize) -> Result<usize> {
    if len == 0 {
        return error("cannot use element function with an empty list");
    }
    Ok(index.rem_euclid(len as i64) as usize)
}

fn element_type(list: &Type, index: &Value) -> Result<Type> {
    match list {
        Type::List(e) => Ok((**e).clone()),
        Type::Tuple(_) if !index.is_known() => Ok(Type::Dynamic),
        Type::Tuple(t) => Ok(t[wrapped(integer(index)?, t.len())?].clone()),
        _ => Err(FunctionError::new(format_args!("cannot read elements from {}", list.friendly_name()))),
    }
}

fn contains(list: &Value, value: &Value) -> Result<Value> {
    if !matches!(list.ty(), Type::List(_) | Type::Tuple(_) | Type::Set(_)) {
        return error("argument must be list, tuple, or set");
    }
    let mut unsure = false;
    for element in elements(list)? {
        match value.equals(element).as_bool() {
            Some(true) => return Ok(true.into()),
            Some(false) => {}
            None => unsure = true,
        }
    }
    Ok(if unsure { Value::unknown(Type::Bool) } else { false.into() })
}

fn lists() -> Vec<Function> {
    let any_list = || Type::list(Type::Dynamic);
    let strings = || Type::list(Type::String);
    vec![
        function("compact", "Removes empty and null strings from the given list.")
            .param("list", strings(), takes::PLAIN)
            .returns(strings())
            .does(|args, ty| {
                if !args[0].is_wholly_known() {
                    return Ok(Value::unknown(ty.clone()));
                }
                let kept = elements(&args[0])?.iter().filter(|v| v.as_str().is_some_and(|s| !s.is_empty()));
                Ok(Value::list_of(Type::String, kept.cloned().collect())?)
            }),
        function("distinct", "Removes duplicates from the given list, keeping the order of what remains.")
            .param("list", any_list(), takes::PLAIN)
            .returns_from(|args| Ok(args[0].ty().clone()))
            .does(|args, ty| distinct(&args[0], ty)),
        function("chunklist", "Splits a list into lists of at most the given number of elements.")
            .param("list", any_list(), takes::MARKED)
            .param("size", Type::Number, takes::MARKED)
            .returns_from(|args| Ok(Type::list(args[0].ty().clone())))
            .does(|args, _| chunks(&args[0], &args[1])),
        function("flatten", "Replaces elements that are sequences by their own elements, at every depth.")
            .param("list", Type::Dynamic, takes::MARKED)
            .returns_from(flat_type)
            .does(|args, ty| {
                let mut marks = Marks::EMPTY;
                let mut flat = Vec::new();
                let known = flatten(&args[0], &mut flat, &mut marks)?;
                let result = if known { Value::tuple(flat) } else { Value::unknown(ty.clone()) };
                Ok(result.with_marks(&marks))
            }),
        function("reverselist", "Returns the given list with its elements in reverse order.")
            .param("list", Type::Dynamic, takes::MARKED)
            .returns_from(|args| match args[0].ty() {
                Type::Tuple(t) => Ok(Type::tuple(t.iter().rev().cloned())),
                Type::List(e) | Type::Set(e) => Ok(Type::List(e.clone())),
                other => {
                    let got = other.friendly_name();
                    Err(FunctionError::of_argument(
                        0,
                        format_args!("can only reverse list or tuple values, not {got}"),
                    ))
                }
            })
            .does(|args, ty| {
                let reversed: Vec<Value> = elements(&args[0])?.iter().rev().cloned().collect();
                sequence_of(ty, reversed).map(|v| v.with_marks(args[0].marks()))
            }),
        function("slice", "Extracts consecutive elements of the given list or tuple.")
            .param("list", Type::Dynamic, takes::MARKED)
            .param("start_index", Type::Number, takes::PLAIN)
            .param("end_index", Type::Number, takes::PLAIN)
            .returns_from(slice_type)
            .does(|args, ty| {
                let marks = args[0].marks();
                let Some((start, end)) = slice_bounds(args)? else {
                    return Ok(Value::dynamic().with_marks(marks));
                };
                let part = elements(&args[0])?.get(start..end).unwrap_or_default().to_vec();
                sequence_of(ty, part).map(|v| v.with_marks(marks))
            }),
    ]
}

/// A list or tuple, whichever the type says.
pub(super) fn sequence_of(ty: &Type, values: Vec<Value>) -> Result<Value> {
    match ty {
        Type::Tuple(_) => Ok(Value::tuple(values)),
        _ => Ok(Value::list_of(ty.element_type().cloned().unwrap_or(Type::Dynamic), values)?),
    }
}

fn distinct(list: &Value, ty: &Type) -> Result<Value> {
    if !list.is_wholly_known() {
        return Ok(Value::unknown(ty.clone()));
    }
    let mut kept: Vec<&Value> = Vec::new();
    for element in elements(list)? {
        if !kept.iter().any(|k| k.equals(element).as_bool() == Some(true)) {
            kept.push(element);
        }
    }
    sequence_of(ty, kept.into_iter().cloned().collect())
}

fn chunks(list: &Value, size: &Value) -> Result<Value> {
    let marks = list.marks().union(size.marks());
    let chunk = integer(size)?;
    let chunk =
        usize::try_from(chunk).map_err(|_| FunctionError::new("the size argument must be positive"))?;
    let plain = list.clone().unmark().0;
    let all = elements(&plain)?;
    let parts = match chunk {
        _ if all.is_empty() => Vec::new(),
        0 => vec![plain.clone()],
        n => all.chunks(n).map(|c| Value::list(c.to_vec())).collect::<std::result::Result<_, _>>()?,
    };
    Ok(Value::list_of(plain.ty().clone(), parts)?.with_marks(&marks))
}

fn flat_type(args: &[Value]) -> Result<Type> {
    if !args[0].is_wholly_known() {
        return Ok(Type::Dynamic);
    }
    if !matches!(args[0].ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) {
        return error("can only flatten lists, sets and tuples");
    }
    let mut flat = Vec::new();
    let known = flatten(&args[0], &mut flat, &mut Marks::EMPTY.clone())?;
    Ok(if known { Type::tuple(flat.iter().map(|v| v.ty().clone())) } else { Type::Dynamic })
}

/// Adds what is in a sequence, at every depth; false when something unknown may hold more.
fn flatten(list: &Value, flat: &mut Vec<Value>, marks: &mut Marks) -> Result<bool> {
    marks.extend(list.marks());
    if !list.length()?.is_known() {
        return Ok(false);
    }
    let mut known = true;
    for element in elements(list)? {
        let nested =
            matches!(element.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) && !element.is_null();
        if !nested {
            known &= element.is_known() || !element.ty().is_dynamic();
            flat.push(element.clone());
        } else if element.is_known() {
            known &= flatten(element, flat, marks)?;
        } else {
            marks.extend(element.marks());
            known = false;
        }
    }
    Ok(known)
}

fn slice_type(args: &[Value]) -> Result<Type> {
    let ty = args[0].ty();
    if !matches!(ty, Type::List(_) | Type::Tuple(_)) {
        let why = if ty.is_set() {
            "cannot slice a set, because its elements do not have indices"
        } else {
            "must be a list or tuple value"
        };
        return Err(FunctionError::of_argument(0, why));
    }
    let bounds = slice_bounds(args)?;
    match (ty, bounds) {
        (Type::Tuple(t), Some((start, end))) => Ok(Type::tuple(t[start..end].iter().cloned())),
        (Type::Tuple(_), None) => Ok(Type::Dynamic),
        _ => Ok(ty.clone()),
    }
}

/// Both ends of a slice, checked against what is known; nothing when one is unknown.
fn slice_bounds(args: &[Value]) -> Result<Option<(usize, usize)>> {
    let length = if args[0].ty().is_tuple() || args[0].length()?.is_known() { args[0].len() } else { None };
    let bound = |i: usize, name: &str| {
        if !args[i].is_known() {
            return Ok(None);
        }
        let wrong = |why: String| FunctionError::of_argument(i, why);
        let value = integer(&args[i]).map_err(|e| wrong(format!("invalid {name} index: {e}")))?;
        let value =
            usize::try_from(value).map_err(|_| wrong(format!("{name} index must not be less than zero")))?;
        if length.is_some_and(|l| value > l) {
            return Err(wrong(format!("{name} index must not be greater than the length of the list")));
        }
        Ok(Some(value))
    };
    match (bound(1, "start")?, bound(2, "end")?) {
        (Some(start), Some(end)) if start > end => {
            Err(FunctionError::of_argument(1, "start index must not be greater than end index"))
        }
        (Some(start), Some(end)) => Ok(Some((start, end))),
        _ => Ok(None),
    }
}

fn maps() -> Vec<Function> {
    vec![
        function("keys", "Returns the keys of the given map or object in order.")
            .param("inputMap", Type::Dynamic, takes::UNKNOWN | takes::MARKED)
            .returns_from(|args| match args[0].ty() {
                Type::Map(_) => Ok(Type::list(Type::String)),
                Type::Object(o) => Ok(Type::tuple(o.attributes().iter().map(|_| Type::String))),
                _ => Err(FunctionError::of_argument(0, "must have map or object type")),
            })
            .does(|args, ty| {
                let marks = args[0].marks();
                let keys: Vec<Value> = match args[0].ty() {
                    Type::Object(o) => o.attributes().iter().map(|a| Value::from(a.name().clone())).collect(),
                    _ if !args[0].is_known() => return Ok(Value::unknown(ty.clone()).with_marks(marks)),
                    _ => args[0].entries().map(|(k, _)| Value::from(k.clone())).collect(),
                };
                sequence_of(ty, keys).map(|v| v.with_marks(marks))
            }),
        function("values", "Returns the values of the given map or object, in the order of their keys.")
            .param("mapping", Type::Dynamic, takes::MARKED)
            .returns_from(|args| match args[0].ty() {
                Type::Map(e) => Ok(Type::List(e.clone())),
                Type::Object(o) => Ok(Type::tuple(o.attributes().iter().map(|a| a.ty().clone()))),
                _ => error("values() requires a map as the first argument"),
            })
            .does(|args, ty| {
                let values: Vec<Value> = args[0].entries().map(|(_, v)| v.clone()).collect();
                sequence_of(ty, values).map(|v| v.with_marks(args[0].marks()))
            }),
        function("lookup", "Returns the element with the given key, or a default if there is none.")
            .param("inputMap", Type::Dynamic, takes::MARKED)
            .param("key", Type::String, takes::MARKED)
            .param("default", Type::Dynamic, takes::MARKED)
            .returns_from(lookup_type)
            .refined(None)
            .does(|args, ty| {
                let marks = args[0].marks().union(args[1].marks());
                let key = text(&args[1])?;
                if !args[0].is_wholly_known() {
                    return Ok(Value::unknown(ty.clone()).with_marks(&marks));
                }
                let found = match args[0].get(key) {
                    Some(found) => found.clone(),
                    None => convert(&args[2], ty)?,
                };
                Ok(found.with_marks(&marks))
            }),
    ]
}

fn lookup_type(args: &[Value]) -> Result<Type> {
    match args[0].ty() {
        Type::Object(o) => match args[1].as_str() {
            None if !args[1].is_known() => Ok(Type::Dynamic),
            None => error("key must not be null"),
            Some(key) => Ok(o.get(key).map_or_else(|| args[2].ty(), Attribute::ty).clone()),
        },
        Type::Map(e) => match convert(&args[2], e) {
            Ok(_) => Ok((**e).clone()),
            Err(_) => {
                let why = "the default value must have the same type as the map elements";
                Err(FunctionError::of_argument(2, why))
            }
        },
        _ => Err(FunctionError::of_argument(0, "lookup() requires a map as the first argument")),
    }
}
