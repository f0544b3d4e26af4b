//! Words of names, and names of words: `snake_case`, `kebab-case`, `camelCase`.
//!
//! [`words`] is the only one that knows where words end. A name that is split, written and split again has the same words, but for
//! camel case, in which words of one letter run into one another.

use tf_sdk::prelude::*;
use tf_sdk::schema::Description;

use super::argument::options;
use super::standard;

/// A text, or null.
#[derive(Arguments)]
pub(super) struct Name {
    /// The text to convert, in any case.
    text: Option<String>,
}

/// `to_snake_case`.
pub(super) struct ToSnakeCase;

impl Function for ToSnakeCase {
    type Arguments = Name;
    type Output = Option<String>;

    const NAME: &'static str = "to_snake_case";
    const SUMMARY: &'static str = "Converts text to snake_case.";

    fn description(&self) -> Description {
        Description::markdown(
            "The words of a text in lowercase, with underscores between them: `to_snake_case(\"HTTPServerName v2\")` is \
             `\"http_server_name_v2\"`. Words end at spaces, hyphens, underscores, dots, and where the case changes. That of null \
             is null.",
        )
    }

    async fn call(&self, Name { text }: Name) -> Result<Option<String>, FunctionError> {
        text.map(|text| separated(&text, "_")).transpose()
    }
}

/// `to_kebab_case`.
pub(super) struct ToKebabCase;

impl Function for ToKebabCase {
    type Arguments = Name;
    type Output = Option<String>;

    const NAME: &'static str = "to_kebab_case";
    const SUMMARY: &'static str = "Converts text to kebab-case.";

    fn description(&self) -> Description {
        Description::markdown(
            "The words of a text in lowercase, with hyphens between them: `to_kebab_case(\"HTTPServerName v2\")` is \
             `\"http-server-name-v2\"`. Words end at spaces, hyphens, underscores, dots, and where the case changes. That of null \
             is null.",
        )
    }

    async fn call(&self, Name { text }: Name) -> Result<Option<String>, FunctionError> {
        text.map(|text| separated(&text, "-")).transpose()
    }
}

/// A text, or null, and how it begins.
#[derive(Arguments)]
pub(super) struct CamelName {
    /// The text to convert, in any case.
    text: Option<String>,
    /// Whether the first word begins with a capital too, as in PascalCase; false if not given.
    #[param(variadic)]
    options: Vec<Option<bool>>,
}

/// `to_camel_case`.
pub(super) struct ToCamelCase;

impl Function for ToCamelCase {
    type Arguments = CamelName;
    type Output = Option<String>;

    const NAME: &'static str = "to_camel_case";
    const SUMMARY: &'static str = "Converts text to camelCase or PascalCase.";

    fn description(&self) -> Description {
        Description::markdown(
            "The words of a text without separators, each with a capital except the first: `to_camel_case(\"hello_world\")` is \
             `\"helloWorld\"`, `to_camel_case(\"hello_world\", true)` is `\"HelloWorld\"`. Words end at spaces, hyphens, \
             underscores, dots, and where the case changes. That of null is null.",
        )
    }

    async fn call(&self, arguments: CamelName) -> Result<Option<String>, FunctionError> {
        let [upper_first] = options(arguments.options, 1)?;
        let first = if upper_first.unwrap_or(false) { First::Upper } else { First::Lower };
        arguments.text.map(|text| camel(&text, first)).transpose()
    }
}

/// How the first word begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Lower,
    Upper,
}

fn separated(text: &str, separator: &str) -> Result<String, FunctionError> {
    standard::text("lower", &[words(text).join(separator).into()])
}

fn camel(text: &str, first: First) -> Result<String, FunctionError> {
    let mut out = String::new();
    for (place, word) in words(text).into_iter().enumerate() {
        let word = standard::text("lower", &[word.into()])?;
        let mut chars = word.chars();
        match chars.next().filter(|_| place > 0 || first == First::Upper) {
            Some(initial) => {
                out.push_str(&standard::text("upper", &[initial.to_string().into()])?);
                out.push_str(chars.as_str());
            }
            None => out.push_str(&word),
        }
    }
    Ok(out)
}

