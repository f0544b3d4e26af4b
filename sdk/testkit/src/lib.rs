//! Tests of Terraform providers, in two lanes that share matchers, expected errors and canaries.
//!
//! In the process, [`LocalProvider`] calls a provider as Terraform would and checks every answer as Terraform does: milliseconds for a
//! whole life of an object, with coverage and debuggers. With the real Terraform, [`TestCase`] takes step after step, keeps what a
//! failure leaves, and destroys everything at the end; [`ServedProvider`] lets the provider run in the test's process there too.
//!
//! What is absent: a Terraform that is downloaded, and tests that are skipped without a word. The guide is `docs/TESTING.md`.
//!
//! ```
//! # let runtime = tokio::runtime::Runtime::new().unwrap();
//! # runtime.block_on(async {
//! use serde_json::json;
//! use tf_sdk::prelude::*;
//! use tf_testkit::LocalProvider;
//! use tf_testkit::terraform::Action;
//!
//! #[derive(Model)]
//! struct Greeting {
//!     #[attr(required)]
//!     name: String,
//!     #[attr(computed)]
//!     text: Tf<String>,
//! }
//!
//! struct GreetingResource;
//!
//! impl Resource for GreetingResource {
//!     type Provider = Polite;
//!     type Model = Greeting;
//!     const NAME: &'static str = "greeting";
//!
//!     async fn create(&self, _: &mut Create<Self>, planned: Greeting) -> Result<Greeting> {
//!         Ok(Greeting { text: format!("Hello, {}!", planned.name).into(), ..planned })
//!     }
//!
//!     async fn read(&self, _: &mut Read<Self>, state: Greeting) -> Result<Option<Greeting>> {
//!         Ok(Some(state))
//!     }
//!
//!     async fn delete(&self, _: &mut Delete<Self>, _: Greeting) -> Result<()> {
//!         Ok(())
//!     }
//! }
//!
//! struct Polite;
//!
//! impl Provider for Polite {
//!     type Config = Empty;
//!     type Client = ();
//!     type Meta = Empty;
//!     const NAME: &'static str = "polite";
//!     const VERSION: &'static str = "1.0.0";
//!
//!     fn components(&self, components: &mut Components<Self>) {
//!         components.resource(GreetingResource);
//!     }
//!
//!     async fn configure(&self, _: &mut Configure, _: Empty) -> Result<()> {
//!         Ok(())
//!     }
//! }
//!
//! let provider = LocalProvider::new(Polite).configure(json!({})).await?;
//! let mut greeting = provider.resource("polite_greeting");
//! let created = greeting.apply(json!({ "name": "Ada" })).await?;
//! created.expect_action(Action::Create).expect_value("text", "Hello, Ada!");
//! # Ok::<(), tf_testkit::Failure>(())
//! # }).unwrap();
//! ```
#![forbid(unsafe_code)]

pub mod attribute;
pub mod canary;
mod case;
mod expected;
pub mod known;
mod local;
mod served;
pub mod terraform;

pub use canary::Canary;
pub use case::{CaseFailure, CheckError, Import, PlanCheck, StateCheck, Step, StepProblem, TestCase};
pub use expected::Expected;
pub use known::Known;
pub use local::{
    Applied, Config, DataRead, Destroyed, Failure, LocalEphemeral, LocalProvider, LocalResource, Planned,
    Refreshed, Stage,
};
pub use served::{ServedProvider, ServedProviderError};
