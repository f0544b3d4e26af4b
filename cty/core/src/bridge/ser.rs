//! Data to values.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::SerdeError;
use crate::convert::convert;
use crate::number::Number;
use crate::path::PathStep;
use crate::types::Type;
use crate::value::Value;

/// Serialises data into a value of a type: sequences become tuples, structs and maps objects, and the whole is then converted. With
/// [`Type::Dynamic`] it stays as it is.
///
/// ```
/// use serde::Serialize;
/// use tf_cty::{Type, to_value};
/// #[derive(Serialize)]
/// struct Disk { gigabytes: u32, zones: Vec<&'static str> }
/// let ty = Type::object([("gigabytes", Type::Number), ("zones", Type::set(Type::String))]);
/// let value = to_value(&Disk { gigabytes: 20, zones: vec!["b", "a", "b"] }, &ty)?;
/// assert_eq!(*value.ty(), ty);
/// assert_eq!(value.get("zones").and_then(|z| z.len()), Some(2));
/// # Ok::<(), tf_cty::SerdeError>(())
/// ```
pub fn to_value<T: Serialize + ?Sized>(data: &T, ty: &Type) -> Result<Value, SerdeError> {
    let implied = data.serialize(Sink)?;
    convert(&implied, ty).map_err(|e| SerdeError { message: e.to_string().into(), path: e.path })
}

struct Sink;

impl serde::Serializer for Sink {
    type Ok = Value;
    type Error = SerdeError;
    type SerializeSeq = Sequence;
    type SerializeTuple = Sequence;
    type SerializeTupleStruct = Sequence;
    type SerializeTupleVariant = Sequence;
    type SerializeMap = Attributes;
    type SerializeStruct = Attributes;
    type SerializeStructVariant = Attributes;

    fn serialize_bool(self, v: bool) -> Result<Value, SerdeError> {
        Ok(v.into())
    }

    fn serialize_i8(self, v: i8) -> Result<Value, SerdeError> {
        Ok(v.into())
    }

    fn serialize_i16(self, v: i16) -> Result<Value, SerdeError> {
        Ok(v.into())
    }

    fn serialize_i32(self, v: i32) -> Result<Value, SerdeError> {
        Ok(v.into())
    }

    fn serialize_i64(self, v: i64) -> Result<Value, SerdeError> {
        Ok(v.into())
    }

    fn serialize_u8(self, v: u8) -> Result<Value, SerdeError> {
        Ok(v.into())
    }

    fn serialize_u16(self, v: u16) -> Result<Value, SerdeError> {
        Ok(v.into())
    }

    fn serialize_u32(self, v: u32) -> Result<Value, SerdeError> {
        Ok(v.into())
    }

    fn serialize_u64(self, v: u64) -> Result<Value, SerdeError> {
        Ok(v.into())
    }

    fn serialize_f32(self, v: f32) -> Result<Value, SerdeError> {
        self.serialize_f64(f64::from(v))
    }

    fn serialize_f64(self, v: f64) -> Result<Value, SerdeError> {
        Number::from_f64(v).map(Value::from).map_err(SerdeError::new)
    }

    fn serialize_char(self, v: char) -> Result<Value, SerdeError> {
        Ok(v.to_string().into())
    }

    fn serialize_str(self, v: &str) -> Result<Value, SerdeError> {
        Ok(v.into())
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<Value, SerdeError> {
        Ok(Value::tuple(v.iter().map(|b| Value::from(*b))))
    }

    fn serialize_none(self) -> Result<Value, SerdeError> {
        Ok(Value::null(Type::Dynamic))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, v: &T) -> Result<Value, SerdeError> {
        v.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, SerdeError> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, SerdeError> {
        self.serialize_none()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, SerdeError> {
        Ok(variant.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        v: &T,
    ) -> Result<Value, SerdeError> {
        v.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        v: &T,
    ) -> Result<Value, SerdeError> {
        let content = v.serialize(self).map_err(|e| e.under(PathStep::Attr(variant.into())))?;
        Ok(Value::object([(variant, content)]))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Sequence, SerdeError> {
        Ok(Sequence::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<Sequence, SerdeError> {
        Ok(Sequence::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Sequence, SerdeError> {
        Ok(Sequence::default())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Sequence, SerdeError> {
        Ok(Sequence { variant: Some(variant), items: Vec::new() })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Attributes, SerdeError> {
        Ok(Attributes::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Attributes, SerdeError> {
        Ok(Attributes::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Attributes, SerdeError> {
        Ok(Attributes { variant: Some(variant), ..Attributes::default() })
    }
}

/// The content of an enum's variant, under its name.
fn tagged(variant: Option<&'static str>, content: Value) -> Value {
    match variant {
        Some(name) => Value::object([(name, content)]),
        None => content,
    }
}

#[derive(Default)]
struct Sequence {
    variant: Option<&'static str>,
    items: Vec<Value>,
}

impl Sequence {
    fn push<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), SerdeError> {
        let at = PathStep::Index(Value::from(self.items.len()));
        self.items.push(v.serialize(Sink).map_err(|e| e.under(at))?);
        Ok(())
    }

    fn finish(self) -> Value {
        tagged(self.variant, Value::tuple(self.items))
    }
}

macro_rules! sequences {
    ($($trait:ident $method:ident),*) => {$(
        impl $trait for Sequence {
            type Ok = Value;
            type Error = SerdeError;

            fn $method<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), SerdeError> {
                self.push(v)
            }

            fn end(self) -> Result<Value, SerdeError> {
                Ok(self.finish())
            }
        }
    )*};
}
sequences!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

#[derive(Default)]
struct Attributes {
    variant: Option<&'static str>,
    key: Option<String>,
    items: Vec<(String, Value)>,
}

impl Attributes {
    fn push<T: Serialize + ?Sized>(&mut self, name: &str, v: &T) -> Result<(), SerdeError> {
        let value = v.serialize(Sink).map_err(|e| e.under(PathStep::Attr(name.into())))?;
        self.items.push((name.to_owned(), value));
        Ok(())
    }

    fn finish(self) -> Value {
        tagged(self.variant, Value::object(self.items))
    }
}

impl SerializeMap for Attributes {
    type Ok = Value;
    type Error = SerdeError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SerdeError> {
        let key = convert(&key.serialize(Sink)?, &Type::String).map_err(SerdeError::new)?;
        self.key = key.as_str().map(str::to_owned);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, v: &T) -> Result<(), SerdeError> {
        let key =
            self.key.take().ok_or_else(|| SerdeError::new("a map key must be a string, number or bool"))?;
        self.push(&key, v)
    }

    fn end(self) -> Result<Value, SerdeError> {
        Ok(self.finish())
    }
}

macro_rules! structs {
    ($($trait:ident),*) => {$(
        impl $trait for Attributes {
            type Ok = Value;
            type Error = SerdeError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, v: &T) -> Result<(), SerdeError> {
                self.push(name, v)
            }

            fn end(self) -> Result<Value, SerdeError> {
                Ok(self.finish())
            }
        }
    )*};
}
structs!(SerializeStruct, SerializeStructVariant);
