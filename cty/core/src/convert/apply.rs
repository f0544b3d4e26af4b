//! Converting values as planned.

use std::sync::Arc;

use super::plan::{Member, Plan};
use super::{Conversion, ConvertError, ConvertProblem, Safety, convert, unify};
use crate::mark::Marks;
use crate::number::Number;
use crate::path::{Path, PathStep};
use crate::types::{ObjectType, Type};
use crate::value::{Value, common_type};

type Result<T> = std::result::Result<T, ConvertError>;

pub(super) fn apply(conversion: &Conversion, value: &Value) -> Result<Value> {
    let (value, marks) = value.clone().unmark();
    apply_unmarked(conversion, &value).map(|v| v.with_marks(&marks))
}

fn apply_unmarked(conversion: &Conversion, value: &Value) -> Result<Value> {
    if let Plan::Forget = conversion.plan {
        return Ok(Value::dynamic());
    }
    if let Plan::Chain(first, second) = &conversion.plan {
        return apply(second, &apply(first, value)?);
    }
    if conversion.out.is_dynamic() {
        return Ok(value.clone());
    }
    if !value.is_known() || value.is_null() {
        let out = conversion.out.without_optional_attributes();
        let ty = fill_dynamic(value.ty(), &out);
        return Ok(if value.is_null() { Value::null(ty) } else { unknown_result(value, ty) });
    }
    run(&conversion.plan, value)
}

fn run(plan: &Plan, value: &Value) -> Result<Value> {
    match plan {
        Plan::Pass | Plan::Forget | Plan::Chain(..) => Ok(value.clone()),
        Plan::Late(want) => convert(value, want),
        Plan::NumberToString => Ok(Value::from(value.as_number().map(Number::to_string).unwrap_or_default())),
        Plan::BoolToString => Ok(Value::from(if value.as_bool() == Some(true) { "true" } else { "false" })),
        Plan::StringToNumber => Ok(Number::parse(value.as_str().unwrap_or_default())?.into()),
        Plan::StringToBool => match value.as_str().unwrap_or_default() {
            "true" | "1" => Ok(true.into()),
            "false" | "0" => Ok(false.into()),
            other => Err(ConvertProblem::Bool(other.to_owned()).into()),
        },
        Plan::Object { out, attributes } => object(value, out, attributes),
        Plan::Tuple(conversions) => indexed(value, conversions).map(Value::tuple),
        Plan::ToList { element, conversion } => to_list(value, element, conversion.as_deref()),
        Plan::ToSet { element, conversion } => {
            let elements = sequence(value, conversion.as_deref())?;
            if elements.is_empty() {
                return Ok(Value::empty_set(empty_element(value, element)));
            }
            checked(&elements, "set")?;
            Ok(Value::set(elements)?)
        }
        Plan::ToMap { element, conversion } => to_map(value, element, conversion.as_deref()),
        Plan::TupleToList { element, conversions, safety } => {
            if conversions.is_empty() {
                return Ok(Value::empty_list(element.without_optional_attributes()));
            }
            let elements = indexed(value, conversions)?;
            // The reference reports errors of this second pass under the last element's index.
            let last = PathStep::Index(Value::from(elements.len() - 1));
            let elements = unify_elements(elements, *safety, |i| PathStep::Index(Value::from(i)));
            let elements = elements.map_err(|e| e.under(last))?;
            checked(&elements, "list")?;
            Ok(Value::list(elements)?)
        }
        Plan::TupleToSet { element, conversions } => {
            if conversions.is_empty() {
                return Ok(Value::empty_set(element.without_optional_attributes()));
            }
            let elements: Vec<Value> = indexed(value, conversions)?.into_iter().map(strip_null).collect();
            checked(&elements, "set")?;
            Ok(Value::set(elements)?)
        }
        Plan::ObjectToMap { element, conversions, safety } => {
            object_to_map(value, element, conversions, *safety)
        }
        Plan::MapToObject { out, attributes } => map_to_object(value, out, attributes),
        Plan::Capsule(ty, convert) => Ok(Value::capsule(ty.clone(), convert(value, &Path::new())?)?),
        Plan::FromCapsule(convert) => match value.as_capsule() {
            Some(inner) => convert(inner, &Path::new()),
            None => Ok(value.clone()),
        },
    }
}

/// A null loses the optional attributes of its type.
fn strip_null(value: Value) -> Value {
    if !value.is_null() || value.ty().is_concrete() {
        return value;
    }
    let ty = value.ty().without_optional_attributes();
    value.unmark().0.retyped(ty)
}

/// The element type of an empty result: that of the source when any will do.
fn empty_element(value: &Value, element: &Type) -> Type {
    match value.ty().element_type() {
        Some(own) if element.is_dynamic() => own.clone(),
        _ => element.without_optional_attributes(),
    }
}

