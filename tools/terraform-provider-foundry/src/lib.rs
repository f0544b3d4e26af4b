//! The reference provider: the standard components of `tf-components`, served as `foundry`.
//!
//! It adds nothing but its name, its address, and what the environment says of it. Start with [`Foundry`].
#![forbid(unsafe_code)]

use tf_components::{Audience, Options, Settings, Toolbox, rules};
use tf_sdk::lint::Lint;
use tf_sdk::prelude::*;

/// The provider.
#[derive(Clone, Debug, Default)]
pub struct Foundry {
    options: Options,
}

impl Foundry {
    /// The environment variable that shows components which only tests need, if it is `true`.
    pub const TEST_MODE: &'static str = "FOUNDRY_TESTMODE";
    /// The environment variable that asks for warnings: `all`, groups and rules, separated by commas; `!` in front takes one away.
    pub const LINT: &'static str = "FOUNDRY_LINT";

    /// The provider with these options.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { options }
    }

    /// The provider as the environment wants it.
    #[must_use]
    pub fn from_environment() -> Self {
        let is_test = std::env::var(Self::TEST_MODE).is_ok_and(|value| value.eq_ignore_ascii_case("true"));
        let audience = if is_test { Audience::Tests } else { Audience::Users };
        Self::new(Options { lint: Lint::from_environment(Self::LINT), audience })
    }
}

impl Provider for Foundry {
    type Config = Settings;
    type Client = Toolbox;
    type Meta = Empty;

    const NAME: &'static str = "foundry";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const ADDRESS: &'static str = "registry.example.com/foundry/foundry";
    const PRIVATE_STATE_KEY: Option<&'static str> = Some("FOUNDRY_PRIVATE_STATE_KEY");

    fn components(&self, components: &mut Components<Self>) {
        tf_components::register(components, &self.options);
    }

    async fn validate(&self, cx: &mut Validate<Settings>) -> Result<()> {
        rules::check_settings(&self.options, cx)
    }

    async fn configure(&self, _: &mut Configure, config: Settings) -> Result<Toolbox> {
        Ok(Toolbox::new(config, concat!("terraform-provider-foundry/", env!("CARGO_PKG_VERSION"))))
    }
}
