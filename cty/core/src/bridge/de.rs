//! Values to data.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::SerdeError;
use crate::path::PathStep;
use crate::types::Type;
use crate::value::Value;

/// Deserialises a value: lists, sets and tuples as sequences, maps and objects as maps or structs, null as `None`.
///
/// ```
/// use serde::Deserialize;
/// use tf_cty::{Value, from_value};
/// #[derive(Deserialize)]
/// struct Disk { gigabytes: u32, kind: Option<String> }
/// let value = Value::object([("gigabytes", Value::from(20)), ("kind", Value::from("ssd"))]);
/// let disk: Disk = from_value(&value)?;
/// assert_eq!((disk.gigabytes, disk.kind.as_deref()), (20, Some("ssd")));
/// let value = Value::object([("gigabytes", Value::from(-1)), ("kind", Value::from("ssd"))]);
/// assert_eq!(from_value::<Disk>(&value).err().map(|e| e.path.to_string()), Some(".gigabytes".into()));
/// # Ok::<(), tf_cty::SerdeError>(())
/// ```
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, SerdeError> {
    T::deserialize(Source(value))
}

struct Source<'a>(&'a Value);

impl Source<'_> {
    fn check(&self) -> Result<(), SerdeError> {
        if self.0.is_marked() {
            Err(SerdeError::new("value is marked"))
        } else if !self.0.is_known() {
            Err(SerdeError::new("value must be known"))
        } else {
            Ok(())
        }
    }
}

impl<'de> serde::Deserializer<'de> for Source<'_> {
    type Error = SerdeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        self.check()?;
        let value = self.0;
        if let Some(b) = value.as_bool() {
            return visitor.visit_bool(b);
        }
        if let Some(s) = value.as_str() {
            return visitor.visit_str(s);
        }
        if let Some(n) = value.as_number() {
            return match (n.to_i64(), n.to_u64()) {
                (Some(v), _) if v < 0 => visitor.visit_i64(v),
                (_, Some(v)) => visitor.visit_u64(v),
                _ => visitor.visit_f64(n.to_f64()),
            };
        }
        match value.ty() {
            _ if value.is_null() => visitor.visit_unit(),
            Type::Map(_) | Type::Object(_) => visitor.visit_map(Items::of(value)),
            Type::Capsule(_) | Type::Dynamic => Err(SerdeError::new("capsules cannot be deserialized")),
            _ => visitor.visit_seq(Items::of(value)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SerdeError> {
        self.check()?;
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        visitor.visit_newtype_struct(self)
    }

    /// A string names a variant, an object with one attribute a variant with content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        self.check()?;
        if let Some(name) = self.0.as_str() {
            return visitor.visit_enum(Variant { name, content: None });
        }
        let mut entries = self.0.entries();
        match (entries.next(), entries.next()) {
            (Some((name, content)), None) => visitor.visit_enum(Variant { name, content: Some(content) }),
            _ => Err(SerdeError::new("a string or an object with one attribute is required")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

struct Items<'a> {
    items: std::vec::IntoIter<(PathStep, &'a Value)>,
    pending: Option<(PathStep, &'a Value)>,
}

impl<'a> Items<'a> {
    fn of(value: &'a Value) -> Self {
        let object = value.ty().is_object();
        let step = |(key, v): (Value, &'a Value)| {
            let step = match key.as_str().filter(|_| object) {
                Some(name) => PathStep::Attr(name.into()),
                None => PathStep::Index(key),
            };
            (step, v)
        };
        Self { items: value.elements().map(step).collect::<Vec<_>>().into_iter(), pending: None }
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = SerdeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, SerdeError> {
        let Some((step, value)) = self.items.next() else { return Ok(None) };
        seed.deserialize(Source(value)).map(Some).map_err(|e| e.under(step))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

impl<'de> MapAccess<'de> for Items<'_> {
    type Error = SerdeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, SerdeError> {
        let Some((step, value)) = self.items.next() else { return Ok(None) };
        let key = match &step {
            PathStep::Attr(name) => seed.deserialize(StrDeserializer::<SerdeError>::new(name)),
            PathStep::Index(key) => seed.deserialize(Source(key)),
        };
        self.pending = Some((step, value));
        key.map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, SerdeError> {
        let (step, value) =
            self.pending.take().ok_or_else(|| SerdeError::new("a value was asked for before its key"))?;
        seed.deserialize(Source(value)).map_err(|e| e.under(step))
    }
}

struct Variant<'a> {
    name: &'a str,
    content: Option<&'a Value>,
}

impl<'a, 'de> EnumAccess<'de> for Variant<'a> {
    type Error = SerdeError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), SerdeError> {
        let name = seed.deserialize(StrDeserializer::<SerdeError>::new(self.name))?;
        Ok((name, self))
    }
}

impl Variant<'_> {
    fn content(&self) -> Result<Source<'_>, SerdeError> {
        self.content.map(Source).ok_or_else(|| SerdeError::new("the variant needs content"))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = SerdeError;

    fn unit_variant(self) -> Result<(), SerdeError> {
        if self.content.is_none() { Ok(()) } else { Err(SerdeError::new("the variant has no content")) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, SerdeError> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, SerdeError> {
        serde::Deserializer::deserialize_any(self.content()?, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SerdeError> {
        serde::Deserializer::deserialize_any(self.content()?, visitor)
    }
}