fn checked(elements: &[Value], kind: &'static str) -> Result<()> {
    common_type(elements).map(drop).map_err(|_| ConvertProblem::MixedElements(kind).into())
}

fn indexed(value: &Value, conversions: &[Option<Conversion>]) -> Result<Vec<Value>> {
    let elements = value.as_slice().unwrap_or_default().iter().zip(conversions).enumerate();
    let convert_one = |(i, (v, c)): (usize, (&Value, &Option<Conversion>))| match c {
        None => Ok(v.clone()),
        Some(c) => apply(c, v).map_err(|e| e.under(PathStep::Index(Value::from(i)))),
    };
    elements.map(convert_one).collect()
}

fn sequence(value: &Value, conversion: Option<&Conversion>) -> Result<Vec<Value>> {
    let elements = value.as_slice().unwrap_or_default().iter().enumerate();
    let convert_one = |(i, v): (usize, &Value)| match conversion {
        None => Ok(strip_null(v.clone())),
        Some(c) => apply(c, v).map(strip_null).map_err(|e| e.under(PathStep::Index(Value::from(i)))),
    };
    elements.map(convert_one).collect()
}

fn to_list(value: &Value, element: &Type, conversion: Option<&Conversion>) -> Result<Value> {
    if !value.length()?.is_known() {
        // A set with unknown elements: how many there will be is not known.
        let own = value.ty().element_type().cloned().unwrap_or(Type::Dynamic);
        return Ok(Value::unknown(Type::list(own)));
    }
    let elements = sequence(value, conversion)?;
    if elements.is_empty() {
        return Ok(Value::empty_list(empty_element(value, element)));
    }
    checked(&elements, "list")?;
    Ok(Value::list(elements)?)
}

fn to_map(value: &Value, element: &Type, conversion: Option<&Conversion>) -> Result<Value> {
    let mut entries = Vec::new();
    for (key, v) in value.entries() {
        let new = match conversion {
            None => v.clone(),
            Some(c) => apply(c, v).map_err(|e| e.under(PathStep::Index(Value::from(key.clone()))))?,
        };
        entries.push((key.clone(), new));
    }
    if entries.is_empty() {
        return Ok(Value::empty_map(empty_element(value, element)));
    }
    build_map(entries, element, Safety::Safe)
}

/// Brings converted entries to one type and makes the map.
fn build_map(entries: Vec<(Arc<str>, Value)>, element: &Type, safety: Safety) -> Result<Value> {
    let (keys, mut values): (Vec<Arc<str>>, Vec<Value>) = entries.into_iter().unzip();
    if element.is_collection() || element.is_object() {
        values = unify_elements(values, safety, |i| PathStep::Index(Value::from(keys[i].clone())))?;
    }
    checked(&values, "map")?;
    Ok(Value::map_from_sorted(keys.into_iter().zip(values).collect())?)
}

fn unify_elements(
    elements: Vec<Value>,
    safety: Safety,
    step: impl Fn(usize) -> PathStep,
) -> Result<Vec<Value>> {
    let types: Vec<Type> = elements.iter().map(|e| e.ty().clone()).collect();
    if types.windows(2).all(|w| w[0] == w[1]) {
        return Ok(elements);
    }
    let unified = unify(&types, safety).ok_or(ConvertProblem::NoCommonType)?.ty;
    let convert_one = |(i, v): (usize, Value)| {
        if *v.ty() == unified {
            return Ok(v);
        }
        let conversion = Conversion::between(v.ty(), &unified, safety).ok_or(ConvertProblem::NoCommonType)?;
        apply(&conversion, &v).map_err(|e: ConvertError| e.under(step(i)))
    };
    elements.into_iter().enumerate().map(convert_one).collect()
}

fn object(value: &Value, out: &ObjectType, conversions: &[Option<Conversion>]) -> Result<Value> {
    let mut attributes = Vec::with_capacity(conversions.len());
    for (a, conversion) in out.attributes().iter().zip(conversions) {
        let new = match (value.get(a.name()), conversion) {
            (None, _) => Value::null(a.ty().without_optional_attributes()),
            (Some(v), None) => strip_null(v.clone()),
            (Some(v), Some(c)) => {
                strip_null(apply(c, v).map_err(|e| e.under(PathStep::Attr(a.name().clone())))?)
            }
        };
        attributes.push((a.name(), new));
    }
    Ok(Value::object(attributes))
}

