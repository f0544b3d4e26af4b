//! Rules for text.

use regex::Regex;

use super::rule::{broken, listed, shown};
use super::{Rule, ValidateValue, Validator, ValidatorOf};
use crate::model::kind::Text;
use crate::{Diagnostic, Diagnostics};

const MATCH: &str = "Invalid Attribute Value Match";
const LENGTH: &str = "Invalid Attribute Value Length";

fn text(
    summary: &'static str,
    description: String,
    holds: impl Fn(&str) -> bool + Send + Sync + 'static,
) -> Rule<Text> {
    Rule::new(summary, description, move |value| value.as_str().is_none_or(&holds))
}

fn owned<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Vec<String> {
    values.into_iter().map(Into::into).collect()
}

/// One of these.
pub fn one_of<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Rule<Text> {
    let values = owned(values);
    let description = format!("value must be one of: {}", listed(&values));
    text(MATCH, description, move |s| values.iter().any(|v| v == s))
}

/// One of these, capital or small.
pub fn one_of_ignoring_case<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Rule<Text> {
    let values = owned(values);
    let description = format!("value must be one of: {}", listed(&values));
    text(MATCH, description, move |s| values.iter().any(|v| same_ignoring_case(v, s)))
}

/// None of these.
pub fn none_of<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Rule<Text> {
    let values = owned(values);
    let description = format!("value must be none of: {}", listed(&values));
    text(MATCH, description, move |s| values.iter().all(|v| v != s))
}

/// None of these, capital or small.
pub fn none_of_ignoring_case<S: Into<String>>(values: impl IntoIterator<Item = S>) -> Rule<Text> {
    let values = owned(values);
    let description = format!("value must be none of: {}", listed(&values));
    text(MATCH, description, move |s| !values.iter().any(|v| same_ignoring_case(v, s)))
}

fn same_ignoring_case(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

fn bytes(description: String, holds: impl Fn(usize) -> bool + Send + Sync + 'static) -> Rule<Text> {
    text(LENGTH, description, move |s| holds(s.len()))
        .showing(|value| value.as_str().map_or(0, str::len).to_string())
}

fn characters(description: String, holds: impl Fn(usize) -> bool + Send + Sync + 'static) -> Rule<Text> {
    text(LENGTH, description, move |s| holds(s.chars().count()))
        .showing(|value| value.as_str().map_or(0, |s| s.chars().count()).to_string())
}

/// At least so many bytes.
pub fn length_at_least(least: usize) -> Rule<Text> {
    bytes(format!("string length must be at least {least}"), move |n| n >= least)
}

/// At most so many bytes.
pub fn length_at_most(most: usize) -> Rule<Text> {
    bytes(format!("string length must be at most {most}"), move |n| n <= most)
}

/// At least and at most so many bytes.
pub fn length_between(least: usize, most: usize) -> Rule<Text> {
    let description = format!("string length must be between {least} and {most}");
    bytes(description, move |n| (least..=most).contains(&n))
}

/// At least so many characters (Unicode scalar values).
pub fn utf8_length_at_least(least: usize) -> Rule<Text> {
    let description = format!("UTF-8 character count must be at least {least}");
    characters(description, move |n| n >= least)
}

/// At most so many characters (Unicode scalar values).
pub fn utf8_length_at_most(most: usize) -> Rule<Text> {
    let description = format!("UTF-8 character count must be at most {most}");
    characters(description, move |n| n <= most)
}

/// At least and at most so many characters (Unicode scalar values).
pub fn utf8_length_between(least: usize, most: usize) -> Rule<Text> {
    let description = format!("UTF-8 character count must be between {least} and {most}");
    characters(description, move |n| (least..=most).contains(&n))
}

/// Text in which a regular expression is found; anchor it to have it fit the whole. The message, if not empty, says what is wanted
/// in place of the expression.
pub fn regex_matches(expression: &str, message: &str) -> RegexMatches {
    let description = match message {
        "" => format!("value must match regular expression '{expression}'"),
        _ => message.to_owned(),
    };
    RegexMatches { expression: Regex::new(expression), description }
}

/// Text in which a regular expression is found.
pub struct RegexMatches {
    expression: Result<Regex, regex::Error>,
    description: String,
}

impl Validator for RegexMatches {
    fn description(&self) -> String {
        self.description.clone()
    }

    fn validate(&self, request: &ValidateValue<'_>, diagnostics: &mut Diagnostics) {
        match (&self.expression, request.value.as_str()) {
            (Ok(expression), Some(text)) if !expression.is_match(text) => {
                diagnostics.push(broken(MATCH, &self.description, shown, request));
            }
            (Err(error), _) => {
                let detail = format!(
                    "A rule of the provider has no valid regular expression. This is a bug in the provider.\n\n{error}"
                );
                diagnostics
                    .push(Diagnostic::error("Invalid Regular Expression", detail).at(request.path.clone()));
            }
            _ => {}
        }
    }
}

impl ValidatorOf<Text> for RegexMatches {}
