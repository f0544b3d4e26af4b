//! Versions of Terraform's plugin protocol: `6.0`.

use std::fmt;

/// A version of the plugin protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProtocolVersion {
    /// 5 or 6: what the handshake names.
    pub major: u32,
    /// Grows with what can be said; registries tell it to people and Terraform.
    pub minor: u32,
}

/// The major versions that Terraform speaks.
pub const MAJORS: [u32; 2] = [5, 6];

/// What a provider speaks that does not say it.
pub const DEFAULT: ProtocolVersion = ProtocolVersion { major: 6, minor: 0 };

impl ProtocolVersion {
    /// Reads `MAJOR.MINOR`.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        let (major, minor) = (number(major)?, number(minor)?);
        MAJORS.contains(&major).then_some(Self { major, minor })
    }

    /// Reads `MAJOR.MINOR`, separated by commas: the form that a package's information has.
    pub fn parse_list(text: &str) -> Option<Vec<Self>> {
        text.split(',').map(Self::parse).collect()
    }
}

/// A small decimal number in its only form.
fn number(text: &str) -> Option<u32> {
    let is_plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| is_plain)?;
    (text == "0" || !text.starts_with('0')).then_some(number)
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::ProtocolVersion;

    #[test]
    fn versions() {
        for text in ["5.0", "6.0", "6.11", "5.10"] {
            assert_eq!(ProtocolVersion::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "", "6", "6.", ".0", "4.0", "7.0", "6.00", "06.0", "6.-1", "+6.0", "6.0.0", "6.99999", "6.0 ",
            "v6.0",
        ] {
            assert_eq!(ProtocolVersion::parse(text), None, "{text}");
        }
        assert_eq!(ProtocolVersion::parse_list("5.0,6.0").unwrap().len(), 2);
        assert_eq!(ProtocolVersion::parse_list(""), None);
        assert_eq!(ProtocolVersion::parse_list("6.0,"), None);
    }
}
