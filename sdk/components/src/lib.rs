//! The standard library of Terraform components: what a provider can have without writing it.
//!
//! Files and directories, tokens, the environment, HTTP, jq, and functions for numbers, text and collections. Every component is
//! generic over the provider that registers it and takes its name's first part from there: `file_content` is `foundry_file_content`
//! in the provider `foundry`. [`register`] adds all of them; each can be added alone as well.
//!
//! ```
//! use tf_components::{Options, Settings, Toolbox};
//! use tf_sdk::{Components, Empty, Provider, Result, provider::Configure};
//!
//! struct Acme;
//!
//! impl Provider for Acme {
//!     type Config = Settings;
//!     type Client = Toolbox;
//!     type Meta = Empty;
//!     const NAME: &'static str = "acme";
//!     const VERSION: &'static str = "1.0.0";
//!
//!     fn components(&self, components: &mut Components<Self>) {
//!         tf_components::register(components, &Options::default());
//!     }
//!
//!     async fn configure(&self, _: &mut Configure, config: Settings) -> Result<Toolbox> {
//!         Ok(Toolbox::new(config, "terraform-provider-acme/1.0.0"))
//!     }
//! }
//! ```
//!
//! What is absent: state of its own (a provider's client holds what is shared), and repairs of what a user wrote. The table of all
//! components, with what each does differently from the seed's, is `docs/COMPONENTS.md`.
#![forbid(unsafe_code)]

mod component;
pub mod data_sources;
mod digest;
pub mod ephemeral;
pub mod functions;
pub mod jq;
pub mod resources;
pub mod rules;
pub mod settings;

use tf_sdk::lint::Lint;
use tf_sdk::{Components, Provider};

pub use settings::{Settings, Toolbox};

/// What [`register`] adds, and how it behaves.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The warnings that somebody asked for.
    pub lint: Lint,
    /// Whether components that only tests need are there too.
    pub audience: Audience,
}

/// Whom a provider is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// People.
    #[default]
    Users,
    /// Tests, which get components that are of no other use.
    Tests,
}

/// Adds every component to a provider, named after it.
pub fn register<P>(components: &mut Components<P>, options: &Options)
where
    P: Provider,
    P::Client: AsRef<Toolbox>,
{
    resources::register(components, options);
    data_sources::register(components, options);
    ephemeral::register(components, options);
    functions::register(components, options);
}
