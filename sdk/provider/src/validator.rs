//! Validators: rules for values of a configuration. The library of them is in the submodules, one for each kind of attribute; those
//! that fit attributes of any kind are here.
//!
//! A validator is asked for known values, and for null ones only if it says so; never for unknown ones. Messages have the words
//! that Terraform's users know; what is sensitive is not in them.

pub mod boolean;
mod collection;
mod combine;
mod config;
mod expression;
pub mod float;
pub mod integer;
pub mod list;
pub mod map;
pub mod number;
mod numeric;
mod related;
mod rule;
pub mod set;
pub mod string;

pub use collection::{ElementsAre, IsRequired, NoNulls, Unique, is_required};
pub use combine::{Combined, Validators, all_of, any_of, any_with_all_warnings};
pub use config::{
    ConfigRule, config_at_least_one_of, config_conflicting, config_exactly_one_of, config_required_together,
    config_rule,
};
pub use expression::{PathExpression, Paths, here, root, sibling};
pub use numeric::{ComparedTo, Computation};
pub use related::{
    Related, also_requires, at_least_one_of, conflicts_with, exactly_one_of, prefer_write_only_attribute,
};
pub(crate) use rule::shown;
pub use rule::{Rule, rule};
use tf_cty::{Path, Value};

use crate::Diagnostics;

/// A rule for the value of an attribute or of a block.
pub trait Validator: Send + Sync + 'static {
    /// The rule in words, for documentation: `value must be one of: ["a" "b"]`.
    fn description(&self) -> String;

    /// Adds an error for a value that breaks the rule.
    fn validate(&self, request: &ValidateValue<'_>, diagnostics: &mut Diagnostics);

    /// True for rules that have something to say of null too.
    fn wants_null(&self) -> bool {
        false
    }
}

/// A validator that fits attributes of a kind, one of [`crate::model::kind`].
#[diagnostic::on_unimplemented(
    message = "this validator does not fit an attribute of kind `{Kind}`",
    label = "no validator for this kind of attribute"
)]
pub trait ValidatorOf<Kind>: Validator {}

/// What a validator is asked.
#[derive(Clone, Copy, Debug)]
pub struct ValidateValue<'a> {
    /// Where the value is.
    pub path: &'a Path,
    /// The value.
    pub value: &'a Value,
    /// The whole configuration, with what is unknown in it.
    pub config: &'a Value,
    /// True if the value must not be seen in a message.
    pub sensitive: bool,
}

impl ValidateValue<'_> {
    /// Where the value is, as messages say it: `rule[0].port`.
    pub fn place(&self) -> String {
        place(self.path)
    }
}

/// A path as messages say it: `rule[0].port`.
fn place(path: &Path) -> String {
    path.to_string().trim_start_matches('.').to_owned()
}

/// A rule for a configuration as a whole.
pub trait ConfigValidator: Send + Sync + 'static {
    /// The rule in words, for documentation.
    fn description(&self) -> String;

    /// Adds an error if the configuration breaks the rule. Unknown values may yet become anything, null too.
    fn validate(&self, config: &Value, diagnostics: &mut Diagnostics);
}
