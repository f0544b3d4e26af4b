//! Rules for a configuration as a whole: of a provider, a resource, a data source or an ephemeral resource.

use tf_cty::{Path, Value};

use super::expression::listed;
use super::{ConfigValidator, PathExpression, Paths};
use crate::{Diagnostic, Diagnostics};

/// A rule about several attributes of a configuration.
pub struct ConfigRule {
    relation: Relation,
    paths: Vec<PathExpression>,
}

#[derive(Clone, Copy)]
enum Relation {
    AtLeastOne,
    ExactlyOne,
    Conflicting,
    Together,
}

/// One of these is set, or more.
pub fn config_at_least_one_of(paths: impl Paths) -> ConfigRule {
    ConfigRule { relation: Relation::AtLeastOne, paths: paths.into_paths() }
}

/// Just one of these is set.
pub fn config_exactly_one_of(paths: impl Paths) -> ConfigRule {
    ConfigRule { relation: Relation::ExactlyOne, paths: paths.into_paths() }
}

/// At most one of these is set.
pub fn config_conflicting(paths: impl Paths) -> ConfigRule {
    ConfigRule { relation: Relation::Conflicting, paths: paths.into_paths() }
}

/// All of these are set, or none.
pub fn config_required_together(paths: impl Paths) -> ConfigRule {
    ConfigRule { relation: Relation::Together, paths: paths.into_paths() }
}

/// What the attributes of a rule are.
#[derive(Default)]
struct Found {
    set: Vec<Path>,
    null: usize,
    unknown: usize,
}

impl ConfigRule {
    fn found(&self, config: &Value) -> Result<Found, Diagnostic> {
        let mut found = Found::default();
        for expression in &self.paths {
            for (path, value) in expression.matches(&Path::new(), config)? {
                match value {
                    v if v.is_null() => found.null += 1,
                    v if !v.is_known() => found.unknown += 1,
                    _ => found.set.push(path),
                }
            }
        }
        Ok(found)
    }

    /// True if something is missing, whatever unknown values become.
    fn lacks(&self, found: &Found) -> bool {
        matches!(self.relation, Relation::AtLeastOne | Relation::ExactlyOne)
            && found.set.is_empty()
            && found.unknown == 0
    }

    /// True if what is set does not go together, whatever unknown values become.
    fn clashes(&self, found: &Found) -> bool {
        match self.relation {
            Relation::AtLeastOne => false,
            Relation::ExactlyOne | Relation::Conflicting => found.set.len() > 1,
            Relation::Together => !found.set.is_empty() && found.null > 0 && found.unknown == 0,
        }
    }
}

impl ConfigValidator for ConfigRule {
    fn description(&self) -> String {
        // Names are those of attributes at the top: relative to nothing.
        let names =
            listed(self.paths.iter().map(|path| path.to_string().trim_start_matches("<.").to_owned()));
        match self.relation {
            Relation::AtLeastOne => format!("At least one of these attributes must be configured: {names}"),
            Relation::ExactlyOne => format!("Exactly one of these attributes must be configured: {names}"),
            Relation::Conflicting => format!("These attributes cannot be configured together: {names}"),
            Relation::Together => format!("These attributes must be configured together: {names}"),
        }
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        match self.found(config) {
            Err(mistake) => diagnostics.push(mistake),
            Ok(found) if self.lacks(&found) => {
                diagnostics.push(Diagnostic::error("Missing Attribute Configuration", self.description()));
            }
            Ok(found) if self.clashes(&found) => {
                let error = Diagnostic::error("Invalid Attribute Combination", self.description());
                diagnostics.extend(found.set.first().map(|path| error.at(path.clone())));
            }
            Ok(_) => {}
        }
    }
}

/// A rule of one's own: a function that adds errors.
pub fn config_rule(
    description: impl Into<String>,
    check: impl Fn(&Value, &mut Diagnostics) + Send + Sync + 'static,
) -> impl ConfigValidator {
    Custom { description: description.into(), check }
}

struct Custom<F> {
    description: String,
    check: F,
}

impl<F: Fn(&Value, &mut Diagnostics) + Send + Sync + 'static> ConfigValidator for Custom<F> {
    fn description(&self) -> String {
        self.description.clone()
    }

    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        (self.check)(config, diagnostics);
    }
}
