//! Rules for an attribute together with others. They fit attributes of every kind, and blocks.

use tf_cty::{Path, Value};

use super::expression::listed;
use super::{PathExpression, Paths, ValidateValue, Validator, ValidatorOf, place};
use crate::{Diagnostic, Diagnostics};

const COMBINATION: &str = "Invalid Attribute Combination";

/// A rule for an attribute together with others.
pub struct Related {
    relation: Relation,
    others: Vec<PathExpression>,
}

#[derive(Clone, Copy, PartialEq)]
enum Relation {
    Conflicts,
    Requires,
    AtLeastOne,
    ExactlyOne,
    PreferWriteOnly,
}

/// If this is set, none of the others is.
pub fn conflicts_with(others: impl Paths) -> Related {
    Related { relation: Relation::Conflicts, others: others.into_paths() }
}

/// If this is set, all of the others are.
pub fn also_requires(others: impl Paths) -> Related {
    Related { relation: Relation::Requires, others: others.into_paths() }
}

/// This is set, or one of the others is.
pub fn at_least_one_of(others: impl Paths) -> Related {
    Related { relation: Relation::AtLeastOne, others: others.into_paths() }
}

/// Of this and the others, just one is set.
pub fn exactly_one_of(others: impl Paths) -> Related {
    Related { relation: Relation::ExactlyOne, others: others.into_paths() }
}

/// Warns, if this is set, that there is a write-only attribute to use in its place.
pub fn prefer_write_only_attribute(other: impl Into<PathExpression>) -> Related {
    Related { relation: Relation::PreferWriteOnly, others: vec![other.into()] }
}

impl Related {
    /// The others and what they are; None while one of them is unknown. The attribute itself is not among them.
    fn others(&self, request: &ValidateValue<'_>) -> Result<Option<Vec<(Path, Value)>>, Diagnostic> {
        let mut all = Vec::new();
        for expression in &self.others {
            all.extend(expression.matches(request.path, request.config)?);
        }
        all.retain(|(path, _)| path != request.path);
        Ok(all.iter().all(|(_, value)| value.is_known()).then_some(all))
    }

    /// All that it is about, the attribute itself last.
    fn listed(&self, request: &ValidateValue<'_>) -> String {
        let own = request.place();
        let others = self.others.iter().flat_map(|other| {
            let found = other.matches(request.path, request.config).unwrap_or_default();
            found.into_iter().map(|(path, _)| place(&path)).collect::<Vec<_>>()
        });
        let others: Vec<String> = others.filter(|path| *path != own).collect();
        listed(others.into_iter().chain([own]))
    }

    fn one_by_one(
        &self,
        others: &[(Path, Value)],
        request: &ValidateValue<'_>,
        diagnostics: &mut Diagnostics,
    ) {
        for (path, value) in others {
            let broken = match self.relation {
                Relation::Conflicts => !value.is_null(),
                _ => value.is_null(),
            };
            if broken {
                let demand = if self.relation == Relation::Conflicts { "cannot" } else { "must" };
                let (other, own) = (place(path), request.place());
                let detail = format!("Attribute {other:?} {demand} be specified when {own:?} is specified");
                diagnostics.push(Diagnostic::error(COMBINATION, detail).at(request.path.clone()));
            }
        }
    }

    fn counted(&self, others: &[(Path, Value)], request: &ValidateValue<'_>) -> Option<Diagnostic> {
        let own = usize::from(!request.value.is_null());
        let set = others.iter().filter(|(_, value)| !value.is_null()).count() + own;
        let detail = match (self.relation, set) {
            (Relation::AtLeastOne, 0) => {
                format!("At least one attribute out of {} must be specified", self.listed(request))
            }
            (Relation::ExactlyOne, 0) => {
                let all = self.listed(request);
                format!("No attribute specified when one (and only one) of {all} is required")
            }
            (Relation::ExactlyOne, 2..) => {
                let all = self.listed(request);
                format!("{set} attributes specified when one (and only one) of {all} is required")
            }
            _ => return None,
        };
        Some(Diagnostic::error(COMBINATION, detail).at(request.path.clone()))
    }
}

impl Validator for Related {
    fn description(&self) -> String {
        let others = listed(&self.others);
        match self.relation {
            Relation::Conflicts => format!("Ensure that if an attribute is set, these are not set: {others}"),
            Relation::Requires => format!("Ensure that if an attribute is set, also these are set: {others}"),
            Relation::AtLeastOne => {
                format!("Ensure that at least one attribute from this collection is set: {others}")
            }
            Relation::ExactlyOne => {
                format!("Ensure that one and only one attribute from this collection is set: {others}")
            }
            Relation::PreferWriteOnly => format!("The write-only attribute {others} should be preferred"),
        }
    }

    fn validate(&self, request: &ValidateValue<'_>, diagnostics: &mut Diagnostics) {
        let others = match self.others(request) {
            Ok(Some(others)) => others,
            Ok(None) => return,
            Err(mistake) => return diagnostics.push(mistake),
        };
        match self.relation {
            Relation::Conflicts | Relation::Requires if request.value.is_null() => {}
            Relation::Conflicts | Relation::Requires => self.one_by_one(&others, request, diagnostics),
            Relation::AtLeastOne | Relation::ExactlyOne => diagnostics.extend(self.counted(&others, request)),
            Relation::PreferWriteOnly if request.value.is_null() => {}
            Relation::PreferWriteOnly => {
                let others = others.iter().map(|(path, _)| place(path)).collect::<Vec<_>>().join(", ");
                let detail = format!(
                    "The attribute {} has a write-only version {others} available. Use the write-only version of the \
                     attribute when possible.",
                    request.place()
                );
                let warning = Diagnostic::warning("Available Write-only Attribute Alternative", detail);
                diagnostics.push(warning.at(request.path.clone()));
            }
        }
    }

    fn wants_null(&self) -> bool {
        matches!(self.relation, Relation::AtLeastOne | Relation::ExactlyOne)
    }
}

impl<K> ValidatorOf<K> for Related {}
