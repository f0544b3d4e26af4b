//! Managed resources.

mod directory;
mod file;
mod nested;
mod note;
mod sealed;
mod token;
mod warning;

use tf_sdk::{Components, Provider};

pub use directory::LocalDirectory;
pub use file::FileContent;
pub use nested::NestedResourceTest;
pub use note::SecretNote;
pub use sealed::PrivateStateVerifier;
pub use token::TimedToken;
pub use warning::WarningExample;

use crate::{Audience, Options};

/// Adds every managed resource.
pub fn register<P: Provider>(components: &mut Components<P>, options: &Options) {
    components
        .resource(FileContent::new())
        .resource(LocalDirectory::new(options.lint.clone()))
        .resource(TimedToken::new())
        .resource(WarningExample::new());
    if options.audience == Audience::Tests {
        components
            .resource(NestedResourceTest::new())
            .resource(PrivateStateVerifier::new())
            .resource(SecretNote::new());
    }
}

/// True if the source of a move is the same component of the seed's provider, `pyvider`, whoever publishes it.
fn is_seeds<R: tf_sdk::Resource>(cx: &tf_sdk::resource::MoveFrom<R>) -> bool {
    let of_the_seed = cx.source_provider.rsplit('/').next() == Some("pyvider");
    of_the_seed && cx.source_type.strip_prefix("pyvider_") == Some(R::NAME)
}
