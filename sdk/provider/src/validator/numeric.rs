//! What rules for integers, floats and numbers have in common.

use std::cmp::Ordering;
use std::marker::PhantomData;

use tf_cty::Number;

use super::rule::{broken, shown};
use super::{PathExpression, Paths, Rule, ValidateValue, Validator, ValidatorOf};
use crate::{Diagnostic, Diagnostics};

const VALUE: &str = "Invalid Attribute Value";
const MATCH: &str = "Invalid Attribute Value Match";

/// A bound or a choice: what of the author's makes a number.
pub(super) trait Bound: Clone + std::fmt::Display + Send + Sync + 'static {
    /// The number; None for a float that is not a number, which nothing equals.
    fn number(&self) -> Option<Number>;

    /// What it is compared with: a float with floats, so that 0.1 in a configuration is the 0.1 of a bound.
    fn rounded(value: &Number) -> Number {
        value.clone()
    }
}

impl Bound for i64 {
    fn number(&self) -> Option<Number> {
        Some((*self).into())
    }
}

impl Bound for f64 {
    fn number(&self) -> Option<Number> {
        Number::from_f64(*self).ok()
    }

    fn rounded(value: &Number) -> Number {
        Number::from_f64(value.to_f64()).unwrap_or_else(|_| value.clone())
    }
}

impl Bound for Number {
    fn number(&self) -> Option<Number> {
        Some(self.clone())
    }
}

fn rule<K, B: Bound>(
    summary: &'static str,
    description: String,
    holds: impl Fn(&Number) -> bool + Send + Sync + 'static,
) -> Rule<K> {
    Rule::new(summary, description, move |value| value.as_number().is_none_or(|n| holds(&B::rounded(n))))
}

fn compared(a: &Number, b: Option<&Number>) -> Option<Ordering> {
    b.map(|b| a.compare(b))
}

pub(super) fn at_least<K, B: Bound>(least: B) -> Rule<K> {
    let bound = least.number();
    rule::<K, B>(VALUE, format!("value must be at least {least}"), move |n| {
        compared(n, bound.as_ref()).is_some_and(Ordering::is_ge)
    })
}

pub(super) fn at_most<K, B: Bound>(most: B) -> Rule<K> {
    let bound = most.number();
    rule::<K, B>(VALUE, format!("value must be at most {most}"), move |n| {
        compared(n, bound.as_ref()).is_some_and(Ordering::is_le)
    })
}

pub(super) fn between<K, B: Bound>(least: B, most: B) -> Rule<K> {
    let (low, high) = (least.number(), most.number());
    rule::<K, B>(VALUE, format!("value must be between {least} and {most}"), move |n| {
        compared(n, low.as_ref()).is_some_and(Ordering::is_ge)
            && compared(n, high.as_ref()).is_some_and(Ordering::is_le)
    })
}

fn listed<B: Bound>(values: &[B]) -> String {
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    format!("[{}]", values.join(" "))
}

fn numbers<B: Bound>(values: &[B]) -> Vec<Number> {
    values.iter().filter_map(Bound::number).collect()
}

pub(super) fn one_of<K, B: Bound>(values: impl IntoIterator<Item = B>) -> Rule<K> {
    let values: Vec<B> = values.into_iter().collect();
    let numbers = numbers(&values);
    rule::<K, B>(MATCH, format!("value must be one of: {}", listed(&values)), move |n| numbers.contains(n))
}

pub(super) fn none_of<K, B: Bound>(values: impl IntoIterator<Item = B>) -> Rule<K> {
    let values: Vec<B> = values.into_iter().collect();
    let numbers = numbers(&values);
    rule::<K, B>(MATCH, format!("value must be none of: {}", listed(&values)), move |n| !numbers.contains(n))
}

/// What is made of the numbers of other attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Computation {
    /// Their sum.
    Sum,
    /// Their product.
    Product,
}

/// A number that is compared with what is made of other attributes. Nothing is said while one of them is unknown; null is left out.
pub struct ComparedTo<K> {
    computation: Computation,
    wanted: fn(Ordering) -> bool,
    words: &'static str,
    others: Vec<PathExpression>,
    rounded: fn(&Number) -> Number,
    kind: PhantomData<fn() -> K>,
}

pub(super) fn against<K, B: Bound>(
    computation: Computation,
    wanted: fn(Ordering) -> bool,
    words: &'static str,
    others: impl Paths,
) -> ComparedTo<K> {
    ComparedTo {
        computation,
        wanted,
        words,
        others: others.into_paths(),
        rounded: B::rounded,
        kind: PhantomData,
    }
}

impl<K> ComparedTo<K> {
    /// None while something is unknown.
    fn computed(&self, request: &ValidateValue<'_>) -> Result<Option<Number>, Diagnostic> {
        let mut numbers = Vec::new();
        for expression in &self.others {
            for (_, value) in expression.matches(request.path, request.config)? {
                match value.as_number() {
                    Some(n) => numbers.push(n.clone()),
                    None if value.is_null() => {}
                    None => return Ok(None),
                }
            }
        }
        Ok(match self.computation {
            Computation::Sum => numbers.iter().try_fold(Number::from(0_i64), |sum, n| sum.add(n).ok()),
            Computation::Product => {
                numbers.iter().try_fold(Number::from(1_i64), |product, n| product.mul(n).ok())
            }
        })
    }
}

impl<K: 'static> Validator for ComparedTo<K> {
    fn description(&self) -> String {
        let (operation, sign) = match self.computation {
            Computation::Sum => ("sum", " + "),
            Computation::Product => ("product", " * "),
        };
        let others: Vec<String> = self.others.iter().map(ToString::to_string).collect();
        format!("value must be {} {operation} of {}", self.words, others.join(sign))
    }

    fn validate(&self, request: &ValidateValue<'_>, diagnostics: &mut Diagnostics) {
        match (request.value.as_number(), self.computed(request)) {
            (_, Err(mistake)) => diagnostics.push(mistake),
            (Some(n), Ok(Some(other)))
                if !(self.wanted)((self.rounded)(n).compare(&(self.rounded)(&other))) =>
            {
                diagnostics.push(broken(VALUE, &self.description(), shown, request));
            }
            _ => {}
        }
    }
}

impl<K: 'static> ValidatorOf<K> for ComparedTo<K> {}
