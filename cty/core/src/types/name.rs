//! How types are written in messages and in the reference's own syntax.

use std::fmt::{self, Write};

use super::{Attribute, Type};

impl Type {
    /// The name for messages about a value's type, such as `list of string`.
    pub fn friendly_name(&self) -> String {
        self.name_as("dynamic", "dynamic")
    }

    /// The name for messages about a required type, where dynamic types mean "any".
    pub fn friendly_name_for_constraint(&self) -> String {
        self.name_as("any type", "any single type")
    }

    fn name_as(&self, any: &str, any_element: &str) -> String {
        let element = |kind: &str, e: &Self| match e {
            Self::Dynamic => format!("{kind} of {any_element}"),
            _ => format!("{kind} of {}", e.name_as(any, any_element)),
        };
        match self {
            Self::Dynamic => any.to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Number => "number".to_owned(),
            Self::String => "string".to_owned(),
            Self::List(e) => element("list", e),
            Self::Set(e) => element("set", e),
            Self::Map(e) => element("map", e),
            Self::Tuple(_) => "tuple".to_owned(),
            Self::Object(_) => "object".to_owned(),
            Self::Capsule(c) => c.friendly_name().to_owned(),
        }
    }

    /// The type as the reference would write it in its own source, for comparing dumps.
    pub fn go_syntax(&self) -> String {
        let mut out = String::new();
        // Writing into a String cannot fail.
        let _ = self.write_go(&mut out);
        out
    }

    fn write_go(&self, out: &mut dyn Write) -> fmt::Result {
        let mut wrapped = |kind: &str, e: &Self| {
            write!(out, "cty.{kind}(")?;
            e.write_go(out)?;
            out.write_str(")")
        };
        match self {
            Self::Dynamic => out.write_str("cty.DynamicPseudoType"),
            Self::Bool => out.write_str("cty.Bool"),
            Self::Number => out.write_str("cty.Number"),
            Self::String => out.write_str("cty.String"),
            Self::List(e) => wrapped("List", e),
            Self::Set(e) => wrapped("Set", e),
            Self::Map(e) => wrapped("Map", e),
            Self::Tuple(t) if t.is_empty() => out.write_str("cty.EmptyTuple"),
            Self::Tuple(t) => {
                out.write_str("cty.Tuple([]cty.Type{")?;
                for (i, e) in t.iter().enumerate() {
                    out.write_str(if i > 0 { ", " } else { "" })?;
                    e.write_go(out)?;
                }
                out.write_str("})")
            }
            Self::Object(o) => write_object(o.attributes(), out),
            Self::Capsule(c) => write!(out, "{c:?}"),
        }
    }
}

fn write_object(attributes: &[Attribute], out: &mut dyn Write) -> fmt::Result {
    if attributes.is_empty() {
        return out.write_str("cty.EmptyObject");
    }
    let optional: Vec<_> = attributes.iter().filter(|a| a.is_optional()).map(Attribute::name).collect();
    let kind = if optional.is_empty() { "Object" } else { "ObjectWithOptionalAttrs" };
    write!(out, "cty.{kind}(map[string]cty.Type{{")?;
    for (i, a) in attributes.iter().enumerate() {
        write!(out, "{}{:?}:", if i > 0 { ", " } else { "" }, a.name())?;
        a.ty().write_go(out)?;
    }
    out.write_str("}")?;
    for (i, name) in optional.iter().enumerate() {
        write!(out, "{}{name:?}", if i > 0 { ", " } else { ", []string{" })?;
    }
    out.write_str(if optional.is_empty() { ")" } else { "})" })
}

/// Writes [`Type::go_syntax`].
impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_go(f)
    }
}
