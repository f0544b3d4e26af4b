//! Object types: attributes sorted by name, some of which may be optional in conversions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Type;
use crate::text::normalize;

/// An attribute that is named as optional but not declared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("optional contains undeclared attribute {name:?}")]
pub struct OptionalAttributeError {
    /// The undeclared attribute.
    pub name: Arc<str>,
}

/// One attribute of an object type.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    name: Arc<str>,
    ty: Type,
    optional: bool,
}

impl Attribute {
    /// The name, in Unicode normal form C.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The type.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    /// True when a value that is converted to the object type may lack the attribute.
    pub fn is_optional(&self) -> bool {
        self.optional
    }
}

/// The attributes of an object type, sorted by name.
#[derive(Clone)]
pub struct ObjectType {
    attributes: Box<[Attribute]>,
    concrete: bool,
}

impl ObjectType {
    pub(crate) fn new<N: AsRef<str>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        let sorted: BTreeMap<Arc<str>, Type> =
            attributes.into_iter().map(|(n, t)| (Arc::from(normalize(n.as_ref()).as_ref()), t)).collect();
        Self::from_sorted(
            sorted.into_iter().map(|(name, ty)| Attribute { name, ty, optional: false }).collect(),
        )
    }

    pub(crate) fn with_optional<N: AsRef<str>, O: AsRef<str>>(
        attributes: impl IntoIterator<Item = (N, Type)>,
        optional: impl IntoIterator<Item = O>,
    ) -> Result<Self, OptionalAttributeError> {
        let mut attributes = Self::new(attributes).attributes;
        for name in optional {
            let name = normalize(name.as_ref());
            match attributes.binary_search_by(|a| (*a.name).cmp(name.as_ref())) {
                Ok(i) => attributes[i].optional = true,
                Err(_) => return Err(OptionalAttributeError { name: name.into() }),
            }
        }
        Ok(Self::from_sorted(attributes))
    }

    fn from_sorted(attributes: Box<[Attribute]>) -> Self {
        let concrete = attributes.iter().all(|a| !a.optional && a.ty.is_concrete());
        Self { attributes, concrete }
    }

    /// All attributes, sorted by name.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// Where the attribute of a name, which need not be in normal form, stands in [`Self::attributes`].
    pub fn index_of(&self, name: &str) -> Option<usize> {
        let name = normalize(name);
        self.attributes.binary_search_by(|a| (*a.name).cmp(name.as_ref())).ok()
    }

    /// The attribute of a name, which need not be in normal form.
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        self.index_of(name).map(|i| &self.attributes[i])
    }

    /// True when the attribute exists and is optional.
    pub fn is_optional(&self, name: &str) -> bool {
        self.get(name).is_some_and(Attribute::is_optional)
    }

    pub(crate) fn is_concrete(&self) -> bool {
        self.concrete
    }
}

impl PartialEq for ObjectType {
    fn eq(&self, other: &Self) -> bool {
        self.attributes == other.attributes
    }
}

impl Eq for ObjectType {}
