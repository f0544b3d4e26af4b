//! Logic, equality and choosing among values.

use super::FunctionError;
use super::spec::{Function, function, takes};
use crate::convert::{Safety, convert, unify};
use crate::types::Type;
use crate::value::Value;

const ANY: u8 = takes::NULL | takes::UNKNOWN | takes::DYNAMIC;

pub(super) fn all() -> Vec<Function> {
    let marked = takes::DYNAMIC | takes::MARKED;
    let binary = |name, what| {
        function(name, what).param("a", Type::Bool, marked).param("b", Type::Bool, marked).returns(Type::Bool)
    };
    let comparison = |name, what| {
        function(name, what).param("a", Type::Dynamic, ANY).param("b", Type::Dynamic, ANY).returns(Type::Bool)
    };
    vec![
        function("not", "Applies the logical NOT operation to the given boolean value.")
            .param("val", Type::Bool, marked)
            .returns(Type::Bool)
            .does(|args, _| Ok(args[0].not()?)),
        binary("and", "Applies the logical AND operation to the given boolean values.")
            .does(|args, _| Ok(args[0].and(&args[1])?)),
        binary("or", "Applies the logical OR operation to the given boolean values.")
            .does(|args, _| Ok(args[0].or(&args[1])?)),
        comparison("equal", "Returns true if the two given values are equal, or false otherwise.")
            .does(|args, _| Ok(args[0].equals(&args[1]))),
        comparison("notequal", "Returns false if the two given values are equal, or true otherwise.")
            .does(|args, _| Ok(args[0].not_equal(&args[1]))),
        function(
            "coalesce",
            "Returns the first argument that is not null, or raises an error if there is none.",
        )
        .variadic("vals", Type::Dynamic, ANY)
        .returns_from(|args| {
            let types: Vec<Type> = args.iter().map(|a| a.ty().clone()).collect();
            let unified = unify(&types, Safety::Unsafe).map(|u| u.ty);
            unified.ok_or_else(|| FunctionError::new("all arguments must have the same type"))
        })
        .does(|args, ty| match args.iter().find(|a| !a.is_null()) {
            Some(value) if value.is_known() => Ok(convert(value, ty)?),
            Some(_) => Ok(Value::unknown(ty.clone())),
            None => Err(FunctionError::new("no non-null arguments")),
        }),
        function("assertnotnull", "Returns the given value unchanged, or raises an error if it is null.")
            .param("v", Type::Dynamic, takes::PLAIN)
            .returns_from(|args| Ok(args[0].ty().clone()))
            .does(|args, _| Ok(args[0].clone())),
    ]
}
