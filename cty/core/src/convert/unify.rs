//! Unification: a type that all of several types can become.

use std::cmp::Ordering;

use super::plan::Plan;
use super::{Conversion, Safety};
use crate::types::Type;

/// A common type, and for each type given the conversion to it unless it is that type already.
pub struct Unified {
    /// The common type.
    pub ty: Type,
    /// The conversions.
    pub conversions: Vec<Option<Conversion>>,
}

/// The most general type that all types can become; nothing when there is none or no types are given.
///
/// ```
/// use tf_cty::{Safety, Type, unify};
/// let types = [Type::Number, Type::String, Type::Bool];
/// assert_eq!(unify(&types, Safety::Safe).map(|u| u.ty), Some(Type::String));
/// assert!(unify(&[Type::Bool, Type::Number], Safety::Safe).is_none());
/// ```
pub fn unify(types: &[Type], safety: Safety) -> Option<Unified> {
    if types.is_empty() {
        return None;
    }
    let count = |is: fn(&Type) -> bool| types.iter().filter(|t| is(t)).count();
    let (maps, lists, sets) = (count(Type::is_map), count(Type::is_list), count(Type::is_set));
    let (objects, tuples, dynamics) =
        (count(Type::is_object), count(Type::is_tuple), count(Type::is_dynamic));
    let all = |n: usize| n + dynamics == types.len();
    if [maps, lists, sets, objects, tuples].into_iter().any(|n| n > 0 && all(n)) {
        return if dynamics > 0 { Some(all_dynamic(types)) } else { unify_kind(types, safety) };
    }
    let disguised = if maps > 0 && all(maps + objects) {
        unify_disguised(types, Type::is_object, to_map, safety).filter(|u| u.ty.is_map())
    } else if lists > 0 && all(lists + tuples) {
        unify_disguised(types, Type::is_tuple, to_list, safety).filter(|u| u.ty.is_list())
    } else if objects > 0 && tuples > 0 {
        return None;
    } else {
        None
    };
    disguised.or_else(|| by_preference(types, safety))
}

/// The first type, in order of preference, to which all others convert.
fn by_preference(types: &[Type], safety: Safety) -> Option<Unified> {
    sort(types).into_iter().find_map(|i| convert_all(types, types[i].clone(), safety))
}

fn convert_all(types: &[Type], ty: Type, safety: Safety) -> Option<Unified> {
    let conversion = |t: &Type| {
        if *t == ty { Some(None) } else { Conversion::between(t, &ty, safety).map(Some) }
    };
    let conversions: Option<Vec<_>> = types.iter().map(conversion).collect();
    conversions.map(|conversions| Unified { ty, conversions })
}

/// Types of which some are not known yet: the result will not be known either.
fn all_dynamic(types: &[Type]) -> Unified {
    let forget = |_: &Type| Some(Conversion { out: Type::Dynamic, plan: Plan::Forget });
    Unified { ty: Type::Dynamic, conversions: types.iter().map(forget).collect() }
}

/// Types all of one kind: collections by their elements, objects and tuples by their parts.
fn unify_kind(types: &[Type], safety: Safety) -> Option<Unified> {
    let elements = || types.iter().filter_map(|t| t.element_type().cloned()).collect::<Vec<_>>();
    match &types[0] {
        Type::Map(_) => convert_all(types, Type::map(unify(&elements(), safety)?.ty), safety),
        Type::List(_) => convert_all(types, Type::list(unify(&elements(), safety)?.ty), safety),
        Type::Set(_) => convert_all(types, Type::set(unify(&elements(), safety)?.ty), safety),
        Type::Object(_) => unify_objects(types, safety),
        _ => unify_tuples(types, safety),
    }
}

fn unify_objects(types: &[Type], safety: Safety) -> Option<Unified> {
    let objects: Vec<_> = types.iter().filter_map(Type::as_object).collect();
    let first = objects.first()?;
    let same_names = |o: &&&crate::types::ObjectType| {
        o.attributes().iter().map(|a| a.name()).eq(first.attributes().iter().map(|a| a.name()))
    };
    if objects.iter().filter(same_names).count() < objects.len() {
        return to_map(types, safety);
    }
    let mut attributes = Vec::new();
    for (i, a) in first.attributes().iter().enumerate() {
        let across: Vec<Type> = objects.iter().map(|o| o.attributes()[i].ty().clone()).collect();
        attributes.push((a.name(), unify(&across, safety)?.ty));
    }
    convert_all(types, Type::object(attributes), safety).or_else(|| to_map(types, safety))
}

fn unify_tuples(types: &[Type], safety: Safety) -> Option<Unified> {
    let tuples: Vec<_> = types.iter().filter_map(Type::as_tuple).collect();
    let first = tuples.first()?;
    if tuples.iter().any(|t| t.len() != first.len()) {
        return to_list(types, safety);
    }
    let mut elements = Vec::new();
    for i in 0..first.len() {
        let across: Vec<Type> = tuples.iter().map(|t| t[i].clone()).collect();
        elements.push(unify(&across, safety)?.ty);
    }
    convert_all(types, Type::tuple(elements), safety).or_else(|| to_list(types, safety))
}

