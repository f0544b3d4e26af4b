//! Types as JSON, the form in which Terraform sends them: `"string"`, `["list","string"]`,
//! `["object",{"a":"bool"},["a"]]`.

use std::sync::Arc;

use super::{Attribute, OptionalAttributeError, Type};
use crate::codec::DecodeProblem;
use crate::json::{Reader, Token, write_string};
use crate::limits::MAX_DEPTH;

/// JSON that is no type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypeJsonError {
    /// A name of a primitive type that does not exist.
    #[error("invalid primitive type name {0:?}")]
    PrimitiveName(String),
    /// An array that does not begin with a kind of type.
    #[error("invalid complex type kind name")]
    KindName,
    /// Neither a string nor an array.
    #[error("invalid type description")]
    Description,
    /// An attribute named as optional but not declared.
    #[error(transparent)]
    Optional(#[from] OptionalAttributeError),
    /// Something after the type.
    #[error("unexpected extra data in type description")]
    Extra,
    /// Types nested beyond the limit.
    #[error("type nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
    /// The text is no JSON.
    #[error("malformed JSON")]
    Json(#[source] Box<DecodeProblem>),
    /// Capsule types have no JSON.
    #[error("capsule type {0:?} cannot be serialized")]
    Capsule(String),
}

impl From<DecodeProblem> for TypeJsonError {
    fn from(e: DecodeProblem) -> Self {
        Self::Json(Box::new(e))
    }
}

impl Type {
    /// The type as JSON; capsule types, which have none, are written as their name.
    pub fn to_json(&self) -> String {
        let mut out = Vec::new();
        self.write_json(&mut out);
        String::from_utf8(out).unwrap_or_default()
    }

    /// The type as JSON, or an error for capsule types.
    pub fn try_to_json(&self) -> Result<String, TypeJsonError> {
        match self.first_capsule() {
            Some(name) => Err(TypeJsonError::Capsule(name)),
            None => Ok(self.to_json()),
        }
    }

    fn first_capsule(&self) -> Option<String> {
        match self {
            Self::Capsule(c) => Some(c.friendly_name().to_owned()),
            Self::List(e) | Self::Set(e) | Self::Map(e) => e.first_capsule(),
            Self::Tuple(t) => t.iter().find_map(Self::first_capsule),
            Self::Object(o) => o.attributes().iter().find_map(|a| a.ty().first_capsule()),
            _ => None,
        }
    }

    fn write_json(&self, out: &mut Vec<u8>) {
        let mut wrapped = |kind: &str, e: &Self| {
            out.extend_from_slice(format!("[\"{kind}\",").as_bytes());
            e.write_json(out);
            out.push(b']');
        };
        match self {
            Self::Dynamic => out.extend_from_slice(b"\"dynamic\""),
            Self::Bool => out.extend_from_slice(b"\"bool\""),
            Self::Number => out.extend_from_slice(b"\"number\""),
            Self::String => out.extend_from_slice(b"\"string\""),
            Self::List(e) => wrapped("list", e),
            Self::Set(e) => wrapped("set", e),
            Self::Map(e) => wrapped("map", e),
            Self::Tuple(t) => {
                out.extend_from_slice(b"[\"tuple\",[");
                for (i, e) in t.iter().enumerate() {
                    out.extend_from_slice(if i > 0 { b"," } else { b"" });
                    e.write_json(out);
                }
                out.extend_from_slice(b"]]");
            }
            Self::Object(o) => write_object(o.attributes(), out),
            Self::Capsule(c) => write_string(c.friendly_name(), out),
        }
    }

    /// Reads a type from JSON.
    pub fn from_json(json: &str) -> Result<Self, TypeJsonError> {
        Self::from_json_bytes(json.as_bytes())
    }

    pub(crate) fn from_json_bytes(json: &[u8]) -> Result<Self, TypeJsonError> {
        let mut reader = Reader::new(json);
        let ty = read(&mut reader, 0)?;
        if reader.peek().is_some() { Err(TypeJsonError::Extra) } else { Ok(ty) }
    }

    pub(crate) fn read_json(reader: &mut Reader<'_>) -> Result<Self, TypeJsonError> {
        read(reader, 0)
    }
}

fn write_object(attributes: &[Attribute], out: &mut Vec<u8>) {
    out.extend_from_slice(b"[\"object\",{");
    for (i, a) in attributes.iter().enumerate() {
        out.extend_from_slice(if i > 0 { b"," } else { b"" });
        write_string(a.name(), out);
        out.push(b':');
        a.ty().write_json(out);
    }
    out.push(b'}');
    for (i, a) in attributes.iter().filter(|a| a.is_optional()).enumerate() {
        out.extend_from_slice(if i > 0 { b"," } else { b",[" });
        write_string(a.name(), out);
    }
    out.extend_from_slice(if attributes.iter().any(Attribute::is_optional) { b"]]" } else { b"]" });
}

fn read(reader: &mut Reader<'_>, depth: usize) -> Result<Type, TypeJsonError> {
    if depth > MAX_DEPTH {
        return Err(TypeJsonError::TooDeep);
    }
    match reader.token()? {
        Token::String(name) => match name.as_ref() {
            "bool" => Ok(Type::Bool),
            "number" => Ok(Type::Number),
            "string" => Ok(Type::String),
            "dynamic" => Ok(Type::Dynamic),
            _ => Err(TypeJsonError::PrimitiveName(name.into_owned())),
        },
        Token::Open(b'[') => {
            if reader.peek() != Some(b'"') {
                return Err(TypeJsonError::KindName);
            }
            let kind = reader.string()?;
            let ty = read_complex(reader, &kind, depth)?;
            if reader.take(b']') { Ok(ty) } else { Err(TypeJsonError::Extra) }
        }
        _ => Err(TypeJsonError::Description),
    }
}

fn read_complex(reader: &mut Reader<'_>, kind: &str, depth: usize) -> Result<Type, TypeJsonError> {
    let element = |reader: &mut Reader<'_>| {
        reader.expect(b',', "a comma")?;
        read(reader, depth + 1)
    };
    match kind {
        "list" => element(reader).map(Type::list),
        "set" => element(reader).map(Type::set),
        "map" => element(reader).map(Type::map),
        "tuple" => {
            let mut elements = Vec::new();
            if open(reader, b'[')? {
                while reader.more(b']', elements.is_empty())? {
                    elements.push(read(reader, depth + 1)?);
                }
            }
            Ok(Type::Tuple(Arc::new(elements)))
        }
        "object" => {
            let mut attributes = Vec::new();
            if open(reader, b'{')? {
                while reader.more(b'}', attributes.is_empty())? {
                    let name = reader.key()?;
                    attributes.push((name, read(reader, depth + 1)?));
                }
            }
            let optional = read_optional(reader)?;
            Ok(Type::object_with_optional(attributes, optional)?)
        }
        _ => Err(TypeJsonError::KindName),
    }
}

/// Opens the container after a comma; null stands for an empty one.
fn open(reader: &mut Reader<'_>, bracket: u8) -> Result<bool, TypeJsonError> {
    reader.expect(b',', "a comma")?;
    match reader.token()? {
        Token::Open(b) if b == bracket => Ok(true),
        Token::Null => Ok(false),
        _ => Err(TypeJsonError::Description),
    }
}

fn read_optional<'a>(reader: &mut Reader<'a>) -> Result<Vec<std::borrow::Cow<'a, str>>, TypeJsonError> {
    let mut names = Vec::new();
    if reader.peek() == Some(b',') && open(reader, b'[')? {
        while reader.more(b']', names.is_empty())? {
            reader.peek();
            names.push(reader.string()?);
        }
    }
    Ok(names)
}
