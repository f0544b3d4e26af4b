//! A value that does not print: [`Secret`].

use std::fmt;

/// The name under which a [`Secret`] announces itself to serde, so that `config` can resolve references
/// (`file:///path`, `env:NAME`) and keep the value out of its messages.
#[cfg(feature = "serde")]
pub(crate) const SERDE_NAME: &str = "$foundation::Secret";

/// A secret. Debug, Display and serde write `***`, so it stays hidden in logs, errors and dumps of whatever
/// contains it. [`Secret::expose`] is the one way in, and easy to find in a review.
///
/// It has no comparison: comparing secrets byte by byte tells how far they agree.
///
/// ```
/// let key = foundation::secret::Secret::new("hunter2".to_owned());
/// assert_eq!(format!("{key} {key:?} {:?}", Some(&key)), "*** *** Some(***)");
/// assert_eq!(key.expose(), "hunter2");
/// ```
#[derive(Clone, Default)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps `value`.
    pub const fn new(value: T) -> Secret<T> {
        Secret(value)
    }

    /// The value itself. Where this is called is where it can leak.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Unwraps the value.
    pub fn into_exposed(self) -> T {
        self.0
    }

    /// A secret made from this one, for example a header from a token.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Secret<U> {
        Secret(change(self.0))
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Secret<T> {
        Secret(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(crate::redact::MASK)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(crate::redact::MASK)
    }
}

#[cfg(feature = "serde")]
impl<T> serde::Serialize for Secret<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(crate::redact::MASK)
    }
}

#[cfg(feature = "serde")]
impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Secret<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret<T>, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);
        impl<'de, T: serde::Deserialize<'de>> serde::de::Visitor<'de> for Visitor<T> {
            type Value = T;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a secret")
            }
            fn visit_newtype_struct<D: serde::Deserializer<'de>>(self, inner: D) -> Result<T, D::Error> {
                T::deserialize(inner)
            }
        }
        deserializer.deserialize_newtype_struct(SERDE_NAME, Visitor(std::marker::PhantomData)).map(Secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_of_printing_shows_it() {
        #[derive(Debug, thiserror::Error)]
        #[error("login as {0} failed: {1:#?}")]
        struct Error(Secret<String>, Vec<Secret<String>>);
        let secret = || Secret::from("canary-1".to_owned());
        let error = Error(secret().map(|text| text + "x"), vec![secret(), secret()]);
        for text in
            [format!("{error}"), format!("{error:?}"), format!("{error:#?}"), format!("{:>40}", secret())]
        {
            assert!(!text.contains("canary") && text.contains("***"), "{text}");
        }
        assert_eq!(secret().into_exposed(), "canary-1");
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serde_reads_it_and_writes_a_mask() {
        let secret: Secret<String> = serde_json::from_str("\"canary-2\"").unwrap();
        assert_eq!(secret.expose(), "canary-2");
        assert_eq!(serde_json::to_string(&[secret]).unwrap(), "[\"***\"]");
        let error = serde_json::from_str::<Secret<u16>>("true").unwrap_err();
        assert!(error.to_string().contains("u16"), "{error}");
    }
}
