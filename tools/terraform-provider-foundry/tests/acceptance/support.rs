//! Where Terraform gets the provider from.

use terraform_provider_foundry::Foundry;
use tf_sdk::Provider;
use tf_testkit::TestCase;
use tf_testkit::terraform::ProviderSource;

/// The provider's binary.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-foundry");

/// The provider, as `dev_overrides` has it.
pub(crate) fn source() -> ProviderSource {
    ProviderSource::dev_override(Foundry::ADDRESS, BINARY).unwrap()
}

/// A test case with the provider.
pub(crate) fn case() -> TestCase {
    TestCase::new(source())
}
