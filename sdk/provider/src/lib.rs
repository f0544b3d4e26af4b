//! A Rust struct and a few async functions are a Terraform provider.
//!
//! A struct with `#[derive(Model)]` is schema, model and documentation at once; a resource is a type that implements
//! [`Resource`]; [`serve`] does the rest: everything that Terraform asks of a provider beyond what its author has to say.
//!
//! What is absent: sockets and certificates (tf-plugin has them), and repairs. A result that breaks Terraform's rules is reported
//! in Terraform's words, never mended in silence. Start with [`Provider`].
#![forbid(unsafe_code)]

// The derives name this crate as its users do.
extern crate self as tf_sdk;

pub mod blocking;
pub mod context;
pub mod data;
pub mod data_source;
pub mod default;
pub mod diagnostic;
mod engine;
pub mod ephemeral;
pub mod function;
pub mod model;
pub mod plan_modifier;
pub mod prelude;
pub mod private;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod serve;
pub mod server;
pub mod timeouts;
pub mod types;
pub mod validator;
pub mod validity;
pub mod wait;

pub use context::Context;
pub use data::Data;
pub use data_source::DataSource;
pub use diagnostic::{Diagnostic, Diagnostics, Result, Severity};
pub use ephemeral::EphemeralResource;
pub use foundation::secret::Secret;
pub use foundation::{retry, tracing};
pub use function::{Arguments, Function, FunctionError};
pub use model::{AttributeType, Empty, Model, Set};
pub use private::Private;
pub use provider::{Components, Provider};
pub use resource::Resource;
pub use schema::Schema;
pub use serve::{debug, main, serve};
pub use server::Server;
pub use tf_cty as cty;
pub use tf_cty::{Cty, Number, Path, Tf, Type, Value};
pub use tf_sdk_macros::{Arguments, Model, Object};
pub use validity::{SchemaError, schema_is_valid, schema_is_valid_in_v5};
