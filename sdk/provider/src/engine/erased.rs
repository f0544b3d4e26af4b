//! What an author wrote, with its types taken off: values in, values out, so that everything else here is compiled once and not once
//! a resource. The layer that puts the types on again is in the submodules; it must stay thin.

mod data_source;
mod ephemeral;
mod function;
mod provider;
mod resource;

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
pub(crate) use data_source::TypedDataSource;
pub(crate) use ephemeral::TypedEphemeral;
pub(crate) use function::TypedFunction;
pub(crate) use provider::TypedProvider;
pub(crate) use resource::TypedResource;
use tf_cty::{Path, Type, Value};
use tf_plugin::terraform::Stop;

use crate::function::{FunctionError, Parameters};
use crate::resource::Change;
use crate::schema::{Block, Description};
use crate::validator::ConfigValidator;
use crate::{Context, Data, Diagnostic, Diagnostics, Private, Provider, Result};

/// A future of an author's function.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A client with its type taken off.
pub(crate) type Client = Arc<dyn Any + Send + Sync>;

/// What every call of a configured provider is given.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) client: Client,
    pub(crate) meta: Value,
    pub(crate) stop: Stop,
}

impl Call {
    fn context<P: Provider>(self) -> Result<Context<P>> {
        match self.client.downcast::<P::Client>() {
            Ok(client) => Ok(Context::new(client, Data::new(self.meta), self.stop)),
            Err(_) => Err(foreign_client().into()),
        }
    }
}

fn foreign_client() -> Diagnostic {
    Diagnostic::error("Provider Not Configured", "The provider's client is that of another provider.")
}

/// What a call of an author's function left behind.
pub(crate) struct Reply<T> {
    pub(crate) result: Result<T>,
    /// Warnings and errors beside the result.
    pub(crate) told: Diagnostics,
    pub(crate) private: Private,
    /// What was saved in case of an error.
    pub(crate) saved: Option<Value>,
}

impl<T> Reply<T> {
    /// The author's function could not be called.
    fn refused(diagnostics: Diagnostics, private: Private) -> Self {
        Self { result: Err(diagnostics), told: Diagnostics::new(), private, saved: None }
    }
}

/// What has a schema.
pub(crate) trait Described: Send + Sync {
    /// Without the provider's name.
    fn short_name(&self) -> &'static str;
    fn version(&self) -> i64;
    fn block(&self) -> Arc<Block>;
    /// The type of the model, to be compared with the block's.
    fn model_type(&self) -> Type;
    fn config_validators(&self) -> Vec<Box<dyn ConfigValidator>>;
    /// The author's own check of a configuration.
    fn validate(&self, config: Value) -> Boxed<'_, Diagnostics>;
}

/// [`crate::Provider`].
pub(crate) trait ErasedProvider: Described {
    fn meta_block(&self) -> Arc<Block>;
    fn configure(&self, config: Value, terraform_version: String) -> Boxed<'_, Reply<Client>>;
}

/// What is planned so far.
pub(crate) struct PlanCall {
    pub(crate) change: Change,
    pub(crate) config: Value,
    pub(crate) state: Value,
    pub(crate) planned: Value,
    pub(crate) private: Private,
}

/// What creates or changes an object.
pub(crate) struct WriteCall {
    pub(crate) config: Value,
    pub(crate) prior: Value,
    pub(crate) planned: Value,
    pub(crate) private: Private,
}

/// State that another version, or another type, wrote.
pub(crate) struct Foreign {
    pub(crate) version: i64,
    pub(crate) json: Bytes,
    pub(crate) private: Private,
    /// Empty for an upgrade.
    pub(crate) provider: String,
    /// Empty for an upgrade.
    pub(crate) type_name: String,
}

/// [`crate::Resource`].
pub(crate) trait ErasedResource: Described {
    fn plan(&self, call: Call, plan: PlanCall) -> Boxed<'_, Reply<(Value, Vec<Path>)>>;
    fn create(&self, call: Call, write: WriteCall) -> Boxed<'_, Reply<Value>>;
    fn update(&self, call: Call, write: WriteCall) -> Boxed<'_, Reply<Value>>;
    fn delete(&self, call: Call, state: Value, private: Private) -> Boxed<'_, Reply<()>>;
    fn read(&self, call: Call, state: Value, private: Private) -> Boxed<'_, Reply<Option<Value>>>;
    fn import(&self, call: Call, id: String) -> Boxed<'_, Reply<Option<Value>>>;
    fn upgrade(&self, state: Foreign) -> Boxed<'_, Reply<Value>>;
    fn move_from(&self, source: Foreign) -> Boxed<'_, Reply<Option<Value>>>;
}

/// [`crate::DataSource`].
pub(crate) trait ErasedDataSource: Described {
    fn read(&self, call: Call, config: Value) -> Boxed<'_, Reply<Value>>;
}

/// [`crate::EphemeralResource`].
pub(crate) trait ErasedEphemeral: Described {
    fn open(&self, call: Call, config: Value) -> Boxed<'_, (Reply<Value>, Option<SystemTime>)>;
    fn renew(&self, call: Call, private: Private) -> Boxed<'_, (Reply<()>, Option<SystemTime>)>;
    fn close(&self, call: Call, private: Private) -> Boxed<'_, Reply<()>>;
}

/// [`crate::Function`].
pub(crate) trait ErasedFunction: Send + Sync {
    fn name(&self) -> &'static str;
    fn summary(&self) -> &'static str;
    fn description(&self) -> Description;
    fn deprecation(&self) -> Option<String>;
    fn parameters(&self) -> Parameters;
    fn output_type(&self) -> Type;
    fn call(&self, arguments: Vec<Value>) -> Boxed<'_, Result<Value, FunctionError>>;
}

/// Every trait of an author has the same four functions of [`Described`].
macro_rules! described {
    ($typed:ident for $trait:path, $model:ident) => {
        /// An author's type; the erased trait is implemented by this.
        pub(crate) struct $typed<T>(pub(crate) T);

        impl<T: $trait> super::Described for $typed<T> {
            fn short_name(&self) -> &'static str {
                T::NAME
            }

            fn version(&self) -> i64 {
                <T::$model as $crate::Model>::VERSION
            }

            fn block(&self) -> std::sync::Arc<$crate::schema::Block> {
                <T::$model as $crate::Model>::block()
            }

            fn model_type(&self) -> tf_cty::Type {
                <T::$model as tf_cty::Cty>::cty_type()
            }

            fn config_validators(&self) -> Vec<Box<dyn $crate::validator::ConfigValidator>> {
                self.0.config_validators()
            }

            fn validate(&self, config: tf_cty::Value) -> super::Boxed<'_, $crate::Diagnostics> {
                Box::pin(async move {
                    let mut cx = $crate::provider::Validate {
                        config: $crate::Data::new(config),
                        diagnostics: $crate::Diagnostics::new(),
                    };
                    let result = self.0.validate(&mut cx).await;
                    let mut diagnostics = cx.diagnostics;
                    if let Err(errors) = result {
                        diagnostics.extend(errors);
                    }
                    diagnostics
                })
            }
        }
    };
}
use described;
