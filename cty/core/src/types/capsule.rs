//! Capsule types: opaque Rust values that travel through the type system.

use std::any::{Any, TypeId, type_name};
use std::fmt;
use std::sync::Arc;

use super::Type;
use crate::convert::ConvertError;
use crate::path::Path;
use crate::value::{CapsuleValue, Value};

/// Converts a value into the inside of a capsule.
pub type ToConverter = Box<dyn Fn(&Value, &Path) -> Result<CapsuleValue, ConvertError> + Send + Sync>;

/// Converts the inside of a capsule into a value.
pub type FromConverter = Box<dyn Fn(&CapsuleValue, &Path) -> Result<Value, ConvertError> + Send + Sync>;

/// What a capsule type can do beyond being carried; every method has a default.
pub trait CapsuleOps: Send + Sync {
    /// Equality of two encapsulated values; by default only a value and its clones are equal.
    fn equals(&self, a: &CapsuleValue, b: &CapsuleValue) -> bool {
        a.is_same(b)
    }

    /// A text that is the same for equal values, used to place them in sets.
    fn hash_key(&self, _value: &CapsuleValue) -> Option<String> {
        None
    }

    /// A converter from values of another type into this capsule, if there is one.
    fn conversion_to(&self, _from: &Type) -> Option<ToConverter> {
        None
    }

    /// A converter from this capsule into values of another type, if there is one.
    fn conversion_from(&self, _to: &Type) -> Option<FromConverter> {
        None
    }
}

/// Operations of a capsule type that has none of its own.
struct NoOps;

impl CapsuleOps for NoOps {}

struct Inner {
    name: Box<str>,
    native: TypeId,
    native_name: &'static str,
    ops: Box<dyn CapsuleOps>,
}

/// A capsule type. Two are equal only when one is a clone of the other.
#[derive(Clone)]
pub struct CapsuleType(Arc<Inner>);

impl CapsuleType {
    /// A new capsule type for values of a Rust type.
    pub fn new<T: Any + Send + Sync>(friendly_name: &str) -> Self {
        Self::with_ops::<T>(friendly_name, NoOps)
    }

    /// A new capsule type with operations.
    pub fn with_ops<T: Any + Send + Sync>(friendly_name: &str, ops: impl CapsuleOps + 'static) -> Self {
        Self(Arc::new(Inner {
            name: friendly_name.into(),
            native: TypeId::of::<T>(),
            native_name: type_name::<T>(),
            ops: Box::new(ops),
        }))
    }

    /// The name users see in messages.
    pub fn friendly_name(&self) -> &str {
        &self.0.name
    }

    /// The path of the encapsulated Rust type.
    pub fn native_name(&self) -> &'static str {
        self.0.native_name
    }

    /// The operations.
    pub fn ops(&self) -> &dyn CapsuleOps {
        &*self.0.ops
    }

    pub(crate) fn holds(&self, value: &CapsuleValue) -> bool {
        value.native_type() == self.0.native
    }
}

impl PartialEq for CapsuleType {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for CapsuleType {}

impl fmt::Debug for CapsuleType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cty.Capsule({:?}, {})", self.0.name, self.0.native_name)
    }
}
