//! Messages that say why no conversion exists, worded as the reference words them.

use super::{Conversion, Safety};
use crate::text::quote;
use crate::types::{ObjectType, Type};

/// Why a type cannot be converted to another, for people to read.
///
/// ```
/// use tf_cty::{Type, mismatch_message};
/// let got = Type::object([("a", Type::Bool)]);
/// let want = Type::object([("a", Type::Bool), ("b", Type::Bool)]);
/// assert_eq!(mismatch_message(&got, &want), r#"attribute "b" is required"#);
/// ```
pub fn mismatch_message(got: &Type, want: &Type) -> String {
    let required = || format!("{} required", want.friendly_name_for_constraint());
    match (got, want) {
        (Type::Object(g), Type::Object(w)) => objects(g, w),
        (Type::Tuple(_), Type::List(e)) if e.is_dynamic() => {
            "all list elements must have the same type".to_owned()
        }
        (Type::Tuple(_), Type::Set(e)) if e.is_dynamic() => {
            "all set elements must have the same type".to_owned()
        }
        (Type::Object(_), Type::Map(e)) if e.is_dynamic() => {
            "all map elements must have the same type".to_owned()
        }
        (Type::Tuple(g), Type::List(e) | Type::Set(e)) => {
            elements(g.iter().enumerate().map(|(i, t)| (i.to_string(), t)), e)
        }
        (Type::Object(g), Type::Map(e)) => {
            elements(g.attributes().iter().map(|a| (quote(a.name()), a.ty())), e)
        }
        (Type::Tuple(_) | Type::Object(_), Type::List(_) | Type::Set(_) | Type::Map(_)) => required(),
        (Type::List(g) | Type::Set(g), Type::List(w)) => nested("list", g, w),
        (Type::List(g) | Type::Set(g), Type::Set(w)) => nested("set", g, w),
        (Type::Map(g), Type::Map(w)) => nested("map", g, w),
        (g, w) if g.is_collection() && w.is_collection() => required(),
        _ if is_clear(got, want) => {
            format!("{} required, but have {}", want.friendly_name(), got.friendly_name())
        }
        _ => required(),
    }
}

fn nested(kind: &str, got: &Type, want: &Type) -> String {
    format!("incorrect {kind} element type: {}", mismatch_message(got, want))
}

/// The first element that cannot become the element type.
fn elements<'a>(parts: impl Iterator<Item = (String, &'a Type)>, want: &Type) -> String {
    for (name, got) in parts {
        if got != want && Conversion::between(got, want, Safety::Unsafe).is_none() {
            return format!("element {name}: {}", mismatch_message(got, want));
        }
    }
    format!("all elements must be {}", want.friendly_name_for_constraint())
}

fn objects(got: &ObjectType, want: &ObjectType) -> String {
    let missing: Vec<String> = want
        .attributes()
        .iter()
        .filter(|a| !a.is_optional() && got.get(a.name()).is_none())
        .map(|a| quote(a.name()))
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return format!("attribute {one} is required"),
        [one, two] => return format!("attributes {one} and {two} are required"),
        [most @ .., last] => return format!("attributes {}, and {last} are required", most.join(", ")),
    }
    // An attribute that can never be converted is worse than one that may not be.
    for safety in [Safety::Unsafe, Safety::Safe] {
        for a in want.attributes() {
            if let Some(g) = got.get(a.name()).filter(|g| g.ty() != a.ty())
                && Conversion::between(g.ty(), a.ty(), safety).is_none()
            {
                return format!("attribute {}: {}", quote(a.name()), mismatch_message(g.ty(), a.ty()));
            }
        }
    }
    "incorrect object attributes".to_owned()
}

/// True when naming both types helps more than it misleads.
fn is_clear(got: &Type, want: &Type) -> bool {
    got.is_primitive() != want.is_primitive()
        || *want == Type::String
        || matches!((got, want), (Type::Number, Type::Bool) | (Type::Bool, Type::Number))
        || (got.is_tuple() && want.is_object())
}
