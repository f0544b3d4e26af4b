//! Functions that make one collection of several values.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::FunctionError;
use super::collection::sequence_of;
use super::spec::{Function, Result, elements, function, takes, text};
use crate::convert::{Safety, convert, unify};
use crate::limits::MAX_GENERATED_ELEMENTS;
use crate::mark::Marks;
use crate::number::Number;
use crate::types::Type;
use crate::value::Value;

/// Most elements that `range` generates, as in the reference.
const MAX_RANGE: usize = 1024;

pub(super) fn all() -> Vec<Function> {
    vec![
        function("coalescelist", "Returns the first of the given lists or tuples that is not empty.")
            .variadic("vals", Type::Dynamic, takes::NULL | takes::UNKNOWN | takes::DYNAMIC)
            .returns_from(coalesce_list_type)
            .does(|args, ty| {
                for arg in args {
                    if !arg.is_known() {
                        return Ok(Value::unknown(ty.clone()));
                    }
                    if !arg.is_null() && !arg.is_empty() {
                        return Ok(arg.clone());
                    }
                }
                Err(FunctionError::new("no non-null arguments"))
            }),
        function("concat", "Concatenates all given lists or tuples.")
            .variadic("seqs", Type::Dynamic, takes::MARKED)
            .returns_from(concat_type)
            .does(concat),
        function("merge", "Merges all given maps or objects; of equal keys the last counts.")
            .variadic("maps", Type::Dynamic, takes::NULL | takes::DYNAMIC | takes::MARKED)
            .returns_from(merge_type)
            .does(merge),
        function("zipmap", "Builds a map from a list of keys and a sequence of values.")
            .param("keys", Type::list(Type::String), takes::MARKED)
            .param("values", Type::Dynamic, takes::MARKED)
            .returns_from(|args| zip_type(&args[0], args[1].ty()))
            .does(|args, ty| zip(&args[0], &args[1], ty)),
        function("setproduct", "Calculates the cartesian product of sets or sequences.")
            .variadic("sets", Type::Dynamic, takes::MARKED | takes::UNKNOWN)
            .returns_from(product_type)
            .does(product),
        function("range", "Returns a list of numbers spread evenly over a range.")
            .variadic("params", Type::Number, takes::PLAIN)
            .returns(Type::list(Type::Number))
            .does(|args, _| range(args)),
    ]
}

fn coalesce_list_type(args: &[Value]) -> Result<Type> {
    let first = args.first().ok_or_else(|| FunctionError::new("at least one argument is required"))?;
    for arg in args {
        if !arg.is_known() {
            return Ok(Type::Dynamic);
        }
        if !matches!(arg.ty(), Type::List(_) | Type::Tuple(_)) {
            return Err(FunctionError::new("coalescelist arguments must be lists or tuples"));
        }
    }
    Ok(if args.iter().all(|a| a.ty() == first.ty()) { first.ty().clone() } else { Type::Dynamic })
}

fn concat_type(args: &[Value]) -> Result<Type> {
    if args.is_empty() {
        return Err(FunctionError::new("at least one argument is required"));
    }
    if args.iter().all(|a| a.ty().is_list()) {
        let types: Vec<Type> = args.iter().map(|a| a.ty().clone()).collect();
        if let Some(unified) = unify(&types, Safety::Unsafe) {
            return Ok(unified.ty);
        }
    }
    let mut parts = Vec::new();
    for (i, arg) in args.iter().enumerate() {
        match arg.ty() {
            Type::Tuple(t) => parts.extend(t.iter().cloned()),
            Type::List(_) if !arg.is_known() => return Ok(Type::Dynamic),
            Type::List(e) => parts.extend(elements(arg)?.iter().map(|_| (**e).clone())),
            other => {
                let got = other.friendly_name();
                let why = format!("all arguments must be lists or tuples; got {got}");
                return Err(FunctionError::of_argument(i, why));
            }
        }
    }
    Ok(Type::tuple(parts))
}

fn concat(args: &[Value], ty: &Type) -> Result<Value> {
    let mut all = Vec::new();
    let mut marks = Marks::EMPTY;
    for (i, arg) in args.iter().enumerate() {
        let arg = match ty {
            Type::List(_) => convert(arg, ty).map_err(|e| FunctionError::of_argument(i, e))?,
            Type::Tuple(_) => arg.clone(),
            _ => return Err(FunctionError::new("the types of the arguments are not known")),
        };
        marks.extend(arg.marks());
        all.extend_from_slice(elements(&arg)?);
    }
    sequence_of(ty, all).map(|v| v.with_marks(&marks))
}

