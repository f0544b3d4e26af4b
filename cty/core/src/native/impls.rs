//! Rust types that are values.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Cty, FromCtyError, FromCtyProblem, ToCtyError, known, mismatch};
use crate::number::Number;
use crate::path::PathStep;
use crate::types::Type;
use crate::value::Value;

/// The type itself is dynamic: any value, null, unknown or marked.
impl Cty for Value {
    fn cty_type() -> Type {
        Type::Dynamic
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        Ok(self.clone())
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        Ok(value.clone())
    }
}

impl Cty for bool {
    fn cty_type() -> Type {
        Type::Bool
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        Ok((*self).into())
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        known(value)?;
        value.as_bool().ok_or_else(|| mismatch("bool", value))
    }
}

impl Cty for String {
    fn cty_type() -> Type {
        Type::String
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        Ok(self.as_str().into())
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        known(value)?;
        value.as_str().map(str::to_owned).ok_or_else(|| mismatch("string", value))
    }
}

impl Cty for Number {
    fn cty_type() -> Type {
        Type::Number
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        Ok(self.clone().into())
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        known(value)?;
        value.as_number().cloned().ok_or_else(|| mismatch("number", value))
    }
}

macro_rules! integers {
    ($via:ident: $($t:ident),*) => {$(
        impl Cty for $t {
            fn cty_type() -> Type {
                Type::Number
            }

            fn to_cty(&self) -> Result<Value, ToCtyError> {
                Ok((*self).into())
            }

            fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
                let n = Number::from_cty(value)?;
                let fits = n.$via().and_then(|v| $t::try_from(v).ok());
                fits.ok_or_else(|| FromCtyProblem::Number(stringify!($t)).into())
            }
        }
    )*};
}
integers!(to_i64: i8, i16, i32, i64);
integers!(to_u64: u8, u16, u32, u64, usize);

/// Numbers become the nearest `f64`; one that is too large is refused.
impl Cty for f64 {
    fn cty_type() -> Type {
        Type::Number
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        Ok(Number::from_f64(*self)?.into())
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        let n = Number::from_cty(value)?;
        let v = n.to_f64();
        if v.is_infinite() && !n.is_infinite() { Err(FromCtyProblem::Number("f64").into()) } else { Ok(v) }
    }
}

/// Numbers become the nearest `f32`; one that is too large is refused.
impl Cty for f32 {
    fn cty_type() -> Type {
        Type::Number
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        f64::from(*self).to_cty()
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        let n = Number::from_cty(value)?;
        let v = n.to_f64() as Self;
        if v.is_infinite() && !n.is_infinite() { Err(FromCtyProblem::Number("f32").into()) } else { Ok(v) }
    }
}

/// `None` is null.
impl<T: Cty> Cty for Option<T> {
    fn cty_type() -> Type {
        T::cty_type()
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        self.as_ref().map_or_else(|| Ok(Value::null(T::cty_type())), T::to_cty)
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        if value.is_null() && !value.is_marked() { Ok(None) } else { T::from_cty(value).map(Some) }
    }
}

impl<T: Cty> Cty for Box<T> {
    fn cty_type() -> Type {
        T::cty_type()
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        (**self).to_cty()
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        T::from_cty(value).map(Self::new)
    }
}

fn each_to<'a, T: Cty + 'a>(items: impl Iterator<Item = &'a T>) -> Result<Vec<Value>, ToCtyError> {
    let convert =
        |(i, item): (usize, &T)| item.to_cty().map_err(|e| e.under(PathStep::Index(Value::from(i))));
    items.enumerate().map(convert).collect()
}

impl<T: Cty> Cty for Vec<T> {
    fn cty_type() -> Type {
        Type::list(T::cty_type())
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        Ok(Value::list_of(T::cty_type(), each_to(self.iter())?)?)
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        known(value)?;
        if !value.ty().is_list() {
            return Err(mismatch("list", value));
        }
        let convert =
            |(i, v): (usize, &Value)| T::from_cty(v).map_err(|e| e.under(PathStep::Index(Value::from(i))));
        value.as_slice().unwrap_or_default().iter().enumerate().map(convert).collect()
    }
}

impl<T: Cty + Ord> Cty for BTreeSet<T> {
    fn cty_type() -> Type {
        Type::set(T::cty_type())
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        Ok(Value::set_of(T::cty_type(), each_to(self.iter())?)?)
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        known(value)?;
        if !value.ty().is_set() {
            return Err(mismatch("set", value));
        }
        let convert = |v: &Value| T::from_cty(v).map_err(|e| e.under(PathStep::Index(v.clone())));
        value.as_slice().unwrap_or_default().iter().map(convert).collect()
    }
}

fn map_to<'a, T: Cty + 'a>(entries: impl Iterator<Item = (&'a String, &'a T)>) -> Result<Value, ToCtyError> {
    let mut converted = Vec::new();
    for (key, item) in entries {
        let step = || PathStep::Index(Value::from(key.as_str()));
        converted.push((key, item.to_cty().map_err(|e| e.under(step()))?));
    }
    Ok(Value::map_of(T::cty_type(), converted)?)
}

fn map_from<T: Cty, M: FromIterator<(String, T)>>(value: &Value) -> Result<M, FromCtyError> {
    known(value)?;
    if !value.ty().is_map() {
        return Err(mismatch("map", value));
    }
    let convert = |(key, v): (&std::sync::Arc<str>, &Value)| match T::from_cty(v) {
        Ok(item) => Ok((key.to_string(), item)),
        Err(e) => Err(e.under(PathStep::Index(Value::from(key.clone())))),
    };
    value.entries().map(convert).collect()
}

impl<T: Cty> Cty for BTreeMap<String, T> {
    fn cty_type() -> Type {
        Type::map(T::cty_type())
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        map_to(self.iter())
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        map_from(value)
    }
}

impl<T: Cty> Cty for HashMap<String, T> {
    fn cty_type() -> Type {
        Type::map(T::cty_type())
    }

    fn to_cty(&self) -> Result<Value, ToCtyError> {
        map_to(self.iter())
    }

    fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
        map_from(value)
    }
}

macro_rules! tuples {
    ($($len:literal: $($t:ident $i:tt),*;)*) => {$(
        impl<$($t: Cty),*> Cty for ($($t,)*) {
            fn cty_type() -> Type {
                Type::tuple([$($t::cty_type()),*])
            }

            fn to_cty(&self) -> Result<Value, ToCtyError> {
                Ok(Value::tuple([
                    $(self.$i.to_cty().map_err(|e| e.under(PathStep::Index(Value::from($i as usize))))?),*
                ]))
            }

            fn from_cty(value: &Value) -> Result<Self, FromCtyError> {
                known(value)?;
                let items = value.as_slice().filter(|_| value.ty().is_tuple());
                let items = items.ok_or_else(|| mismatch("tuple", value))?;
                if items.len() != $len {
                    return Err(FromCtyProblem::Length { want: $len, got: items.len() }.into());
                }
                Ok(($(
                    $t::from_cty(&items[$i]).map_err(|e| e.under(PathStep::Index(Value::from($i as usize))))?,
                )*))
            }
        }
    )*};
}
tuples! {
    1: A 0;
    2: A 0, B 1;
    3: A 0, B 1, C 2;
    4: A 0, B 1, C 2, D 3;
}
