//! Making values.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{CapsuleValue, Repr, SetData, Value};
use crate::mark::Marks;
use crate::number::Number;
use crate::text::normalize;
use crate::types::{CapsuleType, ObjectType, Type};

/// Elements that make no collection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// Without elements the element type is not known; use `empty_list` and its kin.
    #[error("a collection without elements needs an element type")]
    Empty,
    /// The elements differ in type.
    #[error("inconsistent element types: {} then {}", first.friendly_name(), other.friendly_name())]
    InconsistentTypes {
        /// Type of the first element that has one.
        first: Type,
        /// The type that differs from it.
        other: Type,
    },
    /// The Rust value is not of the capsule's type.
    #[error("capsule type {} does not hold this Rust value", .0.friendly_name())]
    WrongCapsule(CapsuleType),
}

/// The one type of all elements, ignoring those whose type is not known; dynamic when all are so.
pub(crate) fn common_type<'a>(elements: impl IntoIterator<Item = &'a Value>) -> Result<Type, BuildError> {
    let mut common = &Type::Dynamic;
    for element in elements {
        if common.is_dynamic() {
            common = &element.ty;
        } else if !element.ty.is_dynamic() && *common != element.ty {
            return Err(BuildError::InconsistentTypes { first: common.clone(), other: element.ty.clone() });
        }
    }
    Ok(common.clone())
}

/// Gives elements of unknown type the common type.
fn adopt(elements: &mut [Value], common: &Type) {
    if !common.is_dynamic() {
        elements.iter_mut().filter(|e| e.ty.is_dynamic()).for_each(|e| e.ty = common.clone());
    }
}

impl Value {
    /// The null of a type.
    pub fn null(ty: Type) -> Self {
        Self::new(ty, Repr::Null)
    }

    /// An unknown value of a type, without refinements.
    pub fn unknown(ty: Type) -> Self {
        Self::new(ty, Repr::Unknown(None))
    }

    /// The unknown value of unknown type.
    pub fn dynamic() -> Self {
        Self::unknown(Type::Dynamic)
    }

    /// An unknown bool that is not null: the answer of comparisons that cannot be decided.
    pub(crate) fn unknown_bool() -> Self {
        Self::unknown(Type::Bool).refine_not_null()
    }

    /// A list; all elements must have one type.
    pub fn list(elements: impl IntoIterator<Item = Self>) -> Result<Self, BuildError> {
        let mut elements: Vec<Self> = elements.into_iter().collect();
        if elements.is_empty() {
            return Err(BuildError::Empty);
        }
        let element = common_type(&elements)?;
        adopt(&mut elements, &element);
        Ok(Self::new(Type::list(element), Repr::Seq(elements.into())))
    }

    /// A list, empty with the given element type when there are no elements.
    pub fn list_of(element: Type, elements: Vec<Self>) -> Result<Self, BuildError> {
        if elements.is_empty() { Ok(Self::empty_list(element)) } else { Self::list(elements) }
    }

    /// A set; all elements must have one type. Equal elements become one, and marks inside move to the set.
    pub fn set(elements: impl IntoIterator<Item = Self>) -> Result<Self, BuildError> {
        let mut marks = Marks::EMPTY;
        let mut elements: Vec<Self> = elements.into_iter().map(|e| e.unmark_deep_into(&mut marks)).collect();
        if elements.is_empty() {
            return Err(BuildError::Empty);
        }
        let element = common_type(&elements)?;
        adopt(&mut elements, &element);
        let set = SetData::new(elements);
        Ok(Self { ty: Type::set(element), repr: Repr::Set(Arc::new(set)), marks })
    }

    /// A set, empty with the given element type when there are no elements.
    pub fn set_of(element: Type, elements: Vec<Self>) -> Result<Self, BuildError> {
        if elements.is_empty() { Ok(Self::empty_set(element)) } else { Self::set(elements) }
    }

