//! What rules for lists, sets and maps have in common.

use std::marker::PhantomData;

use tf_cty::{Path, PathStep, Value};

use super::combine::descriptions;
use super::rule::shown;
use super::{Rule, ValidateValue, Validator, ValidatorOf, Validators};
use crate::{Diagnostic, Diagnostics};

fn size<K>(description: String, holds: impl Fn(usize) -> bool + Send + Sync + 'static) -> Rule<K> {
    Rule::new("Invalid Attribute Value", description, move |value| value.len().is_none_or(&holds))
        .showing(|value| value.len().unwrap_or(0).to_string())
}

pub(super) fn size_at_least<K>(noun: &str, least: usize) -> Rule<K> {
    size(format!("{noun} must contain at least {least} elements"), move |n| n >= least)
}

pub(super) fn size_at_most<K>(noun: &str, most: usize) -> Rule<K> {
    size(format!("{noun} must contain at most {most} elements"), move |n| n <= most)
}

pub(super) fn size_between<K>(noun: &str, least: usize, most: usize) -> Rule<K> {
    size(format!("{noun} must contain at least {least} elements and at most {most} elements"), move |n| {
        (least..=most).contains(&n)
    })
}

/// Rules for each element, or for each key.
pub struct ElementsAre<K> {
    part: Part,
    rules: Vec<Box<dyn Validator>>,
    kind: PhantomData<fn() -> K>,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Values,
    Keys,
}

pub(super) fn values_are<K, E>(rules: impl Validators<E>) -> ElementsAre<K> {
    ElementsAre { part: Part::Values, rules: rules.into_validators(), kind: PhantomData }
}

pub(super) fn keys_are<K, E>(rules: impl Validators<E>) -> ElementsAre<K> {
    ElementsAre { part: Part::Keys, rules: rules.into_validators(), kind: PhantomData }
}

fn ask(rules: &[Box<dyn Validator>], request: &ValidateValue<'_>, diagnostics: &mut Diagnostics) {
    let asked = rules.iter().filter(|rule| !request.value.is_null() || rule.wants_null());
    asked.for_each(|rule| rule.validate(request, diagnostics));
}

impl<K: 'static> Validator for ElementsAre<K> {
    fn description(&self) -> String {
        let part = if self.part == Part::Keys { "key" } else { "element value" };
        format!("{part} must satisfy all validations: {}", descriptions(&self.rules))
    }

    fn validate(&self, request: &ValidateValue<'_>, diagnostics: &mut Diagnostics) {
        for (key, element) in request.value.elements() {
            let mut path: Path = request.path.clone();
            path.push(PathStep::Index(key.clone()));
            let value = if self.part == Part::Keys { &key } else { element };
            if value.is_known() {
                ask(&self.rules, &ValidateValue { path: &path, value, ..*request }, diagnostics);
            }
        }
    }
}

impl<K: 'static> ValidatorOf<K> for ElementsAre<K> {}

/// No element is null.
pub struct NoNulls<K> {
    noun: &'static str,
    kind: PhantomData<fn() -> K>,
}

pub(super) fn no_null_values<K>(noun: &'static str) -> NoNulls<K> {
    NoNulls { noun, kind: PhantomData }
}

impl<K: 'static> Validator for NoNulls<K> {
    fn description(&self) -> String {
        format!("All values in the {} must be configured", self.noun.to_lowercase())
    }

    fn validate(&self, request: &ValidateValue<'_>, diagnostics: &mut Diagnostics) {
        if request.value.elements().any(|(_, element)| element.is_null()) {
            let summary = format!("Null {} Value", self.noun);
            let error = Diagnostic::error(summary, "This attribute contains a null value.");
            diagnostics.push(error.at(request.path.clone()));
        }
    }
}

impl<K: 'static> ValidatorOf<K> for NoNulls<K> {}

/// No two elements are equal.
pub struct Unique<K> {
    kind: PhantomData<fn() -> K>,
}

pub(super) fn unique_values<K>() -> Unique<K> {
    Unique { kind: PhantomData }
}

impl<K: 'static> Validator for Unique<K> {
    fn description(&self) -> String {
        "all values must be unique".into()
    }

    fn validate(&self, request: &ValidateValue<'_>, diagnostics: &mut Diagnostics) {
        let known: Vec<&Value> =
            request.value.elements().map(|(_, e)| e).filter(|e| e.is_wholly_known()).collect();
        // A set has each value once; only if that is fewer does it matter which they are.
        let distinct = Value::set(known.iter().map(|&v| v.clone())).ok().and_then(|set| set.len());
        if distinct.is_none_or(|distinct| distinct == known.len()) {
            return;
        }
        for (i, element) in known.iter().enumerate() {
            if known[..i].iter().any(|earlier| earlier.raw_equals(element)) {
                let got = if request.sensitive { "(sensitive value)".to_owned() } else { shown(element) };
                let detail = format!("This attribute contains duplicate values of: {got}");
                diagnostics.push(Diagnostic::error("Duplicate List Value", detail).at(request.path.clone()));
            }
        }
    }
}

impl<K: 'static> ValidatorOf<K> for Unique<K> {}

/// Must be there: for blocks, whose `min` counts only those that are written.
pub fn is_required() -> IsRequired {
    IsRequired(())
}

/// Must be there.
pub struct IsRequired(());

impl Validator for IsRequired {
    fn description(&self) -> String {
        "must have a configuration value as the provider has marked it as required".into()
    }

    fn validate(&self, request: &ValidateValue<'_>, diagnostics: &mut Diagnostics) {
        if request.value.is_null() || request.value.is_empty() && request.value.ty().is_collection() {
            let detail = format!("Block {} {}", request.place(), self.description());
            diagnostics.push(Diagnostic::error("Invalid Block", detail).at(request.path.clone()));
        }
    }

    fn wants_null(&self) -> bool {
        true
    }
}

impl<K> ValidatorOf<K> for IsRequired {}
