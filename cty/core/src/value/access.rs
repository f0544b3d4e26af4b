//! Looking inside values: typed access, elements, indexing and length.

use std::sync::Arc;

use super::{CapsuleValue, OpError, Repr, Value};
use crate::number::Number;
use crate::types::Type;

impl Value {
    /// The bool, if this is a known one.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.repr {
            Repr::Bool(v) => Some(*v),
            _ => None,
        }
    }

    /// The number, if this is a known one.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.repr {
            Repr::Number(v) => Some(v),
            _ => None,
        }
    }

    /// The text, if this is a known string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.repr {
            Repr::String(v) => Some(v),
            _ => None,
        }
    }

    /// The elements of a known list, tuple or set, or the attribute values of a known object in name order.
    pub fn as_slice(&self) -> Option<&[Self]> {
        match &self.repr {
            Repr::Seq(v) => Some(v),
            Repr::Set(v) => Some(v.values()),
            _ => None,
        }
    }

    /// The Rust value inside a known capsule.
    pub fn as_capsule(&self) -> Option<&CapsuleValue> {
        match &self.repr {
            Repr::Capsule(v) => Some(v),
            _ => None,
        }
    }

    /// The values directly inside a known value.
    pub(crate) fn children(&self) -> Children<'_> {
        match &self.repr {
            Repr::Seq(v) => Children::Seq(v.iter()),
            Repr::Set(v) => Children::Seq(v.values().iter()),
            Repr::Map(v) => Children::Map(v.iter()),
            _ => Children::Seq([].iter()),
        }
    }

    /// Keys and values of a known map or object, in key order; nothing for other values.
    pub fn entries(&self) -> impl Iterator<Item = (&Arc<str>, &Self)> {
        let map = match &self.repr {
            Repr::Map(entries) => &entries[..],
            _ => &[],
        };
        let object = match (&self.ty, &self.repr) {
            (Type::Object(o), Repr::Seq(values)) => Some(o.attributes().iter().zip(values.iter())),
            _ => None,
        };
        let attributes = object.into_iter().flatten().map(|(a, v)| (a.name(), v));
        map.iter().map(|(k, v)| (k, v)).chain(attributes)
    }

    /// Key and value of every element of a known collection, tuple or object. The key of a set's element is the element.
    pub fn elements(&self) -> impl Iterator<Item = (Self, &Self)> {
        let keyed = matches!(self.repr, Repr::Map(_)) || self.ty.is_object();
        let by_name = self.entries().map(|(k, v)| (Self::new(Type::String, Repr::String(k.clone())), v));
        let by_place = self.as_slice().filter(|_| !keyed).unwrap_or_default().iter().enumerate();
        let is_set = self.ty.is_set();
        by_name.chain(by_place.map(move |(i, v)| (if is_set { v.clone() } else { Self::from(i) }, v)))
    }

    /// Number of elements or attributes of a known value; a set counts unknown elements as distinct.
    pub fn len(&self) -> Option<usize> {
        match (&self.ty, &self.repr) {
            (Type::Tuple(t), _) => Some(t.len()),
            (Type::Object(o), _) => Some(o.attributes().len()),
            (_, Repr::Seq(v)) => Some(v.len()),
            (_, Repr::Set(v)) => Some(v.values().len()),
            (_, Repr::Map(v)) => Some(v.len()),
            _ => None,
        }
    }

    /// True when [`Value::len`] is zero.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The element of a known map or the attribute of a known object, without marks of its container.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match (&self.ty, &self.repr) {
            (_, Repr::Map(entries)) => {
                let i = entries.binary_search_by(|(k, _)| (**k).cmp(key)).ok()?;
                Some(&entries[i].1)
            }
            (Type::Object(o), Repr::Seq(values)) => values.get(o.index_of(key)?),
            _ => None,
        }
    }

    /// The attribute of an object: unknown in an unknown object, with the marks of the object.
    pub fn get_attr(&self, name: &str) -> Result<Self, OpError> {
        let found = match (&self.ty, &self.repr) {
            (Type::Dynamic, _) => Self::dynamic(),
            (Type::Object(o), repr) => {
                let i = o.index_of(name).ok_or_else(|| OpError::NoAttribute(name.into()))?;
                match repr {
                    Repr::Unknown(_) => Self::unknown(o.attributes()[i].ty().clone()),
                    Repr::Seq(values) => values[i].clone(),
                    _ => return Err(OpError::Null),
                }
            }
            _ => return Err(OpError::NotObject),
        };
        Ok(found.with_marks(&self.marks))
    }

    /// The element of a list, tuple or map with a given key.
    pub fn index(&self, key: &Self) -> Result<Self, OpError> {
        let marks = self.marks.union(&key.marks);
        self.index_unmarked(key).map(|v| v.with_marks(&marks))
    }

    fn index_unmarked(&self, key: &Self) -> Result<Self, OpError> {
        let (element, want) = match &self.ty {
            Type::Dynamic => return Ok(Self::dynamic()),
            Type::List(e) => ((**e).clone(), Type::Number),
            Type::Map(e) => ((**e).clone(), Type::String),
            Type::Tuple(_) => (Type::Dynamic, Type::Number),
            _ => return Err(OpError::NotIndexable),
        };
        if key.ty.is_dynamic() {
            return Ok(Self::unknown(element));
        }
        if key.ty != want {
            return Err(OpError::KeyType(want));
        }
        match (&self.ty, &self.repr, &key.repr) {
            (_, _, Repr::Unknown(_)) => Ok(Self::unknown(element)),
            (_, _, Repr::Null) => Err(OpError::Null),
            (Type::Tuple(t), repr, Repr::Number(n)) => {
                let i = position(n).ok_or(OpError::BadIndex)?;
                let ty = t.get(i).ok_or(OpError::NoElement)?;
                match repr {
                    Repr::Unknown(_) => Ok(Self::unknown(ty.clone())),
                    Repr::Seq(v) => v.get(i).cloned().ok_or(OpError::NoElement),
                    _ => Err(OpError::Null),
                }
            }
            (_, Repr::Unknown(_), _) => Ok(Self::unknown(element)),
            (_, Repr::Seq(v), Repr::Number(n)) => {
                v.get(position(n).ok_or(OpError::BadIndex)?).cloned().ok_or(OpError::NoElement)
            }
            // A missing key reads as null, as in the reference.
            (_, Repr::Map(_), Repr::String(k)) => {
                Ok(self.get(k).cloned().unwrap_or_else(|| Self::null(element)))
            }
            (Type::Map(_), Repr::Null, _) => Ok(Self::null(element)),
            _ => Err(OpError::Null),
        }
    }

    /// Whether a list, tuple or map has an element with a given key.
    pub fn has_index(&self, key: &Self) -> Result<Self, OpError> {
        let marks = self.marks.union(&key.marks);
        self.has_index_unmarked(key).map(|v| v.with_marks(&marks))
    }

    fn has_index_unmarked(&self, key: &Self) -> Result<Self, OpError> {
        let want = match &self.ty {
            Type::Dynamic => return Ok(Self::unknown_bool()),
            Type::List(_) | Type::Tuple(_) => Type::Number,
            Type::Map(_) => Type::String,
            _ => return Err(OpError::NotIndexable),
        };
        if key.ty.is_dynamic() {
            return Ok(Self::unknown_bool());
        }
        if key.ty != want {
            return Ok(Self::from(false));
        }
        Ok(match (&self.ty, &self.repr, &key.repr) {
            (_, _, Repr::Unknown(_)) => Self::unknown_bool(),
            (_, _, Repr::Null) => return Err(OpError::Null),
            (Type::Tuple(t), _, Repr::Number(n)) => Self::from(position(n).is_some_and(|i| i < t.len())),
            (_, Repr::Unknown(_), _) => Self::unknown_bool(),
            (_, Repr::Seq(v), Repr::Number(n)) => Self::from(position(n).is_some_and(|i| i < v.len())),
            (_, Repr::Map(_), Repr::String(k)) => Self::from(self.get(k).is_some()),
            (Type::Map(_), Repr::Null, _) => Self::from(false),
            _ => return Err(OpError::Null),
        })
    }

    /// Whether a set has an element.
    pub fn has_element(&self, element: &Self) -> Result<Self, OpError> {
        let marks = self.marks.union(&element.marks);
        self.has_element_unmarked(element).map(|v| v.with_marks(&marks))
    }

    fn has_element_unmarked(&self, element: &Self) -> Result<Self, OpError> {
        if self.is_null() {
            return Err(OpError::Null);
        }
        if !self.is_known() {
            return Ok(Self::unknown_bool());
        }
        let (Type::Set(ety), Repr::Set(set)) = (&self.ty, &self.repr) else {
            return Err(OpError::NotSet);
        };
        if !element.ty.is_dynamic() && !ety.is_dynamic() && element.ty != **ety {
            return Ok(Self::from(false));
        }
        if !element.is_known() {
            return Ok(Self::unknown_bool());
        }
        if **ety != element.ty {
            return Ok(Self::from(false));
        }
        if set.contains(&element.unmark_deep().0) {
            return Ok(Self::from(true));
        }
        Ok(if self.is_wholly_known() { Self::from(false) } else { Self::unknown_bool() })
    }

    /// The number of elements; for unknown collections an unknown number with what bounds are known.
    pub fn length(&self) -> Result<Self, OpError> {
        let length = match (&self.ty, &self.repr) {
            (Type::Tuple(t), _) => Self::from(t.len()),
            (_, Repr::Unknown(_)) => {
                let range = self.range();
                let (min, max) = range.length_bounds().ok_or(OpError::NotCollection)?;
                Self::unknown(Type::Number).refine().not_null().number_range(min, max).build()?
            }
            (_, Repr::Set(set)) => match set.values().len() {
                n if n == 1 || self.is_wholly_known() => Self::from(n),
                n => Self::unknown(Type::Number).refine().not_null().number_range(1, n as i64).build()?,
            },
            _ => match self.len() {
                Some(n) => Self::from(n),
                None if self.is_null() && self.ty.is_collection() => return Err(OpError::Null),
                None => return Err(OpError::NotCollection),
            },
        };
        Ok(length.with_marks(&self.marks))
    }

    /// The same value with every unknown in it replaced by null.
    pub fn unknown_as_null(&self) -> Self {
        match &self.repr {
            Repr::Unknown(_) => Self::null(self.ty.clone()).with_marks(&self.marks),
            Repr::Seq(_) | Repr::Set(_) | Repr::Map(_) => {
                let elements = self.children().map(Self::unknown_as_null).collect();
                // Types do not change, so the elements still make the same collection.
                self.with_elements(elements).unwrap_or_else(|_| self.clone()).with_marks(&self.marks)
            }
            _ => self.clone(),
        }
    }
}

/// The values directly inside a value.
pub(crate) enum Children<'a> {
    Seq(std::slice::Iter<'a, Value>),
    Map(std::slice::Iter<'a, (Arc<str>, Value)>),
}

impl<'a> Iterator for Children<'a> {
    type Item = &'a Value;

    fn next(&mut self) -> Option<&'a Value> {
        match self {
            Self::Seq(i) => i.next(),
            Self::Map(i) => i.next().map(|(_, v)| v),
        }
    }
}

/// A number as a position in a list.
pub(crate) fn position(n: &Number) -> Option<usize> {
    n.to_i64().and_then(|i| usize::try_from(i).ok())
}
