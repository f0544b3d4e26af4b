//! Values to JSON, canonical: attributes and keys sorted, sets in order, text escaped as Go's encoder does.

use crate::codec::{EncodeError, EncodeProblem, Failure};
use crate::convert::convert;
use crate::path::PathStep;
use crate::types::Type;
use crate::value::{Repr, Value};

/// The JSON of a value under a type, to which it is converted if it does not fit.
///
/// ```
/// use tf_cty::{Type, Value, json};
/// let value = Value::object([("port", Value::from(80)), ("host", Value::from("a&b"))]);
/// let text = json::encode(&value, value.ty())?;
/// assert_eq!(text, br#"{"host":"a\u0026b","port":80}"#);
/// let ty = Type::object([("port", Type::String)]);
/// assert_eq!(json::encode(&value, &ty)?, br#"{"port":"80"}"#);
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

/// The JSON of a value under its own type: simple, but the type is lost unless the reader knows it.
pub fn encode_simple(value: &Value) -> Result<Vec<u8>, EncodeError> {
    encode(value, value.ty())
}

struct Encoder<'a> {
    out: &'a mut Vec<u8>,
}

impl Encoder<'_> {
    fn value(&mut self, value: &Value, ty: &Type) -> Result<(), Failure> {
        if value.is_marked() {
            return Err(EncodeError::inside(EncodeProblem::Marked));
        }
        if !value.is_known() {
            return Err(EncodeError::inside(EncodeProblem::Unknown));
        }
        if ty.is_dynamic() && !value.ty().is_dynamic() {
            let json = value.ty().try_to_json().map_err(|e| EncodeError::inside(EncodeProblem::Type(e)))?;
            self.out.extend_from_slice(b"{\"value\":");
            // The reference reports what fails inside at the dynamic value itself.
            self.value(value, value.ty()).map_err(|e| EncodeError::inside(e.problem))?;
            self.out.extend_from_slice(b",\"type\":");
            self.out.extend_from_slice(json.as_bytes());
            self.out.push(b'}');
            return Ok(());
        }
        match value.repr() {
            Repr::Null | Repr::Unknown(_) => self.out.extend_from_slice(b"null"),
            Repr::Bool(true) => self.out.extend_from_slice(b"true"),
            Repr::Bool(false) => self.out.extend_from_slice(b"false"),
            Repr::Number(n) if n.is_infinite() => return Err(EncodeError::inside(EncodeProblem::Infinity)),
            Repr::Number(n) => n.write_text(self.out),
            Repr::String(s) => write_string(s, self.out),
            Repr::Seq(_) if ty.is_object() => self.object(value, ty)?,
            Repr::Seq(v) => self.sequence(v, ty, false)?,
            Repr::Set(v) => self.sequence(v.values(), ty, true)?,
            Repr::Map(entries) => {
                let element = ty.element_type().unwrap_or(&Type::Dynamic);
                self.out.push(b'{');
                for (i, (key, v)) in entries.iter().enumerate() {
                    self.member(i, key);
                    self.child(v, element, || PathStep::Index(Value::from(key.clone())))?;
                }
                self.out.push(b'}');
            }
            Repr::Capsule(_) => return Err(EncodeError::inside(EncodeProblem::Capsule)),
        }
        Ok(())
    }

    fn object(&mut self, value: &Value, ty: &Type) -> Result<(), Failure> {
        let attributes = ty.as_object().map(|o| o.attributes()).unwrap_or_default();
        self.out.push(b'{');
        for (i, ((name, v), a)) in value.entries().zip(attributes).enumerate() {
            self.member(i, name);
            self.child(v, a.ty(), || PathStep::Attr(name.clone()))?;
        }
        self.out.push(b'}');
        Ok(())
    }

    fn sequence(&mut self, elements: &[Value], ty: &Type, is_set: bool) -> Result<(), Failure> {
        self.out.push(b'[');
        for (i, v) in elements.iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            let element = ty.as_tuple().and_then(|t| t.get(i)).or_else(|| ty.element_type());
            let key = || PathStep::Index(if is_set { v.clone() } else { Value::from(i) });
            self.child(v, element.unwrap_or(&Type::Dynamic), key)?;
        }
        self.out.push(b']');
        Ok(())
    }

    fn member(&mut self, i: usize, key: &str) {
        if i > 0 {
            self.out.push(b',');
        }
        write_string(key, self.out);
        self.out.push(b':');
    }

    /// Encodes a value inside another, scalars at once.
    fn child(&mut self, v: &Value, ty: &Type, step: impl Fn() -> PathStep) -> Result<(), Failure> {
        if !v.is_marked() && !ty.is_dynamic() {
            match v.repr() {
                Repr::Null => {
                    self.out.extend_from_slice(b"null");
                    return Ok(());
                }
                Repr::String(s) => {
                    write_string(s, self.out);
                    return Ok(());
                }
                Repr::Number(n) if !n.is_infinite() => {
                    n.write_text(self.out);
                    return Ok(());
                }
                Repr::Bool(b) => {
                    self.out.extend_from_slice(if *b { b"true" } else { b"false" });
                    return Ok(());
                }
                _ => {}
            }
        }
        self.value(v, ty).map_err(|e| EncodeError::under(e, step()))
    }
}

/// What a byte of text becomes in JSON: 0 for itself, a letter for `\letter`, `u` for `\u00XX`.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 0x20 {
        table[i] = b'u';
        i += 1;
    }
    table[b'\n' as usize] = b'n';
    table[b'\r' as usize] = b'r';
    table[b'\t' as usize] = b't';
    table[0x08] = b'b';
    table[0x0c] = b'f';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table[b'<' as usize] = b'u';
    table[b'>' as usize] = b'u';
    table[b'&' as usize] = b'u';
    table[0xe2] = b'?';
    table
};

/// True when every byte stands for itself; looks at all of them at once.
fn is_plain(chunk: &[u8; 8]) -> bool {
    let special = |b: u8| {
        (b < 0x20) | (b == b'"') | (b == b'\\') | (b == b'<') | (b == b'>') | (b == b'&') | (b == 0xe2)
    };
    !chunk.iter().fold(false, |any, b| any | special(*b))
}

/// Appends text in quotes; `<`, `>`, `&`, U+2028 and U+2029 are escaped so that the JSON can stand in HTML.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut start = 0;
    let mut i = 0;
    while i < bytes.len() {
        if let Some(chunk) = bytes[i..].first_chunk::<8>()
            && is_plain(chunk)
        {
            i += 8;
            continue;
        }
        let kind = ESCAPES[bytes[i] as usize];
        let separator = kind == b'?' && matches!(bytes[i..], [_, 0x80, 0xa8 | 0xa9, ..]);
        if kind == 0 || (kind == b'?' && !separator) {
            i += 1;
            continue;
        }
        out.extend_from_slice(&bytes[start..i]);
        match kind {
            b'?' => {
                out.extend_from_slice(if bytes[i + 2] == 0xa8 { b"\\u2028" } else { b"\\u2029" });
                i += 2;
            }
            b'u' => out.extend_from_slice(format!("\\u{:04x}", bytes[i]).as_bytes()),
            letter => out.extend_from_slice(&[b'\\', letter]),
        }
        i += 1;
        start = i;
    }
    out.extend_from_slice(&bytes[start..]);
    out.push(b'"');
}
