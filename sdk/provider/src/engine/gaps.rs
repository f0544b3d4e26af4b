//! Values as models, where the two disagree on what may be missing.
//!
//! A field of type `Tf<String>` can be unknown but not null; a state that was imported, or that an older provider wrote, may well have
//! null there. Such a computed attribute is given as unknown instead. In a configuration it is the other way round: computed
//! attributes are null on the wire and given as unknown, which is what they are; a field that cannot be unknown gets null.

use tf_cty::{FromCtyError, FromCtyProblem, Path, PathStep, Value};

use super::mark::computed_as_unknown;
use super::member::members;
use crate::data::conversion;
use crate::schema::{Attribute, Block};
use crate::{Diagnostic, Diagnostics, Model};

/// The model of a value that must fit as it is.
pub(crate) fn strict<M: Model>(value: &Value) -> Result<M, Diagnostic> {
    M::from_cty(value).map_err(|error| conversion(&M::block(), error.path.clone(), &error))
}

/// The model of a plan or a state. What is computed, null, and cannot be null in the model is unknown in it, or has its default.
pub(crate) fn forgiven<M: Model>(mut value: Value) -> Result<M, Diagnostic> {
    loop {
        match M::from_cty(&value) {
            Ok(model) => return Ok(model),
            Err(error) => value = without_gap(&M::block(), &value, error, Gap::Null)?,
        }
    }
}

/// The model of a configuration that is to be completed. What is computed and not configured is unknown, or null if it cannot be
/// unknown in the model.
pub(crate) fn filled<M: Model>(config: &Value) -> Result<M, Diagnostic> {
    let block = M::block();
    let mut value = computed_as_unknown(&block, config, config).unwrap_or_else(|| config.clone());
    loop {
        match M::from_cty(&value) {
            Ok(model) => return Ok(model),
            Err(error) => value = without_gap(&block, &value, error, Gap::Unknown)?,
        }
    }
}

/// What a model may not be able to hold.
#[derive(Clone, Copy, PartialEq)]
enum Gap {
    Null,
    Unknown,
}

/// The value with the gap that an error is about turned into the other kind. Each gap is turned once, so this comes to an end.
fn without_gap(block: &Block, value: &Value, error: FromCtyError, gap: Gap) -> Result<Value, Diagnostic> {
    let is_gap = match error.problem {
        FromCtyProblem::Null => gap == Gap::Null,
        FromCtyProblem::Unknown => gap == Gap::Unknown,
        _ => false,
    };
    let attribute = attribute(block, &error.path).filter(|a| is_gap && a.presence.is_computed());
    let Some(attribute) = attribute else {
        return Err(conversion(block, error.path.clone(), &error));
    };
    let default = attribute.default.as_ref().map(|d| d.value(&error.path, &mut Diagnostics::new()));
    let replaced: Result<Value, std::convert::Infallible> = value.transform(|at, old| {
        Ok(match gap {
            Gap::Null if *at == error.path => match &default {
                Some(default) => default.clone(),
                None => Value::unknown(old.ty().clone()),
            },
            Gap::Unknown if *at == error.path => Value::null(old.ty().clone()),
            _ => old,
        })
    });
    match replaced {
        Ok(new) if new.raw_equals(value) => Err(conversion(block, error.path.clone(), &error)),
        Ok(new) => Ok(new),
    }
}

/// The attribute that a path leads to; None for what is inside of one, and for blocks.
fn attribute<'b>(block: &'b Block, path: &Path) -> Option<&'b Attribute> {
    let mut names = path.steps().iter().filter_map(|step| match step {
        PathStep::Attr(name) => Some(name),
        PathStep::Index(_) => None,
    });
    let mut block = block;
    loop {
        let name = names.next()?;
        let member = members(block).find(|member| member.name() == &**name)?;
        if names.clone().next().is_none() {
            return member.attribute();
        }
        block = member.nested()?;
    }
}