/// Objects as maps of what all their attributes can become.
fn to_map(types: &[Type], safety: Safety) -> Option<Unified> {
    let parts = types.iter().filter_map(Type::as_object).flat_map(|o| o.attributes());
    let parts: Vec<Type> = parts.map(|a| a.ty().clone()).collect();
    convert_all(types, Type::map(unify(&parts, safety)?.ty), safety)
}

/// Tuples as lists of what all their elements can become.
fn to_list(types: &[Type], safety: Safety) -> Option<Unified> {
    let parts: Vec<Type> = types.iter().filter_map(Type::as_tuple).flatten().cloned().collect();
    convert_all(types, Type::list(unify(&parts, safety)?.ty), safety)
}

/// Collections together with structural types that may be collections in disguise.
fn unify_disguised(
    types: &[Type],
    disguised: fn(&Type) -> bool,
    reveal: fn(&[Type], Safety) -> Option<Unified>,
    safety: Safety,
) -> Option<Unified> {
    let hidden: Vec<Type> = types.iter().filter(|t| disguised(t)).cloned().collect();
    let revealed = reveal(&hidden, safety)?;
    let shown: Vec<Type> =
        types.iter().map(|t| if disguised(t) { revealed.ty.clone() } else { t.clone() }).collect();
    let mut unified = unify(&shown, safety)?;
    let places = (0..types.len()).filter(|i| disguised(&types[*i]));
    for (i, first) in places.zip(revealed.conversions) {
        let second = unified.conversions[i].take();
        unified.conversions[i] = match (first, second) {
            (Some(first), Some(second)) => Some(Conversion {
                out: unified.ty.clone(),
                plan: Plan::Chain(Box::new(first), Box::new(second)),
            }),
            (first, second) => first.or(second),
        };
    }
    Some(unified)
}

/// Indices of the types, more general ones before those that they can take in; otherwise in their own order.
fn sort(types: &[Type]) -> Vec<usize> {
    let n = types.len();
    let mut edges = vec![Vec::new(); n];
    let mut waiting = vec![0usize; n];
    for i in 0..n {
        for j in i + 1..n {
            match compare(&types[i], &types[j]) {
                Ordering::Less => {
                    edges[i].push(j);
                    waiting[j] += 1;
                }
                Ordering::Greater => {
                    edges[j].push(i);
                    waiting[i] += 1;
                }
                Ordering::Equal => {}
            }
        }
    }
    let mut order: Vec<usize> = (0..n).filter(|i| waiting[*i] == 0).collect();
    let mut at = 0;
    while at < order.len() {
        for j in std::mem::take(&mut edges[order[at]]) {
            waiting[j] -= 1;
            if waiting[j] == 0 {
                order.push(j);
            }
        }
        at += 1;
    }
    // In a cycle the reference's order holds zeros, so that it tries the first type again.
    order.resize(n, 0);
    order
}

/// Less when `a` is the more general type.
fn compare(a: &Type, b: &Type) -> Ordering {
    use Ordering::{Equal, Greater, Less};
    match (a, b) {
        (Type::Dynamic, Type::Dynamic) => Equal,
        (Type::Dynamic, _) => Greater,
        (_, Type::Dynamic) => Less,
        (Type::String, Type::String) => Equal,
        (Type::String, b) if b.is_primitive() => Less,
        (a, Type::String) if a.is_primitive() => Greater,
        (Type::List(x), Type::List(y)) | (Type::Set(x), Type::Set(y)) | (Type::Map(x), Type::Map(y)) => {
            compare(x, y)
        }
        (Type::Tuple(_) | Type::List(_), Type::Set(_)) => Less,
        (Type::Set(_), Type::Tuple(_) | Type::List(_)) => Greater,
        (Type::List(_), Type::Tuple(_)) | (Type::Map(_), Type::Object(_)) => Less,
        (Type::Tuple(_), Type::List(_)) | (Type::Object(_), Type::Map(_)) => Greater,
        (Type::Object(x), Type::Object(y)) => {
            let (x, y) = (x.attributes(), y.attributes());
            if !x.iter().map(|a| a.name()).eq(y.iter().map(|a| a.name())) {
                return Equal;
            }
            compare_parts(x.iter().map(|a| a.ty()).zip(y.iter().map(|a| a.ty())))
        }
        (Type::Tuple(x), Type::Tuple(y)) if x.len() == y.len() => compare_parts(x.iter().zip(y.iter())),
        _ => Equal,
    }
}

/// One side is more general when it is so in some part and the other in none.
fn compare_parts<'a>(parts: impl Iterator<Item = (&'a Type, &'a Type)>) -> Ordering {
    let orders: Vec<Ordering> = parts.map(|(a, b)| compare(a, b)).collect();
    match (orders.contains(&Ordering::Less), orders.contains(&Ordering::Greater)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}
