//! A Rust struct and a few async functions are a Terraform provider.
//!
//! A struct with `#[derive(Model)]` is schema, model and documentation at once; a resource is a type that implements
//! [`Resource`]; [`serve()`] does the rest: everything that Terraform asks of a provider beyond what its author has to say.
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
pub mod helper;
#[cfg(feature = "http")]
pub mod http;
pub mod lint;
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
pub use helper::Helper;
pub use model::{AttributeType, Empty, Model, Set};
pub use private::Private;
pub use provider::{Components, Provider};
pub use resource::Resource;
pub use schema::Schema;
pub use serve::{debug, main, serve};
pub use server::Server;
pub use tf_cty as cty;
pub use tf_cty::{Cty, Number, Path, Tf, Type, Value};
/// Makes a struct the parameters of a function: a field a parameter, in order; doc comments are their descriptions.
///
/// ```
/// use tf_sdk::Arguments;
///
/// #[derive(Arguments)]
/// struct Pick {
///     /// What to pick from; null picks nothing.
///     from: Option<String>,
///     #[param(validate = tf_sdk::validator::integer::at_least(1))]
///     count: i64,
///     /// More to pick from.
///     #[param(variadic)]
///     more: Vec<String>,
/// }
/// let parameters = <Pick as tf_sdk::function::Arguments>::parameters();
/// assert!(parameters.positional[0].allow_null && parameters.variadic.is_some());
/// ```
pub use tf_sdk_macros::Arguments;
/// Makes a struct schema, model and documentation. All options are in [`model`].
///
/// ```
/// use tf_sdk::{Model, Tf, plan_modifier, validator};
///
/// /// A server.
/// #[derive(Model)]
/// #[model(version = 1)]
/// struct Server {
///     #[attr(computed, plan = plan_modifier::use_state_for_unknown())]
///     id: Tf<String>,
///     /// Its name.
///     #[attr(required, plan = plan_modifier::requires_replace())]
///     name: String,
///     #[attr(optional, validate = validator::string::one_of(["small", "large"]))]
///     size: Option<String>,
/// }
/// assert_eq!(Server::block().attributes[1].description.text, "Its name.");
/// ```
pub use tf_sdk_macros::Model;
/// Makes a struct the object type of an attribute.
///
/// ```
/// use tf_sdk::{Model, Object};
///
/// #[derive(Object)]
/// struct Shape {
///     width: f64,
///     height: Option<f64>,
/// }
///
/// #[derive(Model)]
/// struct Window {
///     #[attr(required)]
///     shape: Shape,
/// }
/// assert_eq!(Window::block().attributes[0].ty().to_json(), r#"["object",{"height":"number","width":"number"}]"#);
/// ```
pub use tf_sdk_macros::Object;
pub use validity::{SchemaError, schema_is_valid, schema_is_valid_in_v5};
