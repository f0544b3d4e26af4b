//! The provider in the process.

use std::path::Path;

use serde_json::{Value as Json, json};
use terraform_provider_foundry::Foundry;
use tf_components::{Audience, Options};
use tf_sdk::Server;
use tf_sdk::lint::Lint;
use tf_testkit::LocalProvider;

pub(crate) type Local = LocalProvider<Server>;

/// The provider as users have it, configured.
pub(crate) async fn provider() -> Local {
    configured(json!({})).await
}

/// The provider with a configuration.
pub(crate) async fn configured(config: Json) -> Local {
    LocalProvider::new(Foundry::default()).configure(config).await.unwrap()
}

/// The provider with the components that only tests need.
pub(crate) async fn for_tests() -> Local {
    let options = Options { audience: Audience::Tests, ..Options::default() };
    LocalProvider::new(Foundry::new(options)).configure(json!({})).await.unwrap()
}

/// The provider with these warnings switched on.
pub(crate) async fn linted(list: &str) -> Local {
    let options = Options { lint: Lint::parse(list), ..Options::default() };
    LocalProvider::new(Foundry::new(options)).configure(json!({})).await.unwrap()
}

/// A path as a configuration has it.
pub(crate) fn text(path: impl AsRef<Path>) -> String {
    path.as_ref().to_str().unwrap().to_owned()
}
