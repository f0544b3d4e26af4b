//! Values: a type and what is known of a value of that type.
//!
//! A value is null, unknown (perhaps with refinements) or known, and may carry marks. Values are immutable and cheap to
//! clone. Operations ([`Value::add`], [`Value::equals`], [`Value::index`] …) answer with values and follow the rules for
//! unknowns and marks; accessors (`as_…`) look at what is there. Nothing here panics: where the reference does, an
//! operation gives an error.

mod access;
mod build;
mod capsule;
mod compare;
mod equal;
mod marked;
mod math;
mod range;
mod refine;
mod set;
mod show;
mod walk;

use std::sync::Arc;

pub use build::BuildError;
pub(crate) use build::common_type;
pub use capsule::CapsuleValue;
pub(crate) use compare::Tri;
pub use marked::{PathMarks, WrangleAction};
pub use math::OpError;
pub use range::ValueRange;
pub use refine::{RefineError, RefinementBuilder};
pub(crate) use refine::{Refinement, RefinementKind};
pub(crate) use set::SetData;
pub use walk::{Transformer, Visit};

use crate::mark::Marks;
use crate::number::Number;
use crate::types::Type;

/// A value of some type: null, unknown or known, perhaps marked.
///
/// ```
/// use tf_cty::{Type, Value};
/// let port = Value::unknown(Type::Number);
/// let sum = port.add(&Value::from(1))?;
/// assert!(!sum.is_known());
/// assert_eq!(Value::from(2).add(&Value::from(3))?, Value::from(5));
/// # Ok::<(), tf_cty::OpError>(())
/// ```
#[derive(Clone)]
pub struct Value {
    ty: Type,
    repr: Repr,
    marks: Marks,
}

/// What is known of a value. The type decides which variant a known value has.
#[derive(Clone)]
pub(crate) enum Repr {
    Null,
    Unknown(Option<Arc<Refinement>>),
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    /// Elements of a list or tuple, or the attributes of an object in the order of its type.
    Seq(Arc<[Value]>),
    Set(Arc<SetData>),
    /// Sorted by key.
    Map(Arc<[(Arc<str>, Value)]>),
    Capsule(CapsuleValue),
}

impl Value {
    pub(crate) fn new(ty: Type, repr: Repr) -> Self {
        Self { ty, repr, marks: Marks::EMPTY }
    }

    /// The type.
    pub fn ty(&self) -> &Type {
        &self.ty
    }

    pub(crate) fn repr(&self) -> &Repr {
        &self.repr
    }

    /// The same value under a type that it fits.
    pub(crate) fn retyped(mut self, ty: Type) -> Self {
        self.ty = ty;
        self
    }

    /// True unless the value itself is unknown; what is inside may still be.
    pub fn is_known(&self) -> bool {
        !matches!(self.repr, Repr::Unknown(_))
    }

    /// True for null.
    pub fn is_null(&self) -> bool {
        matches!(self.repr, Repr::Null)
    }

    /// True when neither the value nor anything inside is unknown.
    pub fn is_wholly_known(&self) -> bool {
        self.is_known() && self.children().all(Self::is_wholly_known)
    }

    /// True when neither the value nor anything inside is unknown with an unknown type.
    pub(crate) fn has_wholly_known_type(&self) -> bool {
        match &self.repr {
            Repr::Null => true,
            Repr::Unknown(_) => !self.ty.is_dynamic(),
            _ => self.children().all(Self::has_wholly_known_type),
        }
    }

    /// True when the value cannot turn out to be null.
    pub(crate) fn is_definitely_not_null(&self) -> bool {
        match &self.repr {
            Repr::Null => false,
            Repr::Unknown(r) => r.as_ref().is_some_and(|r| r.null == Some(false)),
            _ => true,
        }
    }
}

/// The same as [`Value::raw_equals`].
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.raw_equals(other)
    }
}

impl Eq for Value {}