fn merge_type(args: &[Value]) -> Result<Type> {
    let Some(first) = args.first() else { return Ok(Type::empty_object()) };
    let mut attributes: BTreeMap<Arc<str>, Type> = BTreeMap::new();
    let mut names_known = true;
    for arg in args {
        match arg.ty() {
            Type::Dynamic => return Ok(Type::Dynamic),
            Type::Object(o) if !arg.is_null() => {
                attributes.extend(o.attributes().iter().map(|a| (a.name().clone(), a.ty().clone())));
            }
            Type::Object(_) => {}
            Type::Map(_) if !arg.is_known() => names_known = false,
            Type::Map(e) => attributes.extend(arg.entries().map(|(k, _)| (k.clone(), (**e).clone()))),
            other => {
                let got = other.friendly_name();
                return Err(FunctionError::new(format_args!(
                    "arguments must be maps or objects, got {got:?}"
                )));
            }
        }
    }
    // Objects that are null bring no attributes, even when all are of one type.
    if first.ty().is_map() && args.iter().all(|a| a.ty() == first.ty()) {
        return Ok(first.ty().clone());
    }
    Ok(if names_known { Type::object(attributes) } else { Type::Dynamic })
}

fn merge(args: &[Value], ty: &Type) -> Result<Value> {
    let mut merged: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    let mut marks = Marks::EMPTY;
    for arg in args.iter().filter(|a| !a.is_null()) {
        marks.extend(arg.marks());
        merged.extend(arg.entries().map(|(k, v)| (k.clone(), v.clone())));
    }
    let result = match ty {
        Type::Map(e) => Value::map_of((**e).clone(), merged.into_iter().collect())?,
        _ => Value::object(merged),
    };
    Ok(result.with_marks(&marks))
}

fn mismatch(keys: usize, values: usize) -> FunctionError {
    FunctionError::new(format_args!("number of keys ({keys}) does not match number of values ({values})"))
}

fn zip_type(keys: &Value, values: &Type) -> Result<Type> {
    match values {
        Type::List(e) => Ok(Type::Map(e.clone())),
        Type::Tuple(_) if !keys.is_wholly_known() => Ok(Type::Dynamic),
        Type::Tuple(t) => {
            let keys = elements(keys)?;
            if keys.len() != t.len() {
                return Err(mismatch(keys.len(), t.len()));
            }
            let names: Vec<&str> = keys.iter().map(text).collect::<Result<_>>()?;
            Ok(Type::object(names.into_iter().zip(t.iter().cloned())))
        }
        _ => Err(FunctionError::new("values argument must be a list or tuple value")),
    }
}

fn zip(keys: &Value, values: &Value, ty: &Type) -> Result<Value> {
    let mut marks = keys.marks().union(values.marks());
    if !keys.is_wholly_known() {
        return Ok(Value::unknown(ty.clone()).with_marks(&marks));
    }
    let (keys, values) = (elements(keys)?, elements(values)?);
    if keys.len() != values.len() {
        return Err(mismatch(keys.len(), values.len()));
    }
    let mut entries = Vec::new();
    for (key, value) in keys.iter().zip(values) {
        marks.extend(key.marks());
        entries.push((text(key)?, value.clone()));
    }
    let result = match ty {
        Type::Map(e) => Value::map_of((**e).clone(), entries)?,
        _ => Value::object(entries),
    };
    Ok(result.with_marks(&marks))
}

fn product_type(args: &[Value]) -> Result<Type> {
    if args.len() < 2 {
        return Err(FunctionError::new("at least two arguments are required"));
    }
    let mut parts = Vec::new();
    for (i, arg) in args.iter().enumerate() {
        parts.push(match arg.ty() {
            Type::Set(e) | Type::List(e) => (**e).clone(),
            Type::Tuple(t) if t.is_empty() => Type::Dynamic,
            Type::Tuple(t) => match unify(t, Safety::Unsafe) {
                Some(unified) => unified.ty,
                None => return Err(FunctionError::of_argument(i, "all elements must be of the same type")),
            },
            _ => return Err(FunctionError::of_argument(i, "a set or a list is required")),
        });
    }
    let element = Type::tuple(parts);
    Ok(if args.iter().any(|a| a.ty().is_set()) { Type::set(element) } else { Type::list(element) })
}

