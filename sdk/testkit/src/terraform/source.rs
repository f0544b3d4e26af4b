//! Where Terraform gets the provider from.

use std::fmt;
use std::path::{Path, PathBuf};

/// The full address of a provider: `example.com/namespace/type`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProviderAddress {
    host: String,
    namespace: String,
    provider_type: String,
}

/// A text that is no full address of a provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no provider address of the form HOST/NAMESPACE/TYPE")]
pub struct ProviderAddressError(pub String);

impl ProviderAddress {
    /// Reads an address. The host must be there: what a test installs should not be taken for what a registry has.
    pub fn parse(text: &str) -> Result<Self, ProviderAddressError> {
        let parts: Vec<&str> = text.split('/').collect();
        let is_part = |part: &&str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c))
                && !part.starts_with('.')
        };
        match parts[..] {
            [host, namespace, provider_type] if parts.iter().all(is_part) => Ok(Self {
                host: host.into(),
                namespace: namespace.into(),
                provider_type: provider_type.into(),
            }),
            _ => Err(ProviderAddressError(text.into())),
        }
    }

    /// The last part: `acc`.
    pub fn provider_type(&self) -> &str {
        &self.provider_type
    }
}

impl fmt::Display for ProviderAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.host, self.namespace, self.provider_type)
    }
}

/// Where Terraform gets the provider from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderSource {
    /// Nothing is installed: for what is built into Terraform.
    Builtin,
    /// A binary, named in `dev_overrides`. Quick, for there is no `terraform init`.
    DevOverride {
        /// The provider's address.
        address: ProviderAddress,
        /// Its binary.
        binary: PathBuf,
    },
    /// A binary, installed by `terraform init` from a mirror in the file system: what users do.
    Mirror {
        /// The provider's address.
        address: ProviderAddress,
        /// The version it is offered as.
        version: String,
        /// Its binary.
        binary: PathBuf,
    },
    /// A provider that runs already, in the test's own process say: see `ReattachedProvider`.
    Reattach {
        /// The provider's address.
        address: ProviderAddress,
        /// What goes into `TF_REATTACH_PROVIDERS`.
        reattach: String,
    },
}

impl ProviderSource {
    /// A binary, named in `dev_overrides`.
    pub fn dev_override(address: &str, binary: impl AsRef<Path>) -> Result<Self, ProviderAddressError> {
        Ok(Self::DevOverride { address: ProviderAddress::parse(address)?, binary: binary.as_ref().into() })
    }

    /// A binary in a mirror in the file system.
    pub fn mirror(
        address: &str,
        version: &str,
        binary: impl AsRef<Path>,
    ) -> Result<Self, ProviderAddressError> {
        let address = ProviderAddress::parse(address)?;
        Ok(Self::Mirror { address, version: version.into(), binary: binary.as_ref().into() })
    }

    /// A provider that runs already; `reattach` is the value of `TF_REATTACH_PROVIDERS`.
    pub fn reattach(address: &str, reattach: &str) -> Result<Self, ProviderAddressError> {
        Ok(Self::Reattach { address: ProviderAddress::parse(address)?, reattach: reattach.into() })
    }

    /// The provider's address; none for what is built in.
    pub fn address(&self) -> Option<&ProviderAddress> {
        match self {
            Self::Builtin => None,
            Self::DevOverride { address, .. }
            | Self::Mirror { address, .. }
            | Self::Reattach { address, .. } => Some(address),
        }
    }

    /// True if `terraform init` must run before anything else.
    pub(super) fn needs_init(&self) -> bool {
        !matches!(self, Self::DevOverride { .. })
    }
}

/// The platform as Terraform writes it: `linux_amd64`.
pub(super) fn platform() -> String {
    let os = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    format!("{os}_{architecture}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(ProviderAddress::parse("local/test/acc").unwrap().to_string(), "local/test/acc");
        for text in ["", "acc", "test/acc", "a/b/c/d", "a//c", "a/b/c d", "../b/c", "a/b/\"c"] {
            let error = ProviderAddress::parse(text).unwrap_err().to_string();
            assert_eq!(error, format!("{text:?} is no provider address of the form HOST/NAMESPACE/TYPE"));
        }
    }
}
