//! The acceptance provider, `local/test/acc`: a remote API that is a directory of JSON files, and a resource for each thing that a
//! provider can do right or wrong.
#![forbid(unsafe_code)]

mod dynamic;
mod faulty;
mod functions;
mod item;
mod legacy;
mod lookup;
mod nested;
mod slow;
mod store;
mod token;
mod versioned;

use std::path::PathBuf;

use tf_sdk::prelude::*;

pub use item::Item;
pub use store::Store;

/// The provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct Acc;

/// What `provider "acc" {}` says.
#[derive(Model)]
#[model(description = "")]
pub struct Config {
    /// Directory that backs the fake remote API.
    #[attr(optional)]
    root: Tf<Option<String>>,
    #[attr(optional, sensitive)]
    token: Tf<Option<String>>,
}

/// What a module says in `provider_meta "acc" {}`.
#[derive(Model)]
pub struct Meta {
    #[attr(optional)]
    module_name: Option<String>,
}

impl Provider for Acc {
    type Config = Config;
    type Client = Store;
    type Meta = Meta;

    const NAME: &'static str = "acc";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const ADDRESS: &'static str = "local/test/acc";

    fn components(&self, components: &mut Components<Self>) {
        components
            .resource(item::ItemResource)
            .resource(legacy::LegacyResource)
            .resource(nested::NestedResource)
            .resource(dynamic::DynamicResource)
            .resource(faulty::FaultyResource)
            .resource(slow::SlowResource)
            .data_source(lookup::LookupSource)
            .ephemeral_resource(token::TokenResource)
            .function(functions::EchoFunction)
            .function(functions::SumFunction)
            .function(functions::CheckFunction)
            .function(functions::OrDefaultFunction);
        versioned::register(components);
    }

    async fn configure(&self, _: &mut Configure, config: Config) -> Result<Store> {
        let Tf::Known(root) = config.root else {
            let detail = "The root must be known when the provider is configured.";
            return Err(Diagnostic::error("Unknown root", detail).at(Path::new().attr("root")).into());
        };
        let root = root.map(PathBuf::from).or_else(|| std::env::var_os("ACC_ROOT").map(PathBuf::from));
        Ok(Store::open(root.unwrap_or_else(|| std::env::temp_dir().join("acc-root")))?)
    }
}
