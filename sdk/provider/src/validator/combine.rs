//! Several rules as one.

use super::{ValidateValue, Validator, ValidatorOf};
use crate::{Diagnostics, Severity};

/// One validator of a kind, or a tuple of up to six.
pub trait Validators<K> {
    /// All of them.
    fn into_validators(self) -> Vec<Box<dyn Validator>>;
}

impl<K, V: ValidatorOf<K>> Validators<K> for V {
    fn into_validators(self) -> Vec<Box<dyn Validator>> {
        vec![Box::new(self)]
    }
}

macro_rules! tuples {
    ($($($t:ident $i:tt),*;)*) => {$(
        impl<K, $($t: ValidatorOf<K>),*> Validators<K> for ($($t,)*) {
            fn into_validators(self) -> Vec<Box<dyn Validator>> {
                vec![$(Box::new(self.$i)),*]
            }
        }
    )*};
}
tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
}

/// Several rules as one.
pub struct Combined<K> {
    mode: Mode,
    rules: Vec<Box<dyn Validator>>,
    kind: std::marker::PhantomData<fn() -> K>,
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    All,
    Any,
    AnyWithAllWarnings,
}

/// Every rule must be kept. A list in `validate = […]` says the same; this is for rules within [`any_of`].
pub fn all_of<K>(rules: impl Validators<K>) -> Combined<K> {
    Combined::new(Mode::All, rules)
}

/// One of the rules must be kept. If none is, all of them are told; warnings are those of the first that is.
///
/// ```
/// use tf_sdk::validator::{any_of, string};
/// let size = any_of((string::one_of(["auto"]), string::regex_matches("^[0-9]+GB$", "")));
/// # let _: tf_sdk::validator::Combined<tf_sdk::model::kind::Text> = size;
/// ```
pub fn any_of<K>(rules: impl Validators<K>) -> Combined<K> {
    Combined::new(Mode::Any, rules)
}

/// As [`any_of`], with the warnings of all rules.
pub fn any_with_all_warnings<K>(rules: impl Validators<K>) -> Combined<K> {
    Combined::new(Mode::AnyWithAllWarnings, rules)
}

impl<K> Combined<K> {
    fn new(mode: Mode, rules: impl Validators<K>) -> Self {
        Self { mode, rules: rules.into_validators(), kind: std::marker::PhantomData }
    }
}

/// What each rule says of a value.
fn answers(rules: &[Box<dyn Validator>], request: &ValidateValue<'_>) -> Vec<Diagnostics> {
    let asked = rules.iter().filter(|rule| !request.value.is_null() || rule.wants_null());
    let answer = |rule: &dyn Validator| {
        let mut diagnostics = Diagnostics::new();
        rule.validate(request, &mut diagnostics);
        diagnostics
    };
    asked.map(|rule| answer(&**rule)).collect()
}

/// The descriptions of several rules.
pub(super) fn descriptions(rules: &[Box<dyn Validator>]) -> String {
    rules.iter().map(|rule| rule.description()).collect::<Vec<_>>().join(" + ")
}

impl<K: 'static> Validator for Combined<K> {
    fn description(&self) -> String {
        let how = if self.mode == Mode::All { "all" } else { "at least one" };
        format!("Value must satisfy {how} of the validations: {}", descriptions(&self.rules))
    }

    fn validate(&self, request: &ValidateValue<'_>, diagnostics: &mut Diagnostics) {
        let answers = answers(&self.rules, request);
        let kept = answers.iter().position(|answer| !answer.has_errors());
        match (self.mode, kept) {
            (Mode::Any, Some(first)) => {
                diagnostics.extend(answers.into_iter().nth(first).into_iter().flatten())
            }
            (Mode::AnyWithAllWarnings, Some(_)) => {
                let all = answers.into_iter().flatten();
                diagnostics.extend(all.filter(|diagnostic| diagnostic.severity == Severity::Warning));
            }
            _ => diagnostics.extend(answers.into_iter().flatten()),
        }
    }

    fn wants_null(&self) -> bool {
        self.rules.iter().any(|rule| rule.wants_null())
    }
}

impl<K: 'static> ValidatorOf<K> for Combined<K> {}
