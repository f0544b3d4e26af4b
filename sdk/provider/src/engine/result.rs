//! What holds for every object that an author returns: it has the type of the schema, and everything in it is known.

use tf_cty::{Path, Value, Visit};

use super::component::Component;
use super::erased::Described;
use super::{blocks, shown, write_only};
use crate::{Diagnostic, Diagnostics};

/// Reports an object of another type than the schema's. `what` is what it is: plan, state, result.
pub(crate) fn conforms<C: Described + ?Sized>(
    component: &Component<C>,
    object: &Value,
    what: &str,
    diagnostics: &mut Diagnostics,
) {
    for error in object.ty().conformance_errors(&component.shape().ty) {
        let place = if error.path.is_empty() { component.name.clone() } else { shown(&error.path) };
        let detail = format!(
            "The {what} does not fit the schema at {place}: {error}.\n\nThis is a bug of the provider."
        );
        diagnostics
            .push(Diagnostic::error("Provider produced invalid object", detail).at(error.path.clone()));
    }
}

/// Brings an object into the form in which it is sent: write-only attributes null, blocks that are not there empty.
pub(crate) fn formed<C: Described + ?Sized>(component: &Component<C>, object: Value) -> Value {
    let block = &component.shape().block;
    let object = write_only::as_null(block, &object).unwrap_or(object);
    blocks::reified(block, &object).unwrap_or(object)
}

/// Reports every unknown value, and returns the object with null in their places: Terraform can store nothing else.
pub(crate) fn known(object: Value, summary: &str, diagnostics: &mut Diagnostics) -> Value {
    if object.is_wholly_known() {
        return object;
    }
    let mut paths: Vec<Path> = Vec::new();
    let visited: Result<(), std::convert::Infallible> = object.walk(|path, value| {
        if !value.is_known() {
            paths.push(path.clone());
        }
        Ok(Visit::Descend)
    });
    match visited {
        Ok(()) => {}
    }
    for path in paths {
        let detail = format!(
            "The provider returned {} as unknown. All values must be known now.\n\nThis is a bug of the provider. Everything else is \
             saved.",
            shown(&path)
        );
        diagnostics.push(Diagnostic::error(summary, detail).at(path));
    }
    object.unknown_as_null()
}
