//! Visiting and rebuilding everything inside a value.

use super::{BuildError, Repr, Value};
use crate::path::{Path, PathStep};

/// What a walk does after a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// Go on to the values inside.
    Descend,
    /// Leave out the values inside.
    Skip,
}

/// Rebuilds values on the way down and on the way up.
pub trait Transformer {
    /// Why a transformation stops.
    type Error: From<BuildError>;

    /// Replaces a value before the values inside are visited.
    fn enter(&mut self, _path: &Path, value: Value) -> Result<Value, Self::Error> {
        Ok(value)
    }

    /// Replaces a value after those inside were replaced.
    fn exit(&mut self, _path: &Path, value: Value) -> Result<Value, Self::Error> {
        Ok(value)
    }
}

/// Either the callback's error or elements that no longer make a collection; the latter cannot happen to callers that keep
/// types, and leaves the collection as it was.
struct Post<F, E>(F, Option<E>);

struct Stop;

impl From<BuildError> for Stop {
    fn from(_: BuildError) -> Self {
        Self
    }
}

impl<F: FnMut(&Path, Value) -> Result<Value, E>, E> Transformer for Post<F, E> {
    type Error = Stop;

    fn exit(&mut self, path: &Path, value: Value) -> Result<Value, Stop> {
        (self.0)(path, value).map_err(|e| {
            self.1 = Some(e);
            Stop
        })
    }
}

impl Value {
    /// Calls a function for the value and everything inside, outer values first, attributes and keys in order.
    pub fn walk<E>(&self, mut visit: impl FnMut(&Path, &Self) -> Result<Visit, E>) -> Result<(), E> {
        walk(&mut Path::new(), self, &mut visit)
    }

    /// Replaces everything inside and then the value itself by what a function makes of it. When the function changes the
    /// types of elements so that they make no collection any more, the whole value comes back unchanged.
    pub fn transform<E>(&self, callback: impl FnMut(&Path, Self) -> Result<Self, E>) -> Result<Self, E> {
        let mut post = Post(callback, None);
        match self.transform_with(&mut post) {
            Ok(value) => Ok(value),
            Err(Stop) => match post.1 {
                Some(error) => Err(error),
                None => Ok(self.clone()),
            },
        }
    }

    /// Replaces values on the way down and up.
    pub fn transform_with<T: Transformer>(&self, transformer: &mut T) -> Result<Self, T::Error> {
        transform(&mut Path::new(), self.clone(), transformer)
    }

    fn steps(&self) -> impl Iterator<Item = (PathStep, &Self)> {
        let object = self.ty.is_object();
        self.elements().map(move |(key, value)| {
            let step = match (object, key.repr()) {
                (true, Repr::String(name)) => PathStep::Attr(name.clone()),
                _ => PathStep::Index(key),
            };
            (step, value)
        })
    }
}

fn walk<E>(
    path: &mut Path,
    value: &Value,
    visit: &mut dyn FnMut(&Path, &Value) -> Result<Visit, E>,
) -> Result<(), E> {
    if visit(path, value)? == Visit::Skip {
        return Ok(());
    }
    for (step, child) in value.steps() {
        path.push(step);
        walk(path, child, visit)?;
        path.pop();
    }
    Ok(())
}

fn transform<T: Transformer>(path: &mut Path, value: Value, t: &mut T) -> Result<Value, T::Error> {
    let value = t.enter(path, value)?;
    let mut elements = Vec::new();
    for (step, child) in value.steps() {
        path.push(step);
        elements.push(transform(path, child.clone(), t)?);
        path.pop();
    }
    let rebuilt =
        if elements.is_empty() { value } else { value.with_elements(elements)?.with_marks(&value.marks) };
    t.exit(path, rebuilt)
}
