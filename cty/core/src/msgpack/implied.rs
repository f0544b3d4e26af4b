//! The type that msgpack bytes imply: objects and tuples of what is in them, null and unknown of dynamic type.

use super::reader::{Reader, code, is_ext, is_fixed_number, is_string};
use crate::codec::{DecodeError, DecodeProblem, Unwinding, lossy};
use crate::limits::MAX_DEPTH;
use crate::types::Type;

/// The type of the value that msgpack bytes describe when nothing else is known of it.
pub fn implied_type(bytes: &[u8]) -> Result<Type, DecodeError> {
    let mut reader = Reader::new(bytes);
    let ty = implied(&mut reader, 0);
    let ty = ty.and_then(|ty| if reader.is_empty() { Ok(ty) } else { Err(DecodeProblem::Trailing) });
    ty.map_err(|e| Unwinding::from(e).into_error())
}

fn implied(reader: &mut Reader<'_>, depth: usize) -> Result<Type, DecodeProblem> {
    if depth > MAX_DEPTH {
        return Err(DecodeProblem::TooDeep);
    }
    match reader.peek()? {
        code::NIL => reader.byte().map(|_| Type::Dynamic),
        c if is_ext(c) => {
            let (_, len) = reader.extension()?;
            reader.bytes(len).map(|_| Type::Dynamic)
        }
        code::TRUE | code::FALSE => reader.boolean().map(|_| Type::Bool),
        c if is_fixed_number(c) => reader.integer().map(|_| Type::Number),
        code::UINT8..=code::INT64 => reader.integer().map(|_| Type::Number),
        code::FLOAT32 | code::FLOAT64 => reader.float().map(|_| Type::Number),
        c if is_string(c) => reader.string().map(|_| Type::String),
        0x80..=0x8f | code::MAP16 | code::MAP32 => {
            let mut attributes = Vec::new();
            for _ in 0..reader.map_length()?.unwrap_or(0) {
                let name = reader.string()?;
                attributes.push((lossy(name), implied(reader, depth + 1)?));
            }
            Ok(Type::object(attributes))
        }
        0x90..=0x9f | code::ARRAY16 | code::ARRAY32 => {
            let mut elements = Vec::new();
            for _ in 0..reader.array_length()?.unwrap_or(0) {
                elements.push(implied(reader, depth + 1)?);
            }
            Ok(Type::tuple(elements))
        }
        code => Err(DecodeProblem::Code { code, wanted: "a value" }),
    }
}
