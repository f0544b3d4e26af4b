//! The inside of a capsule.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

/// A shared Rust value of any type.
#[derive(Clone)]
pub struct CapsuleValue(Arc<dyn Any + Send + Sync>);

impl CapsuleValue {
    /// Wraps a value.
    pub fn new<T: Any + Send + Sync>(value: T) -> Self {
        Self(Arc::new(value))
    }

    /// The value, when it has this type.
    pub fn downcast<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }

    /// True when one is a clone of the other.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn native_type(&self) -> TypeId {
        (*self.0).type_id()
    }
}

impl fmt::Debug for CapsuleValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CapsuleValue(..)")
    }
}
