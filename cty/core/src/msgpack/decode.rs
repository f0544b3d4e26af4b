//! Msgpack to values of a given type. What follows the value is ignored, as in the reference.

use std::sync::Arc;

use super::reader::{Reader, code, is_ext, is_fixed_number};
use super::{REFINED, key};
use crate::codec::{self, DecodeError, DecodeProblem, Stack, Unwinding, lossy};
use crate::json::find;
use crate::limits::{MAX_DEPTH, MAX_REFINEMENT_BYTES};
use crate::number::Number;
use crate::path::PathStep;
use crate::text::normalize;
use crate::types::{Attribute, Type};
use crate::value::{RefinementBuilder, Value};

/// Decodes msgpack into a value of a type.
///
/// An empty map decodes as the empty object whatever attributes the type has, as in the reference; check
/// [`Type::conforms_to`] where that matters.
///
/// ```
/// use tf_cty::{Type, Value, msgpack};
/// let ty = Type::object([("id", Type::String)]);
/// let value = msgpack::decode(b"\x81\xa2id\xa3abc", &ty)?;
/// assert_eq!(value.get("id").and_then(Value::as_str), Some("abc"));
/// # Ok::<(), tf_cty::DecodeError>(())
/// ```
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let mut decoder = Decoder { reader: Reader::new(bytes), stack: Stack::default() };
    decoder.value(ty, 0).map_err(Unwinding::into_error)
}

struct Decoder<'a> {
    reader: Reader<'a>,
    stack: Stack,
}

type Result<T, E = Unwinding> = std::result::Result<T, E>;

impl<'a> Decoder<'a> {
    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value> {
        if depth > MAX_DEPTH {
            return Err(DecodeProblem::TooDeep.into());
        }
        let next = self.reader.peek()?;
        if is_ext(next) {
            return self.unknown(ty);
        }
        if ty.is_dynamic() {
            return self.dynamic(depth);
        }
        if next == code::NIL {
            self.reader.byte()?;
            return Ok(Value::null(ty.clone()));
        }
        match ty {
            Type::Bool => match self.reader.boolean() {
                Ok(v) => Ok(v.into()),
                Err(_) => Err(DecodeProblem::Required("bool").into()),
            },
            Type::Number => self.number(next).map(Value::from).map_err(|e| match e {
                DecodeProblem::Nan(_) => e.into(),
                _ => DecodeProblem::Required("number").into(),
            }),
            Type::String => match self.reader.string() {
                Ok(s) => Ok(Value::from(lossy(s).as_ref())),
                Err(_) => Err(DecodeProblem::Required("string").into()),
            },
            Type::List(e) => {
                let base = self.stack.mark();
                self.elements(e, "a list", depth)?;
                Ok(self.stack.list(base, ty, e)?)
            }
            Type::Set(e) => {
                let base = self.stack.mark();
                self.elements(e, "a set", depth)?;
                Ok(self.stack.set_value(base, ty, e)?)
            }
            Type::Map(e) => self.map(ty, e, depth),
            Type::Tuple(t) => self.tuple(ty, t, depth),
            Type::Object(o) => self.object(ty, o.attributes(), depth),
            Type::Dynamic | Type::Capsule(_) => Err(DecodeProblem::UnsupportedType(ty.clone()).into()),
        }
    }

    fn number(&mut self, next: u8) -> Result<Number, DecodeProblem> {
        match next {
            c if is_fixed_number(c) => Ok(self.reader.integer()?.into()),
            code::INT8..=code::INT64 => Ok(self.reader.integer()?.into()),
            code::UINT8..=code::UINT64 => Ok((self.reader.integer()? as u64).into()),
            code::FLOAT32 | code::FLOAT64 => Ok(Number::from_f64(self.reader.float()?)?),
            _ => {
                let text = std::str::from_utf8(self.reader.string()?);
                Ok(Number::parse(text.map_err(|_| DecodeProblem::Required("number"))?)?)
            }
        }
    }

