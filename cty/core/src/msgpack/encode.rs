//! Values to msgpack, canonical: the shortest form of every number, attributes and keys sorted, sets in order.

use super::reader::code;
use super::{REFINED, key};
use crate::codec::{EncodeError, EncodeProblem, Failure};
use crate::convert::convert;
use crate::limits::MAX_PREFIX_BYTES;
use crate::number::Number;
use crate::path::PathStep;
use crate::text::safe_prefix;
use crate::types::Type;
use crate::value::{Repr, Value};

/// The msgpack of a value under a type, to which it is converted if it does not fit.
///
/// ```
/// use tf_cty::{Type, Value, msgpack};
/// let value = Value::object([("id", Value::unknown(Type::String)), ("port", Value::from(80))]);
/// let bytes = msgpack::encode(&value, value.ty())?;
/// assert_eq!(bytes, b"\x82\xa2id\xd4\x00\x00\xa4port\x50");
/// # Ok::<(), tf_cty::EncodeError>(())
/// ```
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    encode_into(value, ty, &mut out)?;
    Ok(out)
}

/// Like [`encode`], at the end of a buffer of the caller. After an error the buffer holds a part of the value.
pub fn encode_into(value: &Value, ty: &Type, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let mut encoder = Encoder { out };
    if value.ty().conforms_to(ty) {
        return encoder.value(value, ty).map_err(|e| e.finished());
    }
    let converted = convert(value, ty)
        .map_err(|e| EncodeError { problem: EncodeProblem::Convert(e.to_string()), path: e.path })?;
    encoder.value(&converted, ty).map_err(|e| e.finished())
}

struct Encoder<'a> {
    out: &'a mut Vec<u8>,
}

impl Encoder<'_> {
    fn value(&mut self, value: &Value, ty: &Type) -> Result<(), Failure> {
        if value.is_marked() {
            return Err(EncodeError::inside(EncodeProblem::Marked));
        }
        if ty.is_dynamic() && !value.ty().is_dynamic() {
            let json = value.ty().try_to_json().map_err(|e| EncodeError::inside(EncodeProblem::Type(e)))?;
            self.out.push(0x92);
            write_header(json.len(), None, code::BIN8, self.out);
            self.out.extend_from_slice(json.as_bytes());
            return self.value(value, value.ty());
        }
        match value.repr() {
            Repr::Null => self.out.push(code::NIL),
            Repr::Unknown(_) => write_unknown(value, self.out),
            Repr::Bool(v) => self.out.push(if *v { code::TRUE } else { code::FALSE }),
            Repr::Number(n) => write_number(n, self.out),
            Repr::String(s) => write_string(s, self.out),
            Repr::Seq(_) if ty.is_object() => self.object(value, ty)?,
            Repr::Seq(v) => self.sequence(v, ty, false)?,
            Repr::Set(v) => self.sequence(v.values(), ty, true)?,
            Repr::Map(entries) => {
                let element = ty.element_type().unwrap_or(&Type::Dynamic);
                write_map_length(entries.len(), self.out);
                for (key, v) in entries.iter() {
                    write_string(key, self.out);
                    self.child(v, element, || PathStep::Index(Value::from(key.clone())))?;
                }
            }
            Repr::Capsule(_) => return Err(EncodeError::inside(EncodeProblem::Capsule)),
        }
        Ok(())
    }

    fn object(&mut self, value: &Value, ty: &Type) -> Result<(), Failure> {
        let attributes = ty.as_object().map(|o| o.attributes()).unwrap_or_default();
        write_map_length(attributes.len(), self.out);
        for ((name, v), a) in value.entries().zip(attributes) {
            write_string(name, self.out);
            self.child(v, a.ty(), || PathStep::Attr(name.clone()))?;
        }
        Ok(())
    }

    fn sequence(&mut self, elements: &[Value], ty: &Type, is_set: bool) -> Result<(), Failure> {
        write_array_length(elements.len(), self.out);
        for (i, v) in elements.iter().enumerate() {
            let element = ty.as_tuple().and_then(|t| t.get(i)).or_else(|| ty.element_type());
            let key = || PathStep::Index(if is_set { v.clone() } else { Value::from(i) });
            self.child(v, element.unwrap_or(&Type::Dynamic), key)?;
        }
        Ok(())
    }

    /// Encodes a value inside another, scalars at once.
    fn child(&mut self, v: &Value, ty: &Type, step: impl Fn() -> PathStep) -> Result<(), Failure> {
        if !v.is_marked() && !ty.is_dynamic() {
            match v.repr() {
                Repr::Null => {
                    self.out.push(code::NIL);
                    return Ok(());
                }
                Repr::String(s) => {
                    write_string(s, self.out);
                    return Ok(());
                }
                Repr::Number(n) => {
                    write_number(n, self.out);
                    return Ok(());
                }
                Repr::Bool(b) => {
                    self.out.push(if *b { code::TRUE } else { code::FALSE });
                    return Ok(());
                }
                _ => {}
            }
        }
        self.value(v, ty).map_err(|e| EncodeError::under(e, step()))
    }
}

