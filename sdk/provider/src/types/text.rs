//! Text with a meaning: what the ready types have in common.

/// Text that is none of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {wanted}: {reason}")]
pub struct ParseTextError {
    /// The text.
    pub text: String,
    /// What it should be: `an RFC 3339 time`.
    pub wanted: &'static str,
    /// Why it is none.
    pub reason: String,
}

/// The most of a refused text that a message shows, in characters.
const SHOWN_MAX: usize = 80;

impl ParseTextError {
    /// Of a text, a long one cut.
    pub(super) fn new(text: &str, wanted: &'static str, reason: impl ToString) -> Self {
        let mut shown: String = text.chars().take(SHOWN_MAX).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        Self { text: shown, wanted, reason: reason.to_string() }
    }
}

/// A type that is text with a meaning: `parse`, `as_str`, `Display`, equality by meaning, and a type of attributes.
macro_rules! text_type {
    ($name:ident, $meaning:ty, $parse:path, $get:ident: $get_doc:literal) => {
        impl $name {
            /// Of a text, which is kept as it is.
            pub fn parse(text: impl Into<String>) -> Result<Self, $crate::types::ParseTextError> {
                let text = text.into();
                let meaning = $parse(&text)?;
                Ok(Self { text, meaning })
            }

            /// The text as it was written.
            pub fn as_str(&self) -> &str {
                &self.text
            }

            #[doc = $get_doc]
            pub fn $get(&self) -> &$meaning {
                &self.meaning
            }
        }

        /// By meaning, not by text.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.meaning == other.meaning
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.text)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::types::ParseTextError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl $crate::types::CustomType for $name {
            type Wire = String;

            fn from_wire(wire: String) -> Result<Self, String> {
                Self::parse(wire).map_err(|error| error.to_string())
            }

            fn to_wire(&self) -> String {
                self.text.clone()
            }

            fn is_same(&self, other: &Self) -> bool {
                self == other
            }
        }

        $crate::custom_type!($name);
    };
}
pub(super) use text_type;
