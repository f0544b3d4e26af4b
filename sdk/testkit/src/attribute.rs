//! Where an attribute is, as tests write it: `size`, `network.gateway`, `disks[0].name`, `hosts["a"].size`.
//!
//! One notation for both lanes: a key of a map may be written as a name too, for Terraform's JSON does not tell maps from objects.

use std::fmt;

use tf_cty::{Path, PathStep, Value};

/// The way to a value inside an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributePath(Vec<Step>);

/// One step of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An attribute, or a key of a map.
    Key(String),
    /// A position in a list, from 0.
    Index(usize),
}

/// A text that is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no attribute path: {problem} at character {position}")]
pub struct AttributePathError {
    /// The text.
    pub text: String,
    /// What is wrong.
    pub problem: &'static str,
    /// Where, from 0.
    pub position: usize,
}

/// A path that leads nowhere in a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is nothing at {path}")]
pub struct Nowhere {
    /// As far as the path could be followed, and one step.
    pub path: AttributePath,
}

impl AttributePath {
    /// Reads a path. The empty text is the object itself.
    pub fn parse(text: &str) -> Result<Self, AttributePathError> {
        let error = |problem, position| AttributePathError { text: text.into(), problem, position };
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let position = text.len() - rest.len();
            let (step, tail) = if let Some(tail) = rest.strip_prefix('[') {
                bracket(tail).map_err(|problem| error(problem, position))?
            } else {
                let tail = if position == 0 { Some(rest) } else { rest.strip_prefix('.') };
                name(tail.ok_or_else(|| error("a dot or a bracket is missing", position))?)
                    .ok_or_else(|| error("a name is missing", position))?
            };
            steps.push(step);
            rest = tail;
        }
        Ok(Self(steps))
    }

    /// The value there; unknown inside of something unknown.
    pub fn find(&self, value: &Value) -> Result<Value, Nowhere> {
        let mut found = value.clone();
        for (taken, step) in self.0.iter().enumerate() {
            if !found.is_known() {
                return Ok(Value::dynamic());
            }
            let next = match step {
                Step::Key(key) => found.get(key).cloned(),
                Step::Index(index) if is_keyed(&found) => found.get(&index.to_string()).cloned(),
                Step::Index(index) => found.as_slice().and_then(|elements| elements.get(*index)).cloned(),
            };
            found = next.ok_or_else(|| Nowhere { path: Self(self.0[..=taken].to_vec()) })?;
        }
        Ok(found)
    }

    /// True if this is the other or leads into it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The names in it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        })
    }

    pub(crate) fn push(&mut self, step: Step) {
        self.0.push(step);
    }
}

/// Elements of sets, which have no position, end the path: it leads to the set.
impl From<&Path> for AttributePath {
    fn from(path: &Path) -> Self {
        let step = |step: &PathStep| match step {
            PathStep::Attr(name) => Some(Step::Key(name.to_string())),
            PathStep::Index(key) => match (key.as_str(), key.as_number()) {
                (Some(text), _) => Some(Step::Key(text.into())),
                (_, Some(number)) => number.to_u64().and_then(|n| usize::try_from(n).ok()).map(Step::Index),
                _ => None,
            },
        };
        Self(path.steps().iter().map_while(step).collect())
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if key.is_empty() || !key.chars().all(is_name_character) => {
                    write!(f, "[{key:?}]")?;
                }
                Step::Key(key) if position == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

fn is_keyed(value: &Value) -> bool {
    value.ty().is_object() || value.ty().is_map()
}

fn is_name_character(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

fn name(text: &str) -> Option<(Step, &str)> {
    let end = text.find(|c| !is_name_character(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    (!name.is_empty()).then(|| (Step::Key(name.into()), rest))
}

/// What follows an opening bracket.
fn bracket(text: &str) -> Result<(Step, &str), &'static str> {
    if let Some(quoted) = text.strip_prefix('"') {
        let mut key = String::new();
        let mut letters = quoted.char_indices();
        while let Some((position, letter)) = letters.next() {
            match letter {
                '\\' => key.extend(letters.next().map(|(_, escaped)| escaped)),
                '"' => {
                    let rest = quoted[position + 1..].strip_prefix(']').ok_or("a bracket is not closed")?;
                    return Ok((Step::Key(key), rest));
                }
                _ => key.push(letter),
            }
        }
        return Err("a quote is not closed");
    }
    let (digits, rest) = text.split_once(']').ok_or("a bracket is not closed")?;
    let index = digits.parse().map_err(|_| "an index is neither a number nor quoted")?;
    Ok((Step::Index(index), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::of_json;
    use serde_json::json;

    #[test]
    fn paths_print_as_they_are_written() {
        for text in [
            "",
            "size",
            "network.gateway",
            "disks[0].name",
            "hosts[\"a b\"].size",
            "m[1][2]",
            "a[\"x\\\"y\"]",
        ] {
            assert_eq!(AttributePath::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(AttributePath::parse("hosts[\"a\"]").unwrap().to_string(), "hosts.a");
    }

    #[test]
    fn what_is_no_path_says_where() {
        for (text, words) in [
            ("a..b", "a name is missing at character 1"),
            (".a", "a name is missing at character 0"),
            ("a[", "a bracket is not closed at character 1"),
            ("a[x]", "an index is neither a number nor quoted at character 1"),
            ("a[-1]", "an index is neither a number nor quoted at character 1"),
            ("a[\"x]", "a quote is not closed at character 1"),
            ("a[\"x\"", "a bracket is not closed at character 1"),
            ("a[0]b", "a dot or a bracket is missing at character 4"),
            ("a b", "a dot or a bracket is missing at character 1"),
        ] {
            let error = AttributePath::parse(text).unwrap_err().to_string();
            assert_eq!(error, format!("{text:?} is no attribute path: {words}"));
        }
    }

    #[test]
    fn values_are_found_in_both_forms() {
        let found = of_json(&json!({"a": [{"b": 1}], "m": {"k k": 2}}));
        let at = |text: &str| AttributePath::parse(text).unwrap().find(&found);
        assert_eq!(at("a[0].b").unwrap(), Value::from(1));
        assert_eq!(at("m[\"k k\"]").unwrap(), Value::from(2));
        assert_eq!(at("a[1].b").unwrap_err().to_string(), "there is nothing at a[1]");
        assert_eq!(at("m.x.y").unwrap_err().to_string(), "there is nothing at m.x");
        let list = Value::object([("l", Value::list([Value::from(1)]).unwrap()), ("u", Value::dynamic())]);
        assert_eq!(AttributePath::parse("l[0]").unwrap().find(&list).unwrap(), Value::from(1));
        assert!(!AttributePath::parse("u.x[0]").unwrap().find(&list).unwrap().is_known());
    }
}
