//! How values print for developers. Marked values show their marks and not what is inside.

use std::fmt;

use super::{Refinement, RefinementKind, Repr, Value};

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_marked() {
            return write!(f, "<{:?} marked {:?}>", self.ty, self.marks);
        }
        match &self.repr {
            Repr::Null => write!(f, "null({:?})", self.ty),
            Repr::Unknown(None) => write!(f, "unknown({:?})", self.ty),
            Repr::Unknown(Some(r)) => write!(f, "unknown({:?}{})", self.ty, Shown(r)),
            Repr::Bool(v) => write!(f, "{v}"),
            Repr::Number(v) => write!(f, "{v}"),
            Repr::String(v) => write!(f, "{v:?}"),
            Repr::Set(v) => f.debug_set().entries(v.values()).finish(),
            Repr::Seq(_) if self.ty.is_object() => f.debug_map().entries(self.entries()).finish(),
            Repr::Seq(v) => f.debug_list().entries(v.iter()).finish(),
            Repr::Map(_) => f.debug_map().entries(self.entries()).finish(),
            Repr::Capsule(v) => write!(f, "{v:?}"),
        }
    }
}

struct Shown<'a>(&'a Refinement);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.null == Some(false) {
            f.write_str(", not null")?;
        }
        match &self.0.kind {
            RefinementKind::Nullness => Ok(()),
            RefinementKind::String { prefix } => write!(f, ", prefix {prefix:?}"),
            RefinementKind::Number { min, max } => {
                for (name, bound) in [("min", min), ("max", max)] {
                    if let Some((n, inclusive)) = bound {
                        write!(f, ", {name} {n}{}", if *inclusive { "" } else { " exclusive" })?;
                    }
                }
                Ok(())
            }
            RefinementKind::Collection { min, max } => write!(f, ", length {min}..={max}"),
        }
    }
}