    /// Pushes the elements of an array.
    fn elements(&mut self, element: &Type, wanted: &'static str, depth: usize) -> Result<()> {
        let length = self.reader.array_length().map_err(|_| DecodeProblem::Required(wanted))?;
        for i in 0..length.unwrap_or(0) {
            let value = self.value(element, depth + 1).map_err(|e| e.at_index(i))?;
            self.stack.push(value);
        }
        Ok(())
    }

    fn map(&mut self, ty: &Type, element: &Type, depth: usize) -> Result<Value> {
        let length = self.reader.map_length().map_err(|_| DecodeProblem::Required("a map"))?.unwrap_or(0);
        let mut entries: Vec<(Arc<str>, Value)> = Vec::new();
        for _ in 0..length {
            // A key that is no string counts as the empty one, as in the reference.
            let key = lossy(self.reader.string().unwrap_or_default());
            let value = self.value(element, depth + 1);
            let value = value.map_err(|e| e.under(PathStep::Index(Value::from(key.as_ref()))))?;
            entries.push((normalize(&key).into(), value));
        }
        Ok(codec::map(entries, ty, element)?)
    }

    fn tuple(&mut self, ty: &Type, elements: &[Type], depth: usize) -> Result<Value> {
        let length = self.reader.array_length().map_err(|_| DecodeProblem::Required("a tuple"))?.unwrap_or(0);
        if length == 0 {
            return Ok(Value::tuple([]));
        }
        if length != elements.len() {
            return Err(DecodeProblem::Length { required: elements.len(), given: length }.into());
        }
        let base = self.stack.mark();
        for (i, element) in elements.iter().enumerate() {
            let value = self.value(element, depth + 1).map_err(|e| e.at_index(i))?;
            self.stack.push(value);
        }
        Ok(self.stack.tuple(base, ty))
    }

    fn object(&mut self, ty: &Type, attributes: &[Attribute], depth: usize) -> Result<Value> {
        let length = self.reader.map_length().map_err(|_| DecodeProblem::Required("an object"))?.unwrap_or(0);
        if length == 0 {
            return Ok(Value::new(Type::empty_object(), crate::value::Repr::Seq(Arc::new([]))));
        }
        if length != attributes.len() {
            return Err(DecodeProblem::Length { required: attributes.len(), given: length }.into());
        }
        let base = self.stack.mark();
        for i in 0..length {
            let name = self.reader.string().map_err(|_| DecodeProblem::Required("a string key"))?;
            if attributes[i].name().as_bytes() != name {
                // Not in order: start again from here with the names looked up.
                return self.unordered_object(base, attributes, i, name, depth);
            }
            let value = self.value(attributes[i].ty(), depth + 1).map_err(|e| under_key(e, name))?;
            self.stack.push(value);
        }
        Ok(self.stack.object(base, ty, attributes))
    }

    /// The rest of an object whose attributes are not in order. Names that come twice leave others out.
    fn unordered_object(
        &mut self,
        base: usize,
        attributes: &[Attribute],
        done: usize,
        first: &'a [u8],
        depth: usize,
    ) -> Result<Value> {
        let mut found: Vec<Option<Value>> = self.stack.drain(base).map(Some).collect();
        found.resize(attributes.len(), None);
        let mut name = first;
        for i in done..attributes.len() {
            if i > done {
                name = self.reader.string().map_err(|_| DecodeProblem::Required("a string key"))?;
            }
            let text = lossy(name);
            let place = find(attributes, &text, i).ok_or_else(|| {
                under_key(DecodeProblem::UnsupportedAttribute(text.clone().into_owned()).into(), name)
            })?;
            let value = self.value(attributes[place].ty(), depth + 1).map_err(|e| under_key(e, name))?;
            found[place] = Some(value);
        }
        let pairs = attributes.iter().zip(found).filter_map(|(a, v)| v.map(|v| (a.name(), v)));
        Ok(Value::object(pairs))
    }

    fn dynamic(&mut self, depth: usize) -> Result<Value> {
        match self.reader.array_length()? {
            None => return Ok(Value::null(Type::Dynamic)),
            Some(2) => {}
            Some(_) => return Err(DecodeProblem::Dynamic("not an array of two elements").into()),
        }
        let ty = Type::from_json_bytes(self.reader.string()?).map_err(DecodeProblem::Type)?;
        self.value(&ty, depth + 1)
    }

