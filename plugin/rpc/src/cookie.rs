//! The magic cookie: a variable in the plugin's environment by which it sees that a host started it, not a person. It authenticates
//! nobody; its value is not printed all the same, so that nobody sets it by hand.

use std::borrow::Cow;
use std::fmt;

/// The name of an environment variable and the value that it must have.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie {
    /// The variable.
    pub key: Cow<'static, str>,
    /// What a host sets it to.
    pub value: Cow<'static, str>,
}

impl Cookie {
    /// The cookie of one kind of plugin, known to its hosts and to it.
    #[must_use]
    pub const fn new(key: &'static str, value: &'static str) -> Cookie {
        Cookie { key: Cow::Borrowed(key), value: Cow::Borrowed(value) }
    }

    /// Whether `found`, the variable's value, is the right one.
    #[must_use]
    pub fn matches(&self, found: Option<&str>) -> bool {
        found == Some(self.value.as_ref())
    }
}

impl fmt::Debug for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookie").field("key", &self.key).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_value_matches() {
        let cookie = Cookie::new("KEY", "secret-value");
        assert!(cookie.matches(Some("secret-value")));
        for wrong in [None, Some(""), Some("secret-valu"), Some("secret-value "), Some("SECRET-VALUE")] {
            assert!(!cookie.matches(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn the_value_is_not_printed() {
        let text = format!("{:?}", Cookie::new("KEY", "secret-value"));
        assert!(text.contains("KEY") && !text.contains("secret"), "{text}");
    }
}
