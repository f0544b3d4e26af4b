//! What the functions of a resource are given beside their models.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use tf_cty::{Cty, Path, Value};

use super::Resource;
use crate::data::IntoPath;
use crate::{Context, Data, Diagnostics, Private, Result};

macro_rules! dereferences {
    ($($name:ident),*) => {$(
        impl<R: Resource> Deref for $name<R> {
            type Target = Context<R::Provider>;

            fn deref(&self) -> &Self::Target {
                &self.context
            }
        }

        impl<R: Resource> DerefMut for $name<R> {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.context
            }
        }
    )*};
}
dereferences!(Plan, Create, Read, Update, Delete, Import);

/// What is planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// There is no object yet.
    Create,
    /// There is one, and it stays. Nothing need have changed.
    Update,
    /// It goes.
    Destroy,
}

/// Given to [`Resource::plan`].
pub struct Plan<R: Resource> {
    pub(crate) context: Context<R::Provider>,
    /// What is planned.
    pub change: Change,
    /// The configuration; null for a destruction.
    pub config: Data<R::Model>,
    /// The object as it is; null for a creation.
    pub state: Data<R::Model>,
    /// The plan so far; null for a destruction. Changed with [`Plan::set`].
    pub planned: Data<R::Model>,
    /// Kept with the plan, and given to what carries it out.
    pub private: Private,
    pub(crate) requires_replace: Vec<Path>,
}

impl<R: Resource> Plan<R> {
    /// Plans a value for an attribute. Only what the provider may compute can be other than its configuration.
    pub fn set<T: Cty>(&mut self, path: impl IntoPath, value: T) -> Result<()> {
        let path = path.into_path();
        self.planned = Data::new(put(self.planned.value(), &path, value.to_cty()?)?);
        Ok(())
    }

    /// Plans that an attribute will be known after the object is made or changed.
    pub fn set_unknown(&mut self, path: impl IntoPath) -> Result<()> {
        let path = path.into_path();
        let unknown = Value::unknown(path.apply(self.planned.value())?.ty().clone());
        self.planned = Data::new(put(self.planned.value(), &path, unknown)?);
        Ok(())
    }

    /// Has the object replaced because of this attribute.
    pub fn require_replace(&mut self, path: impl IntoPath) {
        self.requires_replace.push(path.into_path());
    }
}

/// Given to [`Resource::create`].
pub struct Create<R: Resource> {
    pub(crate) context: Context<R::Provider>,
    /// The configuration, write-only attributes included.
    pub config: Data<R::Model>,
    /// What the plan kept; what is set here is kept with the object.
    pub private: Private,
    pub(crate) saved: Option<Value>,
}

impl<R: Resource> Create<R> {
    /// Saves the object as far as it is made, in case of an error later on.
    pub fn save(&mut self, object: &R::Model) -> Result<()> {
        self.saved = Some(object.to_cty()?);
        Ok(())
    }
}

/// Given to [`Resource::read`].
pub struct Read<R: Resource> {
    pub(crate) context: Context<R::Provider>,
    /// What is kept with the object.
    pub private: Private,
}

/// Given to [`Resource::update`].
pub struct Update<R: Resource> {
    pub(crate) context: Context<R::Provider>,
    /// The configuration, write-only attributes included.
    pub config: Data<R::Model>,
    /// What the plan kept; what is set here is kept with the object.
    pub private: Private,
    pub(crate) saved: Option<Value>,
}

impl<R: Resource> Update<R> {
    /// Saves the object as far as it is changed, in case of an error later on. Without it, an error keeps the object as it was.
    pub fn save(&mut self, object: &R::Model) -> Result<()> {
        self.saved = Some(object.to_cty()?);
        Ok(())
    }
}

/// Given to [`Resource::delete`].
pub struct Delete<R: Resource> {
    pub(crate) context: Context<R::Provider>,
    /// What is kept with the object.
    pub private: Private,
}

/// Given to [`Resource::import`].
pub struct Import<R: Resource> {
    pub(crate) context: Context<R::Provider>,
    /// Kept with the object.
    pub private: Private,
}

/// Given to [`Resource::upgrade`].
pub struct Upgrade<R: Resource> {
    /// The version of the schema that wrote the state.
    pub version: i64,
    /// The state as it was written: an object, its attributes' types those of JSON.
    pub state: serde_json::Value,
    pub(crate) raw: Bytes,
    pub(crate) resource: PhantomData<fn() -> R>,
}

impl<R: Resource> Upgrade<R> {
    /// The state as a model of its own, with the attributes that the old version had; those that it has not are left out, those that
    /// the state has not are null. Numbers keep every digit.
    pub fn prior<M: Cty>(&self) -> Result<M> {
        model_of(&self.raw)
    }
}

/// Given to [`Resource::move_from`]. Terraform moves objects before it configures the provider: there is no client.
pub struct MoveFrom<R: Resource> {
    /// The full address of the provider it comes from: `registry.example.com/ns/name`.
    pub source_provider: String,
    /// The type it comes from.
    pub source_type: String,
    /// The version of that type's schema.
    pub source_version: i64,
    /// The state as it was written.
    pub source_state: serde_json::Value,
    /// What was kept with the object there; what is set here is kept with it from now on.
    pub private: Private,
    /// Warnings go here.
    pub diagnostics: Diagnostics,
    pub(crate) raw: Bytes,
    pub(crate) resource: PhantomData<fn() -> R>,
}

impl<R: Resource> MoveFrom<R> {
    /// The state as a model of its own, with the attributes that the source has; others are left out. Numbers keep every digit.
    pub fn source<M: Cty>(&self) -> Result<M> {
        model_of(&self.raw)
    }
}

fn model_of<M: Cty>(state: &[u8]) -> Result<M> {
    Ok(M::from_cty(&crate::engine::decode_state_json(state, &M::cty_type())?)?)
}

/// The object with one value in it exchanged.
fn put(object: &Value, path: &Path, value: Value) -> Result<Value> {
    path.apply(object)?;
    let replaced: Result<Value, std::convert::Infallible> =
        object.transform(|at, old| Ok(if at == path { value.clone() } else { old }));
    match replaced {
        Ok(value) => Ok(value),
    }
}
