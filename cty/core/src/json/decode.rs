//! JSON to values of a given type. Scalars are converted between each other as the reference does; what follows the value is
//! ignored.

use std::sync::Arc;

use super::implied::implied_type;
use super::reader::{Reader, Token};
use crate::codec::{self, DecodeError, DecodeProblem, Stack, Unwinding};
use crate::convert::convert;
use crate::limits::MAX_DEPTH;
use crate::number::Number;
use crate::path::PathStep;
use crate::text::normalize;
use crate::types::{Attribute, Type};
use crate::value::Value;

/// Decodes JSON into a value of a type. Attributes that are missing become null.
///
/// ```
/// use tf_cty::{Type, json};
/// let ty = Type::object([("name", Type::String), ("ports", Type::list(Type::Number))]);
/// let value = json::decode(br#"{"ports":[80,"443"]}"#, &ty)?;
/// assert!(value.get("name").is_some_and(|v| v.is_null()));
/// let error = json::decode(br#"{"ports":[80,true]}"#, &ty).unwrap_err();
/// assert_eq!(error.path.to_string(), ".ports[1]");
/// # Ok::<(), tf_cty::DecodeError>(())
/// ```
pub fn decode(json: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let attempt = |scan_first| {
        let mut decoder = Decoder { reader: Reader::new(json), stack: Stack::default(), scan_first };
        decoder.value(ty, 0)
    };
    // The reference checks the syntax of each element before it looks at its type. That decides only where an error is
    // reported, so it is done only when there is one.
    attempt(false).or_else(|_| attempt(true)).map_err(Unwinding::into_error)
}

/// Decodes JSON into a value of the type that its structure implies.
pub fn decode_simple(json: &[u8]) -> Result<Value, DecodeError> {
    let ty = implied_type(json)?;
    decode(json, &ty)
}

struct Decoder<'a> {
    reader: Reader<'a>,
    stack: Stack,
    scan_first: bool,
}

type Result<T, E = Unwinding> = std::result::Result<T, E>;

