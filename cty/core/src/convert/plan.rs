//! Working out how to convert between two types, without a value.

use std::sync::Arc;

use super::{Conversion, Safety, unify};
use crate::types::{CapsuleType, FromConverter, ObjectType, ToConverter, Type};

/// How to convert a known value that is not null.
pub(super) enum Plan {
    /// The value as it is.
    Pass,
    /// The unknown value of unknown type, whatever the value.
    Forget,
    /// Convert when the type is known.
    Late(Type),
    NumberToString,
    BoolToString,
    StringToNumber,
    StringToBool,
    /// Attribute by attribute; nothing where the type stays.
    Object {
        out: Arc<ObjectType>,
        attributes: Vec<Option<Conversion>>,
    },
    Tuple(Vec<Option<Conversion>>),
    ToList {
        element: Type,
        conversion: Option<Box<Conversion>>,
    },
    ToSet {
        element: Type,
        conversion: Option<Box<Conversion>>,
    },
    ToMap {
        element: Type,
        conversion: Option<Box<Conversion>>,
    },
    TupleToList {
        element: Type,
        conversions: Vec<Option<Conversion>>,
        safety: Safety,
    },
    TupleToSet {
        element: Type,
        conversions: Vec<Option<Conversion>>,
    },
    ObjectToMap {
        element: Type,
        conversions: Vec<Option<Conversion>>,
        safety: Safety,
    },
    MapToObject {
        out: Arc<ObjectType>,
        attributes: Vec<Member>,
    },
    Capsule(CapsuleType, ToConverter),
    FromCapsule(FromConverter),
    /// One conversion after another.
    Chain(Box<Conversion>, Box<Conversion>),
}

/// How an element of a map becomes an attribute.
pub(super) enum Member {
    Same,
    Convert(Conversion),
    /// Not at all: the attribute is optional and must be missing.
    Impossible,
}

impl Plan {
    pub(super) fn between(from: &Type, to: &Type, safety: Safety) -> Option<Self> {
        match (from, to) {
            (_, Type::Dynamic) => Some(Self::Pass),
            (Type::Dynamic, _) if safety == Safety::Unsafe => Some(Self::Late(to.clone())),
            (from, to) if from.is_primitive() && from == to => Some(Self::Pass),
            (Type::Number, Type::String) => Some(Self::NumberToString),
            (Type::Bool, Type::String) => Some(Self::BoolToString),
            (Type::String, Type::Number) if safety == Safety::Unsafe => Some(Self::StringToNumber),
            (Type::String, Type::Bool) if safety == Safety::Unsafe => Some(Self::StringToBool),
            (Type::Object(i), Type::Object(o)) => object_to_object(i, o, safety),
            (Type::Tuple(i), Type::Tuple(o)) if i.len() == o.len() => {
                each(i.iter().zip(o.iter()), safety).map(Self::Tuple)
            }
            (Type::List(i) | Type::Set(i), Type::List(o)) => {
                let conversion = optional(i, o, safety)?;
                Some(Self::ToList { element: (**o).clone(), conversion })
            }
            (Type::List(_), Type::Set(_)) if safety == Safety::Safe => None,
            (Type::List(i) | Type::Set(i), Type::Set(o)) => {
                let conversion = optional(i, o, safety)?;
                Some(Self::ToSet { element: (**o).clone(), conversion })
            }
            (Type::Map(i), Type::Map(o)) => {
                let conversion = Conversion::between(i, o, safety)?;
                Some(Self::ToMap { element: (**o).clone(), conversion: Some(Box::new(conversion)) })
            }
            (Type::Tuple(i), Type::List(o)) => {
                let (element, conversions) = tuple_elements(i, o, safety)?;
                Some(Self::TupleToList { element, conversions, safety })
            }
            (Type::Tuple(i), Type::Set(o)) => {
                let (element, conversions) = tuple_elements(i, o, safety)?;
                Some(Self::TupleToSet { element, conversions })
            }
            (Type::Object(i), Type::Map(o)) => object_to_map(i, o, safety),
            (Type::Map(i), Type::Object(o)) if safety == Safety::Unsafe => map_to_object(i, o, safety),
            (Type::Capsule(_), _) | (_, Type::Capsule(_)) if safety == Safety::Unsafe => capsule(from, to),
            _ => None,
        }
    }
}

/// A conversion for every pair whose types differ; nothing when one has none.
fn each<'a>(
    pairs: impl Iterator<Item = (&'a Type, &'a Type)>,
    safety: Safety,
) -> Option<Vec<Option<Conversion>>> {
    pairs.map(|(i, o)| optional(i, o, safety).map(|c| c.map(|c| *c))).collect()
}

/// `Some(None)` when the types are the same.
fn optional(from: &Type, to: &Type, safety: Safety) -> Option<Option<Box<Conversion>>> {
    if from == to { Some(None) } else { Conversion::between(from, to, safety).map(|c| Some(Box::new(c))) }
}

fn object_to_object(from: &ObjectType, to: &Arc<ObjectType>, safety: Safety) -> Option<Plan> {
    let mut attributes = Vec::with_capacity(to.attributes().len());
    for a in to.attributes() {
        attributes.push(match from.get(a.name()) {
            None if a.is_optional() => None,
            None => return None,
            Some(given) => optional(given.ty(), a.ty(), safety)?.map(|c| *c),
        });
    }
    Some(Plan::Object { out: to.clone(), attributes })
}

/// The element type to use, found by unification when any will do, and the conversions of a tuple's elements to it.
fn tuple_elements(elements: &[Type], want: &Type, safety: Safety) -> Option<(Type, Vec<Option<Conversion>>)> {
    let mut want = want.clone();
    if want.is_dynamic() && !elements.is_empty() {
        want = unify(elements, safety)?.ty;
        if want.is_dynamic() && elements.iter().any(|e| !e.is_dynamic()) {
            return None;
        }
    }
    let conversions = each(elements.iter().map(|e| (e, &want)), safety)?;
    Some((want, conversions))
}

fn object_to_map(from: &ObjectType, want: &Type, safety: Safety) -> Option<Plan> {
    let types: Vec<Type> = from.attributes().iter().map(|a| a.ty().clone()).collect();
    let mut element = want.clone();
    if element.is_dynamic() && !types.is_empty() {
        element = unify(&types, safety)?.ty;
    }
    let conversions = each(types.iter().map(|t| (t, &element)), safety)?;
    Some(Plan::ObjectToMap { element, conversions, safety })
}

fn map_to_object(element: &Type, to: &Arc<ObjectType>, safety: Safety) -> Option<Plan> {
    let member = |a: &crate::types::Attribute| match optional(element, a.ty(), safety) {
        Some(None) => Some(Member::Same),
        Some(Some(c)) => Some(Member::Convert(*c)),
        None if a.is_optional() => Some(Member::Impossible),
        None => None,
    };
    let attributes: Option<Vec<Member>> = to.attributes().iter().map(member).collect();
    attributes.map(|attributes| Plan::MapToObject { out: to.clone(), attributes })
}

fn capsule(from: &Type, to: &Type) -> Option<Plan> {
    if from == to {
        return None;
    }
    if let Type::Capsule(c) = to
        && let Some(convert) = c.ops().conversion_to(from)
    {
        return Some(Plan::Capsule(c.clone(), convert));
    }
    match from {
        Type::Capsule(c) => c.ops().conversion_from(to).map(Plan::FromCapsule),
        _ => None,
    }
}
