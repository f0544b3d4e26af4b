//! The type that a JSON text implies: objects and tuples of what is in it, null of dynamic type.

use std::collections::BTreeMap;

use super::reader::{Reader, Token};
use crate::codec::{DecodeError, DecodeProblem, Unwinding};
use crate::limits::MAX_DEPTH;
use crate::types::Type;

/// The type of the value that a JSON text describes when nothing else is known of it.
pub fn implied_type(json: &[u8]) -> Result<Type, DecodeError> {
    let mut reader = Reader::new(json);
    let ty = implied(&mut reader, 0).and_then(|ty| match reader.peek() {
        None | Some(b']' | b'}') => Ok(ty),
        Some(_) => Err(DecodeProblem::Trailing),
    });
    ty.map_err(|e| Unwinding::from(e).into_error())
}

fn implied(reader: &mut Reader<'_>, depth: usize) -> Result<Type, DecodeProblem> {
    if depth > MAX_DEPTH {
        return Err(DecodeProblem::TooDeep);
    }
    match reader.token()? {
        Token::Null => Ok(Type::Dynamic),
        Token::Bool(_) => Ok(Type::Bool),
        Token::Number(_) => Ok(Type::Number),
        Token::String(_) => Ok(Type::String),
        Token::Open(b'[') => {
            let mut elements = Vec::new();
            while reader.more(b']', elements.is_empty())? {
                elements.push(implied(reader, depth + 1)?);
            }
            Ok(Type::tuple(elements))
        }
        Token::Open(_) => {
            let mut attributes: BTreeMap<String, Type> = BTreeMap::new();
            let mut first = true;
            while reader.more(b'}', first)? {
                first = false;
                let key = reader.key()?;
                let ty = implied(reader, depth + 1)?;
                if attributes.get(key.as_ref()).is_some_and(|old| *old != ty) {
                    return Err(DecodeProblem::Duplicate(key.into_owned()));
                }
                attributes.insert(key.into_owned(), ty);
            }
            Ok(Type::object(attributes))
        }
    }
}
