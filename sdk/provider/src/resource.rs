//! Managed resources.

mod contexts;
#[cfg(test)]
mod tests;

use std::future::Future;

pub use contexts::{Change, Create, Delete, Import, MoveFrom, Plan, Read, Update, Upgrade};

use crate::provider::Validate;
use crate::validator::ConfigValidator;
use crate::{Diagnostic, Model, Provider, Result};

/// A managed resource: a type whose value is registered with [`crate::Components::resource`].
///
/// Fields that the configuration sets are plain types or `Option`; fields that the provider computes are `Tf`, for in a plan they
/// may be unknown.
pub trait Resource: Sized + Send + Sync + 'static {
    /// Its provider.
    type Provider: Provider;

    /// Its schema, and what its functions are given and return.
    type Model: Model;

    /// Its name without the provider's: `item` for `acc_item`.
    const NAME: &'static str;

    /// Rules for its configuration as a whole.
    fn config_validators(&self) -> Vec<Box<dyn ConfigValidator>> {
        Vec::new()
    }

    /// Checks the configuration; the provider need not be configured, and what is unknown may be unknown.
    fn validate(&self, cx: &mut Validate<Self::Model>) -> impl Future<Output = Result<()>> + Send {
        let _ = cx;
        async { Ok(()) }
    }

    /// Changes the plan as a whole, after defaults and plan modifiers; also asked before a destruction, see [`Plan::change`].
    fn plan(&self, cx: &mut Plan<Self>) -> impl Future<Output = Result<()>> + Send {
        let _ = cx;
        async { Ok(()) }
    }

    /// Creates the object and returns it with everything known.
    ///
    /// To fail with the object half made, [`Create::save`] it first: Terraform keeps it and marks it tainted.
    fn create(
        &self,
        cx: &mut Create<Self>,
        planned: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send;

    /// Reads the object as it is now; None if it is gone. A computed attribute that the state does not have, because an older version
    /// of the provider wrote it, is unknown in the model if its field cannot be null.
    fn read(
        &self,
        cx: &mut Read<Self>,
        state: Self::Model,
    ) -> impl Future<Output = Result<Option<Self::Model>>> + Send;

    /// Changes the object in place. The default is for resources whose every change replaces them: an error.
    fn update(
        &self,
        cx: &mut Update<Self>,
        prior: Self::Model,
        planned: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send {
        let _ = (cx, prior, planned);
        async {
            Err(Diagnostic::error(
                "Update Not Supported",
                format!(
                    "{} has no update; each attribute that can change should require replacement.",
                    Self::NAME
                ),
            )
            .into())
        }
    }

    /// Destroys the object. That it is gone already is no error.
    fn delete(&self, cx: &mut Delete<Self>, state: Self::Model) -> impl Future<Output = Result<()>> + Send;

    /// Finds an object by what the user calls it, and returns it as [`Resource::read`] would; None if there is none, which is
    /// reported in Terraform's words.
    fn import(
        &self,
        cx: &mut Import<Self>,
        id: &str,
    ) -> impl Future<Output = Result<Option<Self::Model>>> + Send {
        let _ = (cx, id);
        async {
            Err(Diagnostic::error(
                "Resource Import Not Implemented",
                format!("{} cannot be imported.", Self::NAME),
            )
            .into())
        }
    }

    /// Rewrites state that an older version of the schema wrote. Not asked for state of [`Model::VERSION`].
    fn upgrade(&self, cx: &mut Upgrade<Self>) -> impl Future<Output = Result<Self::Model>> + Send {
        let version = cx.version;
        async move {
            Err(Diagnostic::error(
                "Unable to Upgrade Resource State",
                format!("State of version {version} cannot be upgraded to version {}.", Self::Model::VERSION),
            )
            .into())
        }
    }

    /// Takes over an object from a resource of another type (`moved` blocks); None if not from that one.
    fn move_from(&self, cx: &mut MoveFrom<Self>) -> impl Future<Output = Result<Option<Self::Model>>> + Send {
        let _ = cx;
        async { Ok(None) }
    }
}
