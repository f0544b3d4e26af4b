//! Conformance: whether a type fits a constraint as it is, and what is wrong where if not.

use std::sync::Arc;

use super::Type;
use crate::path::{Path, PathStep};
use crate::value::Value;

/// One way in which a type does not fit a constraint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ConformanceError {
    /// Where in the type; an unknown key stands for every element.
    pub path: Path,
    /// What is wrong there.
    pub problem: ConformanceProblem,
}

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConformanceProblem {
    /// The object has an attribute that the constraint lacks.
    #[error("unsupported attribute {0:?}")]
    UnsupportedAttribute(Arc<str>),
    /// The object lacks an attribute that the constraint has.
    #[error("missing required attribute {0:?}")]
    MissingAttribute(Arc<str>),
    /// The tuple has another length.
    #[error("{want} elements are required, but got {got}")]
    TupleLength {
        /// Length of the constraint.
        want: usize,
        /// Length of the type.
        got: usize,
    },
    /// The types differ.
    #[error("{} required, but received {}", want.friendly_name(), got.friendly_name())]
    Type {
        /// The type required.
        want: Type,
        /// The type found.
        got: Type,
    },
}

impl Type {
    /// Everything that keeps the type from fitting a constraint; nothing when it fits.
    ///
    /// ```
    /// use tf_cty::Type;
    /// let given = Type::object([("a", Type::Bool)]);
    /// let want = Type::object([("a", Type::String), ("b", Type::Dynamic)]);
    /// let errors = given.conformance_errors(&want);
    /// assert_eq!(errors[0].to_string(), r#"missing required attribute "b""#);
    /// assert_eq!(errors[1].path.to_string(), ".a");
    /// ```
    pub fn conformance_errors(&self, want: &Self) -> Vec<ConformanceError> {
        let mut errors = Vec::new();
        check(self, want, &mut Path::new(), &mut |path, problem| {
            errors.push(ConformanceError { path: path.clone(), problem });
        });
        errors
    }

    /// True when the type fits the constraint as it is.
    pub fn conforms_to(&self, want: &Self) -> bool {
        if self == want || want.is_dynamic() {
            return true;
        }
        let mut ok = true;
        check(self, want, &mut Path::new(), &mut |_, _| ok = false);
        ok
    }
}

fn check(given: &Type, want: &Type, path: &mut Path, report: &mut dyn FnMut(&Path, ConformanceProblem)) {
    if want.is_dynamic() || given == want {
        return;
    }
    let mut element = |given: &Type, want: &Type, key: Value| {
        path.push(PathStep::Index(key));
        check(given, want, path, report);
        path.pop();
    };
    match (given, want) {
        (Type::List(g), Type::List(w)) => element(g, w, Value::unknown(Type::Number)),
        (Type::Map(g), Type::Map(w)) => element(g, w, Value::unknown(Type::String)),
        (Type::Set(g), Type::Set(w)) => element(g, w, Value::unknown((**g).clone())),
        (Type::Tuple(g), Type::Tuple(w)) if g.len() == w.len() => {
            for (i, (g, w)) in g.iter().zip(w.iter()).enumerate() {
                element(g, w, Value::from(i));
            }
        }
        (Type::Tuple(g), Type::Tuple(w)) => {
            report(path, ConformanceProblem::TupleLength { want: w.len(), got: g.len() });
        }
        (Type::Object(g), Type::Object(w)) => {
            for a in g.attributes().iter().filter(|a| w.get(a.name()).is_none()) {
                report(path, ConformanceProblem::UnsupportedAttribute(a.name().clone()));
            }
            for a in w.attributes().iter().filter(|a| g.get(a.name()).is_none()) {
                report(path, ConformanceProblem::MissingAttribute(a.name().clone()));
            }
            for w in w.attributes() {
                if let Some(g) = g.get(w.name()) {
                    path.push(PathStep::Attr(w.name().clone()));
                    check(g.ty(), w.ty(), path, report);
                    path.pop();
                }
            }
        }
        _ => report(path, ConformanceProblem::Type { want: want.clone(), got: given.clone() }),
    }
}
