//! Data sources.

mod environment;
mod file_info;
mod http_api;
mod lens;
mod maps;
mod settings_reader;
mod structured;

use tf_sdk::{Components, Provider};

pub use environment::EnvVariables;
pub use file_info::FileInfo;
pub use http_api::HttpApi;
pub use lens::LensJq;
pub use maps::{MixedMapTest, SimpleMapTest};
pub use settings_reader::ProviderConfigReader;
pub use structured::StructuredObjectTest;

use crate::{Audience, Options, Toolbox, jq};

/// Adds every data source.
pub fn register<P>(components: &mut Components<P>, options: &Options)
where
    P: Provider,
    P::Client: AsRef<Toolbox>,
{
    components
        .data_source(EnvVariables::new())
        .data_source(FileInfo::new())
        .data_source(HttpApi::new(options.lint.clone()))
        .data_source(LensJq::new())
        .helper(jq::HELPER)
        .data_source(ProviderConfigReader::new());
    if options.audience == Audience::Tests {
        components
            .data_source(SimpleMapTest::new())
            .data_source(MixedMapTest::new())
            .data_source(StructuredObjectTest::new());
    }
}
