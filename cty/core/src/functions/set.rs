//! Functions over sets.

use super::FunctionError;
use super::spec::{Function, Result, elements, function, takes};
use crate::convert::{Safety, convert, unify};
use crate::types::Type;
use crate::value::{SetData, Value};

type Combine = fn(&SetData, &SetData) -> Vec<Value>;

/// Whether the result is certain although elements are unknown.
#[derive(Clone, Copy, PartialEq)]
enum Unknowns {
    Kept,
    Decisive,
}

fn any_set() -> Type {
    Type::set(Type::Dynamic)
}

fn set_of(values: &Value) -> Result<SetData> {
    Ok(SetData::new(elements(values)?.to_vec()))
}

fn without(a: &SetData, b: &SetData) -> Vec<Value> {
    a.values().iter().filter(|v| !b.contains(v)).cloned().collect()
}

fn return_type(args: &[Value]) -> Result<Type> {
    let mut types = Vec::new();
    for arg in args {
        let element = arg.ty().element_type().ok_or_else(|| FunctionError::new("a set is required"))?;
        // An empty set of anything goes with every other.
        if !(arg.is_empty() && element.is_dynamic()) {
            types.push(element.clone());
        }
    }
    if types.is_empty() {
        return Ok(any_set());
    }
    let unified = unify(&types, Safety::Unsafe).map(|u| Type::set(u.ty));
    unified.ok_or_else(|| FunctionError::new("given sets must all have compatible element types"))
}

fn combine(args: &[Value], ty: &Type, unknowns: Unknowns, op: Combine) -> Result<Value> {
    let mut result: Option<SetData> = None;
    for (i, arg) in args.iter().enumerate() {
        let arg = convert(arg, ty).map_err(|e| FunctionError::of_argument(i, e))?;
        if unknowns == Unknowns::Decisive && !arg.is_wholly_known() {
            return Ok(Value::unknown(ty.clone()));
        }
        let set = set_of(&arg)?;
        result = Some(match result {
            None => set,
            Some(before) => SetData::new(op(&before, &set)),
        });
    }
    let values = result.map(|s| s.values().to_vec()).unwrap_or_default();
    let element = ty.element_type().cloned().unwrap_or(Type::Dynamic);
    Ok(Value::set_of(element, values)?)
}

fn operation(name: &'static str, what: &str, unknowns: Unknowns, op: Combine) -> Function {
    function(name, what)
        .param("first_set", any_set(), takes::DYNAMIC)
        .variadic("other_sets", any_set(), takes::DYNAMIC)
        .returns_from(return_type)
        .does(move |args, ty| combine(args, ty, unknowns, op))
}

pub(super) fn all() -> Vec<Function> {
    vec![
        function("sethaselement", "Returns true if the given set contains the given element.")
            .param("set", any_set(), takes::DYNAMIC)
            .param("elem", Type::Dynamic, takes::DYNAMIC)
            .returns(Type::Bool)
            .does(|args, _| Ok(args[0].has_element(&args[1])?)),
        operation("setunion", "Returns the union of all given sets.", Unknowns::Kept, |a, b| {
            a.values().iter().chain(b.values()).cloned().collect()
        }),
        operation(
            "setintersection",
            "Returns the intersection of all given sets.",
            Unknowns::Decisive,
            |a, b| a.values().iter().filter(|v| b.contains(v)).cloned().collect(),
        ),
        operation(
            "setsymmetricdifference",
            "Returns the symmetric difference of the given sets.",
            Unknowns::Decisive,
            |a, b| without(a, b).into_iter().chain(without(b, a)).collect(),
        ),
        function("setsubtract", "Returns the elements of the first set that are not in the second.")
            .param("a", any_set(), takes::DYNAMIC)
            .param("b", any_set(), takes::DYNAMIC)
            .returns_from(return_type)
            .does(|args, ty| combine(args, ty, Unknowns::Decisive, without)),
    ]
}
