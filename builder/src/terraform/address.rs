//! Source addresses: `HOST/NAMESPACE/TYPE`, by which configurations name a provider.

use std::fmt;

/// A label of a host name, and so every part, has at most so many bytes (RFC 1035 2.3.4).
const PART_BYTES: usize = 63;
/// A host name has at most so many bytes.
const HOST_BYTES: usize = 253;

/// A provider's source address, in the one form that Terraform itself normalises to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProviderAddress {
    host: String,
    namespace: String,
    kind: String,
}

/// A text that is no source address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a provider's source address: {reason}")]
pub struct AddressError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl ProviderAddress {
    /// Reads `HOST/NAMESPACE/TYPE`. The host that Terraform fills in where there is none is not assumed: it is part of where a
    /// provider is found.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let error = |reason| AddressError { text: text.to_owned(), reason };
        let parts: Vec<&str> = text.split('/').collect();
        let [host, namespace, kind] = *parts.as_slice() else {
            return Err(error("it has not three parts between slashes"));
        };
        host_fault(host).map_or(Ok(()), |reason| Err(error(reason)))?;
        for part in [namespace, kind] {
            part_fault(part).map_or(Ok(()), |reason| Err(error(reason)))?;
        }
        if kind.starts_with("terraform-") {
            return Err(error("Terraform refuses a type that begins with `terraform-`"));
        }
        let [host, namespace, kind] = [host, namespace, kind].map(str::to_owned);
        Ok(Self { host, namespace, kind })
    }

    /// The host: `registry.example.com`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The namespace: who publishes it.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The type: what the provider is called, and what its resources begin with.
    pub fn kind(&self) -> &str {
        &self.kind
    }
}

impl fmt::Display for ProviderAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.host, self.namespace, self.kind)
    }
}

fn host_fault(host: &str) -> Option<&'static str> {
    if host.contains(':') {
        return Some("Terraform cannot use a mirror for a host with a port");
    }
    let is_host = host.len() <= HOST_BYTES && host.split('.').all(|label| part_fault(label).is_none());
    (!is_host).then_some("the host is not a host name in lower case, in ASCII")
}

fn part_fault(part: &str) -> Option<&'static str> {
    let is_plain = part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if part.is_empty() || part.len() > PART_BYTES {
        return Some("a part has from 1 to 63 characters");
    }
    if !is_plain {
        return Some("a part is made of a-z, 0-9 and `-`");
    }
    let is_joined = !part.starts_with('-') && !part.ends_with('-') && !part.contains("--");
    (!is_joined).then_some("`-` stands alone and between other characters")
}

#[cfg(test)]
mod tests {
    use super::ProviderAddress;

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("registry.example.com/foundry/foundry", "registry.example.com/foundry/foundry"),
            ("example.com/foundry/my-cloud2", "example.com/foundry/my-cloud2"),
            ("localhost/a/b", "localhost/a/b"),
        ] {
            assert_eq!(ProviderAddress::parse(text).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn texts_that_are_none() {
        for (text, word) in [
            ("", "parts"),
            ("foundry", "parts"),
            ("foundry/foundry", "parts"),
            ("a/b/c/d", "parts"),
            ("https://registry.example.com/a/b", "parts"),
            ("/a/b", "host"),
            ("registry.example.com/a/", "from 1 to 63"),
            ("Registry.example.com/a/b", "lower case"),
            ("registry..com/a/b", "host"),
            ("registry.example.com:8443/a/b", "port"),
            ("../a/b", "host"),
            ("registry.example.com/../b", "a-z"),
            ("registry.example.com/a_b/c", "a-z"),
            ("registry.example.com/A/b", "a-z"),
            ("registry.example.com/a/b c", "a-z"),
            ("registry.example.com/-a/b", "stands alone"),
            ("registry.example.com/a--b/c", "stands alone"),
            ("registry.example.com/a/terraform-provider-b", "terraform-"),
            ("registry.example.com/ä/b", "a-z"),
            (&format!("c/a/{}", "b".repeat(64)), "from 1 to 63"),
            (&format!("{}/a/b", vec!["a".repeat(60); 5].join(".")), "host"),
        ] {
            let error = ProviderAddress::parse(text).unwrap_err().to_string();
            assert!(error.contains(word), "{text}: {error}");
        }
    }
}