    /// A map; all elements must have one type. Of two keys with one normal form the last counts.
    pub fn map<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Self)>) -> Result<Self, BuildError> {
        let sorted: BTreeMap<Arc<str>, Self> =
            entries.into_iter().map(|(k, v)| (Arc::from(normalize(k.as_ref())), v)).collect();
        Self::map_from_sorted(sorted.into_iter().collect())
    }

    /// A map, empty with the given element type when there are no entries.
    pub fn map_of<K: AsRef<str>>(element: Type, entries: Vec<(K, Self)>) -> Result<Self, BuildError> {
        if entries.is_empty() { Ok(Self::empty_map(element)) } else { Self::map(entries) }
    }

    /// A map from entries with normalised keys in order.
    pub(crate) fn map_from_sorted(mut entries: Vec<(Arc<str>, Self)>) -> Result<Self, BuildError> {
        if entries.is_empty() {
            return Err(BuildError::Empty);
        }
        let element = common_type(entries.iter().map(|(_, v)| v))?;
        if !element.is_dynamic() {
            entries.iter_mut().filter(|(_, v)| v.ty.is_dynamic()).for_each(|(_, v)| v.ty = element.clone());
        }
        Ok(Self::new(Type::map(element), Repr::Map(entries.into())))
    }

    /// The empty list of an element type.
    pub fn empty_list(element: Type) -> Self {
        Self::new(Type::list(element), Repr::Seq(Arc::new([])))
    }

    /// The empty set of an element type.
    pub fn empty_set(element: Type) -> Self {
        Self::new(Type::set(element), Repr::Set(Arc::new(SetData::new(Vec::new()))))
    }

    /// The empty map of an element type.
    pub fn empty_map(element: Type) -> Self {
        Self::new(Type::map(element), Repr::Map(Arc::new([])))
    }

    /// A tuple of the given elements.
    pub fn tuple(elements: impl IntoIterator<Item = Self>) -> Self {
        let elements: Arc<[Self]> = elements.into_iter().collect();
        Self::new(Type::tuple(elements.iter().map(|e| e.ty.clone())), Repr::Seq(elements))
    }

    /// An object with the given attributes; of two names with one normal form the last counts.
    pub fn object<N: AsRef<str>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        let sorted: BTreeMap<Arc<str>, Self> =
            attributes.into_iter().map(|(n, v)| (Arc::from(normalize(n.as_ref())), v)).collect();
        let ty = ObjectType::new(sorted.iter().map(|(n, v)| (n, v.ty.clone())));
        Self::new(Type::Object(Arc::new(ty)), Repr::Seq(sorted.into_values().collect()))
    }

    /// A capsule of a type around a Rust value.
    pub fn capsule(ty: CapsuleType, value: CapsuleValue) -> Result<Self, BuildError> {
        if ty.holds(&value) {
            Ok(Self::new(Type::Capsule(ty), Repr::Capsule(value)))
        } else {
            Err(BuildError::WrongCapsule(ty))
        }
    }

    /// A collection or tuple like another value, with other elements in the same order.
    pub(crate) fn with_elements(&self, elements: Vec<Self>) -> Result<Self, BuildError> {
        match (&self.ty, &self.repr) {
            (_, _) if elements.is_empty() => Ok(self.clone()),
            (Type::List(_), _) => Self::list(elements),
            (Type::Set(_), _) => Self::set(elements),
            (Type::Tuple(_), _) => Ok(Self::tuple(elements)),
            (Type::Map(_), Repr::Map(entries)) => {
                Self::map_from_sorted(entries.iter().map(|(k, _)| k.clone()).zip(elements).collect())
            }
            (Type::Object(o), _) => Ok(Self::object(o.attributes().iter().map(|a| a.name()).zip(elements))),
            _ => Ok(self.clone()),
        }
    }
}

impl From<bool> for Value {
    fn from(v: bool) -> Self {
        Self::new(Type::Bool, Repr::Bool(v))
    }
}

impl From<Number> for Value {
    fn from(v: Number) -> Self {
        Self::new(Type::Number, Repr::Number(v))
    }
}

impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Self::new(Type::String, Repr::String(Arc::from(normalize(v))))
    }
}

impl From<String> for Value {
    fn from(v: String) -> Self {
        Self::from(v.as_str())
    }
}

impl From<Arc<str>> for Value {
    fn from(v: Arc<str>) -> Self {
        match normalize(&v) {
            std::borrow::Cow::Borrowed(_) => Self::new(Type::String, Repr::String(v.clone())),
            std::borrow::Cow::Owned(n) => Self::new(Type::String, Repr::String(n.into())),
        }
    }
}

impl From<usize> for Value {
    fn from(v: usize) -> Self {
        Self::from(Number::from(v as u64))
    }
}

macro_rules! from_integers {
    ($($t:ty),*) => {$(
        impl From<$t> for Value {
            fn from(v: $t) -> Self {
                Self::from(Number::from(v))
            }
        }
    )*};
}
from_integers!(i8, i16, i32, i64, u8, u16, u32, u64);