/// A length after its code; `wide8` is the code for one byte of length, the next two are for two and four.
fn write_header(len: usize, fixed: Option<(u8, usize)>, wide8: u8, out: &mut Vec<u8>) {
    match (fixed, len) {
        (Some((base, limit)), n) if n <= limit => out.push(base | n as u8),
        (_, 0..=0xff) => out.extend_from_slice(&[wide8, len as u8]),
        (_, 0x100..=0xffff) => {
            out.push(wide8 + 1);
            out.extend_from_slice(&(len as u16).to_be_bytes());
        }
        _ => {
            out.push(wide8 + 2);
            out.extend_from_slice(&(len as u32).to_be_bytes());
        }
    }
}

fn write_string(s: &str, out: &mut Vec<u8>) {
    write_header(s.len(), Some((0xa0, 31)), code::STR8, out);
    out.extend_from_slice(s.as_bytes());
}

/// Arrays and maps have no one-byte length.
fn write_container(len: usize, base: u8, wide16: u8, out: &mut Vec<u8>) {
    if len > 15 && len <= 0xff {
        out.extend_from_slice(&[wide16, 0, len as u8]);
    } else {
        write_header(len, Some((base, 15)), wide16 - 1, out);
    }
}

fn write_array_length(len: usize, out: &mut Vec<u8>) {
    write_container(len, 0x90, code::ARRAY16, out);
}

fn write_map_length(len: usize, out: &mut Vec<u8>) {
    write_container(len, 0x80, code::MAP16, out);
}

fn write_integer(v: i64, out: &mut Vec<u8>) {
    match v {
        0..=0x7f => out.push(v as u8),
        -32..=-1 => out.push(v as i8 as u8),
        0x80..=0xff => out.extend_from_slice(&[code::UINT8, v as u8]),
        0x100..=0xffff => {
            out.push(code::UINT8 + 1);
            out.extend_from_slice(&(v as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(code::UINT8 + 2);
            out.extend_from_slice(&(v as u32).to_be_bytes());
        }
        0x1_0000_0000.. => {
            out.push(code::UINT64);
            out.extend_from_slice(&v.to_be_bytes());
        }
        -0x80..=-33 => out.extend_from_slice(&[code::INT8, v as u8]),
        -0x8000..=-0x81 => {
            out.push(code::INT8 + 1);
            out.extend_from_slice(&(v as i16).to_be_bytes());
        }
        -0x8000_0000..=-0x8001 => {
            out.push(code::INT8 + 2);
            out.extend_from_slice(&(v as i32).to_be_bytes());
        }
        _ => {
            out.push(code::INT64);
            out.extend_from_slice(&v.to_be_bytes());
        }
    }
}

/// Integers that fit are integers, fractions and infinities that an `f64` holds are floats, the rest is decimal text.
fn write_number(n: &Number, out: &mut Vec<u8>) {
    if let Some(v) = n.to_i64() {
        return write_integer(v, out);
    }
    match n.to_f64_exact().filter(|_| !n.is_integer()) {
        Some(v) => {
            out.push(code::FLOAT64);
            out.extend_from_slice(&v.to_be_bytes());
        }
        None => write_string(&n.to_string(), out),
    }
}

/// An unknown value: an extension that is empty, or holds a map of what is known.
fn write_unknown(value: &Value, out: &mut Vec<u8>) {
    let mut entries = Vec::new();
    let mut count = 0u8;
    if !value.ty().is_dynamic() {
        write_refinements(value, &mut entries, &mut count);
    }
    if count == 0 {
        out.extend_from_slice(&[code::FIXEXT1, 0, 0]);
        return;
    }
    let len = entries.len() + 1;
    match len {
        2 | 4 | 8 | 16 => out.push(code::FIXEXT1 + len.trailing_zeros() as u8),
        _ => write_header(len, None, code::EXT8, out),
    }
    out.push(REFINED);
    out.push(0x80 | count);
    out.extend_from_slice(&entries);
}

fn write_refinements(value: &Value, out: &mut Vec<u8>, count: &mut u8) {
    let range = value.range();
    let mut entry = |key: i64, write: &dyn Fn(&mut Vec<u8>)| {
        write_integer(key, out);
        write(out);
        *count += 1;
    };
    if range.definitely_not_null() {
        entry(key::NULLNESS, &|out| out.push(code::FALSE));
    }
    for (key, bound) in
        [(key::NUMBER_MIN, range.number_lower_bound()), (key::NUMBER_MAX, range.number_upper_bound())]
    {
        if let Some((n, inclusive)) = bound {
            entry(key, &|out| {
                out.push(0x92);
                write_number(n, out);
                out.push(if inclusive { code::TRUE } else { code::FALSE });
            });
        }
    }
    if let Some(prefix) = range.string_prefix() {
        entry(key::PREFIX, &|out| write_string(&shorten(prefix), out));
    }
    if let Some((min, max)) = range.length_bounds().filter(|_| value.ty().is_collection()) {
        if min != 0 {
            entry(key::LENGTH_MIN, &|out| write_integer(min, out));
        }
        if max != i64::MAX {
            entry(key::LENGTH_MAX, &|out| write_integer(max, out));
        }
    }
}

/// A prefix cut to what may be sent.
fn shorten(prefix: &str) -> String {
    if prefix.len() <= MAX_PREFIX_BYTES {
        return prefix.to_owned();
    }
    let mut end = MAX_PREFIX_BYTES - 1;
    while !prefix.is_char_boundary(end) {
        end -= 1;
    }
    safe_prefix(&prefix[..end])
}
