//! What the commands for providers have in common: packages that hold some, and the key that signs for registries.

use std::path::PathBuf;

use psp_builder::keys::SecretKey;
use psp_builder::terraform::ProviderPackage;
use psp_builder::trust::MachineTrust;

use super::environment::Environment;
use super::failure::Failure;
use super::keys::SigningKeys;
use super::report::tell;

/// Opens and verifies all packages.
pub(crate) fn open(paths: &[PathBuf]) -> Result<Vec<ProviderPackage>, Failure> {
    let trust = MachineTrust::read(Environment::read().config.as_deref())?;
    paths.iter().map(|path| ProviderPackage::open(path, &trust).map_err(Into::into)).collect()
}

/// The key that signs: as for packages.
pub(crate) fn signing_key(named: Option<&str>) -> Result<SecretKey, Failure> {
    let named: Vec<String> = named.map(str::to_owned).into_iter().collect();
    let mut found = SigningKeys::find(&named, &Environment::read())?;
    found.notices.iter().for_each(|notice| tell("warning", notice));
    match found.keys.pop() {
        Some(key) => Ok(key),
        None => Err(Failure::usage("no key to sign with", "name a key with --key")),
    }
}
