//! Errors and warnings that a test expects: by their words, and by the attribute they are about.

use std::fmt;

use regex::Regex;

use crate::attribute::AttributePath;

/// An error, or a warning, that is expected. A string is one whose summary or detail contains it.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug)]
enum Condition {
    Contains(String),
    Matches(String, Option<Regex>),
    Summary(String),
    Address(String),
    Attribute(String),
}

/// What was said, in either lane.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) summary: String,
    pub(crate) detail: String,
    pub(crate) address: Option<String>,
    pub(crate) place: Place,
}

/// The attribute that was said.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// The whole path, as a provider says it.
    Path(AttributePath),
    /// One name, which is all that Terraform's output tells.
    Name(Option<String>),
}

impl Expected {
    /// One whose summary or detail contains this text. White space counts as one blank, for Terraform breaks lines.
    pub fn containing(text: &str) -> Self {
        Self::default().with(Condition::Contains(text.into()))
    }

    /// One in whose summary, or detail, this regular expression is found.
    pub fn matching(pattern: &str) -> Self {
        Self::default().with(Condition::Matches(pattern.into(), Regex::new(pattern).ok()))
    }

    /// One with exactly this summary.
    pub fn summary(summary: &str) -> Self {
        Self::default().with(Condition::Summary(summary.into()))
    }

    /// That contains this text as well.
    #[must_use]
    pub fn and_containing(self, text: &str) -> Self {
        self.with(Condition::Contains(text.into()))
    }

    /// About this object: `acc_item.a`.
    #[must_use]
    pub fn at(self, address: &str) -> Self {
        self.with(Condition::Address(address.into()))
    }

    /// About this attribute: `network.cidr`.
    ///
    /// In process the whole path is compared. Terraform's output has places in the configuration instead of paths: there the name
    /// it points at must be one of the path's.
    #[must_use]
    pub fn at_attribute(self, path: &str) -> Self {
        self.with(Condition::Attribute(path.into()))
    }

    fn with(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// Whether this is what was expected.
    pub(crate) fn is(&self, said: &Said) -> bool {
        self.conditions.iter().all(|condition| condition.holds(said))
    }
}

impl Condition {
    fn holds(&self, said: &Said) -> bool {
        match self {
            Self::Contains(text) => {
                let text = one_line(text);
                one_line(&said.summary).contains(&text) || one_line(&said.detail).contains(&text)
            }
            Self::Matches(_, regex) => regex.as_ref().is_some_and(|regex| {
                regex.is_match(&one_line(&said.summary)) || regex.is_match(&one_line(&said.detail))
            }),
            Self::Summary(summary) => said.summary == *summary,
            Self::Address(address) => said
                .address
                .as_deref()
                .is_some_and(|found| found == address || without_index(address) == found),
            Self::Attribute(text) => match (&said.place, AttributePath::parse(text)) {
                (Place::Path(path), Ok(wanted)) => *path == wanted,
                (Place::Name(Some(name)), Ok(wanted)) => wanted.names().any(|n| n == name),
                _ => false,
            },
        }
    }
}

/// A place in a configuration stands for all instances of a block.
fn without_index(address: &str) -> &str {
    address.split_once('[').map_or(address, |(block, _)| block)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl From<&str> for Expected {
    fn from(text: &str) -> Self {
        Self::containing(text)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, condition) in self.conditions.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { " and " })?;
            match condition {
                Condition::Contains(text) => write!(f, "containing {text:?}")?,
                Condition::Matches(pattern, Some(_)) => write!(f, "matching {pattern}")?,
                Condition::Matches(pattern, None) => {
                    write!(f, "matching {pattern}, which is no regular expression")?;
                }
                Condition::Summary(summary) => write!(f, "with the summary {summary:?}")?,
                Condition::Address(address) => write!(f, "at {address}")?,
                Condition::Attribute(path) => write!(f, "at the attribute {path}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(place: Place) -> Said {
        Said {
            summary: "Invalid Attribute Value Match".into(),
            detail: "Attribute color value must be one of:\n[\"red\" \"green\"]".into(),
            address: Some("acc_item.a".into()),
            place,
        }
    }

    #[test]
    fn words_and_places() {
        let path = || Place::Path(AttributePath::parse("network.cidr").unwrap());
        for expected in [
            Expected::from("must be one of: [\"red\""),
            Expected::matching("^Invalid .* Match$"),
            Expected::summary("Invalid Attribute Value Match").at("acc_item.a"),
            Expected::containing("Invalid").at_attribute("network.cidr").at("acc_item.a[0]"),
        ] {
            assert!(expected.is(&said(path())), "{expected}");
        }
        for expected in [
            Expected::from("absent"),
            Expected::summary("Invalid Attribute"),
            Expected::matching("^Match"),
            Expected::matching("("),
            Expected::from("Invalid").and_containing("blue"),
            Expected::from("Invalid").at("acc_item.b"),
            Expected::from("Invalid").at_attribute("network"),
            Expected::from("Invalid").at_attribute("..."),
        ] {
            assert!(!expected.is(&said(path())), "{expected}");
        }
        let named = |name: Option<&str>| said(Place::Name(name.map(Into::into)));
        assert!(Expected::from("Invalid").at_attribute("network.cidr").is(&named(Some("network"))));
        assert!(!Expected::from("Invalid").at_attribute("network.cidr").is(&named(Some("size"))));
        assert!(!Expected::from("Invalid").at_attribute("network.cidr").is(&named(None)));
    }

    #[test]
    fn an_expectation_in_words() {
        let expected = Expected::containing("a").at("b.c").at_attribute("d");
        assert_eq!(expected.to_string(), "containing \"a\" and at b.c and at the attribute d");
        assert_eq!(Expected::matching("(").to_string(), "matching (, which is no regular expression");
    }
}
