//! The provider in a package: what its signed information says that it is.

use std::path::{Path, PathBuf};

use psp_format::Verified;
use semver::Version;

use super::address::{AddressError, ProviderAddress};
use super::platform::Platform;
use super::protocol::ProtocolVersion;
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::escaped;
use crate::launch::{LaunchError, check_policy};
use crate::package_file::{PackageError, PackageFile};
use crate::trust::MachineTrust;

/// The key of a package's information that holds the source address.
pub const SOURCE_KEY: &str = "terraform.source";
/// The key of a package's information that holds the protocol versions, separated by commas.
pub const PROTOCOLS_KEY: &str = "terraform.protocols";

/// A provider for one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// What configurations call it.
    pub address: ProviderAddress,
    /// Its version, without build metadata.
    pub version: Version,
    /// What it runs on.
    pub platform: Platform,
    /// What it speaks, ascending.
    pub protocols: Vec<ProtocolVersion>,
}

/// A package that holds a provider, every byte of it verified and allowed by this machine's policy.
#[derive(Debug)]
pub struct ProviderPackage {
    /// The package.
    pub file: PackageFile,
    /// The provider in it.
    pub provider: Provider,
}

/// Why a package cannot be used as a provider.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each variant's message says what it is and what its fields are")]
pub enum ProviderError {
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error(transparent)]
    Policy(#[from] LaunchError),
    #[error("{} is no Terraform provider: its manifest had no [terraform] table", escaped::path(path))]
    None { path: PathBuf },
    #[error("{}", escaped::path(path))]
    Address { path: PathBuf, source: AddressError },
    #[error("{} states {value:?} as its {what}", escaped::path(path))]
    Statement { path: PathBuf, what: &'static str, value: String },
}

impl Diagnostic for ProviderError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Package(error) => error.code(),
            Self::Policy(error) => error.code(),
            Self::None { .. } | Self::Address { .. } | Self::Statement { .. } => &codes::TERRAFORM_PACKAGE,
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Policy(error) => error.help(),
            _ => self.code().advice(),
        }
    }
}

impl ProviderPackage {
    /// Opens a package, verifies it whole, and reads what provider it holds.
    pub fn open(path: &Path, trust: &MachineTrust) -> Result<Self, ProviderError> {
        let file = PackageFile::open(path)?;
        let package = file.verified()?;
        let provider = Provider::of(&package, path)?;
        file.verify_contents(&package, &mut ())?;
        check_policy(&file, &package, trust)?;
        drop(package);
        Ok(Self { file, provider })
    }
}

impl Provider {
    /// Reads what provider a package holds; `path` is for messages.
    pub fn of(package: &Verified<'_>, path: &Path) -> Result<Self, ProviderError> {
        let path = || path.to_owned();
        let manifest = &package.manifest;
        let stated =
            |key| manifest.information.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
        let statement =
            |what, value: &str| ProviderError::Statement { path: path(), what, value: value.to_owned() };
        let source = stated(SOURCE_KEY).ok_or_else(|| ProviderError::None { path: path() })?;
        let address = ProviderAddress::parse(source)
            .map_err(|source| ProviderError::Address { path: path(), source })?;
        let text = stated(PROTOCOLS_KEY).unwrap_or_default();
        let protocols = ProtocolVersion::parse_list(text).filter(|list| list.is_sorted_by(|a, b| a < b));
        let protocols = protocols.ok_or_else(|| statement("protocol versions", text))?;
        let text = manifest.identity.version;
        let version = Version::parse(text).ok().filter(|version| version.build.is_empty());
        let version = version.ok_or_else(|| statement("version", text))?;
        let text = manifest.identity.target;
        let platform = Platform::of_target(text).ok_or_else(|| statement("target", text))?;
        Ok(Self { address, version, platform, protocols })
    }

    /// The name of the executable that Terraform seeks: `terraform-provider-foundry_v1.2.3`.
    pub fn file_name(&self) -> String {
        file_name(&self.address, &self.version.to_string())
    }

    /// The name of its archive: `terraform-provider-foundry_1.2.3_linux_amd64.zip`.
    pub fn archive_name(&self) -> String {
        archive_name(&self.address, &self.version, &self.platform)
    }
}

/// The name of an executable of this version.
pub fn file_name(address: &ProviderAddress, version: &str) -> String {
    format!("terraform-provider-{}_v{version}", address.kind())
}

/// The name of the archive of this version and platform.
pub fn archive_name(address: &ProviderAddress, version: &Version, platform: &Platform) -> String {
    format!("{}_{platform}.zip", release_name(address, version))
}

/// What the names of all files of a release begin with: `terraform-provider-foundry_1.2.3`.
pub(crate) fn release_name(address: &ProviderAddress, version: &Version) -> String {
    format!("terraform-provider-{}_{version}", address.kind())
}