impl Decoder<'_> {
    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value> {
        if depth > MAX_DEPTH {
            return Err(DecodeProblem::TooDeep.into());
        }
        if let Type::Dynamic = ty {
            return self.dynamic(depth);
        }
        let token = self.reader.token()?;
        match (ty, token) {
            (_, Token::Null) => Ok(Value::null(ty.clone())),
            (Type::String, Token::String(s)) => Ok(Value::from(s.as_ref())),
            (Type::String, Token::Number(n)) => Ok(Value::from(n)),
            (Type::String, Token::Bool(b)) => Ok(Value::from(if b { "true" } else { "false" })),
            (Type::Number, Token::Number(n)) => Ok(Value::from(Number::parse(n)?)),
            (Type::Number, Token::String(s)) => Ok(Value::from(Number::parse(&s)?)),
            (Type::Bool, Token::Bool(b)) => Ok(Value::from(b)),
            (Type::Bool, Token::String(s)) => Ok(convert(&Value::from(s.as_ref()), &Type::Bool)?),
            (Type::List(e), Token::Open(b'[')) => self.list(ty, e, depth),
            (Type::Set(e), Token::Open(b'[')) => self.set(ty, e, depth),
            (Type::Tuple(t), Token::Open(b'[')) => self.tuple(ty, t, depth),
            (Type::Map(e), Token::Open(b'{')) => self.map(ty, e, depth),
            (Type::Object(o), Token::Open(b'{')) => self.object(ty, o.attributes(), depth),
            (Type::String, _) => Err(DecodeProblem::Required("string").into()),
            (Type::Number, _) => Err(DecodeProblem::Required("number").into()),
            (Type::Bool, _) => Err(DecodeProblem::Required("bool").into()),
            (Type::Map(_) | Type::Object(_), _) => Err(DecodeProblem::Required("{").into()),
            (Type::Capsule(_) | Type::Dynamic, _) => Err(DecodeProblem::UnsupportedType(ty.clone()).into()),
            _ => Err(DecodeProblem::Required("[").into()),
        }
    }

    /// One element of a container.
    fn element(&mut self, ty: &Type, depth: usize) -> Result<Value> {
        if self.scan_first {
            self.reader.clone().skip()?;
        }
        self.value(ty, depth + 1)
    }

    fn list(&mut self, ty: &Type, element: &Type, depth: usize) -> Result<Value> {
        let base = self.stack.mark();
        let mut i = 0;
        while self.reader.more(b']', i == 0).map_err(|e| syntax_at(e, i))? {
            let value = self.element(element, depth).map_err(|e| e.at_index(i))?;
            self.stack.push(value);
            i += 1;
        }
        Ok(self.stack.list(base, ty, element)?)
    }

    fn set(&mut self, ty: &Type, element: &Type, depth: usize) -> Result<Value> {
        let base = self.stack.mark();
        let any = || PathStep::Index(Value::unknown(element.clone()));
        let mut first = true;
        while self.reader.more(b']', first).map_err(|e| Unwinding::from(e).under(any()))? {
            let value = self.element(element, depth).map_err(|e| e.under(any()))?;
            self.stack.push(value);
            first = false;
        }
        Ok(self.stack.set_value(base, ty, element)?)
    }

    fn tuple(&mut self, ty: &Type, elements: &[Type], depth: usize) -> Result<Value> {
        let base = self.stack.mark();
        let mut i = 0;
        while self.reader.more(b']', i == 0).map_err(|e| syntax_at(e, i))? {
            let element = elements.get(i);
            let element = element.ok_or(DecodeProblem::Length { required: elements.len(), given: i + 1 })?;
            let value = self.element(element, depth).map_err(|e| e.at_index(i))?;
            self.stack.push(value);
            i += 1;
        }
        if i < elements.len() {
            return Err(DecodeProblem::Length { required: elements.len(), given: i }.into());
        }
        Ok(self.stack.tuple(base, ty))
    }

    fn map(&mut self, ty: &Type, element: &Type, depth: usize) -> Result<Value> {
        let mut entries: Vec<(Arc<str>, Value)> = Vec::new();
        let any = || PathStep::Index(Value::unknown(Type::String));
        while self.reader.more(b'}', entries.is_empty()).map_err(|e| Unwinding::from(e).under(any()))? {
            let key = self.reader.key().map_err(|e| Unwinding::from(e).under(any()))?;
            let at = || PathStep::Index(Value::from(key.as_ref()));
            let value = self.element(element, depth).map_err(|e| e.under(at()))?;
            entries.push((normalize(&key).into(), value));
        }
        Ok(codec::map(entries, ty, element)?)
    }

    fn object(&mut self, ty: &Type, attributes: &[Attribute], depth: usize) -> Result<Value> {
        let base = self.stack.mark();
        attributes.iter().for_each(|a| self.stack.push(Value::null(a.ty().clone())));
        let mut next = 0;
        let mut first = true;
        while self.reader.more(b'}', first)? {
            first = false;
            let key = self.reader.key()?;
            let i = find(attributes, &key, next);
            let i = i.ok_or_else(|| DecodeProblem::UnsupportedAttribute(key.clone().into_owned()))?;
            let a = &attributes[i];
            let value = self.element(a.ty(), depth).map_err(|e| e.under(PathStep::Attr(a.name().clone())))?;
            self.stack.set(base + i, value);
            next = i + 1;
        }
        Ok(self.stack.object(base, ty, attributes))
    }

    fn dynamic(&mut self, depth: usize) -> Result<Value> {
        match self.reader.token()? {
            Token::Null => return Ok(Value::null(Type::Dynamic)),
            Token::Open(b'{') => {}
            _ => return Err(DecodeProblem::Required("{").into()),
        }
        let (mut ty, mut body) = (None, None);
        let mut first = true;
        while self.reader.more(b'}', first)? {
            first = false;
            let key = self.reader.key()?;
            let start = self.reader.clone();
            self.reader.skip()?;
            match key.as_ref() {
                "type" => ty = Some(Type::read_json(&mut start.clone()).map_err(DecodeProblem::Type)?),
                "value" => body = Some(start),
                _ => return Err(DecodeProblem::Dynamic("unexpected key").into()),
            }
        }
        let ty = ty.ok_or(DecodeProblem::Dynamic("missing type"))?;
        let body = body.ok_or(DecodeProblem::Dynamic("missing value"))?;
        let after = std::mem::replace(&mut self.reader, body);
        let value = self.value(&ty, depth + 1)?;
        self.reader = after;
        Ok(value)
    }
}

fn syntax_at(problem: DecodeProblem, i: usize) -> Unwinding {
    Unwinding::from(problem).at_index(i)
}

/// The attribute of exactly this name, tried first at a likely place.
pub(crate) fn find(attributes: &[Attribute], key: &str, likely: usize) -> Option<usize> {
    if attributes.get(likely).is_some_and(|a| **a.name() == *key) {
        return Some(likely);
    }
    attributes.binary_search_by(|a| (**a.name()).cmp(key)).ok()
}
