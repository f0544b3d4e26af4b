//! Text for people: cut where it gets too long, and words that agree with a count.

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::argument::{nullable, number, options, text, whole};
use super::limits::MAX_LENGTH;
use super::standard;

/// Where text is cut if nobody says.
const DEFAULT_LENGTH: i64 = 100;

/// What shows that text was cut, if nobody says.
const DEFAULT_SUFFIX: &str = "...";

/// A text, and how it is cut.
#[derive(Arguments)]
pub(super) struct Cut {
    /// The text to shorten.
    text: Option<String>,
    /// First the greatest length in characters, 100 if not given; then what ends a shortened text, "..." if not given.
    #[param(variadic, allow_null)]
    options: Vec<Value>,
}

/// `truncate`.
pub(super) struct Truncate;

impl Function for Truncate {
    type Arguments = Cut;
    type Output = Option<String>;

    const NAME: &'static str = "truncate";
    const SUMMARY: &'static str = "Shortens text to a greatest length.";

    fn description(&self) -> Description {
        Description::markdown(
            "The text itself if it is short enough, or else its first words and a suffix, together no longer than the greatest \
             length: `truncate(\"The quick brown fox\", 14)` is `\"The quick...\"`, `truncate(\"The quick brown fox\", 14, \"~\")` \
             is `\"The quick~\"`. Characters are counted as `length` counts them. That of null is null.",
        )
    }

    async fn call(&self, arguments: Cut) -> Result<Option<String>, FunctionError> {
        let [length, suffix] = options(nullable(arguments.options), 1)?;
        let length = length.map(|value| {
            let length = number(&value, "the greatest length", 1)?;
            whole(length, 0..=MAX_LENGTH, "the greatest length", 1)
        });
        let length = length.transpose()?.unwrap_or(DEFAULT_LENGTH);
        let suffix = suffix.map(|value| text(&value, "the suffix", 2)).transpose()?;
        let suffix = suffix.as_deref().unwrap_or(DEFAULT_SUFFIX);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        arguments.text.map(|text| truncated(&text, length, suffix)).transpose()
    }
}

fn truncated(text: &str, length: usize, suffix: &str) -> Result<String, FunctionError> {
    if standard::length(text)? <= length {
        return Ok(text.to_owned());
    }
    let kept = match length.checked_sub(standard::length(suffix)?) {
        None | Some(0) => return standard::first(suffix, length),
        Some(kept) => standard::first(text, kept)?,
    };
    // At the last space, so that no word is cut, unless there is but one word.
    let end = kept.rfind(' ').filter(|end| *end > 0).unwrap_or(kept.len());
    Ok(format!("{}{suffix}", &kept[..end]))
}

/// A word, and how many there are of what it names.
#[derive(Arguments)]
pub(super) struct Counted {
    /// The word for one.
    word: Option<String>,
    /// First the count, 1 if not given; then the word for several, the word for one and an s if not given.
    #[param(variadic, allow_null)]
    options: Vec<Value>,
}

/// `pluralize`.
pub(super) struct Pluralize;

impl Function for Pluralize {
    type Arguments = Counted;
    type Output = Option<String>;

    const NAME: &'static str = "pluralize";
    const SUMMARY: &'static str = "Chooses the word for one or for several.";

    fn description(&self) -> Description {
        Description::markdown(
            "The word itself for a count of 1, and its plural for any other: `pluralize(\"apple\", 2)` is `\"apples\"`, \
             `pluralize(\"person\", 2, \"people\")` is `\"people\"`. The count is not in the result. That of null is null.",
        )
    }

    async fn call(&self, arguments: Counted) -> Result<Option<String>, FunctionError> {
        let [count, plural] = options(nullable(arguments.options), 1)?;
        let one = count.map(|value| number(&value, "the count", 1).and_then(is_one)).transpose()?;
        let plural = plural.map(|value| text(&value, "the plural", 2)).transpose()?;
        let Some(word) = arguments.word else { return Ok(None) };
        Ok(Some(match one.unwrap_or(true) {
            true => word,
            false => plural.unwrap_or_else(|| format!("{word}s")),
        }))
    }
}

fn is_one(count: &Number) -> Result<bool, FunctionError> {
    match count.is_integer() {
        true => Ok(*count == Number::from(1)),
        false => Err(FunctionError::argument(1, "the count must be a whole number")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::standard;
    use super::truncated;

    #[test]
    fn text_is_cut_between_words() {
        for (text, length, suffix, want) in [
            ("Hello world", 11, "...", "Hello world"),
            ("Hello world", 10, "...", "Hello..."),
            ("Hello world", 8, "...", "Hello..."),
            ("Hello world", 7, "...", "Hell..."),
            ("Hello world", 4, "...", "H..."),
            ("Hello world", 3, "...", "..."),
            ("Hello world", 2, "...", ".."),
            ("Hello world", 0, "...", ""),
            ("Hello world", 8, "", "Hello"),
            ("Hello world", 6, "", "Hello"),
            ("Hello", 4, "", "Hell"),
            (" leading", 5, "…", " lea…"),
            ("", 0, "...", ""),
            ("word", 2, "long", "lo"),
            ("日本語のテキスト", 5, "…", "日本語の…"),
            // A family and a flag are a character each.
            ("👨‍👩‍👧‍👦🇺🇸abc", 4, "…", "👨‍👩‍👧‍👦🇺🇸a…"),
            ("👨‍👩‍👧‍👦🇺🇸abc", 5, "…", "👨‍👩‍👧‍👦🇺🇸abc"),
        ] {
            assert_eq!(truncated(text, length, suffix).as_deref(), Ok(want), "{text:?} {length}");
        }
    }

    proptest! {
        #[test]
        fn it_is_never_longer(text in "[a-c \u{301}👍🏽🇺]{0,60}|\\PC{0,40}", length in 0_usize..50, suffix in "[.…~]{0,6}") {
            let cut = truncated(&text, length, &suffix).unwrap();
            prop_assert!(standard::length(&cut).unwrap() <= length, "{cut:?}");
        }

        #[test]
        fn short_text_stays_as_it_is(text in "[a-z ]{0,60}") {
            prop_assert_eq!(truncated(&text, text.len(), "...").unwrap(), text);
        }
    }
}