fn product(args: &[Value], ty: &Type) -> Result<Value> {
    let mut marks = Marks::EMPTY;
    let mut total: usize = 1;
    let mut lengths_known = true;
    for arg in args {
        marks.extend(arg.marks());
        if arg.is_known() && arg.length()?.is_known() {
            total = total.saturating_mul(arg.len().unwrap_or(0));
        } else {
            lengths_known = false;
        }
    }
    if !lengths_known {
        return unknown_product(args, ty).map(|v| v.with_marks(&marks));
    }
    if total.saturating_mul(args.len()) > MAX_GENERATED_ELEMENTS {
        return Err(FunctionError::new("the product has too many elements"));
    }
    let element = ty.element_type().cloned().unwrap_or(Type::Dynamic);
    let parts = element.as_tuple().unwrap_or_default();
    let mut columns: Vec<Vec<Value>> = Vec::new();
    for (arg, part) in args.iter().zip(parts).filter(|_| total > 0) {
        let column =
            elements(arg)?.iter().map(|v| if v.ty() == part { Ok(v.clone()) } else { convert(v, part) });
        columns.push(column.collect::<std::result::Result<_, _>>()?);
    }
    let rows = (0..total).map(|row| {
        // The last column goes round fastest.
        let mut rest = row;
        let mut picked: Vec<Value> = Vec::with_capacity(columns.len());
        for column in columns.iter().rev() {
            picked.push(column[rest % column.len()].clone());
            rest /= column.len();
        }
        picked.reverse();
        Value::tuple(picked)
    });
    let rows: Vec<Value> = rows.collect();
    let result = if ty.is_list() { Value::list_of(element, rows)? } else { Value::set_of(element, rows)? };
    Ok(result.with_marks(&marks))
}

/// An unknown product with the bounds of its length, as long as those are small.
fn unknown_product(args: &[Value], ty: &Type) -> Result<Value> {
    let unknown = Value::unknown(ty.clone());
    let mut longest: i64 = 1;
    for arg in args {
        let max = match arg.ty() {
            Type::Tuple(t) => t.len() as i64,
            _ => match arg.range().length_bounds() {
                Some((_, max)) => max,
                None => return Ok(unknown),
            },
        };
        if max > 1024 {
            return Ok(unknown);
        }
        longest *= max;
        if longest > 2048 {
            return Ok(unknown);
        }
    }
    let builder = unknown.refine();
    let builder = if longest == 0 { builder } else { builder.collection_length_lower_bound(1) };
    Ok(builder.collection_length_upper_bound(longest).build()?)
}

fn range(args: &[Value]) -> Result<Value> {
    let numbers: Option<Vec<Number>> = args.iter().map(|a| a.as_number().cloned()).collect();
    let numbers = numbers.ok_or_else(|| FunctionError::new("known numbers are required"))?;
    let below = |a: &Number, b: &Number| a.compare(b).is_lt();
    let one = |down: bool| Number::from(if down { -1 } else { 1 });
    let (start, end, step) = match numbers.as_slice() {
        [end] => (Number::ZERO, end.clone(), one(below(end, &Number::ZERO))),
        [start, end] => (start.clone(), end.clone(), one(below(end, start))),
        [start, end, step] => (start.clone(), end.clone(), step.clone()),
        _ => return Err(FunctionError::new("must have one, two, or three arguments")),
    };
    let down = below(&step, &Number::ZERO);
    if if down { below(&start, &end) } else { below(&end, &start) } {
        let why = if down {
            "end must be less than start when step is negative"
        } else {
            "end must be greater than start when step is positive"
        };
        return Err(FunctionError::of_argument(1, why));
    }
    let mut values = Vec::new();
    let mut at = start;
    while if down { below(&end, &at) && at != end } else { below(&at, &end) && at != end } {
        if values.len() >= MAX_RANGE {
            return Err(FunctionError::new("more than 1024 values were generated"));
        }
        values.push(Value::from(at.clone()));
        at = at.add(&step)?;
    }
    Ok(Value::list_of(Type::Number, values)?)
}