fn object_to_map(
    value: &Value,
    element: &Type,
    conversions: &[Option<Conversion>],
    safety: Safety,
) -> Result<Value> {
    if conversions.is_empty() {
        return Ok(Value::empty_map(element.without_optional_attributes()));
    }
    let mut entries = Vec::with_capacity(conversions.len());
    for ((key, v), conversion) in value.entries().zip(conversions) {
        let new = match conversion {
            None => v.clone(),
            Some(c) => apply(c, v).map_err(|e| e.under(PathStep::Index(Value::from(key.clone()))))?,
        };
        entries.push((key.clone(), new));
    }
    build_map(entries, element, safety)
}

fn map_to_object(value: &Value, out: &ObjectType, members: &[Member]) -> Result<Value> {
    let mut attributes = Vec::with_capacity(members.len());
    for (a, member) in out.attributes().iter().zip(members) {
        let new = match (value.get(a.name()), member) {
            (None, _) if a.is_optional() => Value::null(a.ty().clone()),
            (None, _) => return Err(ConvertProblem::MissingElement(a.name().to_string()).into()),
            (Some(v), Member::Same) => strip_null(v.clone()),
            (Some(v), Member::Convert(c)) => {
                let step = || PathStep::Index(Value::from(a.name().clone()));
                strip_null(apply(c, v).map_err(|e| e.under(step()))?)
            }
            (Some(v), Member::Impossible) => {
                let (name, got) = (a.name().to_string(), v.ty().clone());
                return Err(ConvertProblem::OptionalAttribute { name, got, want: a.ty().clone() }.into());
            }
        };
        attributes.push((a.name(), new));
    }
    Ok(Value::object(attributes))
}

/// The unknown result of converting an unknown value, with what is known of its nullness and length.
fn unknown_result(source: &Value, ty: Type) -> Value {
    let range = source.range();
    let mut builder = Value::unknown(ty.clone()).refine();
    if range.definitely_not_null() {
        builder = builder.not_null();
    }
    let builder = match (source.ty(), &ty) {
        (Type::Object(o), Type::Map(_)) => builder.collection_length(o.attributes().len() as i64),
        (Type::Tuple(t), Type::List(_)) => builder.collection_length(t.len() as i64),
        (Type::Tuple(t), Type::Set(_)) => {
            let len = t.len() as i64;
            builder.collection_length_lower_bound(len.min(1)).collection_length_upper_bound(len)
        }
        (from, to) if from.is_collection() && to.is_collection() => {
            let (min, max) = range.length_bounds().unwrap_or((0, i64::MAX));
            let min = if to.is_set() { min.min(1) } else { min };
            builder.collection_length_lower_bound(min).collection_length_upper_bound(max)
        }
        _ if !range.definitely_not_null() => return Value::unknown(ty).with_marks(&Marks::EMPTY),
        _ => builder,
    };
    builder.build().unwrap_or_else(|_| Value::unknown(ty))
}

/// The type asked for, with dynamic parts taken from the type given.
fn fill_dynamic(given: &Type, want: &Type) -> Type {
    let common = |types: &[Type], element: &Type| match unify(types, Safety::Unsafe) {
        Some(unified) => fill_dynamic(&unified.ty, element),
        None => element.clone(),
    };
    match (given, want) {
        (Type::Dynamic, _) => want.clone(),
        (_, Type::Dynamic) => given.clone(),
        (Type::Map(g), Type::Map(w)) => Type::map(fill_dynamic(g, w)),
        (Type::Object(g), Type::Map(w)) => {
            let types: Vec<Type> = g.attributes().iter().map(|a| a.ty().clone()).collect();
            Type::map(common(&types, w))
        }
        (Type::Set(g) | Type::List(g), Type::Set(w)) => Type::set(fill_dynamic(g, w)),
        (Type::Set(g) | Type::List(g), Type::List(w)) => Type::list(fill_dynamic(g, w)),
        (Type::Tuple(g), Type::Set(w)) => Type::set(common(g, w)),
        (Type::Tuple(g), Type::List(w)) => Type::list(common(g, w)),
        (Type::Tuple(g), Type::Tuple(w)) if g.len() == w.len() => {
            Type::tuple(g.iter().zip(w.iter()).map(|(g, w)| fill_dynamic(g, w)))
        }
        (Type::Map(g), Type::Object(w)) => {
            Type::object(w.attributes().iter().map(|a| (a.name(), fill_dynamic(g, a.ty()))))
        }
        (Type::Object(g), Type::Object(w)) => {
            let fill = |a: &crate::types::Attribute| match g.get(a.name()) {
                Some(given) => fill_dynamic(given.ty(), a.ty()),
                None => a.ty().clone(),
            };
            Type::object(w.attributes().iter().map(|a| (a.name(), fill(a))))
        }
        _ => want.clone(),
    }
}
