//! Text as Terraform's own functions treat it: its case, its parts, what is in it replaced.

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::limits::MAX_TEXT_BYTES;
use super::standard;

/// A text, or null.
#[derive(Arguments)]
pub(super) struct Text {
    /// The text to convert.
    input_str: Option<String>,
}

/// `upper`.
pub(super) struct Upper;

impl Function for Upper {
    type Arguments = Text;
    type Output = Option<String>;

    const NAME: &'static str = "upper";
    const SUMMARY: &'static str = "Converts text to uppercase.";

    fn description(&self) -> Description {
        Description::markdown(
            "The text with every letter in uppercase: `upper(\"hello\")` is `\"HELLO\"`. As in Terraform a character stays one: \
             `upper(\"straße\")` is `\"STRAßE\"`. That of null is null.",
        )
    }

    async fn call(&self, Text { input_str }: Text) -> Result<Option<String>, FunctionError> {
        input_str.map(|text| standard::text("upper", &[text.into()])).transpose()
    }
}

/// `lower`.
pub(super) struct Lower;

impl Function for Lower {
    type Arguments = Text;
    type Output = Option<String>;

    const NAME: &'static str = "lower";
    const SUMMARY: &'static str = "Converts text to lowercase.";

    fn description(&self) -> Description {
        Description::markdown(
            "The text with every letter in lowercase: `lower(\"HELLO\")` is `\"hello\"`. As in Terraform a character stays one. \
             That of null is null.",
        )
    }

    async fn call(&self, Text { input_str }: Text) -> Result<Option<String>, FunctionError> {
        input_str.map(|text| standard::text("lower", &[text.into()])).transpose()
    }
}

/// A text and what separates its parts.
#[derive(Arguments)]
pub(super) struct Separated {
    /// What separates the parts; empty or null separates every character code.
    delimiter: Option<String>,
    /// The text to split.
    string: Option<String>,
}

/// `split`.
pub(super) struct Split;

impl Function for Split {
    type Arguments = Separated;
    type Output = Option<Vec<String>>;

    const NAME: &'static str = "split";
    const SUMMARY: &'static str = "Splits text at a delimiter.";

    fn description(&self) -> Description {
        Description::markdown(
            "The parts of a text between its delimiters: `split(\",\", \"a,b,c\")` is `[\"a\", \"b\", \"c\"]`, \
             `split(\",\", \"\")` is `[\"\"]`. That of null is null.",
        )
    }

    async fn call(&self, arguments: Separated) -> Result<Option<Vec<String>>, FunctionError> {
        let Some(text) = arguments.string else { return Ok(None) };
        let delimiter = arguments.delimiter.unwrap_or_default();
        let parts = standard::call("split", &[delimiter.into(), text.into()])?;
        Vec::from_cty(&parts).map(Some).map_err(|error| FunctionError::new(error.to_string()))
    }
}

/// A text, what to look for in it, and what to put there.
#[derive(Arguments)]
pub(super) struct Replacement {
    /// The text to look in.
    string: Option<String>,
    /// What to look for: text, or a regular expression between slashes. Null is the empty text.
    search: Option<String>,
    /// What takes its place; with a regular expression, $1 and ${name} are its groups. Null is the empty text.
    replacement: Option<String>,
}

/// `replace`.
pub(super) struct Replace;

impl Function for Replace {
    type Arguments = Replacement;
    type Output = Option<String>;

    const NAME: &'static str = "replace";
    const SUMMARY: &'static str = "Replaces parts of text, or what a regular expression matches.";

    fn description(&self) -> Description {
        Description::markdown(
            "The text with all that is looked for replaced: `replace(\"hello world\", \"world\", \"earth\")` is `\"hello earth\"`. \
             Between slashes it is a regular expression, whose groups the replacement can name: \
             `replace(\"foo-bar\", \"/(\\\\w+)-(\\\\w+)/\", \"$2-$1\")` is `\"bar-foo\"`. That of null is null.",
        )
    }

    async fn call(&self, arguments: Replacement) -> Result<Option<String>, FunctionError> {
        let Some(text) = arguments.string else { return Ok(None) };
        let (search, replacement) =
            (arguments.search.unwrap_or_default(), arguments.replacement.unwrap_or_default());
        match search.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
            Some(pattern) => replace_matches(&text, pattern, &replacement).map(Some),
            None => replace_text(&text, &search, &replacement).map(Some),
        }
    }
}

fn replace_text(text: &str, search: &str, replacement: &str) -> Result<String, FunctionError> {
    if text.len().saturating_add(1).saturating_mul(replacement.len()) > MAX_TEXT_BYTES {
        fits(text.matches(search).count().saturating_mul(replacement.len()).saturating_add(text.len()))?;
    }
    standard::text("replace", &[text.into(), search.into(), replacement.into()])
}

fn replace_matches(text: &str, pattern: &str, replacement: &str) -> Result<String, FunctionError> {
    let pattern_at_fault = |error: FunctionError| FunctionError { argument: Some(1), ..error };
    // Each reference puts no more there than all matches together are, which is the text at most.
    let references = text.len().saturating_mul(replacement.matches('$').count());
    let most = text.len().saturating_add(1).saturating_mul(replacement.len());
    if most.saturating_add(references) > MAX_TEXT_BYTES {
        let found = standard::call("regexall", &[pattern.into(), text.into()]).map_err(pattern_at_fault)?;
        let replaced = found.len().unwrap_or(0).saturating_mul(replacement.len());
        fits(replaced.saturating_add(references).saturating_add(text.len()))?;
    }
    standard::text("regexreplace", &[text.into(), pattern.into(), replacement.into()])
        .map_err(pattern_at_fault)
}

/// Refuses a result of so many bytes if that is too many.
pub(super) fn fits(bytes: usize) -> Result<(), FunctionError> {
    match bytes > MAX_TEXT_BYTES {
        true => Err(FunctionError::new(format!("the result is longer than {MAX_TEXT_BYTES} bytes"))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{replace_matches, replace_text};

    #[test]
    fn results_are_bounded() {
        let long = "ab".repeat(10_000);
        let too_long = "the result is longer than 67108864 bytes";
        let text = |search: &str, replacement: &str| replace_text(&long, search, replacement);
        let matches = |pattern: &str, replacement: &str| replace_matches(&long, pattern, replacement);
        for (what, got) in [
            ("text", text("a", &long)),
            ("every place", text("", &long)),
            ("matches", matches("a", &long)),
            ("groups", matches(".*", &"$0".repeat(10_000))),
        ] {
            assert_eq!(got.unwrap_err().text, too_long, "{what}");
        }
        for (what, got) in [("text", text("abc", &long)), ("matches", matches("abc", &long))] {
            assert_eq!(got.as_ref(), Ok(&long), "{what}");
        }
        assert_eq!(matches("^a", &long).unwrap().len(), 2 * long.len() - 1);
    }

    #[test]
    fn a_wrong_pattern_is_the_second_argument() {
        for pattern in ["(", "[", "a{2,1}", "(?=b)", "(b)\\1", "*"] {
            let error = replace_matches("abc", pattern, "").unwrap_err();
            assert_eq!(error.argument, Some(1), "{pattern}: {error}");
        }
    }
}