/// The words of a text. Separators are in none of them; a word also ends before a capital that comes after a small letter or a
/// digit, and before the last of several capitals if a small letter follows: `HTTPServer` is two words, `v2Beta` too, `v2` is one.
/// The s of a plural does not count as one: `userIDs` has the word `IDs`.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for part in text.split(is_separator).filter(|part| !part.is_empty()) {
        let chars: Vec<(usize, char)> = part.char_indices().collect();
        let mut start = 0;
        for (place, (index, char)) in chars.iter().enumerate().skip(1) {
            let before = chars[place - 1].1;
            let mut after = chars[place + 1..].iter().map(|(_, char)| *char);
            if is_capital(*char) && ends_before_capital(before, [after.next(), after.next()]) {
                words.push(&part[start..*index]);
                start = *index;
            }
        }
        words.push(&part[start..]);
    }
    words
}

/// Whether one ends between a character and a capital that two others follow.
fn ends_before_capital(before: char, after: [Option<char>; 2]) -> bool {
    let is_small = |char: Option<char>| char.is_some_and(char::is_lowercase);
    let is_plural = after[0] == Some('s') && !is_small(after[1]);
    before.is_lowercase() || before.is_numeric() || (is_capital(before) && is_small(after[0]) && !is_plural)
}

fn is_separator(char: char) -> bool {
    char.is_whitespace() || matches!(char, '-' | '_' | '.')
}

/// A capital that has a small letter: what has none would be one again in the text that was made.
fn is_capital(char: char) -> bool {
    char.is_uppercase() && !char.to_lowercase().eq([char])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{First, camel, separated, words};

    #[test]
    fn words_end_where_they_should() {
        for (text, want) in [
            ("", vec![]),
            (" -_. ", vec![]),
            ("a", vec!["a"]),
            ("A", vec!["A"]),
            ("HTTPServerName v2", vec!["HTTP", "Server", "Name", "v2"]),
            ("getHTTPResponse", vec!["get", "HTTP", "Response"]),
            ("XMLHttpRequest", vec!["XML", "Http", "Request"]),
            ("userID", vec!["user", "ID"]),
            ("ABc", vec!["A", "Bc"]),
            ("userIDs", vec!["user", "IDs"]),
            ("URLsOfHTTPs", vec!["URLs", "Of", "HTTPs"]),
            ("HTTPsession", vec!["HTT", "Psession"]),
            ("VMs2Go", vec!["VMs2", "Go"]),
            ("ABC", vec!["ABC"]),
            ("aB", vec!["a", "B"]),
            ("v2Beta", vec!["v2", "Beta"]),
            ("version2", vec!["version2"]),
            ("abc123Def", vec!["abc123", "Def"]),
            ("S3Bucket", vec!["S3", "Bucket"]),
            ("2FA", vec!["2", "FA"]),
            ("1.2.3", vec!["1", "2", "3"]),
            ("__init__", vec!["init"]),
            ("a - b\t_\nc", vec!["a", "b", "c"]),
            ("Some.Dotted-name", vec!["Some", "Dotted", "name"]),
            ("MyÜberKlasse", vec!["My", "Über", "Klasse"]),
            ("日本Foo", vec!["日本Foo"]),
            ("foo/Bar", vec!["foo/Bar"]),
            // A mathematical capital has no small letter.
            ("a𝐀", vec!["a𝐀"]),
        ] {
            assert_eq!(words(text), want, "{text:?}");
        }
    }

    fn snake(text: &str) -> String {
        separated(text, "_").unwrap()
    }

    proptest! {
        #[test]
        fn snake_case_again_changes_nothing(text in "[a-zA-Z0-9 _.éÉßÜ日-]{0,40}|\\PC{0,20}") {
            let once = snake(&text);
            prop_assert_eq!(snake(&once), once);
        }

        #[test]
        fn all_cases_have_the_same_words(text in "[a-zA-Z0-9 _.éÉßÜ日-]{0,40}|\\PC{0,20}") {
            let kebab = separated(&text, "-").unwrap();
            prop_assert_eq!(snake(&kebab), snake(&text));
            for first in [First::Lower, First::Upper] {
                prop_assert_eq!(camel(&snake(&text), first).unwrap(), camel(&text, first).unwrap());
            }
        }

        #[test]
        fn longer_words_come_back_from_camel_case(words in prop::collection::vec("[a-z]{2,8}[0-9]{0,2}", 0..6)) {
            let name = words.join("_");
            for first in [First::Lower, First::Upper] {
                prop_assert_eq!(snake(&camel(&name, first).unwrap()), name.clone());
            }
        }
    }
}
