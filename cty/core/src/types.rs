//! Types: primitives, collections, structural types, the dynamic placeholder and capsules.
//!
//! A type is cheap to clone: everything below the top is shared. Names of attributes are in Unicode normal form C and
//! sorted. Start with [`Type`].

mod capsule;
mod conform;
mod json;
mod name;
mod object;

use std::sync::Arc;

pub use capsule::{CapsuleOps, CapsuleType, FromConverter, ToConverter};
pub use conform::{ConformanceError, ConformanceProblem};
pub use json::TypeJsonError;
pub use object::{Attribute, ObjectType, OptionalAttributeError};

/// The type of a value, or a constraint on types when it contains [`Type::Dynamic`] or optional attributes.
///
/// ```
/// use tf_cty::Type;
/// let ty = Type::list(Type::object([("name", Type::String), ("port", Type::Number)]));
/// assert_eq!(ty.to_json(), r#"["list",["object",{"name":"string","port":"number"}]]"#);
/// assert_eq!(ty.friendly_name(), "list of object");
/// ```
#[derive(Clone)]
pub enum Type {
    /// Any type: as a constraint "anything goes", as the type of an unknown value "not known yet".
    Dynamic,
    /// `true` and `false`.
    Bool,
    /// Numbers of any size.
    Number,
    /// Unicode text in normal form C.
    String,
    /// An ordered collection of elements of one type.
    List(Arc<Type>),
    /// An unordered collection of distinct elements of one type.
    Set(Arc<Type>),
    /// A collection with string keys and elements of one type.
    Map(Arc<Type>),
    /// A sequence of a fixed length with a type for each element.
    Tuple(Arc<Vec<Type>>),
    /// Named attributes, each of its own type.
    Object(Arc<ObjectType>),
    /// An opaque Rust value.
    Capsule(CapsuleType),
}

impl Type {
    /// A list of elements of a type.
    pub fn list(element: Self) -> Self {
        Self::List(Arc::new(element))
    }

    /// A set of elements of a type.
    pub fn set(element: Self) -> Self {
        Self::Set(Arc::new(element))
    }

    /// A map to elements of a type.
    pub fn map(element: Self) -> Self {
        Self::Map(Arc::new(element))
    }

    /// A tuple of the given element types.
    pub fn tuple(elements: impl IntoIterator<Item = Self>) -> Self {
        Self::Tuple(Arc::new(elements.into_iter().collect()))
    }

    /// An object with the given attributes; of two with one normalised name the last counts.
    pub fn object<N: AsRef<str>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(Arc::new(ObjectType::new(attributes)))
    }

    /// An object some of whose attributes may be missing in a value that is converted to it.
    pub fn object_with_optional<N: AsRef<str>, O: AsRef<str>>(
        attributes: impl IntoIterator<Item = (N, Self)>,
        optional: impl IntoIterator<Item = O>,
    ) -> Result<Self, OptionalAttributeError> {
        ObjectType::with_optional(attributes, optional).map(|o| Self::Object(Arc::new(o)))
    }

    /// The object type without attributes.
    pub fn empty_object() -> Self {
        Self::object::<&str>([])
    }

    /// The tuple type without elements.
    pub fn empty_tuple() -> Self {
        Self::tuple([])
    }

    /// True for bool, number and string.
    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::Bool | Self::Number | Self::String)
    }

    /// True for lists, sets and maps.
    pub fn is_collection(&self) -> bool {
        matches!(self, Self::List(_) | Self::Set(_) | Self::Map(_))
    }

    /// True for [`Type::Dynamic`] itself.
    pub fn is_dynamic(&self) -> bool {
        matches!(self, Self::Dynamic)
    }

    /// True for list types.
    pub fn is_list(&self) -> bool {
        matches!(self, Self::List(_))
    }

    /// True for set types.
    pub fn is_set(&self) -> bool {
        matches!(self, Self::Set(_))
    }

    /// True for map types.
    pub fn is_map(&self) -> bool {
        matches!(self, Self::Map(_))
    }

    /// True for tuple types.
    pub fn is_tuple(&self) -> bool {
        matches!(self, Self::Tuple(_))
    }

    /// True for object types.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// True for capsule types.
    pub fn is_capsule(&self) -> bool {
        matches!(self, Self::Capsule(_))
    }

    /// The element type of a collection.
    pub fn element_type(&self) -> Option<&Self> {
        match self {
            Self::List(e) | Self::Set(e) | Self::Map(e) => Some(e),
            _ => None,
        }
    }

    /// The object behind an object type.
    pub fn as_object(&self) -> Option<&ObjectType> {
        match self {
            Self::Object(o) => Some(o),
            _ => None,
        }
    }

    /// The element types of a tuple.
    pub fn as_tuple(&self) -> Option<&[Self]> {
        match self {
            Self::Tuple(t) => Some(t),
            _ => None,
        }
    }

    /// The type of an attribute, which need not be in normal form.
    pub fn attribute_type(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name).map(Attribute::ty)
    }

    /// True when the type is dynamic or has a dynamic type anywhere inside.
    pub fn has_dynamic_types(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String | Self::Capsule(_) => false,
            Self::List(e) | Self::Set(e) | Self::Map(e) => e.has_dynamic_types(),
            Self::Tuple(t) => t.iter().any(Self::has_dynamic_types),
            Self::Object(o) => o.attributes().iter().any(|a| a.ty().has_dynamic_types()),
        }
    }

    /// True when values of the type have exactly this type: no dynamic type and no optional attribute inside.
    pub(crate) fn is_concrete(&self) -> bool {
        match self {
            Self::Dynamic => false,
            Self::Bool | Self::Number | Self::String | Self::Capsule(_) => true,
            Self::List(e) | Self::Set(e) | Self::Map(e) => e.is_concrete(),
            Self::Tuple(t) => t.iter().all(Self::is_concrete),
            Self::Object(o) => o.is_concrete(),
        }
    }

    /// The same type with every optional attribute, at any depth, made an ordinary one.
    pub fn without_optional_attributes(&self) -> Self {
        match self {
            Self::Dynamic | Self::Bool | Self::Number | Self::String | Self::Capsule(_) => self.clone(),
            _ if self.is_concrete() => self.clone(),
            Self::List(e) => Self::list(e.without_optional_attributes()),
            Self::Set(e) => Self::set(e.without_optional_attributes()),
            Self::Map(e) => Self::map(e.without_optional_attributes()),
            Self::Tuple(t) => Self::tuple(t.iter().map(Self::without_optional_attributes)),
            Self::Object(o) => {
                let required = |a: &Attribute| (a.name().clone(), a.ty().without_optional_attributes());
                Self::object(o.attributes().iter().map(required))
            }
        }
    }
}

/// Structural equality; optional attributes count.
impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dynamic, Self::Dynamic)
            | (Self::Bool, Self::Bool)
            | (Self::Number, Self::Number)
            | (Self::String, Self::String) => true,
            (Self::List(a), Self::List(b)) | (Self::Set(a), Self::Set(b)) | (Self::Map(a), Self::Map(b)) => {
                Arc::ptr_eq(a, b) || a == b
            }
            (Self::Tuple(a), Self::Tuple(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Object(a), Self::Object(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Capsule(a), Self::Capsule(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Type {}