    fn unknown(&mut self, ty: &Type) -> Result<Value> {
        let header = self.reader.extension();
        let (kind, len) =
            header.map_err(|_| DecodeProblem::Required("an extension code for an unknown value"))?;
        if len <= 1 {
            self.reader.bytes(len)?;
            return Ok(Value::unknown(ty.clone()));
        }
        if kind != REFINED {
            return Err(DecodeProblem::Extension { kind, len }.into());
        }
        if len > MAX_REFINEMENT_BYTES {
            return Err(DecodeProblem::Refinement("too large").into());
        }
        let body = Reader::new(self.reader.bytes(len)?);
        Ok(refined(body, ty)?)
    }
}

fn under_key(error: Unwinding, name: &[u8]) -> Unwinding {
    error.under(PathStep::Index(Value::from(lossy(name).as_ref())))
}

/// Reads the map of refinements. Unknown keys are ignored and, as in the reference, what follows them is read as a key.
fn refined(mut body: Reader<'_>, ty: &Type) -> Result<Value, DecodeProblem> {
    let count = body.map_length().map_err(|_| DecodeProblem::Refinement("not a map"))?.unwrap_or(0);
    if ty.is_dynamic() {
        return Ok(Value::dynamic());
    }
    let mut builder = Value::unknown(ty.clone()).refine();
    for _ in 0..count {
        let key = body.integer().map_err(|_| DecodeProblem::Refinement("key is not an integer"))?;
        builder = refinement(builder, key, &mut body, ty)?;
    }
    Ok(builder.build()?)
}

fn refinement(
    builder: RefinementBuilder,
    key: i64,
    body: &mut Reader<'_>,
    ty: &Type,
) -> Result<RefinementBuilder, DecodeProblem> {
    use DecodeProblem::Refinement;
    Ok(match key {
        key::NULLNESS => match body.boolean().map_err(|_| Refinement("nullness is not a bool"))? {
            true => builder.null(),
            false => builder.not_null(),
        },
        key::PREFIX => {
            if *ty != Type::String {
                return Err(Refinement("prefix of something else than a string"));
            }
            let prefix = body.string().map_err(|_| Refinement("prefix is not a string"))?;
            builder.string_prefix(std::str::from_utf8(prefix).map_err(|_| Refinement("prefix is not UTF-8"))?)
        }
        key::NUMBER_MIN | key::NUMBER_MAX => {
            if *ty != Type::Number {
                return Err(Refinement("number bound of something else than a number"));
            }
            let (bound, inclusive) = number_bound(body)?;
            if key == key::NUMBER_MIN {
                builder.number_lower_bound(bound, inclusive)
            } else {
                builder.number_upper_bound(bound, inclusive)
            }
        }
        key::LENGTH_MIN | key::LENGTH_MAX => {
            if !ty.is_collection() {
                return Err(Refinement("length bound of something else than a collection"));
            }
            let bound = body.integer().map_err(|_| Refinement("length bound is not an integer"))?;
            if key == key::LENGTH_MIN {
                builder.collection_length_lower_bound(bound)
            } else {
                builder.collection_length_upper_bound(bound)
            }
        }
        _ => builder,
    })
}

fn number_bound(body: &mut Reader<'_>) -> Result<(Number, bool), DecodeProblem> {
    let bad = || DecodeProblem::Refinement("number bound is not a number and a bool");
    let mut decoder = Decoder { reader: body.clone(), stack: Stack::default() };
    let pair = decoder.value(&Type::tuple([Type::Number, Type::Bool]), 0).map_err(|_| bad())?;
    *body = decoder.reader;
    match pair.as_slice() {
        Some([bound, inclusive]) => {
            let bound = bound.as_number().ok_or_else(bad)?;
            Ok((bound.clone(), inclusive.as_bool().ok_or_else(bad)?))
        }
        _ => Err(bad()),
    }
}
