//! Paths to other attributes, absolute or from where a validator is, perhaps to many at once.

use std::fmt;

use tf_cty::{Path, PathProblem, PathStep, Value};

use super::place;
use crate::Diagnostic;

/// A path to other attributes.
///
/// Text stands for the attribute of that name beside the one that is validated; in a rule for a whole configuration, for the
/// attribute at the top.
#[derive(Clone, Debug, PartialEq)]
pub struct PathExpression {
    relative: bool,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Parent,
    Exact(PathStep),
    AnyElement,
}

/// The attribute of this name at the top of the configuration.
pub fn root(name: &str) -> PathExpression {
    PathExpression { relative: false, steps: Vec::new() }.attr(name)
}

/// Where the validator is.
pub fn here() -> PathExpression {
    PathExpression { relative: true, steps: Vec::new() }
}

/// The attribute of this name beside the one that is validated.
pub fn sibling(name: &str) -> PathExpression {
    here().parent().attr(name)
}

impl PathExpression {
    /// One step up.
    #[must_use]
    pub fn parent(self) -> Self {
        self.step(Step::Parent)
    }

    /// Down to an attribute.
    #[must_use]
    pub fn attr(self, name: &str) -> Self {
        self.step(Step::Exact(PathStep::Attr(name.into())))
    }

    /// Down to an element.
    #[must_use]
    pub fn index(self, key: impl Into<Value>) -> Self {
        self.step(Step::Exact(PathStep::Index(key.into())))
    }

    /// Down to every element.
    #[must_use]
    pub fn any_element(self) -> Self {
        self.step(Step::AnyElement)
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Without steps up, as seen from a path.
    fn resolved(&self, at: &Path) -> Vec<Step> {
        let mut steps: Vec<Step> = match self.relative {
            true => at.steps().iter().cloned().map(Step::Exact).collect(),
            false => Vec::new(),
        };
        for step in &self.steps {
            match step {
                Step::Parent => {
                    steps.pop();
                }
                down => steps.push(down.clone()),
            }
        }
        steps
    }

    /// The places it leads to and what is there. Below null everything is null, below unknown everything is unknown; elements
    /// that are not there are left out. Err if the schema has no such attribute: a mistake of the provider.
    pub(super) fn matches(&self, at: &Path, config: &Value) -> Result<Vec<(Path, Value)>, Diagnostic> {
        let mut found = vec![(Path::new(), config.clone())];
        for step in self.resolved(at) {
            let mut next = Vec::new();
            for (path, value) in found {
                descend(&step, path, &value, &mut next).map_err(|()| self.mistake(at))?;
            }
            found = next;
        }
        Ok(found)
    }

    fn mistake(&self, at: &Path) -> Diagnostic {
        let detail = format!(
            "A rule of the provider is about {self}, which its schema does not have. This is a bug in the provider."
        );
        Diagnostic::error("Invalid Path Expression for Schema", detail).at(at.clone())
    }
}

fn descend(step: &Step, path: Path, value: &Value, next: &mut Vec<(Path, Value)>) -> Result<(), ()> {
    let longer = |step: &PathStep| {
        let mut path = path.clone();
        path.push(step.clone());
        path
    };
    match step {
        Step::Parent => {}
        Step::AnyElement if value.is_null() => {}
        Step::AnyElement if !value.is_known() => next.push((path, Value::dynamic())),
        Step::AnyElement => {
            let elements =
                value.elements().map(|(key, element)| (longer(&PathStep::Index(key)), element.clone()));
            next.extend(elements);
        }
        Step::Exact(exact) if value.is_null() => next.push((longer(exact), value.clone())),
        Step::Exact(exact) if !value.is_known() => next.push((longer(exact), Value::dynamic())),
        Step::Exact(exact) => match std::iter::once(exact.clone()).collect::<Path>().apply(value) {
            Ok(inner) => next.push((longer(exact), inner)),
            Err(error) if matches!(error.problem, PathProblem::NoElement | PathProblem::NotInSet) => {}
            Err(_) => return Err(()),
        },
    }
    Ok(())
}

/// Absolute as `a.b[*]`; from a validator as `<.b`, `<` being a step up.
impl fmt::Display for PathExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.steps.iter().enumerate() {
            match step {
                Step::Parent if i == 0 => f.write_str("<")?,
                Step::Parent => f.write_str(".<")?,
                Step::AnyElement => f.write_str("[*]")?,
                Step::Exact(exact) => {
                    let text = std::iter::once(exact.clone()).collect::<Path>();
                    f.write_str(&if i == 0 { place(&text) } else { text.to_string() })?;
                }
            }
        }
        Ok(())
    }
}

impl From<&str> for PathExpression {
    fn from(name: &str) -> Self {
        sibling(name)
    }
}

/// One path or many: a name, a [`PathExpression`], or an array or `Vec` of these.
pub trait Paths {
    /// All of them.
    fn into_paths(self) -> Vec<PathExpression>;
}

impl Paths for &str {
    fn into_paths(self) -> Vec<PathExpression> {
        vec![self.into()]
    }
}

impl Paths for PathExpression {
    fn into_paths(self) -> Vec<PathExpression> {
        vec![self]
    }
}

impl<P: Into<PathExpression>, const N: usize> Paths for [P; N] {
    fn into_paths(self) -> Vec<PathExpression> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<P: Into<PathExpression>> Paths for Vec<P> {
    fn into_paths(self) -> Vec<PathExpression> {
        self.into_iter().map(Into::into).collect()
    }
}

/// Paths as messages list them: `[a,b]`.
pub(super) fn listed<T: fmt::Display>(paths: impl IntoIterator<Item = T>) -> String {
    let paths: Vec<String> = paths.into_iter().map(|path| path.to_string()).collect();
    format!("[{}]", paths.join(","))
}
