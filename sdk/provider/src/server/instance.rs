//! The provider of a process: what it has, and its client once it is configured.

use std::ffi::OsString;
use std::sync::{PoisonError, RwLock};

use bytes::Bytes;
use foundation::secret::Secret;
use tf_cty::{Type, Value};
use tf_plugin::terraform::Stop;
use tf_plugin_proto::tfplugin6::DynamicValue;

use super::wire;
use crate::engine::component::{Catalog, Component};
use crate::engine::erased::{Call, Client, Described, ErasedProvider, TypedProvider};
use crate::private::Seal;
use crate::provider::Components;
use crate::{Diagnostic, Private, Provider};

type Environment = Box<dyn Fn(&str) -> Option<OsString> + Send + Sync>;

pub(super) struct Instance {
    pub(super) provider: Component<dyn ErasedProvider>,
    pub(super) catalog: Catalog,
    pub(super) environment: Environment,
    client: RwLock<Option<Client>>,
    seal: Option<Seal>,
}

impl Instance {
    pub(super) fn new<P: Provider>(provider: P) -> Self {
        let catalog = Components::of(&provider);
        Self {
            provider: Component::new(P::NAME.to_owned(), Box::new(TypedProvider(provider))),
            catalog,
            environment: Box::new(|name| std::env::var_os(name)),
            client: RwLock::new(None),
            seal: None,
        }
    }

    pub(super) fn seal_with(&mut self, secret: Secret<String>) {
        self.seal = Some(Seal::new(secret));
    }

    /// From now on calls get this client.
    pub(super) fn configured(&self, client: Client) {
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = Some(client);
    }

    /// What a call of the configured provider is given.
    pub(super) fn call(&self, meta: Option<&DynamicValue>, stop: Stop) -> Result<Call, Diagnostic> {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner).clone();
        let client = client.ok_or_else(unconfigured)?;
        let ty = self.provider.calls.meta_block().object_type();
        let meta = match meta {
            Some(meta) if ty != Type::empty_object() => wire::decode(Some(meta), &ty, "provider_meta")?,
            _ => Value::null(ty),
        };
        Ok(Call { client, meta, stop })
    }

    pub(super) fn open_private(&self, bytes: &Bytes) -> Result<Private, Diagnostic> {
        Private::decode(bytes, self.seal.as_ref())
    }

    pub(super) fn close_private(&self, private: &Private) -> Result<Bytes, Diagnostic> {
        private.encode(self.seal.as_ref())
    }
}

fn unconfigured() -> Diagnostic {
    Diagnostic::error(
        "Provider Not Configured",
        "The provider was asked before it was configured, or its configuration failed.",
    )
}

/// A component by its name, or the diagnostic of its absence; `kind` as in `resource type`.
pub(super) fn find<'a, C: Described + ?Sized>(
    list: &'a [Component<C>],
    name: &str,
    kind: &str,
) -> Result<&'a Component<C>, Diagnostic> {
    crate::engine::component::find(list, name).ok_or_else(|| {
        let mut title = kind.to_owned();
        if let Some(first) = title.get(..1) {
            title.replace_range(..1, &first.to_uppercase());
        }
        Diagnostic::error(format!("{title} Not Found"), format!("This provider has no {kind} {name:?}."))
    })
}
